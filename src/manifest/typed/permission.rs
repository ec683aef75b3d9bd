//! Permissions, groups, plugins, events and guardrails.

use super::{Contract, Reference};
use crate::{
    manifest::Runs,
    name::{EventName, Word},
    pattern::{CommandPattern, LabelPattern, PathPattern},
    plan::SidecarPlan,
    source::{Span, Spanned},
};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, sync::Arc};

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
    pub allow: Vec<Entry>,
    /// Commands that it denies.
    pub deny: Vec<Entry>,
    /// Events that it lets pages hear.
    pub listen: Vec<Spanned<EventName>>,
    /// Events that it lets pages send.
    pub emit: Vec<Spanned<EventName>>,
}

/// One entry of `allow` or `deny`, or one that a group there stands for.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The commands.
    pub value: CommandPattern,
    /// Where it stands in the permission; for the entries of a group that is the group's name.
    pub span: Span,
    /// The group that it came from, if it stands for one.
    pub group: Option<Arc<str>>,
    /// What the commands may be used with.
    pub scope: Option<Arc<Spanned<Scope>>>,
}

/// What commands may be used with.
#[derive(Debug, Clone)]
pub struct Scope {
    /// For plugins' commands and Rust functions: what is allowed; `None` was not written.
    pub allow: Option<Vec<ScopeItem>>,
    /// For plugins' commands and Rust functions: what is refused.
    pub deny: Vec<ScopeItem>,
    /// For declared commands: what arguments must fit beside their own schemas.
    pub args: BTreeMap<Word, Spanned<Contract>>,
}

impl Scope {
    /// Whether it says something that the command itself decides on.
    pub fn has_items(&self) -> bool {
        self.allow.iter().flatten().chain(&self.deny).next().is_some()
    }
}

/// One item of a plugin's scope.
#[derive(Debug, Clone)]
pub struct ScopeItem {
    /// Where it stands.
    pub span: Span,
    /// What it says.
    pub data: Map<String, Value>,
    /// Its `path`, if it has one.
    pub path: Option<Spanned<PathPattern>>,
}

/// How a permission names origins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OriginName {
    /// The frontend that the gateway serves itself.
    App,
    /// Every other origin.
    Remote,
    /// One of `origins:`, or one of the app's sites.
    Named(Word),
}

impl OriginName {
    /// The name in the words of the file.
    pub fn as_str(&self) -> &str {
        match self {
            Self::App => "app",
            Self::Remote => "remote",
            Self::Named(name) => name.as_str(),
        }
    }
}

/// A namespace of commands.
#[derive(Debug, Clone)]
pub struct Plugin {
    /// Where its key stands.
    pub span: Span,
    /// Where its commands come from, beside those that the manifest declares.
    pub kind: PluginKind,
    /// The place of the program's name, if it starts one.
    pub program: Option<Span>,
    /// The secrets, `{secret:name}`, that its sidecar refers to.
    pub secrets: Vec<Reference>,
}

/// Where a namespace's commands come from.
#[derive(Debug, Clone)]
pub enum PluginKind {
    /// The manifest alone.
    Declared,
    /// A sidecar answers them.
    Sidecar(Arc<SidecarPlan>),
    /// A plugin of the program answers them.
    Native(NativePlugin),
    /// The plugin is built in, under this name.
    Builtin(&'static str),
}

/// A plugin that the embedding program registers.
#[derive(Debug, Clone)]
pub struct NativePlugin {
    /// The name under which it is registered, and where that stands.
    pub name: Spanned<String>,
    /// What it is initialised with; `null` if nothing is said.
    pub config: Value,
}

/// A name for a list of commands.
#[derive(Debug, Clone)]
pub struct Group {
    /// Where its key stands.
    pub span: Span,
    /// What it stands for, other groups replaced by their entries; `group` says which.
    pub entries: Vec<Entry>,
}

/// An event that pages may hear or send.
#[derive(Debug, Clone)]
pub struct Event {
    /// Where its key stands.
    pub span: Span,
    /// What its payload must fit.
    pub payload: Option<Contract>,
    /// Plugins and backends that send it.
    pub from: Vec<Spanned<Word>>,
}

/// What no permission may ever grant.
#[derive(Debug, Clone)]
pub struct Guardrail {
    /// Where it stands.
    pub span: Span,
    /// Windows; `None` is every one.
    pub windows: Option<Vec<Spanned<LabelPattern>>>,
    /// Webviews; `None` is every one.
    pub webviews: Option<Vec<Spanned<LabelPattern>>>,
    /// Origins; `None` is every one.
    pub origins: Option<Vec<Spanned<OriginName>>>,
    /// Commands; `None` is every one.
    pub commands: Option<Vec<Entry>>,
    /// What stands behind the commands; `None` is anything.
    pub runs: Option<Vec<Runs>>,
    /// The reason.
    pub why: String,
}
