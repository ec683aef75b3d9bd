//! The words that a manifest writes for how things run; each doc comment is an editor's hover.

use schemars::JsonSchema;
use serde::Deserialize;

/// How output becomes the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Output {
    /// A string with exactly what was written; it must be UTF-8.
    Text,
    /// A list of strings, one a line.
    Lines,
    /// The JSON value that was written.
    Json,
    /// Bytes; the page gets an `ArrayBuffer`.
    Raw,
}

/// An output of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum StreamSource {
    /// Standard output.
    #[default]
    Stdout,
    /// Standard error.
    Stderr,
}

/// What one message of a streamed output is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum StreamFraming {
    /// A line.
    #[default]
    Lines,
    /// What stands between two line ends or carriage returns, as progress displays write it.
    CarriageReturns,
    /// A line that is a JSON value.
    Ndjson,
    /// Bytes, as they come.
    Raw,
}

/// Which addresses a host's name may stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(inline)]
pub enum Addresses {
    /// Public ones, or the one that is written as a number or as `localhost`.
    #[default]
    Public,
    /// Also this machine and private networks.
    Any,
}

/// How a sidecar's messages are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Framing {
    /// One message a line.
    #[default]
    Ndjson,
    /// A header with the length before each message, as language servers do it.
    ContentLength,
}

/// When a sidecar that ended is started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Restart {
    /// When it failed.
    #[default]
    OnFailure,
    /// Whenever it ended.
    Always,
    /// Not before the app is started again.
    Never,
}

/// When a sidecar is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Start {
    /// With the first call.
    #[default]
    OnDemand,
    /// With the app.
    Start,
}

/// What a channel does that is full: `queue` messages of it are on their way to the page or wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Overflow {
    /// The producer waits.
    #[default]
    Block,
    /// The oldest message that waits is dropped. At most half of the messages are on their way, so that some wait.
    DropOldest,
    /// Only the newest message waits; all others are on their way.
    KeepLatest,
    /// The channel ends, and its call fails.
    Fail,
}
