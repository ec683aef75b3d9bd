//! Keys of the file: programs, sidecars and HTTP services, for one command or shared by several.

use super::{command::Argument, command::Command, some};
use crate::{
    manifest::units,
    plan::{Addresses, Framing, Output, Restart, Start, StreamFraming, StreamSource},
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What several commands share: exactly one of `process`, `http` and `sidecar`.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, extend("oneOf" = [{"required": ["process"]}, {"required": ["http"]}, {"required": ["sidecar"]}]))]
pub(crate) struct Backend {
    /// A program that is started for each call. The items of a command's `args` come behind those that stand here.
    #[schemars(example = json!({"program": "git", "args": ["--no-pager"], "env": ["HOME"]}))]
    pub(crate) process: Option<Process>,
    /// An HTTP service.
    #[schemars(example = json!({"base": "https://api.example.com", "headers": {"Authorization": "Bearer {secret:ops}"}}))]
    pub(crate) http: Option<Http>,
    /// A program that runs as long as the app and answers requests.
    #[schemars(example = json!({"program": "python3", "args": ["search.py"], "protocol": "json-rpc", "framing": "ndjson"}))]
    pub(crate) sidecar: Option<Sidecar>,
    /// Arguments that every command of the backend takes, beside its own.
    #[schemars(example = json!({"repo": {"path": "dir", "within": ["$HOME/src/**"]}}))]
    pub(crate) args: Option<BTreeMap<String, Argument>>,
}

/// A program that is started for each call.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Process {
    /// The program: a name that is looked up on the gateway's own `PATH`, or a path from the manifest's folder. It has
    /// no placeholders.
    #[schemars(example = &"git")]
    pub(crate) program: String,
    /// Its arguments, one item each. `{name}` fills one item or a part of one, `{name...}` one item for each element
    /// of a list, `{{` and `}}` are literal braces. A value that would begin an item with `-` is rejected unless a
    /// literal `--` comes before it or the item says `options: allow`.
    #[serde(default)]
    #[schemars(example = json!(["log", "--max-count={max}", {"when": "author", "args": ["--author={author}"]}]))]
    pub(crate) args: Vec<Item>,
    /// Its standard input: a text with placeholders, or `body: raw` for the bytes that the page sends. Without it
    /// standard input is empty.
    #[schemars(example = &"{text}")]
    pub(crate) stdin: Option<Stdin>,
    /// How its standard output becomes the result. Defaults to `text`.
    #[schemars(example = &"lines")]
    pub(crate) output: Option<Output>,
    /// Names of the environment variables that it inherits, and variables with a value: `NAME=text`, in which
    /// `{secret:name}` may stand. Its environment holds nothing else.
    #[serde(default)]
    #[schemars(example = ["HOME", "TOKEN={secret:ops}"])]
    pub(crate) env: Vec<String>,
    /// The folder that it runs in, from the manifest's folder, which is the default. `$PWD` at the start is the folder
    /// that the gateway was started in.
    #[schemars(example = &"..")]
    pub(crate) cwd: Option<String>,
    /// What exit codes mean. Any other code than 0 fails the call.
    #[schemars(example = json!({"128": {"error": "not_a_repo"}}))]
    pub(crate) exit: Option<BTreeMap<String, Outcome>>,
    /// Output that is sent through a channel while the program runs.
    #[schemars(example = json!({"to": "lines", "from": "stdout", "framing": "lines"}))]
    pub(crate) stream: Option<Stream>,
}

/// What a program reads.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
pub(crate) enum Stdin {
    /// A text with placeholders.
    #[schemars(example = &"{text}")]
    Text(String),
    /// The bytes that the page sends: an `ArrayBuffer` or a `Uint8Array` in the place of arguments.
    Body(BodyInput),
}

/// The bytes that the page sends, in the place of arguments.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct BodyInput {
    /// `raw` passes the bytes on as they are.
    #[schemars(example = &"raw")]
    #[expect(dead_code, reason = "`raw` is its only value")]
    pub(crate) body: Raw,
}

/// The only word is `raw`.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(crate) enum Raw {
    /// Bytes.
    Raw,
}

/// One item of a program's arguments.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
pub(crate) enum Item {
    /// A text with placeholders.
    #[schemars(example = &"--max-count={max}")]
    Text(String),
    /// Items that are there only when an argument was given.
    When(When),
    /// A text with placeholders, and what may become of it.
    Options(OptionItem),
}

/// Items that are there only when an argument was given.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct When {
    /// The argument.
    #[schemars(example = &"author")]
    pub(crate) when: String,
    /// The items.
    #[schemars(example = ["--author={author}"])]
    pub(crate) args: Vec<String>,
}

/// A text with placeholders that may begin with `-`.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct OptionItem {
    /// The text.
    #[schemars(example = &"{flag}")]
    pub(crate) value: String,
    /// `allow` lets an argument become an option of the program.
    #[schemars(example = &"allow")]
    #[expect(dead_code, reason = "`allow` is its only value; writing it is the consent")]
    pub(crate) options: Allow,
}

/// The only word is `allow`.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(crate) enum Allow {
    /// Consent.
    Allow,
}

/// What an exit code or a status means: exactly one of these.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, extend("oneOf" = [{"required": ["error"]}, {"required": ["result"]}]))]
pub(crate) struct Outcome {
    /// The call fails with an error that has this code.
    #[schemars(example = &"not_a_repo")]
    pub(crate) error: Option<String>,
    /// The call succeeds with this value.
    #[schemars(example = json!([]))]
    #[serde(default, deserialize_with = "some")]
    pub(crate) result: Option<Value>,
}

/// Output that is sent through a channel.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Stream {
    /// The argument that is the channel.
    #[schemars(example = &"lines")]
    pub(crate) to: String,
    /// With a program: which output. Defaults to `stdout`.
    #[schemars(example = &"stderr")]
    pub(crate) from: Option<StreamSource>,
    /// What one message is. Defaults to `lines`.
    #[schemars(example = &"ndjson")]
    pub(crate) framing: Option<StreamFraming>,
}

/// An HTTP service, and what is asked of it.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Http {
    /// Address that the paths of requests are appended to: `http` or `https`, without placeholders.
    #[schemars(example = &"https://api.example.com")]
    pub(crate) base: String,
    /// Which addresses the host's name may stand for: `public` (the default), or `any`, which includes this machine and
    /// private networks.
    #[serde(default)]
    #[schemars(example = &"any")]
    pub(crate) addresses: Addresses,
    /// How output becomes the result. Defaults to `json`.
    #[schemars(example = &"text")]
    pub(crate) output: Option<Output>,
    /// Output that is sent through a channel while it comes.
    #[schemars(example = json!({"to": "lines", "framing": "ndjson"}))]
    pub(crate) stream: Option<Stream>,
    /// What is asked for.
    #[serde(flatten)]
    pub(crate) request: Request,
}

/// One HTTP request. At most one of the methods is given.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub(crate) struct Request {
    /// `GET` of a path, with placeholders.
    #[schemars(example = &"/t/{origin:tenant}/incidents")]
    pub(crate) get: Option<String>,
    /// `HEAD` of a path, with placeholders.
    #[schemars(example = &"/files/{file}")]
    pub(crate) head: Option<String>,
    /// `POST` to a path, with placeholders.
    #[schemars(example = &"/incidents")]
    pub(crate) post: Option<String>,
    /// `PUT` to a path, with placeholders.
    #[schemars(example = &"/incidents/{id}")]
    pub(crate) put: Option<String>,
    /// `PATCH` of a path, with placeholders.
    #[schemars(example = &"/incidents/{id}")]
    pub(crate) patch: Option<String>,
    /// `DELETE` of a path, with placeholders.
    #[schemars(example = &"/incidents/{id}")]
    pub(crate) delete: Option<String>,
    /// Parameters behind the `?`, by name, with placeholders. One whose argument was not given is left out.
    #[schemars(example = json!({"state": "{state}"}))]
    pub(crate) query: Option<BTreeMap<String, String>>,
    /// Headers, by name; arguments and `{secret:name}` may stand in their values.
    #[schemars(example = json!({"Authorization": "Bearer {secret:ops}"}))]
    pub(crate) headers: Option<BTreeMap<String, String>>,
    /// The body: a JSON value with placeholders. A text is sent as it is if `headers` give it a `Content-Type` that begins
    /// with `text/`.
    #[schemars(example = json!({"title": "{title}"}))]
    #[serde(default, deserialize_with = "some")]
    pub(crate) body: Option<Value>,
    /// What statuses mean. Those from 200 to 299 are results and others fail the call, unless they stand here.
    #[schemars(example = json!({"404": {"error": "no_such_tenant"}}))]
    pub(crate) status: Option<BTreeMap<String, Outcome>>,
}

/// A program that runs as long as the app and answers requests.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Sidecar {
    /// The program: a name that is looked up on the gateway's own `PATH`, or a path from the manifest's folder.
    #[schemars(example = &"python3")]
    pub(crate) program: String,
    /// Its arguments; they have no placeholders.
    #[serde(default)]
    #[schemars(example = ["search.py"])]
    pub(crate) args: Vec<String>,
    /// What it speaks. Defaults to `json-rpc`.
    #[serde(default)]
    #[schemars(example = &"json-rpc")]
    #[expect(dead_code, reason = "`json-rpc` is its only value")]
    pub(crate) protocol: Protocol,
    /// How messages are told apart. Defaults to `ndjson`.
    #[serde(default)]
    #[schemars(example = &"content-length")]
    pub(crate) framing: Framing,
    /// When it is started again. Defaults to `on-failure`.
    #[serde(default)]
    #[schemars(example = &"on-failure")]
    pub(crate) restart: Restart,
    /// When it is started: `on-demand` (the default), or at the app's `start`.
    #[serde(default)]
    #[schemars(example = &"start")]
    pub(crate) start: Start,
    /// Asks it, while it runs, whether it still answers. One that does not is ended, and started again as `restart` says.
    #[schemars(example = json!({"method": "ping", "every": "30s", "timeout": "5s"}))]
    pub(crate) health: Option<Health>,
    /// Names of the environment variables that it inherits, and variables with a value: `NAME=text`, in which
    /// `{secret:name}` may stand. Its environment holds nothing else.
    #[serde(default)]
    #[schemars(example = ["HOME", "TOKEN={secret:ops}"])]
    pub(crate) env: Vec<String>,
    /// The folder that it runs in, from the manifest's folder, which is the default.
    #[schemars(example = &"..")]
    pub(crate) cwd: Option<String>,
}

/// How it is noticed that a sidecar no longer answers.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Health {
    /// The method that is called, without arguments. Any answer will do, also an error. Defaults to `$/ping`.
    #[schemars(example = &"ping", length(min = 1))]
    pub(crate) method: Option<String>,
    /// How long nothing is heard from it until it is asked. Defaults to `30s`.
    #[schemars(example = &"30s", extend("pattern" = units::DURATION_PATTERN))]
    #[expect(dead_code, reason = "lowering reads it with its place")]
    pub(crate) every: Option<String>,
    /// How long it may take to answer. A program that does one thing at a time needs as long as its longest call. Defaults
    /// to `5s`.
    #[schemars(example = &"5s", extend("pattern" = units::DURATION_PATTERN))]
    #[expect(dead_code, reason = "lowering reads it with its place")]
    pub(crate) timeout: Option<String>,
}

/// What a sidecar speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub(crate) enum Protocol {
    /// JSON-RPC 2.0 over standard input and output.
    #[default]
    JsonRpc,
}

/// A namespace of commands: commands that are declared here, those of a `sidecar` or of a `native` plugin, or a plugin
/// that is built in.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, extend("anyOf" = [{"required": ["use"]}, {"required": ["sidecar"]}, {"required": ["native"]}, {"required": ["commands"]}]))]
#[expect(dead_code, reason = "lowering reads each part with its place")]
pub(crate) struct Plugin {
    /// A plugin that is built in: `clipboard-manager`, `dialog`, `fs`, `log`, `notification`, `opener`, `os` or `store`.
    #[serde(rename = "use")]
    #[schemars(example = &"fs")]
    pub(crate) uses: Option<String>,
    /// A program that answers the namespace's commands.
    #[schemars(example = json!({"program": "python3", "args": ["search.py"]}))]
    pub(crate) sidecar: Option<Sidecar>,
    /// The name of a plugin that the embedding program registered: `Gateway::plugin`. It runs those of `commands` that say
    /// nothing to run.
    #[schemars(example = &"counter")]
    pub(crate) native: Option<String>,
    /// With a `native` plugin: what it is initialised with, any value that it can read.
    #[schemars(example = json!({"start": 100}))]
    #[serde(default, deserialize_with = "some")]
    pub(crate) config: Option<Value>,
    /// The namespace's commands, by name.
    #[schemars(example = json!({"head": {"run": {"process": {"program": "git", "args": ["rev-parse", "HEAD"]}}}}))]
    pub(crate) commands: Option<BTreeMap<String, Command>>,
}
