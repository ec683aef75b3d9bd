//! Keys of the file: commands, their arguments and what runs.

use super::{
    backend::{Http, Item, Outcome, Process, Request, Stdin, Stream},
    limits::CommandLimits,
    some,
};
use crate::plan::{Output, Overflow};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What a page may invoke.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Command {
    /// What the command does, for people.
    #[schemars(example = &"Counts the words of a file.")]
    pub(crate) description: Option<String>,
    /// The arguments, by name: each a JSON Schema (2020-12), with `optional` and `default` beside it, or a `path`, or a
    /// `channel`. An argument is required unless it is optional or has a default. Without `args`, a `native` command
    /// checks its arguments itself and any other command takes none.
    #[schemars(example = json!({"file": {"type": "string", "maxLength": 200}, "lines": {"type": "integer", "default": 20}}))]
    pub(crate) args: Option<BTreeMap<String, Argument>>,
    /// JSON Schema (2020-12) of the result. It is checked during development.
    #[schemars(example = json!({"type": "string"}))]
    pub(crate) returns: Option<Map<String, Value>>,
    /// What runs: exactly one of `value`, `process`, `http`, `native` and `use`. A command of a plugin that is a
    /// `sidecar` or `native` may leave it out.
    #[schemars(example = json!({"process": {"program": "wc", "args": ["-w", "--", "{file}"]}}))]
    pub(crate) run: Option<Run>,
    /// Limits of this command; they take the place of those of the whole manifest.
    #[schemars(example = json!({"timeout": "2s"}))]
    pub(crate) limits: Option<CommandLimits>,
}

/// A JSON Schema (2020-12, formats asserted), with `optional` and `default` beside its keywords; or a path; or a
/// channel.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Argument {
    /// Whether the argument may be left out.
    #[serde(default)]
    #[schemars(example = true)]
    pub(crate) optional: bool,
    /// What the argument is when it is left out.
    #[schemars(example = 20)]
    #[serde(default, deserialize_with = "some")]
    pub(crate) default: Option<Value>,
    /// The argument is the path of a `file` or of a `dir`, resolved and checked against `within`.
    #[schemars(example = &"file")]
    pub(crate) path: Option<PathKind>,
    /// Where the path may lead, as globs: `$HOME`, `$DOCUMENT`, `$DATA` and their like are the platform's folders;
    /// `picked` is what the person chose in a dialog.
    #[schemars(example = ["$DOCUMENT/**"], length(min = 1))]
    pub(crate) within: Option<Vec<String>>,
    /// The argument is a channel to the page; what its messages are, as a JSON Schema. They are checked during
    /// development: one that does not fit ends the channel and its call.
    #[schemars(example = json!({"type": "string"}))]
    pub(crate) channel: Option<Map<String, Value>>,
    /// What the channel does when it is full: `block` its producer, `drop-oldest`, `keep-latest`, or `fail`. Defaults to
    /// `channels.overflow`.
    #[schemars(example = &"drop-oldest")]
    pub(crate) overflow: Option<Overflow>,
    /// The keywords of the JSON Schema.
    #[serde(flatten)]
    pub(crate) schema: Map<String, Value>,
}

/// What a path leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum PathKind {
    /// A file.
    File,
    /// A folder.
    Dir,
}

/// What runs: exactly one of `value`, `process`, `http`, `native` and `use`; beside `use` stands what this command adds
/// to the backend.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Run {
    /// A constant, or a value with `{argument}` placeholders in its texts. A text that is one whole placeholder becomes
    /// the argument with its JSON type.
    #[schemars(example = &"Hello, {name}!")]
    #[serde(default, deserialize_with = "some")]
    pub(crate) value: Option<Value>,
    /// A program that is started for each call: an argv, never a shell.
    #[schemars(example = json!({"program": "git", "args": ["log", "--max-count={max}"], "output": "lines"}))]
    pub(crate) process: Option<Process>,
    /// A request to an HTTP service.
    #[schemars(example = json!({"base": "https://api.example.com", "get": "/incidents"}))]
    pub(crate) http: Option<Http>,
    /// The name of a Rust function that the embedding program registered. The stock binary has `echo`, `gateway_status`
    /// and `count`.
    #[schemars(example = &"gateway_status")]
    pub(crate) native: Option<String>,
    /// The name of one of `backends`.
    #[serde(rename = "use")]
    #[schemars(example = &"git")]
    pub(crate) uses: Option<String>,
    /// With a sidecar: its method. Defaults to the command's name.
    #[schemars(example = &"search/query")]
    pub(crate) method: Option<String>,
    /// With a `process` backend: items behind the backend's own.
    #[schemars(example = json!(["log", "--max-count={max}"]))]
    pub(crate) args: Option<Vec<Item>>,
    /// With a `process` backend: text for standard input, with placeholders, or `body: raw` for the bytes that the page
    /// sends.
    #[schemars(example = &"{text}")]
    pub(crate) stdin: Option<Stdin>,
    /// With a `process` or `http` backend: how its output becomes the result.
    #[schemars(example = &"lines")]
    pub(crate) output: Option<Output>,
    /// With a `process` backend: what exit codes mean. Any other code than 0 fails the call.
    #[schemars(example = json!({"128": {"error": "not_a_repo"}}))]
    pub(crate) exit: Option<BTreeMap<String, Outcome>>,
    /// With a `process` or `http` backend: output that is sent through a channel while it comes.
    #[schemars(example = json!({"to": "lines", "from": "stdout", "framing": "lines"}))]
    pub(crate) stream: Option<Stream>,
    /// With an `http` backend: what is asked for.
    #[serde(flatten)]
    pub(crate) request: Request,
}
