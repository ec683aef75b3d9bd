//! Keys of the file: limits, channels, reloading and includes.

use crate::{manifest::units, plan::Overflow};
use schemars::JsonSchema;
use serde::Deserialize;

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
pub(crate) struct Limits {
    /// The largest body of a call, and the largest output of a program. Defaults to `64MiB`.
    #[schemars(example = &"64MiB", extend("pattern" = units::SIZE_PATTERN))]
    pub(crate) payload: Option<String>,
    /// The longest that a call may run. Defaults to `30s`.
    #[schemars(example = &"30s", extend("pattern" = units::DURATION_PATTERN))]
    pub(crate) timeout: Option<String>,
    /// How many calls of one webview may run at once. Defaults to 64.
    #[schemars(example = 64, range(min = 1))]
    pub(crate) concurrency: Option<u32>,
    /// How many calls a webview may make in a time. Defaults to `1000/s`.
    #[schemars(example = &"1000/s", extend("pattern" = units::RATE_PATTERN))]
    pub(crate) rate: Option<String>,
}

/// Limits of one command.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "lowering reads each with its place")]
pub(crate) struct CommandLimits {
    /// The largest body of a call, and the largest output of a program.
    #[schemars(example = &"1MiB", extend("pattern" = units::SIZE_PATTERN))]
    pub(crate) payload: Option<String>,
    /// The longest that a call may run.
    #[schemars(example = &"2s", extend("pattern" = units::DURATION_PATTERN))]
    pub(crate) timeout: Option<String>,
    /// How many calls of this command may run at once in one webview.
    #[schemars(example = 4, range(min = 1))]
    pub(crate) concurrency: Option<u32>,
    /// How many calls of this command a webview may make in a time.
    #[schemars(example = &"10/s", extend("pattern" = units::RATE_PATTERN))]
    pub(crate) rate: Option<String>,
}

/// How messages of channels travel.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "lowering reads each with its place")]
pub(crate) struct Channels {
    /// JSON messages of at least this many bytes wait on the host until the page fetches them. Defaults to 8192.
    #[schemars(example = 8192)]
    pub(crate) json_threshold: Option<u32>,
    /// Messages of at least this many raw bytes wait on the host until the page fetches them. Defaults to 1024.
    #[schemars(example = 1024)]
    pub(crate) raw_threshold: Option<u32>,
    /// How many messages of a channel may be on their way to the page or wait; one mebibyte of them at most, or one message.
    /// Defaults to 1024.
    #[schemars(example = 1024, range(min = 1, max = 65536))]
    pub(crate) queue: Option<u32>,
    /// What a full channel does: `block` its producer (the default); drop what waits, `drop-oldest` first or all but the
    /// newest, `keep-latest`; or `fail`, with the call. A sidecar cannot be blocked: its call fails then, too.
    #[schemars(example = &"block")]
    pub(crate) overflow: Option<Overflow>,
}

/// What an edit of the manifest may change while the app runs.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Reload {
    /// What happens to an edit that lets somebody call more than before: `allow` it (the default), `confirm` it with the
    /// person at the gateway, or `deny` it.
    #[serde(default)]
    #[schemars(example = &"confirm")]
    pub(crate) widen: Widen,
    /// Whether pages reload when the frontend's files change. Defaults to `false`.
    #[serde(default)]
    #[schemars(example = true)]
    pub(crate) assets: bool,
}

/// What happens to an edit that lets somebody call more than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Widen {
    /// It comes into force.
    #[default]
    Allow,
    /// It comes into force when the person at the gateway agrees.
    Confirm,
    /// It is refused.
    Deny,
}

/// Files that belong to the manifest.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(untagged)]
#[schemars(inline)]
#[expect(dead_code, reason = "reading a manifest takes the paths with their places")]
pub(crate) enum Include {
    /// A path or glob. One that matches nothing is an error.
    #[schemars(example = &"permissions/*.yaml")]
    Path(String),
    /// A path or glob that may match nothing.
    Optional(OptionalInclude),
}

/// Files that belong to the manifest where they exist.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
#[expect(dead_code, reason = "reading a manifest takes the paths with their places")]
pub(crate) struct OptionalInclude {
    /// The path or glob.
    #[schemars(example = &"local.yaml")]
    path: String,
    /// Whether it may match nothing.
    #[serde(default)]
    #[schemars(example = true)]
    optional: bool,
}
