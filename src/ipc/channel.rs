//! The words of a channel: what goes to a page beside the result of a call, on which terms, and what can stop it.

use super::{InvokeResponse, Rejection, RejectionCode};
use crate::plan::Overflow;
use jsonschema::Validator;
use std::{fmt, future::Future, pin::Pin, sync::Arc};
use thiserror::Error;

/// Why a message was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SinkError {
    /// The document is gone, or the permission that opened the channel.
    #[error("the page takes no more messages")]
    Closed,
    /// As many messages as `channels.queue` says are on their way. The channel goes on.
    #[error(
        "the channel is full: await `deliver`, which waits until the page has taken some messages"
    )]
    Full,
    /// The channel was full, and ended because its `overflow` is `fail`.
    #[error("the channel has ended: the page did not take its messages in time")]
    Overflowed,
    /// The message is not what the manifest declares. The channel has ended.
    #[error("the channel has ended: a message does not fit its declaration")]
    Unfit,
}

impl From<SinkError> for Rejection {
    fn from(error: SinkError) -> Self {
        let code = match error {
            SinkError::Closed => RejectionCode::Cancelled,
            SinkError::Full | SinkError::Overflowed => RejectionCode::ChannelFull,
            SinkError::Unfit => RejectionCode::InvalidMessage,
        };
        Self::new(code, error.to_string())
    }
}

/// What the manifest says about one channel.
#[derive(Debug, Clone)]
pub struct ChannelTerms {
    /// How many messages may be on their way to the page or wait.
    pub queue: usize,
    /// What happens to one more.
    pub overflow: Overflow,
    /// What each message must fit, where that is checked.
    pub messages: Option<Arc<Validator>>,
}

impl Default for ChannelTerms {
    /// 1024 messages, whose sender waits, and which can be anything.
    fn default() -> Self {
        Self { queue: 1024, overflow: Overflow::default(), messages: None }
    }
}

/// One message of a channel on its way to the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChannelMessage {
    /// The payload of one `send`.
    Payload(InvokeResponse),
    /// No message follows.
    End,
}

/// Who is to know that a page has a message.
pub trait Taken: Send + Sync + fmt::Debug {
    /// The page has a message of so many bytes. What waits may leave at once, through the sink that took the message.
    fn taken(self: Arc<Self>, bytes: usize);
}

/// The room that a message takes until the page has it. Dropping it makes room for the next message, which may then
/// leave: whoever drops it holds no lock that sending takes.
#[derive(Debug, Default)]
pub struct Room(Option<(Arc<dyn Taken>, usize)>);

impl Room {
    /// For what is not counted, such as the end of a channel.
    pub const fn unbounded() -> Self {
        Self(None)
    }

    /// For a message of so many bytes.
    pub fn bounded(sender: Arc<dyn Taken>, bytes: usize) -> Self {
        Self(Some((sender, bytes)))
    }

    /// Whether anybody is to know when the page has the message.
    pub fn is_bounded(&self) -> bool {
        self.0.is_some()
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if let Some((sender, bytes)) = self.0.take() {
            sender.taken(bytes);
        }
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

    /// What the manifest says about the channel that is the argument `argument`.
    fn terms(&self, _argument: &str) -> ChannelTerms {
        ChannelTerms::default()
    }

    /// A channel of the call ended for this reason, and the call is to end with it.
    fn fail(&self, _reason: Rejection) {}

    /// So many messages of the channel `argument` were dropped; `is_first` the first time.
    fn dropped(&self, _argument: &str, _messages: u64, _is_first: bool) {}
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
