//! The shape of `gateway.yaml`, key by key: these types are the JSON Schema, and each doc comment is an editor's hover.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A Portcullis manifest: windows, commands and who may call what.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, title = "gateway.yaml")]
#[expect(dead_code, reason = "the schema describes the whole file; lowering reads it part by part")]
pub(super) struct File {
    /// Version of the manifest's language. Always 1.
    #[schemars(extend("const" = 1), example = 1)]
    pub(super) version: u32,
    /// The app as a whole.
    #[schemars(example = json!({"id": "dev.example.notes", "name": "Notes", "frontend": "dist"}))]
    pub(super) app: App,
    /// Names for origin patterns, for use under `permissions`. `app` (the frontend that the gateway serves itself)
    /// and `remote` (every other origin) are built in.
    #[serde(default)]
    #[schemars(example = json!({"docs": "https://docs.example.com", "tenants": "https://{tenant}.ops.example.com"}))]
    pub(super) origins: BTreeMap<String, OriginText>,
    /// The windows that open at start, by label. A label is made of letters, digits and `_`, `/`, `:`, `-`. Each has
    /// one webview that carries the window's label.
    #[serde(default)]
    #[schemars(example = json!({"main": {"title": "Notes", "size": [960, 640]}}))]
    pub(super) windows: BTreeMap<String, Window>,
    /// What pages may invoke, by name. A command that is not declared here does not exist.
    #[serde(default)]
    #[schemars(example = json!({"version": {"run": {"value": "1.0.0"}}}))]
    pub(super) commands: BTreeMap<String, Command>,
    /// Namespaces of commands: a page calls them as `plugin:<namespace>|<command>`.
    #[serde(default)]
    #[schemars(example = json!({"git": {"commands": {"head": {"run": {"process": {"program": "git", "args": ["rev-parse", "HEAD"]}}}}}}))]
    pub(super) plugins: BTreeMap<String, Plugin>,
    /// Who may call what, by permission id. What no permission allows is denied; a matching `deny` always wins; order
    /// never matters.
    #[serde(default)]
    #[schemars(example = json!({"main-window": {"windows": ["main"], "allow": ["version"]}}))]
    pub(super) permissions: BTreeMap<String, Permission>,
    /// What happens to app commands that no `allow` entry of any permission names: `deny` (the default), or
    /// `additive`, which lets pages of the origin `app` call them.
    #[serde(default)]
    #[schemars(example = &"deny")]
    pub(super) unlisted: Unlisted,
    /// Limits for each webview.
    #[serde(default)]
    #[schemars(example = json!({"payload": "16MiB", "timeout": "30s"}))]
    pub(super) limits: Limits,
    /// How messages of channels travel.
    #[serde(default)]
    #[schemars(example = json!({"json_threshold": 8192, "raw_threshold": 1024}))]
    pub(super) channels: Channels,
}

/// The app as a whole.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct App {
    /// Reverse domain name of the app.
    #[schemars(example = &"dev.example.notes")]
    pub(super) id: String,
    /// Name for people; window titles use it unless they have their own. Defaults to `id`.
    #[schemars(example = &"Notes")]
    pub(super) name: Option<String>,
    /// Folder with the frontend's built files, from the manifest's folder. It is served as `app://localhost`, and its
    /// origin is called `app`.
    #[schemars(example = &"../frontend/dist")]
    pub(super) frontend: Option<String>,
    /// Where the frontend comes from in development.
    #[schemars(example = json!({"url": "http://localhost:5173", "command": ["npm", "run", "dev"]}))]
    #[expect(dead_code, reason = "nothing serves pages from it yet")]
    pub(super) dev: Option<Dev>,
    /// Content security policy of the frontend's pages. The gateway adds what its own bridge needs, nothing more.
    /// Defaults to `default-src 'self'`.
    #[schemars(example = &"default-src 'self'; img-src 'self' data:")]
    pub(super) csp: Option<String>,
}

/// Where the frontend comes from in development.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "nothing serves pages from it yet")]
pub(super) struct Dev {
    /// Address of the development server.
    #[schemars(example = &"http://localhost:5173")]
    pub(super) url: String,
    /// What starts the server: a program and its arguments.
    #[schemars(example = ["npm", "run", "dev"])]
    pub(super) command: Option<Vec<String>>,
}

/// Scheme, host and port; `*.` at the start of the host stands for one or more labels, `{name}` for exactly one, `:*`
/// for any port.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(inline, example = &"https://docs.example.com")]
#[expect(dead_code, reason = "lowering reads the text with its place")]
pub(super) struct OriginText(String);

/// A native window with one webview in it.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Window {
    /// Title bar's text. Defaults to the app's name.
    #[schemars(example = &"Notes")]
    pub(super) title: Option<String>,
    /// Width and height of the content in logical pixels. Defaults to `[960, 640]`.
    #[schemars(example = [960, 640], inner(range(min = 1, max = 16384)))]
    pub(super) size: Option<[u32; 2]>,
    /// The page: a path in `app.frontend`, or an `http://` or `https://` address. Defaults to `index.html`.
    #[schemars(example = &"index.html")]
    pub(super) url: Option<String>,
}

/// What a page may invoke.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Command {
    /// What the command does, for people.
    #[schemars(example = &"Counts the words of a file.")]
    pub(super) description: Option<String>,
    /// The arguments, by name: each a JSON Schema (2020-12), with `optional` and `default` beside it. An argument is
    /// required unless it has one of them. Without `args`, a `native` command checks its arguments itself and any
    /// other command takes none.
    #[schemars(example = json!({"file": {"type": "string", "maxLength": 200}, "lines": {"type": "integer", "default": 20}}))]
    pub(super) args: Option<BTreeMap<String, Argument>>,
    /// What runs: exactly one of `value`, `process` and `native`.
    #[schemars(example = json!({"process": {"program": "wc", "args": ["-w", "--", "{file}"]}}))]
    pub(super) run: Run,
    /// Limits of this command; they take the place of those of the whole manifest.
    #[schemars(example = json!({"timeout": "2s"}))]
    #[expect(dead_code, reason = "lowering reads each with its place")]
    pub(super) limits: Option<CommandLimits>,
}

/// A JSON Schema (2020-12, formats asserted), with `optional` and `default` beside its keywords.
#[derive(Debug, Deserialize, JsonSchema)]
pub(super) struct Argument {
    /// Whether the argument may be left out.
    #[serde(default)]
    #[schemars(example = true)]
    pub(super) optional: bool,
    /// What the argument is when it is left out.
    #[schemars(example = 20)]
    #[serde(default, deserialize_with = "some")]
    pub(super) default: Option<Value>,
    /// The keywords of the JSON Schema.
    #[serde(flatten)]
    pub(super) schema: Map<String, Value>,
}

/// A `default: null` is a default too.
fn some<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// What runs: exactly one of these.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, extend("minProperties" = 1, "maxProperties" = 1))]
pub(super) struct Run {
    /// A constant, or a value with `{argument}` placeholders in its texts. A text that is one whole placeholder becomes
    /// the argument with its JSON type.
    #[schemars(example = &"Hello, {name}!")]
    #[serde(default, deserialize_with = "some")]
    pub(super) value: Option<Value>,
    /// A program that is started for each call: an argv, never a shell.
    #[schemars(example = json!({"program": "git", "args": ["log", "--max-count={max}"], "output": "lines"}))]
    pub(super) process: Option<Process>,
    /// The name of a Rust function that the embedding program registered. The stock binary has `echo`, `gateway_status`
    /// and `count`.
    #[schemars(example = &"gateway_status")]
    pub(super) native: Option<String>,
}

/// A program that is started for each call.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Process {
    /// The program: a name that is looked up on the gateway's own `PATH`, or a path from the manifest's folder. It has
    /// no placeholders.
    #[schemars(example = &"git")]
    pub(super) program: String,
    /// Its arguments, one item each. `{name}` fills one item or a part of one, `{name...}` one item for each element
    /// of a list, `{{` and `}}` are literal braces. A value that would begin an item with `-` is rejected unless a
    /// literal `--` comes before it or the item says `options: allow`.
    #[serde(default)]
    #[schemars(example = json!(["log", "--max-count={max}", {"when": "author", "args": ["--author={author}"]}]))]
    pub(super) args: Vec<Item>,
    /// Text for its standard input, with placeholders. Without it standard input is empty.
    #[schemars(example = &"{text}")]
    pub(super) stdin: Option<String>,
    /// How its standard output becomes the result. Defaults to `text`.
    #[serde(default)]
    #[schemars(example = &"lines")]
    pub(super) output: Output,
    /// Names of the environment variables that it inherits. Its environment holds nothing else.
    #[serde(default)]
    #[schemars(example = ["HOME", "PATH"])]
    pub(super) env: Vec<String>,
    /// The folder that it runs in, from the manifest's folder, which is the default. `$PWD` at the start is the folder
    /// that the gateway was started in.
    #[schemars(example = &"..")]
    pub(super) cwd: Option<String>,
}

/// One item of a program's arguments.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
pub(super) enum Item {
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
pub(super) struct When {
    /// The argument.
    #[schemars(example = &"author")]
    pub(super) when: String,
    /// The items.
    #[schemars(example = ["--author={author}"])]
    pub(super) args: Vec<String>,
}

/// A text with placeholders that may begin with `-`.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct OptionItem {
    /// The text.
    #[schemars(example = &"{flag}")]
    pub(super) value: String,
    /// `allow` lets an argument become an option of the program.
    #[schemars(example = &"allow")]
    #[expect(dead_code, reason = "`allow` is its only value; writing it is the consent")]
    pub(super) options: Allow,
}

/// The only word is `allow`.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(super) enum Allow {
    /// Consent.
    Allow,
}

/// How a program's standard output becomes the result.
#[derive(Debug, Clone, Copy, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub(super) enum Output {
    /// A string with exactly what the program wrote; it must be UTF-8.
    #[default]
    Text,
    /// A list of strings, one a line.
    Lines,
    /// The JSON value that the program wrote.
    Json,
    /// Bytes; the page gets an `ArrayBuffer`.
    Raw,
}

/// A namespace of commands.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "lowering reads the commands one by one")]
pub(super) struct Plugin {
    /// The namespace's commands, by name.
    #[schemars(example = json!({"head": {"run": {"process": {"program": "git", "args": ["rev-parse", "HEAD"]}}}}))]
    pub(super) commands: BTreeMap<String, Command>,
}

/// Grants and denies commands to the callers that it matches: all the dimensions that are given must match, and at
/// least one of `windows` and `webviews` is given.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(super) struct Permission {
    /// What the permission is for, for people.
    #[schemars(example = &"What the main window needs.")]
    #[expect(dead_code, reason = "it is for readers of the file")]
    pub(super) description: Option<String>,
    /// Globs over window labels.
    #[schemars(example = ["main", "diff-*"], length(min = 1))]
    pub(super) windows: Option<Vec<String>>,
    /// Globs over webview labels.
    #[schemars(example = ["*"], length(min = 1))]
    pub(super) webviews: Option<Vec<String>>,
    /// Names of origins. Defaults to `[app]`.
    #[schemars(example = ["app"], length(min = 1))]
    pub(super) origins: Option<Vec<String>>,
    /// Commands that these callers may run: a name, or `plugin:<namespace>|<name>`, where `*` stands for any run of
    /// name characters. `*` alone is every app command.
    #[serde(default)]
    #[schemars(example = ["version", "plugin:git|*"])]
    pub(super) allow: Vec<String>,
    /// Commands that these callers may not run, whatever allows them. `*` alone is every command.
    #[serde(default)]
    #[schemars(example = ["plugin:git|push"])]
    pub(super) deny: Vec<String>,
}

/// What happens to app commands that no `allow` entry names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Unlisted {
    /// They are denied.
    #[default]
    Deny,
    /// Pages of the origin `app` may call them.
    Additive,
}

/// Limits for each webview.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "lowering reads each with its place")]
pub(super) struct Limits {
    /// The largest body of a call, and the largest output of a program. Defaults to `64MiB`.
    #[schemars(example = &"64MiB", extend("pattern" = super::units::SIZE_PATTERN))]
    pub(super) payload: Option<String>,
    /// The longest that a call may run. Defaults to `30s`.
    #[schemars(example = &"30s", extend("pattern" = super::units::DURATION_PATTERN))]
    pub(super) timeout: Option<String>,
    /// How many calls of one webview may run at once. Defaults to 64.
    #[schemars(example = 64, range(min = 1))]
    pub(super) concurrency: Option<u32>,
    /// How many calls a webview may make in a time. Defaults to `1000/s`.
    #[schemars(example = &"1000/s", extend("pattern" = super::units::RATE_PATTERN))]
    pub(super) rate: Option<String>,
}

/// Limits of one command.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "lowering reads each with its place")]
pub(super) struct CommandLimits {
    /// The largest body of a call, and the largest output of a program.
    #[schemars(example = &"1MiB", extend("pattern" = super::units::SIZE_PATTERN))]
    pub(super) payload: Option<String>,
    /// The longest that a call may run.
    #[schemars(example = &"2s", extend("pattern" = super::units::DURATION_PATTERN))]
    pub(super) timeout: Option<String>,
}

/// How messages of channels travel.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "lowering reads each with its place")]
pub(super) struct Channels {
    /// JSON messages of at least this many bytes wait on the host until the page fetches them. Defaults to 8192.
    #[schemars(example = 8192)]
    pub(super) json_threshold: Option<u32>,
    /// Messages of at least this many raw bytes wait on the host until the page fetches them. Defaults to 1024.
    #[schemars(example = 1024)]
    pub(super) raw_threshold: Option<u32>,
}
