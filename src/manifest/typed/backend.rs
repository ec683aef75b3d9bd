//! What runs behind a command.

use super::{Argument, Reference};
use crate::{
    manifest::Runs,
    name::Word,
    plan::{HttpPlan, JsonTemplate, ProcessPlan, RemoteCall, SidecarPlan},
    source::Span,
};
use std::sync::Arc;

/// What runs behind a command; what it shares with others is already part of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Backend {
    /// A constant, or a value made of arguments.
    Value(JsonTemplate),
    /// A program.
    Process(ProcessPlan),
    /// A registered Rust function.
    Native(String),
    /// A request to an HTTP service.
    Http(HttpPlan),
    /// A request to a sidecar.
    Sidecar(RemoteCall),
    /// A command of a plugin that is built in.
    Builtin(BuiltinCommand),
}

impl Backend {
    /// The word for it in guardrails and reports.
    pub fn runs(&self) -> Runs {
        match self {
            Self::Value(_) => Runs::Value,
            Self::Process(_) => Runs::Process,
            Self::Native(_) => Runs::Native,
            Self::Http(_) => Runs::Http,
            Self::Sidecar(_) => Runs::Sidecar,
            Self::Builtin(_) => Runs::Plugin,
        }
    }
}

/// What several commands share.
#[derive(Debug, Clone)]
pub struct SharedBackend {
    /// Where its key stands.
    pub span: Span,
    /// What it is.
    pub kind: SharedKind,
    /// The place of the program's name, if it starts one.
    pub program: Option<Span>,
    /// The arguments that it gives to all its commands.
    pub args: Vec<Argument>,
    /// The secrets, `{secret:name}`, that it refers to itself.
    pub secrets: Vec<Reference>,
}

/// What a shared backend is.
#[derive(Debug, Clone)]
pub enum SharedKind {
    /// A program that is started for each call.
    Process,
    /// An HTTP service.
    Http,
    /// A program that answers requests.
    Sidecar(Arc<SidecarPlan>),
}

/// A command of a plugin that is built in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuiltinCommand {
    /// The plugin's own name, whatever the namespace is called.
    pub plugin: &'static str,
    /// The command's own name.
    pub name: Word,
    /// Whether it does nothing without a scope.
    pub needs_scope: bool,
}

impl BuiltinCommand {
    /// Whether it belongs to the event system, which is a part of the gateway and knows no scopes.
    pub fn is_of_events(&self) -> bool {
        self.plugin == "event"
    }
}
