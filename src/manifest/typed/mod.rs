//! The typed content of a manifest: names and patterns parsed, everything with its place.

mod app;
mod backend;
mod command;
mod permission;
mod window;

pub use app::{App, DevServer, Secret, SecretSource, Site, directives};
pub use backend::{Backend, BuiltinCommand, SharedBackend, SharedKind};
pub use command::{
    Argument, ArgumentKind, Command, CommandLimits, Contract, PathArgument, Reference, Use, Within,
};
pub use permission::{
    Entry, Event, Group, Guardrail, NativePlugin, OriginName, Permission, Plugin, PluginKind,
    Scope, ScopeItem,
};
pub use window::{Creation, Length, Page, Webview, Window};

use super::{Builtin, Rate, Unlisted, Widen, broken::Broken, builtin};
use crate::{
    name::{CommandName, EventName, Label, Word},
    pattern::OriginPattern,
    plan::Overflow,
    source::{Span, Spanned},
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

/// Everything that one manifest says, with its includes and the profile that was chosen.
#[derive(Debug)]
pub struct Manifest {
    /// The first character of the file, for findings about the whole of it.
    pub start: Span,
    /// The folders of the manifest's files: relative paths start at the folder of the file that they stand in.
    pub folders: Folders,
    /// The app as a whole.
    pub app: App,
    /// Local content with origins of their own.
    pub sites: BTreeMap<Word, Site>,
    /// Named origin patterns.
    pub origins: BTreeMap<Word, Spanned<OriginPattern>>,
    /// Windows, in the order of the file.
    pub windows: Vec<Window>,
    /// Passwords and tokens.
    pub secrets: BTreeMap<Word, Secret>,
    /// What several commands share.
    pub backends: BTreeMap<Word, SharedBackend>,
    /// App commands and plugins' commands, by their name on the wire.
    pub commands: BTreeMap<CommandName, Command>,
    /// Namespaces.
    pub plugins: BTreeMap<Word, Plugin>,
    /// Events.
    pub events: BTreeMap<EventName, Event>,
    /// Names for lists of commands.
    pub groups: BTreeMap<Word, Group>,
    /// Permissions, in the order of the file; groups are replaced by what they stand for.
    pub permissions: Vec<Permission>,
    /// What no permission may ever grant.
    pub never: Vec<Guardrail>,
    /// Where the overlays stand, if there are any; what the manifest says through one has a place in there.
    pub profiles: Option<Span>,
    /// What happens to app commands that no permission allows, and where that is said.
    pub unlisted: Spanned<Unlisted>,
    /// Limits for each webview.
    pub limits: Limits,
    /// How messages of channels travel.
    pub channels: Channels,
    /// What an edit may change while the app runs.
    pub reload: Reload,
    /// Names that were declared, but whose declaration has a fault that was reported already.
    pub broken: Broken,
}

impl Manifest {
    /// The commands of which everything could be read, so that what is missing in them is really missing.
    pub fn sound_commands(&self) -> impl Iterator<Item = &Command> {
        let is_sound = |name: &CommandName| !self.broken.commands.contains(name.as_str());
        self.commands.iter().filter(move |(name, _)| is_sound(name)).map(|(_, command)| command)
    }

    /// The labels of every window with those of each webview in it; one example stands for a template.
    pub fn surfaces(&self) -> impl Iterator<Item = (Label, Label)> {
        self.windows.iter().flat_map(|entry| {
            let label = match entry.template() {
                None => Some(entry.label.clone()),
                Some(template) => template.value.fill("1"),
            };
            let webviews = entry.webviews.iter().map(|webview| webview.label.clone());
            let own = entry.webviews.is_empty().then(|| label.clone()).flatten();
            let webviews: Vec<Label> = own.into_iter().chain(webviews).collect();
            label.into_iter().flat_map(move |label| {
                webviews.clone().into_iter().map(move |webview| (label.clone(), webview))
            })
        })
    }

    /// The namespaces of plugins that are built in.
    pub fn builtin_namespaces(&self) -> impl Iterator<Item = (&Word, &'static Builtin)> {
        self.plugins.iter().filter_map(|(name, plugin)| match plugin.kind {
            PluginKind::Builtin(plugin) => builtin(plugin).map(|builtin| (name, builtin)),
            _ => None,
        })
    }

    /// Every argument that is declared, each once: those of a backend are not those of its commands again.
    pub fn arguments(&self) -> impl Iterator<Item = &Argument> {
        let shared = self.backends.values().flat_map(|backend| &backend.args);
        let own = self.commands.values().flat_map(|command| command.args.iter().flatten());
        shared.chain(own.filter(|argument| !argument.is_shared))
    }

    /// Every name that a permission can give an origin, in the words of the file.
    pub fn origin_names(&self) -> impl Iterator<Item = &str> {
        let declared = self.origins.keys().chain(self.sites.keys()).map(Word::as_str);
        declared.chain(["app", "remote"])
    }
}

/// The files of a manifest and their folders, in the order of [`crate::source::Sources`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folders {
    files: Vec<PathBuf>,
    parents: Vec<PathBuf>,
    base: Option<PathBuf>,
}

impl Folders {
    /// The folders of files, in the order of their ids.
    pub fn of<'a>(files: impl Iterator<Item = &'a Path>) -> Self {
        let folder = |file: &Path| match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        let files: Vec<PathBuf> = files.map(Path::to_owned).collect();
        Self { parents: files.iter().map(|file| folder(file)).collect(), files, base: None }
    }

    /// The same, where relative paths start from a folder.
    #[must_use]
    pub fn from(self, base: Option<PathBuf>) -> Self {
        Self { base, ..self }
    }

    /// Where a path leads from the root of the file system, if that is known.
    pub fn absolute(&self, path: &Path) -> Option<PathBuf> {
        if path.is_absolute() {
            return Some(path.to_owned());
        }
        self.base.as_ref().map(|base| base.join(path))
    }

    /// The files, the manifest's own first.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.files.iter().map(PathBuf::as_path)
    }

    /// The folder of the manifest's own file.
    pub fn own(&self) -> &Path {
        self.parents.first().map_or(Path::new("."), PathBuf::as_path)
    }

    /// The folder that relative paths at a place start from.
    pub fn at(&self, span: Span) -> &Path {
        self.parents.get(span.file.index()).map_or(Path::new("."), PathBuf::as_path)
    }
}

/// Limits for each webview.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Largest body of a call and largest output of a program, in bytes.
    pub payload: usize,
    /// Longest run of a call.
    pub timeout: Duration,
    /// Calls that may run at once.
    pub concurrency: u32,
    /// Calls that may be made in a time.
    pub rate: Rate,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            payload: 64 << 20,
            timeout: Duration::from_secs(30),
            concurrency: 64,
            rate: Rate { calls: 1000, per: Duration::from_secs(1) },
        }
    }
}

/// How messages of channels travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Channels {
    /// JSON messages of at least so many bytes wait to be fetched.
    pub json_threshold: usize,
    /// Messages of at least so many raw bytes wait to be fetched.
    pub raw_threshold: usize,
    /// How many messages of a channel may wait.
    pub queue: usize,
    /// What a full channel does.
    pub overflow: Overflow,
    /// Where `json_threshold` is written, if it is.
    pub json_span: Option<Span>,
    /// Where `raw_threshold` is written, if it is.
    pub raw_span: Option<Span>,
}

impl Default for Channels {
    fn default() -> Self {
        Self {
            json_threshold: 8192,
            raw_threshold: 1024,
            queue: 1024,
            overflow: Overflow::default(),
            json_span: None,
            raw_span: None,
        }
    }
}

/// What an edit may change while the app runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reload {
    /// What happens to an edit that lets somebody call more than before.
    pub widen: Widen,
    /// Whether pages reload when the frontend's files change.
    pub assets: bool,
}
