//! The shape of `gateway.yaml`, key by key: these types are the JSON Schema, and each doc comment is an editor's hover.

mod app;
mod backend;
mod command;
mod limits;
mod permission;
mod window;

pub(crate) use app::{App, Dev, Secret, Site};
pub(crate) use backend::{
    Backend, Http, Item, Outcome, Plugin, Process, Request, Sidecar, Stdin, Stream, When,
};
pub use command::PathKind;
pub(crate) use command::{Argument, Command, Run};
pub(crate) use limits::{CommandLimits, Include, Reload};
pub use limits::{Unlisted, Widen};
pub use permission::Runs;
pub(crate) use permission::{Event, Guardrail, Permission, Scope};
pub use window::{Create, Downloads, Links, Popups};
pub(crate) use window::{Length, Percentage, Webview, Window};

use limits::{Channels, Limits};
use permission::GroupEntry;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A Portcullis manifest: windows, commands and who may call what.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, title = "gateway.yaml")]
#[expect(dead_code, reason = "the schema describes the whole file; lowering reads it part by part")]
pub(crate) struct File {
    /// Version of the manifest's language. Always 1.
    #[schemars(extend("const" = 1), example = 1)]
    pub(crate) version: u32,
    /// The versions of Portcullis that this manifest is written for, as Cargo writes requirements.
    #[schemars(example = &">=0.1")]
    pub(crate) requires: Option<String>,
    /// The app as a whole.
    #[schemars(example = json!({"id": "dev.example.notes", "name": "Notes", "frontend": "dist"}))]
    pub(crate) app: App,
    /// Names for origin patterns, for use under `permissions`. `app` (the frontend that the gateway serves itself),
    /// the names of `app.sites` and `remote` (every other origin) are built in.
    #[serde(default)]
    #[schemars(example = json!({"docs": "https://docs.example.com", "tenants": "https://{tenant}.ops.example.com"}))]
    pub(crate) origins: BTreeMap<String, OriginText>,
    /// The app's windows, by label. A label is made of letters, digits and `_`, `/`, `:`, `-`. A window has one webview
    /// that carries the window's label unless it says otherwise under `webviews`.
    #[serde(default)]
    #[schemars(example = json!({"main": {"title": "Notes", "size": [960, 640]}}))]
    pub(crate) windows: BTreeMap<String, Window>,
    /// Passwords and tokens, by name, for use as `{secret:name}` in headers and environments. They never reach logs,
    /// arguments, diagnostics or pages.
    #[serde(default)]
    #[schemars(example = json!({"ops": {"env": "OPS_TOKEN"}}))]
    pub(crate) secrets: BTreeMap<String, Secret>,
    /// What several commands share, by name: they refer to it with `run: { use: name }`.
    #[serde(default)]
    #[schemars(example = json!({"git": {"process": {"program": "git", "args": ["--no-pager"], "env": ["HOME"]}}}))]
    pub(crate) backends: BTreeMap<String, Backend>,
    /// What pages may invoke, by name. A command that is not declared here does not exist.
    #[serde(default)]
    #[schemars(example = json!({"version": {"run": {"value": "1.0.0"}}}))]
    pub(crate) commands: BTreeMap<String, Command>,
    /// Namespaces of commands: a page calls them as `plugin:<namespace>|<command>`.
    #[serde(default)]
    #[schemars(example = json!({"git": {"commands": {"head": {"run": {"process": {"program": "git", "args": ["rev-parse", "HEAD"]}}}}}}))]
    pub(crate) plugins: BTreeMap<String, Plugin>,
    /// Events that pages may hear or send, by name.
    #[serde(default)]
    #[schemars(example = json!({"indexed": {"payload": {"type": "integer"}, "from": ["search"]}}))]
    pub(crate) events: BTreeMap<String, Event>,
    /// Names for lists of commands: `allow: ["@read"]` stands for every entry of the group `read`.
    #[serde(default)]
    #[schemars(example = json!({"read": ["version", "plugin:search|query"]}))]
    pub(crate) groups: BTreeMap<String, Vec<GroupEntry>>,
    /// Who may call what, by permission id. What no permission allows is denied; a matching `deny` always wins; order
    /// never matters.
    #[serde(default)]
    #[schemars(example = json!({"main-window": {"windows": ["main"], "allow": ["version"]}}))]
    pub(crate) permissions: BTreeMap<String, Permission>,
    /// Guardrails: what no permission may ever grant. A manifest that breaks one does not validate.
    #[serde(default)]
    #[schemars(example = json!([{"origins": ["remote"], "runs": ["process"], "why": "web content never starts programs"}]))]
    pub(crate) never: Vec<Guardrail>,
    /// What happens to app commands that no `allow` entry of any permission names: `deny` (the default), or
    /// `additive`, which lets pages of the origin `app` call them.
    #[serde(default)]
    #[schemars(example = &"deny")]
    pub(crate) unlisted: Unlisted,
    /// Limits for each webview.
    #[serde(default)]
    #[schemars(example = json!({"payload": "16MiB", "timeout": "30s"}))]
    pub(crate) limits: Limits,
    /// How messages of channels travel.
    #[serde(default)]
    #[schemars(example = json!({"json_threshold": 8192, "raw_threshold": 1024}))]
    pub(crate) channels: Channels,
    /// What an edit of this file may change while the app runs.
    #[serde(default)]
    #[schemars(example = json!({"widen": "confirm"}))]
    pub(crate) reload: Reload,
    /// Other files of this manifest, by path or glob from this file's folder. They may hold `commands`, `backends`,
    /// `origins`, `groups`, `permissions` and `include`; no name may be defined twice.
    #[serde(default)]
    #[schemars(example = json!(["permissions/*.yaml"]))]
    pub(crate) include: Vec<Include>,
    /// Overlays, by name, chosen with `--profile`: mappings merge by key, lists and values replace, `null` removes,
    /// and `never` only grows.
    #[serde(default)]
    #[schemars(example = json!({"dev": {"reload": {"assets": true}}}))]
    pub(crate) profiles: BTreeMap<String, Map<String, Value>>,
}

/// A file that `include` names.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, title = "an include of gateway.yaml")]
#[expect(dead_code, reason = "the schema describes the file; it is read as a part of the manifest")]
pub(crate) struct IncludeFile {
    /// Names for origin patterns.
    #[serde(default)]
    #[schemars(example = json!({"docs": "https://docs.example.com"}))]
    origins: BTreeMap<String, OriginText>,
    /// What several commands share, by name.
    #[serde(default)]
    #[schemars(example = json!({"git": {"process": {"program": "git"}}}))]
    backends: BTreeMap<String, Backend>,
    /// What pages may invoke, by name.
    #[serde(default)]
    #[schemars(example = json!({"version": {"run": {"value": "1.0.0"}}}))]
    commands: BTreeMap<String, Command>,
    /// Names for lists of commands.
    #[serde(default)]
    #[schemars(example = json!({"read": ["version"]}))]
    groups: BTreeMap<String, Vec<GroupEntry>>,
    /// Who may call what, by permission id.
    #[serde(default)]
    #[schemars(example = json!({"main-window": {"windows": ["main"], "allow": ["version"]}}))]
    permissions: BTreeMap<String, Permission>,
    /// Further files.
    #[serde(default)]
    #[schemars(example = json!(["more/*.yaml"]))]
    include: Vec<Include>,
}

/// A file that `--guardrails` names.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, title = "guardrails for gateway.yaml")]
#[expect(dead_code, reason = "the schema describes the file; it is read as a part of the manifest")]
pub(crate) struct GuardrailFile {
    /// What no permission may ever grant.
    #[schemars(example = json!([{"origins": ["remote"], "runs": ["process"], "why": "web content never starts programs"}]))]
    never: Vec<Guardrail>,
}

/// Scheme, host and port; `*.` at the start of the host stands for one or more labels, `{name}` for exactly one, `:*`
/// for any port.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(inline, example = &"https://docs.example.com")]
#[expect(dead_code, reason = "lowering reads the text with its place")]
pub(crate) struct OriginText(String);

/// A `null` that stands there is a value too.
fn some<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}
