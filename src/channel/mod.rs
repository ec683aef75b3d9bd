//! `Channel<T>`: ordered messages from the host to a page, while a call runs and after.

mod flow;
mod outbox;
#[cfg(test)]
mod tests;

pub use outbox::{EventCall, Outbox, Page, PageCall};

use crate::ipc::{ChannelSink, InvokeBody, InvokeResponse, Rejection, RejectionCode, SinkError};
use flow::Flow;
use serde::Serialize;
use serde_json::Value;
use std::{fmt, marker::PhantomData, sync::Arc};

/// What `@tauri-apps/api` writes in place of a channel argument, before the channel's id.
const ARGUMENT_PREFIX: &str = "__CHANNEL__:";

/// The host's end of a page's `Channel`.
///
/// Clones share one numbering, so the page sees messages in the order of the `send` calls that returned first.
/// When the last clone is dropped the page is told that no message follows.
///
/// As many messages as the manifest's `channels.queue` says, and one mebibyte of them, are on their way to the page. What
/// happens to one more is what `overflow` says: with `block`, [`deliver`](Self::deliver) waits until the page has taken
/// some, and [`send`](Self::send), which never waits, fails with [`SinkError::Full`].
pub struct Channel<T> {
    sender: Arc<Sender>,
    payload: PhantomData<fn(T)>,
}

/// Ends the channel with its last clone.
struct Sender(Arc<Flow>);

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
        f.debug_struct("Channel").field("id", &self.flow().id()).finish_non_exhaustive()
    }
}

impl<T> Clone for Channel<T> {
    fn clone(&self) -> Self {
        Self { sender: Arc::clone(&self.sender), payload: PhantomData }
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
        let sender = Sender(Arc::new(Flow::new(id, name, sink)));
        Ok(Self { sender: Arc::new(sender), payload: PhantomData })
    }

    fn flow(&self) -> &Arc<Flow> {
        &self.sender.0
    }

    /// Waits until nothing can be sent any more: the page, or the permission that opened the channel, is gone, or it has
    /// failed.
    pub async fn closed(&self) {
        self.flow().closed().await;
    }

    /// Sends a message that is ready to travel, as soon as the page has taken enough of those before it. A channel that
    /// drops messages or fails does not wait.
    ///
    /// Dropping the future while it waits sends nothing.
    pub async fn forward(&self, message: InvokeResponse) -> Result<(), SinkError> {
        let flow = self.flow();
        flow.check(&message)?;
        let mut message = Some(message);
        let mut has_waited = false;
        while let Err(error) = flow.offer(&mut message) {
            if error != SinkError::Full {
                return Err(error);
            }
            has_waited = true;
            tokio::select! {
                biased;
                () = flow.room() => {}
                () = flow.closed() => return Err(SinkError::Closed),
            }
        }
        if has_waited {
            // What made room for this message may have made room for another sender's.
            flow.pass_room_on();
        }
        Ok(())
    }

    /// Sends a message that is ready to travel, or fails.
    pub fn push(&self, message: InvokeResponse) -> Result<(), SinkError> {
        self.flow().check(&message)?;
        self.flow().offer(&mut Some(message))
    }

    /// Sends for somebody who cannot wait: where a channel is full that is to wait for its page, its call fails.
    pub(crate) fn push_or_fail(&self, message: InvokeResponse) {
        if self.push(message) == Err(SinkError::Full) {
            self.flow().overflow();
        }
    }

    /// Ends the channel and, for this reason, its call.
    pub(crate) fn fail(&self, reason: Rejection) {
        self.flow().fail(SinkError::Closed, reason);
    }
}

fn text<T: Serialize>(message: &T) -> InvokeResponse {
    let value: Value = serde_json::to_value(message).unwrap_or(Value::Null);
    InvokeResponse::Json(value.to_string())
}

impl<T: Serialize> Channel<T> {
    /// Sends one message without waiting; it may wait on the host until the page takes it.
    pub fn send(&self, message: &T) -> Result<(), SinkError> {
        self.push(text(message))
    }

    /// Sends one message as soon as the page has taken enough of those before it. A channel that drops messages or fails
    /// does not wait.
    ///
    /// Dropping the future while it waits sends nothing.
    pub async fn deliver(&self, message: &T) -> Result<(), SinkError> {
        self.forward(text(message)).await
    }
}

impl Channel<Vec<u8>> {
    /// Sends bytes without waiting; the page gets an `ArrayBuffer`.
    pub fn send_bytes(&self, bytes: Vec<u8>) -> Result<(), SinkError> {
        self.push(InvokeResponse::Raw(bytes))
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.0.end();
    }
}
