//! The words of one call: who calls, what comes in, what goes out, and how a call is refused.

mod event;
mod rejection;

pub use event::{EventOutlet, EventSink, EventSource, EventTarget};
pub use rejection::{Rejection, RejectionCode};

use crate::{name::Label, pattern::Origin};
use serde::Serialize;
use serde_json::Value;
use std::{fmt, future::Future, pin::Pin, sync::Arc};
use thiserror::Error;
use tokio::sync::OwnedSemaphorePermit;

/// Who calls: the labels that the host gave, and the origin that the engine reported.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Caller {
    /// Label of the window that holds the webview.
    pub window: Label,
    /// Label of the webview whose page calls.
    pub webview: Label,
    /// Origin of the calling document; `None` (missing, `null` or malformed) matches no permission.
    pub origin: Option<Origin>,
}

impl fmt::Display for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{} at ", self.window, self.webview)?;
        match &self.origin {
            Some(origin) => write!(f, "{origin}"),
            None => f.write_str("no origin"),
        }
    }
}

/// What a caller may use a command with, over all permissions that let it run the command.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CallScope {
    /// What is allowed: the items of `scope: { allow: […] }`.
    pub allow: Vec<Value>,
    /// What is refused even where it is allowed.
    pub deny: Vec<Value>,
}

/// What a page sends with a call, after decoding.
#[derive(Debug, Clone, PartialEq)]
pub enum InvokeBody {
    /// Arguments by name, usually an object.
    Json(Value),
    /// Bytes, sent as `application/octet-stream`.
    Raw(Vec<u8>),
}

/// What a call gives back when it succeeds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvokeResponse {
    /// JSON text, already serialised.
    Json(String),
    /// Bytes; the page gets an `ArrayBuffer`.
    Raw(Vec<u8>),
}

impl InvokeResponse {
    /// Serialises a value; a value that JSON cannot hold is an [`RejectionCode::Internal`] rejection.
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Result<Self, Rejection> {
        serde_json::to_string(value).map(Self::Json).map_err(|error| {
            Rejection::new(RejectionCode::Internal, format!("the result is not JSON: {error}"))
        })
    }

    /// Length in bytes of what travels.
    pub fn len(&self) -> usize {
        match self {
            Self::Json(text) => text.len(),
            Self::Raw(bytes) => bytes.len(),
        }
    }

    /// Whether nothing travels.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What a call comes to.
pub type Reply = Result<InvokeResponse, Rejection>;

/// The page can no longer be reached, or cannot take more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SinkError {
    /// The document is gone.
    #[error("the page is closed")]
    Closed,
    /// Too many messages wait to be fetched.
    #[error("the page has too many messages waiting")]
    Full,
}

/// One message of a channel on its way to the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChannelMessage {
    /// The payload of one `send`.
    Payload(InvokeResponse),
    /// No message follows.
    End,
}

/// The room that a message takes until the page has it. Dropping it makes room for the next message.
#[derive(Debug, Default)]
pub struct Room(Hold);

/// What is let go when the page has a message.
#[derive(Debug, Default)]
enum Hold {
    #[default]
    Nothing,
    Permit(#[expect(dead_code, reason = "it is held to be dropped")] OwnedSemaphorePermit),
    Value(#[expect(dead_code, reason = "it is held to be dropped")] Box<dyn fmt::Debug + Send>),
}

impl Room {
    /// For a message whose sender does not wait.
    pub const fn unbounded() -> Self {
        Self(Hold::Nothing)
    }

    /// Drops a value when the page has the message.
    pub fn holding(value: impl fmt::Debug + Send + 'static) -> Self {
        Self(Hold::Value(Box::new(value)))
    }

    /// Whether the sender waits for room, so that its messages cannot become too many.
    pub fn is_bounded(&self) -> bool {
        !matches!(self.0, Hold::Nothing)
    }
}

impl From<OwnedSemaphorePermit> for Room {
    fn from(permit: OwnedSemaphorePermit) -> Self {
        Self(Hold::Permit(permit))
    }
}

/// Where a channel's messages go: the page that made the channel.
pub trait ChannelSink: Send + Sync + fmt::Debug {
    /// Sends message number `index` (from 0) to the page's callback `channel`; `room` is held until the page has it.
    fn send(
        &self,
        channel: u32,
        index: u64,
        message: ChannelMessage,
        room: Room,
    ) -> Result<(), SinkError>;

    /// Waits until nothing can be sent any more, as far as the sink can tell.
    fn closed(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::pending())
    }
}

/// A sink for calls that no page made: whatever is sent is refused.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoPage;

impl ChannelSink for NoPage {
    fn send(&self, _: u32, _: u64, _: ChannelMessage, _: Room) -> Result<(), SinkError> {
        Err(SinkError::Closed)
    }
}

impl NoPage {
    /// The sink, shared.
    pub fn shared() -> Arc<dyn ChannelSink> {
        Arc::new(Self)
    }
}
