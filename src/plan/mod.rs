//! What a command's `run:` says, parsed: written by the manifest, executed by a backend, known to both.

mod bindings;
mod json;
mod path;
mod remote;
mod secret;
mod template;
mod words;

pub use bindings::Bindings;
pub use json::JsonTemplate;
pub use path::PathPlan;
pub use remote::{HealthPlan, HttpPlan, Method, RemoteCall, SidecarPlan};
pub use secret::{SecretStore, SecretText};
pub use template::{Reference, RenderError, Slot, SlotKind, Template, TemplateError};
pub use words::{
    Addresses, Framing, Output, Overflow, Restart, Start, StreamFraming, StreamSource,
};

use crate::name::Word;
use serde_json::Value;
use std::{collections::BTreeMap, path::PathBuf};

/// A program to start for one call: an argv, never a shell.
#[derive(Debug, Clone, PartialEq)]
pub struct ProcessPlan {
    /// The program: a name that is looked up on the gateway's own `PATH`, or a path from `root`.
    pub program: String,
    /// Its arguments.
    pub args: Vec<Slot>,
    /// What it reads from standard input; nothing if absent.
    pub stdin: Option<Input>,
    /// How its standard output becomes the result.
    pub output: Output,
    /// Names of the environment variables that it inherits; its environment holds nothing else but `set`.
    pub env: Vec<String>,
    /// Environment variables with a value.
    pub set: Vec<(String, Template)>,
    /// What exit codes mean; any other than 0 fails the call.
    pub exit: BTreeMap<u8, Outcome>,
    /// Output that is sent through a channel.
    pub stream: Option<StreamPlan>,
    /// The manifest's folder: relative programs and working folders start here.
    pub root: PathBuf,
    /// The folder that it runs in.
    pub cwd: PathBuf,
}

/// What a program reads from standard input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A text with the arguments in place.
    Text(Template),
    /// The bytes that the page sends, which are the whole of the call.
    Body,
}

/// What an exit code or a status means.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The call fails with an error that has this code.
    Error(Word),
    /// The call succeeds with this value.
    Result(Value),
}

/// Output that is sent through a channel while it comes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamPlan {
    /// The argument that is the channel.
    pub to: Word,
    /// Which output of a program.
    pub from: StreamSource,
    /// What one message is.
    pub framing: StreamFraming,
}
