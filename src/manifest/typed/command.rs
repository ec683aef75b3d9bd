//! Commands, their arguments and their contracts.

use super::Backend;
use crate::{
    manifest::{PathKind, Rate},
    name::Word,
    pattern::PathPattern,
    plan::Overflow,
    source::{Span, Spanned},
};
use serde_json::Value;
use std::{sync::Arc, time::Duration};

/// A command that pages may invoke.
#[derive(Debug)]
pub struct Command {
    /// Where its key stands. Commands of built-in plugins stand where the plugin is named.
    pub span: Span,
    /// What it does, for people.
    pub description: Option<String>,
    /// Its arguments; `None` means that the command checks them itself.
    pub args: Option<Vec<Argument>>,
    /// What its result must fit.
    pub returns: Option<Spanned<Contract>>,
    /// What runs.
    pub run: Spanned<Backend>,
    /// The place of the program's name, if one is started.
    pub program: Option<Span>,
    /// The backend that it shares, with the place that names it.
    pub shared: Option<Spanned<Word>>,
    /// The arguments that what runs refers to.
    pub uses: Vec<Use>,
    /// The captures of the caller's origin, `{origin:name}`, that what runs refers to.
    pub captures: Vec<Reference>,
    /// The secrets, `{secret:name}`, that what runs refers to.
    pub secrets: Vec<Reference>,
    /// The arguments that are channels for its output.
    pub streams: Vec<Reference>,
    /// Its own limits.
    pub limits: CommandLimits,
}

impl Command {
    /// Whether a place is in the backend that it shares with others, and not in its own `run`.
    pub fn is_shared_place(&self, place: Span) -> bool {
        let own = self.run.span;
        let is_own = own.file == place.file && own.start <= place.start && place.end <= own.end;
        self.shared.is_some() && !is_own
    }
}

/// A placeholder that is no argument: a capture or a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The name behind the colon.
    pub name: Word,
    /// Where the text stands that it is in.
    pub span: Span,
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
    /// The text that it is in; of a `when` it is the name alone.
    pub text: String,
    /// Whether the text is an item of a program's arguments.
    pub is_item: bool,
}

/// A compiled JSON Schema, and what it was compiled from.
#[derive(Debug, Clone)]
pub struct Contract {
    /// The schema as it was written, in JSON.
    pub text: Arc<str>,
    /// What checks values.
    pub validator: Arc<jsonschema::Validator>,
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
    pub schema: Option<Contract>,
    /// The regular expressions that texts in it must fit; those under `not` and `if` are none.
    pub patterns: Vec<Spanned<String>>,
    /// Whether it is a plain value, a path or a channel.
    pub kind: ArgumentKind,
    /// Whether the command's shared backend declares it, for all its commands.
    pub is_shared: bool,
}

/// What an argument is.
#[derive(Debug, Clone)]
pub enum ArgumentKind {
    /// A JSON value.
    Value,
    /// A path.
    Path(PathArgument),
    /// A channel to the page, with what its messages must fit and what it does when it is full.
    Channel {
        /// What messages fit.
        messages: Option<Contract>,
        /// What a full one does.
        overflow: Option<Overflow>,
    },
}

/// An argument that is a path.
#[derive(Debug, Clone)]
pub struct PathArgument {
    /// What it leads to.
    pub kind: PathKind,
    /// Where it may lead; `None` was not written.
    pub within: Option<Vec<Spanned<Within>>>,
}

/// Where a path may lead.
#[derive(Debug, Clone)]
pub enum Within {
    /// What the person chose in a dialog.
    Picked,
    /// A place of the file system.
    Pattern(PathPattern),
}

/// Limits that take the place of the manifest's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CommandLimits {
    /// Largest body and largest output, in bytes.
    pub payload: Option<usize>,
    /// Longest run.
    pub timeout: Option<Duration>,
    /// Calls of one webview that may run at once.
    pub concurrency: Option<u32>,
    /// Calls that a webview may make in a time.
    pub rate: Option<Rate>,
}
