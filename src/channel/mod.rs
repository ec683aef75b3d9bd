//! `Channel<T>`: ordered messages from the host to a page, while a call runs and after.

mod outbox;

pub use outbox::{Outbox, Page, PageCall};

use crate::ipc::{
    ChannelMessage, ChannelSink, InvokeBody, InvokeResponse, Rejection, RejectionCode, SinkError,
};
use serde::Serialize;
use serde_json::Value;
use std::{
    fmt,
    marker::PhantomData,
    sync::{Arc, Mutex, PoisonError},
};

/// What `@tauri-apps/api` writes in place of a channel argument, before the channel's id.
const ARGUMENT_PREFIX: &str = "__CHANNEL__:";

/// The host's end of a page's `Channel`.
///
/// Clones share one numbering, so the page sees messages in the order of the `send` calls that returned first.
/// When the last clone is dropped the page is told that no message follows.
pub struct Channel<T> {
    shared: Arc<Shared>,
    payload: PhantomData<fn(T)>,
}

struct Shared {
    id: u32,
    next: Mutex<u64>,
    sink: Arc<dyn ChannelSink>,
}

impl<T> fmt::Debug for Channel<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel").field("id", &self.shared.id).finish_non_exhaustive()
    }
}

impl<T> Clone for Channel<T> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), payload: PhantomData }
    }
}

impl<T> Channel<T> {
    /// The channel that the page passed as argument `name`.
    pub fn from_argument(
        body: &InvokeBody,
        name: &str,
        sink: &Arc<dyn ChannelSink>,
    ) -> Result<Self, Rejection> {
        let value = match body {
            InvokeBody::Json(arguments) => arguments.get(name),
            InvokeBody::Raw(_) => None,
        };
        let missing = || {
            Rejection::new(
                RejectionCode::MissingArgument,
                format!("`{name}` is missing: a channel"),
            )
        };
        let text = value.ok_or_else(missing)?.as_str().unwrap_or_default();
        let id =
            text.strip_prefix(ARGUMENT_PREFIX).and_then(|id| id.parse().ok()).ok_or_else(|| {
                Rejection::new(RejectionCode::InvalidArgument, format!("`{name}` is not a channel"))
            })?;
        let shared = Shared { id, next: Mutex::new(0), sink: Arc::clone(sink) };
        Ok(Self { shared: Arc::new(shared), payload: PhantomData })
    }

    fn push(&self, message: InvokeResponse) -> Result<(), SinkError> {
        // Held while sending: messages leave in the order of their numbers.
        let mut next = self.shared.next.lock().unwrap_or_else(PoisonError::into_inner);
        self.shared.sink.send(self.shared.id, *next, ChannelMessage::Payload(message))?;
        // A message that was refused has no number: the page would wait for it.
        *next += 1;
        Ok(())
    }
}

impl<T: Serialize> Channel<T> {
    /// Sends one message; it may wait on the host until the page fetches it.
    pub fn send(&self, message: &T) -> Result<(), SinkError> {
        let value: Value = serde_json::to_value(message).unwrap_or(Value::Null);
        self.push(InvokeResponse::Json(value.to_string()))
    }
}

impl Channel<Vec<u8>> {
    /// Sends bytes; the page gets an `ArrayBuffer`.
    pub fn send_bytes(&self, bytes: Vec<u8>) -> Result<(), SinkError> {
        self.push(InvokeResponse::Raw(bytes))
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let index = *self.next.get_mut().unwrap_or_else(PoisonError::into_inner);
        // A page that is gone has nothing to be told.
        let _ = self.sink.send(self.id, index, ChannelMessage::End);
    }
}
