//! Keys of the file: permissions, groups, events and guardrails.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Grants and denies commands to the callers that it matches: all the dimensions that are given must match, and at
/// least one of `windows` and `webviews` is given.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Permission {
    /// What the permission is for, for people.
    #[schemars(example = &"What the main window needs.")]
    #[expect(dead_code, reason = "it is for readers of the file")]
    pub(crate) description: Option<String>,
    /// Globs over window labels.
    #[schemars(example = ["main", "diff-*"], length(min = 1))]
    pub(crate) windows: Option<Vec<String>>,
    /// Globs over webview labels.
    #[schemars(example = ["*"], length(min = 1))]
    pub(crate) webviews: Option<Vec<String>>,
    /// Names of origins. Defaults to `[app]`.
    #[schemars(example = ["app"], length(min = 1))]
    pub(crate) origins: Option<Vec<String>>,
    /// Commands that these callers may run: a name, `plugin:<namespace>|<name>`, where `*` stands for any run of name
    /// characters, or a group, `@name`. `*` alone is every app command. A mapping of `commands` and `scope` says what
    /// they may be used with.
    #[serde(default)]
    #[schemars(example = json!(["version", "@read", {"commands": ["plugin:fs|read_*"], "scope": {"allow": [{"path": "$DOCUMENT/**"}]}}]))]
    #[expect(dead_code, reason = "lowering reads each entry with its place")]
    pub(crate) allow: Vec<AllowEntry>,
    /// Commands that these callers may not run, whatever allows them. `*` alone is every command.
    #[serde(default)]
    #[schemars(example = ["plugin:git|push"])]
    #[expect(dead_code, reason = "lowering reads each entry with its place")]
    pub(crate) deny: Vec<String>,
    /// Events that these callers may hear, by name. They listen with commands, which `allow: ["@core:event"]` grants.
    #[serde(default)]
    #[schemars(example = ["indexed"])]
    #[expect(dead_code, reason = "lowering reads each entry with its place")]
    pub(crate) listen: Vec<String>,
    /// Events that these callers may send, by name. They send with commands, which `allow: ["@core:event"]` grants.
    #[serde(default)]
    #[schemars(example = ["saved"])]
    #[expect(dead_code, reason = "lowering reads each entry with its place")]
    pub(crate) emit: Vec<String>,
}

/// One entry of `allow`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
#[expect(dead_code, reason = "lowering reads each entry with its place")]
pub(crate) enum AllowEntry {
    /// A command, a pattern or a group.
    #[schemars(example = &"plugin:fs|read_*")]
    Pattern(String),
    /// Commands with a scope.
    Scoped(ScopedEntry),
}

/// Commands, and what they may be used with.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "lowering reads each part with its place")]
pub(crate) struct ScopedEntry {
    /// Commands, patterns or groups.
    #[schemars(example = ["plugin:fs|read_*"], length(min = 1))]
    commands: Vec<String>,
    /// What the commands may be used with.
    #[schemars(example = json!({"allow": [{"path": "$DOCUMENT/**"}], "deny": [{"path": "**/.*"}]}))]
    scope: Option<Scope>,
}

/// What commands may be used with: data for a plugin's commands, or schemas for the arguments of declared ones.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Scope {
    /// For a plugin's commands, and for Rust functions that take it: what is allowed.
    #[schemars(example = json!([{"path": "$DOCUMENT/**"}]))]
    pub(crate) allow: Option<Vec<Map<String, Value>>>,
    /// For a plugin's commands, and for Rust functions that take it: what is refused, whatever allows it.
    #[schemars(example = json!([{"path": "**/.*"}]))]
    pub(crate) deny: Option<Vec<Map<String, Value>>>,
    /// For declared commands: a JSON Schema for each argument that is held to one.
    #[schemars(example = json!({"tenant": {"const": "acme"}}))]
    pub(crate) args: Option<BTreeMap<String, Map<String, Value>>>,
}

/// A command, a pattern, or another group.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(inline, example = &"plugin:search|query")]
#[expect(dead_code, reason = "lowering reads the text with its place")]
pub(crate) struct GroupEntry(String);

/// An event that pages may hear or send.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Event {
    /// What the event says, for people.
    #[schemars(example = &"How many files the search knows.")]
    #[expect(dead_code, reason = "it is for readers of the file")]
    pub(crate) description: Option<String>,
    /// JSON Schema (2020-12) of its payload.
    #[schemars(example = json!({"type": "integer"}))]
    pub(crate) payload: Option<Map<String, Value>>,
    /// Plugins and backends whose sidecar sends it, as a notification of this name. Pages send it where a permission has it
    /// under `emit`, and the program itself always may.
    #[serde(default)]
    #[schemars(example = ["search"])]
    pub(crate) from: Vec<String>,
}

/// What no permission may ever grant: all the dimensions that are given must match.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Guardrail {
    /// Globs over window labels. Defaults to every window.
    #[schemars(example = ["preview-*"], length(min = 1))]
    pub(crate) windows: Option<Vec<String>>,
    /// Globs over webview labels. Defaults to every webview.
    #[schemars(example = ["*"], length(min = 1))]
    pub(crate) webviews: Option<Vec<String>>,
    /// Names of origins. Defaults to every origin.
    #[schemars(example = ["remote"], length(min = 1))]
    pub(crate) origins: Option<Vec<String>>,
    /// Commands, patterns or groups. Defaults to every command.
    #[schemars(example = ["plugin:fs|write_*"], length(min = 1))]
    pub(crate) commands: Option<Vec<String>>,
    /// What stands behind the commands. Defaults to anything.
    #[schemars(example = ["process", "sidecar"], length(min = 1))]
    pub(crate) runs: Option<Vec<Runs>>,
    /// The reason, which is part of the finding.
    #[schemars(example = &"web content never starts programs")]
    pub(crate) why: String,
}

/// What stands behind a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Runs {
    /// A constant or a value made of arguments.
    Value,
    /// A program that is started for each call.
    Process,
    /// A program that answers requests.
    Sidecar,
    /// An HTTP service.
    Http,
    /// A Rust function.
    Native,
    /// A plugin that is built in.
    Plugin,
}
