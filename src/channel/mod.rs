//! `Channel<T>`: ordered messages from the host to a page, while a call runs and after.

mod outbox;

pub use outbox::{EventCall, Outbox, Page, PageCall};

use crate::ipc::{
    ChannelMessage, ChannelSink, InvokeBody, InvokeResponse, Rejection, RejectionCode, Room,
    SinkError,
};
use serde::Serialize;
use serde_json::Value;
use std::{
    fmt,
    marker::PhantomData,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::Semaphore;

/// What `@tauri-apps/api` writes in place of a channel argument, before the channel's id.
const ARGUMENT_PREFIX: &str = "__CHANNEL__:";

/// Bytes of one channel that may be on their way to the page while its sender does not wait.
const CAPACITY: u32 = 1024 * 1024;
/// What a message counts beside its own length, so that there are never more than 1024 of them.
const EACH: usize = 1024;

/// The host's end of a page's `Channel`.
///
/// Clones share one numbering, so the page sees messages in the order of the `send` calls that returned first.
/// When the last clone is dropped the page is told that no message follows.
///
/// [`send`](Self::send) never waits, and what the page has not taken is kept for it. A sender that may be faster than its
/// page awaits [`deliver`](Self::deliver), which keeps at most 1024 messages and one mebibyte on their way.
pub struct Channel<T> {
    shared: Arc<Shared>,
    payload: PhantomData<fn(T)>,
}

struct Shared {
    id: u32,
    next: Mutex<u64>,
    sink: Arc<dyn ChannelSink>,
    room: Arc<Semaphore>,
}

/// The id of the page's callback, if a value is the argument that a page writes for a channel.
pub fn channel_id(value: &Value) -> Option<u32> {
    value.as_str()?.strip_prefix(ARGUMENT_PREFIX)?.parse().ok()
}

/// What a page writes for the channel with this id.
pub fn channel_argument(id: u32) -> String {
    format!("{ARGUMENT_PREFIX}{id}")
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
        Self::from_value(value.ok_or_else(missing)?, name, sink)
    }

    /// The channel that a page wrote as `value`, for the argument `name`.
    pub fn from_value(
        value: &Value,
        name: &str,
        sink: &Arc<dyn ChannelSink>,
    ) -> Result<Self, Rejection> {
        let id = channel_id(value).ok_or_else(|| {
            Rejection::new(RejectionCode::InvalidArgument, format!("`{name}` is not a channel"))
        })?;
        let shared = Shared {
            id,
            next: Mutex::new(0),
            sink: Arc::clone(sink),
            room: Arc::new(Semaphore::new(CAPACITY as usize)),
        };
        Ok(Self { shared: Arc::new(shared), payload: PhantomData })
    }

    /// Waits until nothing can be sent any more: the page, or the permission that opened the channel, is gone.
    pub async fn closed(&self) {
        self.shared.sink.closed().await;
    }

    /// Sends a message that is ready to travel, as soon as the page has taken enough of those before it.
    ///
    /// Dropping the future while it waits sends nothing.
    pub async fn forward(&self, message: InvokeResponse) -> Result<(), SinkError> {
        let length = message.len().saturating_add(EACH);
        // What is larger than all the room goes alone.
        let cost = u32::try_from(length).unwrap_or(CAPACITY).min(CAPACITY);
        let room = Arc::clone(&self.shared.room);
        let permit = tokio::select! {
            biased;
            permit = room.acquire_many_owned(cost) => permit.map_err(|_| SinkError::Closed)?,
            () = self.closed() => return Err(SinkError::Closed),
        };
        self.push(message, permit.into())
    }

    fn push(&self, message: InvokeResponse, room: Room) -> Result<(), SinkError> {
        // Held while sending: messages leave in the order of their numbers.
        let mut next = self.shared.next.lock().unwrap_or_else(PoisonError::into_inner);
        let message = ChannelMessage::Payload(message);
        self.shared.sink.send(self.shared.id, *next, message, room)?;
        // A message that was refused has no number: the page would wait for it.
        *next += 1;
        Ok(())
    }
}

fn text<T: Serialize>(message: &T) -> InvokeResponse {
    let value: Value = serde_json::to_value(message).unwrap_or(Value::Null);
    InvokeResponse::Json(value.to_string())
}

impl<T: Serialize> Channel<T> {
    /// Sends one message; it may wait on the host until the page fetches it.
    pub fn send(&self, message: &T) -> Result<(), SinkError> {
        self.push(text(message), Room::unbounded())
    }

    /// Sends one message as soon as the page has taken enough of those before it.
    ///
    /// Dropping the future while it waits sends nothing.
    pub async fn deliver(&self, message: &T) -> Result<(), SinkError> {
        self.forward(text(message)).await
    }
}

impl Channel<Vec<u8>> {
    /// Sends bytes; the page gets an `ArrayBuffer`.
    pub fn send_bytes(&self, bytes: Vec<u8>) -> Result<(), SinkError> {
        self.push(InvokeResponse::Raw(bytes), Room::unbounded())
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let index = *self.next.get_mut().unwrap_or_else(PoisonError::into_inner);
        // A page that is gone has nothing to be told.
        let _ = self.sink.send(self.id, index, ChannelMessage::End, Room::unbounded());
    }
}
