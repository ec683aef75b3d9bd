//! The folders that a path pattern may begin with, by their names.

use super::PatternError;
use crate::diagnostic::nearest;

macro_rules! roots {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// A folder whose place differs from machine to machine.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Root {
            $($(#[$doc])* $name,)*
        }

        impl Root {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// The name that stands for it in patterns, behind a `$`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

roots! {
    /// The person's home folder.
    Home = "HOME",
    /// The person's documents.
    Document = "DOCUMENT",
    /// The person's downloads.
    Download = "DOWNLOAD",
    /// The person's desktop.
    Desktop = "DESKTOP",
    /// The person's pictures.
    Picture = "PICTURE",
    /// The person's music.
    Audio = "AUDIO",
    /// The person's videos.
    Video = "VIDEO",
    /// The folder that the person shares.
    Public = "PUBLIC",
    /// The person's templates.
    Template = "TEMPLATE",
    /// The person's fonts.
    Font = "FONT",
    /// The app's own data.
    Data = "DATA",
    /// The app's own settings.
    Config = "CONFIG",
    /// The app's own cache.
    Cache = "CACHE",
    /// The app's own data that stays on this machine.
    LocalData = "LOCALDATA",
    /// The app's own logs.
    Log = "LOG",
    /// Temporary files.
    Temp = "TEMP",
    /// Sockets and the like, as long as the person is logged in.
    Runtime = "RUNTIME",
    /// Files that come with the app.
    Resource = "RESOURCE",
    /// The folder of the program.
    Exe = "EXE",
    /// The folder of the manifest.
    App = "APP",
}

impl Root {
    pub(super) fn parse(name: &str) -> Result<Self, PatternError> {
        if let Some(root) = Self::ALL.iter().find(|root| root.name() == name) {
            return Ok(*root);
        }
        let error = PatternError::new(format!("`${name}` is not a folder's name"));
        let upper = name.to_ascii_uppercase();
        let names = || Self::ALL.iter().map(|root| root.name());
        // Tauri writes `$APPDATA` for the app's own folder, which is the only one here.
        let own = upper.strip_prefix("APP").filter(|rest| names().any(|name| name == *rest));
        let meant = own.or_else(|| nearest(&upper, names()));
        let all = || names().map(|name| format!("`${name}`")).collect::<Vec<_>>().join(", ");
        Err(error.help(
            meant.map_or_else(|| format!("known are {}", all()), |name| format!("write `${name}`")),
        ))
    }
}
