//! The messages of one channel: which of them leave and which wait, and what a full channel does.

use crate::{
    ipc::{
        ChannelMessage, ChannelSink, ChannelTerms, InvokeResponse, Rejection, RejectionCode, Room,
        SinkError, Taken,
    },
    plan::Overflow,
};
use serde_json::Value;
use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

/// Bytes of one channel that may be on their way, and as many that may wait. A single message may be larger.
const CAPACITY: usize = 1024 * 1024;

/// What all senders of a channel share. It outlives them while something waits: each message on its way holds it.
pub(super) struct Flow {
    id: u32,
    /// The argument that the channel is.
    name: Box<str>,
    terms: ChannelTerms,
    sink: Arc<dyn ChannelSink>,
    state: Mutex<State>,
    /// The page has taken a message.
    room: Notify,
    /// No message is taken any more.
    over: Notify,
}

#[derive(Default)]
struct State {
    /// The number of the next message that leaves.
    next: u64,
    /// Messages that have left and that the page does not have yet, and their bytes.
    on_way: usize,
    on_way_bytes: usize,
    /// Those that have not left, and their bytes.
    line: VecDeque<InvokeResponse>,
    line_bytes: usize,
    /// Somebody hands messages to the sink, one by one and without the lock; there is never a second one.
    is_leaving: bool,
    has_dropped: bool,
    /// Why no further message is taken.
    closed: Option<SinkError>,
    end: End,
}

/// Whether the page was told that no message follows.
#[derive(PartialEq, Eq, Default)]
enum End {
    #[default]
    Open,
    /// It is told behind the messages that wait.
    Due,
    Told,
}

impl fmt::Debug for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flow").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Flow {
    pub(super) fn new(id: u32, name: &str, sink: &Arc<dyn ChannelSink>) -> Self {
        Self {
            id,
            name: name.into(),
            terms: sink.terms(name),
            sink: Arc::clone(sink),
            state: Mutex::default(),
            room: Notify::new(),
            over: Notify::new(),
        }
    }

    pub(super) fn id(&self) -> u32 {
        self.id
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many messages wait where the sender does not: one at least, whatever the queue.
    fn waiting(&self) -> usize {
        match self.terms.overflow {
            Overflow::Block | Overflow::Fail => 0,
            Overflow::KeepLatest => 1,
            Overflow::DropOldest => (self.terms.queue / 2).max(1),
        }
    }

    /// How many messages may be on their way.
    fn window(&self) -> usize {
        self.terms.queue.saturating_sub(self.waiting()).max(1)
    }

    /// Holds a message against its declaration, where that is checked. One that does not fit ends the channel.
    pub(super) fn check(self: &Arc<Self>, message: &InvokeResponse) -> Result<(), SinkError> {
        let Some(validator) = &self.terms.messages else { return Ok(()) };
        let name = &self.name;
        let fault = match message {
            InvokeResponse::Raw(_) => {
                format!("a message of `{name}` is bytes, and `channel` describes JSON")
            }
            InvokeResponse::Json(text) => match serde_json::from_str::<Value>(text) {
                Err(error) => format!("a message of `{name}` is not JSON: {error}"),
                Ok(value) => match validator.validate(&value) {
                    Ok(()) => return Ok(()),
                    Err(error) => {
                        let place = error.instance_path();
                        // The value itself is the command's and may be long.
                        let fault = error.masked_with("the value");
                        format!("a message of `{name}{place}` does not fit `channel`: {fault}")
                    }
                },
            },
        };
        let reason = Rejection::new(RejectionCode::InvalidMessage, fault)
            .help("change what is sent, or `channel`; in production nothing checks it");
        self.fail(SinkError::Unfit, reason);
        Err(SinkError::Unfit)
    }

    /// Takes a message out of its place if there is room for it, or if the channel does not wait for room.
    pub(super) fn offer(
        self: &Arc<Self>,
        message: &mut Option<InvokeResponse>,
    ) -> Result<(), SinkError> {
        let mut state = self.state();
        if let Some(error) = state.closed {
            return Err(error);
        }
        let length = message.as_ref().map_or(0, InvokeResponse::len);
        match self.terms.overflow {
            Overflow::DropOldest | Overflow::KeepLatest => {}
            _ if state.has_room(length, self.terms.queue) => {}
            Overflow::Block => return Err(SinkError::Full),
            Overflow::Fail => {
                drop(state);
                self.overflow();
                return Err(SinkError::Overflowed);
            }
        }
        state.line_bytes += length;
        state.line.extend(message.take());
        self.leave(state)
    }

    /// Ends the channel and its call, because the page does not take the messages.
    pub(super) fn overflow(self: &Arc<Self>) {
        let queue = self.terms.queue;
        let message =
            format!("`{}` is full: the page has not taken {queue} messages, or 1 MiB", self.name);
        let reason = Rejection::new(RejectionCode::ChannelFull, message)
            .help("send less, raise `channels.queue`, or let `overflow` drop messages");
        self.fail(SinkError::Overflowed, reason);
    }

    /// Ends the channel and its call.
    pub(super) fn fail(self: &Arc<Self>, error: SinkError, reason: Rejection) {
        // The call is told first: it must not succeed once the page has seen the end.
        self.sink.fail(reason);
        let mut state = self.state();
        state.close(error);
        // It is over, whatever becomes of its last word.
        let _ = self.finish(state);
        self.over.notify_waiters();
    }

    /// Nobody can send any more; what waits still leaves.
    pub(super) fn end(self: &Arc<Self>) {
        let mut state = self.state();
        state.closed.get_or_insert(SinkError::Closed);
        // A page that is gone has nothing to be told.
        let _ = self.finish(state);
    }

    fn finish<'a>(self: &'a Arc<Self>, mut state: MutexGuard<'a, State>) -> Result<(), SinkError> {
        if state.end == End::Open {
            state.end = End::Due;
        }
        self.leave(state)
    }

    /// Hands over what may leave. The lock is not held meanwhile: a page may take a message while it is handed over.
    fn leave<'a>(self: &'a Arc<Self>, mut state: MutexGuard<'a, State>) -> Result<(), SinkError> {
        let mut kept = self.waiting();
        if state.is_leaving {
            // Whoever hands over goes on with what is in the line by then.
            kept += self.window();
        } else {
            state.is_leaving = true;
            while let Some(message) = state.depart(self.window()) {
                let room = match &message {
                    ChannelMessage::Payload(payload) => {
                        Room::bounded(Arc::clone(self) as Arc<dyn Taken>, payload.len())
                    }
                    ChannelMessage::End => Room::unbounded(),
                };
                let index = state.next;
                drop(state);
                let sent = self.sink.send(self.id, index, message, room);
                state = self.state();
                match sent {
                    // A message that was refused has no number: the page would wait for it.
                    Ok(()) => state.next += 1,
                    Err(error) => {
                        state.close(error);
                        self.over.notify_waiters();
                    }
                }
            }
            state.is_leaving = false;
        }
        let dropped = state.trim(kept);
        let is_first = dropped > 0 && !std::mem::replace(&mut state.has_dropped, true);
        let closed = state.closed;
        drop(state);
        if dropped > 0 {
            self.sink.dropped(&self.name, dropped, is_first);
        }
        closed.map_or(Ok(()), Err)
    }

    /// Waits until the page may have taken a message.
    pub(super) async fn room(&self) {
        self.room.notified().await;
    }

    /// Lets the next sender have what room there is.
    pub(super) fn pass_room_on(&self) {
        if self.state().has_room(0, self.terms.queue) {
            self.room.notify_one();
        }
    }

    /// Waits until nothing can be sent any more.
    pub(super) async fn closed(&self) {
        let over = async {
            loop {
                let told = self.over.notified();
                if self.state().closed.is_some() {
                    return;
                }
                told.await;
            }
        };
        tokio::select! {
            biased;
            () = self.sink.closed() => {}
            () = over => {}
        }
    }
}

impl Taken for Flow {
    fn taken(self: Arc<Self>, bytes: usize) {
        let mut state = self.state();
        state.on_way -= 1;
        state.on_way_bytes -= bytes;
        // Whether the page is gone is for those to know who send.
        let _ = self.leave(state);
        self.room.notify_one();
    }
}

impl State {
    /// Whether one more message of a length can be on its way beside those that are there. The first one always can.
    fn has_room(&self, length: usize, queue: usize) -> bool {
        let messages = self.on_way + self.line.len();
        let bytes = self.on_way_bytes + self.line_bytes;
        messages == 0 || (messages < queue && bytes.saturating_add(length) <= CAPACITY)
    }

    /// What leaves next: the first message, if it has room, and behind the last one the end.
    fn depart(&mut self, window: usize) -> Option<ChannelMessage> {
        let Some(length) = self.line.front().map(InvokeResponse::len) else {
            let is_due = self.end == End::Due;
            return is_due.then(|| {
                self.end = End::Told;
                ChannelMessage::End
            });
        };
        let bytes = self.on_way_bytes.saturating_add(length);
        if self.on_way > 0 && (self.on_way >= window || bytes > CAPACITY) {
            return None;
        }
        self.on_way += 1;
        self.on_way_bytes = bytes;
        self.line_bytes -= length;
        self.line.pop_front().map(ChannelMessage::Payload)
    }

    /// Drops the oldest messages of the line until no more than so many wait, and says how many those were.
    fn trim(&mut self, kept: usize) -> u64 {
        let mut dropped = 0;
        while self.line.len() > kept || (self.line.len() > 1 && self.line_bytes > CAPACITY) {
            let oldest = self.line.pop_front();
            self.line_bytes -= oldest.map_or(0, |message| message.len());
            dropped += 1;
        }
        dropped
    }

    /// Takes no more messages, and forgets those that wait.
    fn close(&mut self, error: SinkError) {
        self.closed.get_or_insert(error);
        self.line.clear();
        self.line_bytes = 0;
    }
}
