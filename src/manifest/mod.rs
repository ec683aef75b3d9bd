//! The typed content of `gateway.yaml`: what a document becomes once every name and pattern in it has been parsed.

mod backend;
mod entries;
mod file;
mod lower;
mod schema;
mod structure;
mod units;

pub use file::Unlisted;
pub use lower::lower;
pub use schema::{project_schema, schema};
pub use units::Rate;

use crate::{
    name::{CommandName, Label, Word},
    pattern::{CommandPattern, LabelPattern, OriginPattern},
    plan::{JsonTemplate, ProcessPlan},
    source::{Span, Spanned},
};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

/// Everything that one manifest says.
#[derive(Debug)]
pub struct Manifest {
    /// The first character of the file, for findings about the whole of it.
    pub start: Span,
    /// Folder of the file: relative paths in it start here.
    pub root: PathBuf,
    /// The app as a whole.
    pub app: App,
    /// Named origin patterns.
    pub origins: BTreeMap<Word, Spanned<OriginPattern>>,
    /// Windows, in the order of the file.
    pub windows: Vec<Window>,
    /// App commands and plugins' commands, by their name on the wire.
    pub commands: BTreeMap<CommandName, Command>,
    /// Namespaces, each with its key's place.
    pub plugins: BTreeMap<Word, Span>,
    /// Permissions, in the order of the file.
    pub permissions: Vec<Permission>,
    /// What happens to app commands that no permission names.
    pub unlisted: Unlisted,
    /// Limits for each webview.
    pub limits: Limits,
    /// Thresholds of channels.
    pub channels: Channels,
    /// Names that were declared, but whose declaration has a fault that was reported already.
    pub broken: Broken,
}

impl Manifest {
    /// The commands of which everything could be read, so that what is missing in them is really missing.
    pub fn sound_commands(&self) -> impl Iterator<Item = &Command> {
        let is_sound = |name: &CommandName| !self.broken.commands.contains(name.as_str());
        self.commands.iter().filter(move |(name, _)| is_sound(name)).map(|(_, command)| command)
    }
}

/// What could not be read whole: that something seems to be missing there is no second fault.
#[derive(Debug, Default)]
pub struct Broken {
    /// Whether it is `app`.
    pub app: bool,
    /// Commands, by their name on the wire.
    pub commands: BrokenNames,
    /// Plugins.
    pub plugins: BrokenNames,
    /// Origins.
    pub origins: BrokenNames,
    /// Windows.
    pub windows: BrokenNames,
    /// Permissions.
    pub permissions: BrokenNames,
}

/// Some names of a section, or all of them.
#[derive(Debug, Default)]
pub struct BrokenNames {
    names: BTreeSet<String>,
    is_whole_section: bool,
}

impl BrokenNames {
    /// Whether the name may have been declared by something that could not be read.
    pub fn contains(&self, name: &str) -> bool {
        self.is_whole_section || self.names.contains(name)
    }

    /// Whether the whole section could be read.
    pub fn is_empty(&self) -> bool {
        !self.is_whole_section && self.names.is_empty()
    }
}

/// The app as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// Reverse domain name.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Folder with the frontend's files, already joined with the manifest's folder.
    pub frontend: Option<PathBuf>,
    /// Content security policy as the author wrote it, or the default.
    pub csp: String,
}

/// A window and the page in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Its label, and that of its webview.
    pub label: Label,
    /// Where its key stands.
    pub span: Span,
    /// Title bar's text.
    pub title: String,
    /// Width and height of the content in logical pixels.
    pub size: [u32; 2],
    /// The page.
    pub page: Page,
}

/// What a window shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Page {
    /// A path in the frontend's folder, with query and fragment.
    App(String),
    /// An `http` or `https` address.
    Remote(url::Url),
}

/// A command that pages may invoke.
#[derive(Debug)]
pub struct Command {
    /// Where its key stands.
    pub span: Span,
    /// What it does, for people.
    pub description: Option<String>,
    /// Its arguments; `None` means that the command checks them itself.
    pub args: Option<Vec<Argument>>,
    /// What runs.
    pub run: Spanned<Backend>,
    /// The placeholders in what runs.
    pub uses: Vec<Use>,
    /// Its own limits.
    pub limits: CommandLimits,
}

/// One placeholder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// The argument that it names.
    pub name: Word,
    /// Where the text stands that it is in.
    pub span: Span,
    /// Whether it has a meaning when the argument was not given.
    pub takes_absence: bool,
    /// The argument whose absence leaves the placeholder out.
    pub guard: Option<Word>,
    /// The text, if it is an item of a program's arguments.
    pub item: Option<String>,
}

/// One declared argument.
#[derive(Debug, Clone)]
pub struct Argument {
    /// Its name.
    pub name: Word,
    /// Where its key stands.
    pub span: Span,
    /// Whether it may be left out without having a default.
    pub is_optional: bool,
    /// What it is when it is left out.
    pub default: Option<Value>,
    /// What its value must fit; `None` fits everything.
    pub schema: Option<Arc<jsonschema::Validator>>,
}

/// What runs behind a command.
#[derive(Debug, Clone, PartialEq)]
pub enum Backend {
    /// A constant, or a value made of arguments.
    Value(JsonTemplate),
    /// A program.
    Process(ProcessPlan),
    /// A registered Rust function.
    Native(String),
}

/// Limits that take the place of the manifest's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CommandLimits {
    /// Largest body and largest output, in bytes.
    pub payload: Option<usize>,
    /// Longest run.
    pub timeout: Option<Duration>,
}

/// Grants and denies commands to the callers that it matches.
#[derive(Debug, Clone)]
pub struct Permission {
    /// Its id.
    pub id: Word,
    /// Where its key stands.
    pub span: Span,
    /// Windows that it matches; `None` matches all.
    pub windows: Option<Vec<Spanned<LabelPattern>>>,
    /// Webviews that it matches; `None` matches all.
    pub webviews: Option<Vec<Spanned<LabelPattern>>>,
    /// Origins that it matches, by name.
    pub origins: Vec<Spanned<OriginName>>,
    /// Commands that it grants.
    pub allow: Vec<Spanned<CommandPattern>>,
    /// Commands that it denies.
    pub deny: Vec<Spanned<CommandPattern>>,
}

/// How a permission names origins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OriginName {
    /// The frontend that the gateway serves itself.
    App,
    /// Every other origin.
    Remote,
    /// One of `origins:`.
    Named(Word),
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

/// From which size on a channel's messages wait to be fetched, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Channels {
    /// JSON messages.
    pub json_threshold: usize,
    /// Messages of raw bytes.
    pub raw_threshold: usize,
}

impl Default for Channels {
    fn default() -> Self {
        Self { json_threshold: 8192, raw_threshold: 1024 }
    }
}
