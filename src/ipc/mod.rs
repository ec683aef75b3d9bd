//! The words of one call: who calls, what comes in, what goes out, and how a call is refused.

mod channel;
mod event;
mod rejection;

pub use channel::{ChannelMessage, ChannelSink, ChannelTerms, NoPage, Room, SinkError, Taken};
pub use event::{EventOutlet, EventSink, EventSource, EventTarget};
pub use rejection::{Rejection, RejectionCode};

use crate::{name::Label, pattern::Origin};
use serde::Serialize;
use serde_json::Value;
use std::fmt;

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
