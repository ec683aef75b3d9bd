//! The way out of one call: channels end when the permission that opened them is taken away, or their document ends.

use super::Snapshot;
use crate::{
    channel::Outbox,
    ipc::{Caller, ChannelMessage, ChannelSink, SinkError},
    name::CommandName,
};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, OnceLock, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
};

/// The calls of one webview that have sent something over a channel and still can.
#[derive(Debug, Default)]
pub(super) struct Streams(Mutex<Open>);

#[derive(Debug, Default)]
struct Open {
    streams: Vec<Weak<Stream>>,
    /// The newest generation; calls that began before it are held against it when they first send.
    latest: Option<Arc<Snapshot>>,
}

#[derive(Debug)]
struct Stream {
    caller: Caller,
    command: CommandName,
    is_ended: AtomicBool,
    /// For every channel of the call, the number that its next message has.
    next: Mutex<HashMap<u32, u64>>,
}

impl Stream {
    fn may_go_on(&self, snapshot: &Snapshot) -> bool {
        let authority = &snapshot.policy.authority;
        let row = authority.row(&self.caller);
        authority.command(self.command.as_str()).is_some_and(|id| row.authorize(id).is_some())
    }

    fn end(&self, outbox: &Outbox) {
        self.is_ended.store(true, Ordering::Release);
        let next = std::mem::take(&mut *self.next.lock().unwrap_or_else(PoisonError::into_inner));
        for (channel, index) in next {
            // A page that is gone has nothing to be told.
            let _ = outbox.send(channel, index, ChannelMessage::End);
        }
    }
}

impl Streams {
    fn lock(&self) -> std::sync::MutexGuard<'_, Open> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, stream: &Arc<Stream>, generation: u64) {
        let mut open = self.lock();
        let is_stale = open.latest.as_ref().is_some_and(|latest| {
            latest.policy.generation > generation && !stream.may_go_on(latest)
        });
        if is_stale {
            stream.is_ended.store(true, Ordering::Release);
            return;
        }
        open.streams.retain(|stream| stream.strong_count() > 0);
        open.streams.push(Arc::downgrade(stream));
    }

    /// Ends the channels that the new generation would not open. Cost grows with the number of open calls.
    pub(super) fn reconcile(&self, snapshot: &Arc<Snapshot>, outbox: &Outbox) {
        let mut open = self.lock();
        open.latest = Some(Arc::clone(snapshot));
        open.streams.retain(|stream| {
            let Some(stream) = stream.upgrade() else { return false };
            let may_go_on = stream.may_go_on(snapshot);
            if !may_go_on {
                stream.end(outbox);
            }
            may_go_on
        });
    }

    /// Ends every channel: the document that they belong to is gone.
    pub(super) fn end_all(&self) {
        for stream in self.lock().streams.drain(..).filter_map(|stream| stream.upgrade()) {
            stream.is_ended.store(true, Ordering::Release);
        }
    }
}

/// A webview's way out, for all its calls.
#[derive(Debug, Clone)]
pub(super) struct Way {
    pub(super) outbox: Arc<Outbox>,
    pub(super) streams: Arc<Streams>,
}

impl Way {
    pub(super) fn new(outbox: Arc<Outbox>) -> Self {
        Self { outbox, streams: Arc::default() }
    }

    /// The way out of one call.
    pub(super) fn sink(
        &self,
        caller: &Caller,
        command: &CommandName,
        generation: u64,
    ) -> Arc<dyn ChannelSink> {
        Arc::new(CallSink {
            way: self.clone(),
            caller: caller.clone(),
            command: command.clone(),
            generation,
            stream: OnceLock::new(),
        })
    }
}

/// What a command gets to send through.
#[derive(Debug)]
struct CallSink {
    way: Way,
    caller: Caller,
    command: CommandName,
    generation: u64,
    /// Made at the first message: most calls never send one.
    stream: OnceLock<Arc<Stream>>,
}

impl CallSink {
    fn stream(&self) -> &Arc<Stream> {
        self.stream.get_or_init(|| {
            let stream = Arc::new(Stream {
                caller: self.caller.clone(),
                command: self.command.clone(),
                is_ended: AtomicBool::new(false),
                next: Mutex::default(),
            });
            self.way.streams.add(&stream, self.generation);
            stream
        })
    }
}

impl ChannelSink for CallSink {
    fn send(&self, channel: u32, index: u64, message: ChannelMessage) -> Result<(), SinkError> {
        let stream = self.stream();
        // Held while sending: an end by reload comes after the message or not at all before it.
        let mut next = stream.next.lock().unwrap_or_else(PoisonError::into_inner);
        if stream.is_ended.load(Ordering::Acquire) {
            return Err(SinkError::Closed);
        }
        match message {
            ChannelMessage::End => next.remove(&channel),
            ChannelMessage::Payload(_) => next.insert(channel, index + 1),
        };
        self.way.outbox.send(channel, index, message)
    }
}
