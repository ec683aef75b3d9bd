//! The way out of one call: channels end when the permission that opened them is taken away, or their document ends.

use super::{
    Mode, Snapshot,
    audit::{Ledger, Loss},
};
use crate::{
    channel::Outbox,
    event::Audience,
    ipc::{Caller, ChannelMessage, ChannelSink, ChannelTerms, Rejection, Room, SinkError},
    name::CommandName,
    policy::{Route, RouteChannels},
};
use std::{
    collections::{HashMap, HashSet},
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak, atomic::Ordering},
};
use tokio::sync::{Notify, watch};

/// The calls of one webview that have sent something over a channel and still can.
#[derive(Debug, Default)]
pub(super) struct Streams {
    open: Mutex<Open>,
    /// How many documents have ended; changes only while `open` is held.
    document: watch::Sender<u64>,
}

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
    state: Mutex<State>,
    /// Set when the state is no longer open.
    is_closed: watch::Sender<bool>,
}

#[derive(Debug)]
enum State {
    /// For every channel of the call that has sent, the number that its next message has.
    Open(HashMap<u32, u64>),
    /// The permission is gone; these channels of the page have been told.
    Revoked(HashSet<u32>),
    /// The document is gone; there is nobody to be told.
    Gone,
}

impl Stream {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn may_go_on(&self, snapshot: &Snapshot) -> bool {
        let authority = &snapshot.policy.authority;
        let row = authority.row(&self.caller);
        authority.command(self.command.as_str()).is_some_and(|id| row.authorize(id).is_some())
    }

    fn revoke(&self, outbox: &Outbox) {
        let mut state = self.lock();
        let State::Open(next) = &*state else { return };
        for (channel, index) in next {
            // A page that is gone has nothing to be told.
            let _ = outbox.send(*channel, *index, ChannelMessage::End, Room::unbounded());
        }
        *state = State::Revoked(next.keys().copied().collect());
        self.is_closed.send_replace(true);
    }
}

impl Streams {
    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in a call that is about to send for the first time, on the state in which it finds itself by now.
    fn add(&self, sink: &CallSink) -> Arc<Stream> {
        let mut open = self.lock();
        let mut stream = Stream {
            caller: sink.caller.clone(),
            command: sink.command.clone(),
            state: Mutex::new(State::Open(HashMap::new())),
            is_closed: watch::Sender::new(false),
        };
        let is_gone = *self.document.borrow() != sink.way.document;
        let is_revoked = open.latest.as_ref().is_some_and(|latest| {
            latest.policy.generation > sink.generation && !stream.may_go_on(latest)
        });
        if is_gone || is_revoked {
            let state = if is_gone { State::Gone } else { State::Revoked(HashSet::new()) };
            stream.state = Mutex::new(state);
            stream.is_closed.send_replace(true);
            return Arc::new(stream);
        }
        let stream = Arc::new(stream);
        open.streams.retain(|stream| stream.strong_count() > 0);
        open.streams.push(Arc::downgrade(&stream));
        stream
    }

    /// Ends the channels that the new generation would not open. Cost grows with the number of open calls.
    pub(super) fn reconcile(&self, snapshot: &Arc<Snapshot>, outbox: &Outbox) {
        let mut open = self.lock();
        open.latest = Some(Arc::clone(snapshot));
        open.streams.retain(|stream| {
            let Some(stream) = stream.upgrade() else { return false };
            let may_go_on = stream.may_go_on(snapshot);
            if !may_go_on {
                // It stays, to be closed with its document.
                stream.revoke(outbox);
            }
            true
        });
    }

    /// Ends every channel: the document that they belong to is gone, and so are those that have not sent yet. Tells how
    /// many documents have ended by now.
    pub(super) fn end_all(&self) -> u64 {
        let mut open = self.lock();
        self.document.send_modify(|document| *document += 1);
        for stream in open.streams.drain(..).filter_map(|stream| stream.upgrade()) {
            *stream.lock() = State::Gone;
            stream.is_closed.send_replace(true);
        }
        *self.document.borrow()
    }
}

/// A webview's way out, for all its calls.
#[derive(Debug, Clone)]
pub(super) struct Way {
    pub(super) outbox: Arc<Outbox>,
    pub(super) streams: Arc<Streams>,
    pub(super) audience: Arc<Audience>,
    /// For the document that calls: how many ended before it.
    pub(super) document: u64,
}

impl Way {
    pub(super) fn new(outbox: Arc<Outbox>) -> Self {
        let audience = Arc::new(Audience::new(Arc::clone(&outbox)));
        Self { outbox, streams: Arc::default(), audience, document: 0 }
    }

    /// The same for a call that begins now, and what says that the document it ends with is gone.
    pub(super) fn begin(&self) -> (Self, watch::Receiver<u64>) {
        let gone = self.streams.document.subscribe();
        let document = *gone.borrow();
        (Self { document, ..self.clone() }, gone)
    }

    /// The way out of one call.
    pub(super) fn sink(
        &self,
        caller: &Caller,
        route: &Route,
        generation: u64,
        mode: Mode,
        ledger: &Arc<Ledger>,
    ) -> Arc<CallSink> {
        Arc::new(CallSink {
            way: self.clone(),
            caller: caller.clone(),
            command: route.name.clone(),
            generation,
            channels: Arc::clone(&route.channels),
            mode,
            ledger: Arc::clone(ledger),
            stream: OnceLock::new(),
            failure: OnceLock::new(),
            failed: Notify::new(),
        })
    }
}

/// What a command gets to send through.
#[derive(Debug)]
pub(super) struct CallSink {
    way: Way,
    caller: Caller,
    command: CommandName,
    generation: u64,
    channels: Arc<RouteChannels>,
    mode: Mode,
    ledger: Arc<Ledger>,
    /// Made at the first message: most calls never send one.
    stream: OnceLock<Arc<Stream>>,
    /// Why the call is to end, if one of its channels says so.
    failure: OnceLock<Rejection>,
    failed: Notify,
}

impl CallSink {
    fn stream(&self) -> &Stream {
        self.stream.get_or_init(|| self.way.streams.add(self))
    }

    /// Why the call is to end, if one of its channels has said so.
    pub(super) fn failure(&self) -> Option<Rejection> {
        self.failure.get().cloned()
    }

    /// Waits until one of the call's channels says that it is to end.
    pub(super) async fn failed(&self) -> Rejection {
        loop {
            let told = self.failed.notified();
            if let Some(reason) = self.failure() {
                return reason;
            }
            told.await;
        }
    }
}

impl ChannelSink for CallSink {
    fn send(
        &self,
        channel: u32,
        index: u64,
        message: ChannelMessage,
        room: Room,
    ) -> Result<(), SinkError> {
        // Held while sending: an end by reload comes after the message or not at all before it.
        let mut state = self.stream().lock();
        match &mut *state {
            State::Open(next) => {
                let is_end = message == ChannelMessage::End;
                self.way.outbox.send(channel, index, message, room)?;
                if is_end {
                    next.remove(&channel);
                } else {
                    next.insert(channel, index + 1);
                }
                Ok(())
            }
            State::Revoked(told) => {
                if told.insert(channel) {
                    // A page that is gone has nothing to be told.
                    let end = ChannelMessage::End;
                    let _ = self.way.outbox.send(channel, index, end, Room::unbounded());
                }
                Err(SinkError::Closed)
            }
            State::Gone => Err(SinkError::Closed),
        }
    }

    fn closed(&self) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let mut is_closed = self.stream().is_closed.subscribe();
        Box::pin(async move {
            // The sender lives as long as this sink.
            let _ = is_closed.wait_for(|is_closed| *is_closed).await;
        })
    }

    fn terms(&self, argument: &str) -> ChannelTerms {
        let terms = self.channels.terms(argument).clone();
        match self.mode {
            Mode::Development => terms,
            Mode::Production => ChannelTerms { messages: None, ..terms },
        }
    }

    fn fail(&self, reason: Rejection) {
        // The first reason is the cause of those that follow.
        let _ = self.failure.set(reason);
        self.failed.notify_one();
    }

    fn dropped(&self, argument: &str, messages: u64, is_first: bool) {
        self.ledger.counters.dropped.fetch_add(messages, Ordering::Relaxed);
        if is_first {
            let (command, caller) = (self.command.as_str(), &self.caller);
            self.ledger.audit.dropping(&Loss { command, caller, argument });
        }
    }
}
