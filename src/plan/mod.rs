//! What a command's `run:` says, parsed: written by the manifest, executed by a backend, known to both.

mod template;

pub use template::{JsonTemplate, RenderError, Slot, SlotKind, Template, TemplateError};

use std::path::PathBuf;

/// A program to start for one call: an argv, never a shell.
#[derive(Debug, Clone, PartialEq)]
pub struct ProcessPlan {
    /// The program: a name that is looked up on the gateway's own `PATH`, or a path from `root`.
    pub program: String,
    /// Its arguments.
    pub args: Vec<Slot>,
    /// What it reads from standard input; nothing if absent.
    pub stdin: Option<Template>,
    /// How its standard output becomes the result.
    pub output: Output,
    /// Names of the environment variables that it inherits; its environment holds nothing else.
    pub env: Vec<String>,
    /// The manifest's folder: relative programs and working folders start here.
    pub root: PathBuf,
    /// The folder that it runs in.
    pub cwd: PathBuf,
}

/// How a program's standard output becomes a call's result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Output {
    /// A string; the output must be UTF-8.
    #[default]
    Text,
    /// A list of strings, one a line, line ends removed; the output must be UTF-8.
    Lines,
    /// The JSON value that the output holds.
    Json,
    /// The bytes themselves.
    Raw,
}
