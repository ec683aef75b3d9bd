//! One webview's way out: small messages are pushed, large ones wait here until the page fetches them, once.

use crate::{
    ipc::{ChannelMessage, ChannelSink, InvokeResponse, Room, SinkError},
    name::EventName,
};
use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

/// What a lane is asked to run in the page: `__TAURI_INTERNALS__.runCallback`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageCall {
    /// The message itself.
    Message {
        /// The page's callback.
        channel: u32,
        /// Number of the message.
        index: u64,
        /// What was sent.
        payload: InvokeResponse,
    },
    /// The message waits; the page fetches it by this id.
    Fetch {
        /// The page's callback.
        channel: u32,
        /// Number of the message.
        index: u64,
        /// Key of the waiting message, for one read.
        id: u64,
    },
    /// No message follows.
    End {
        /// The page's callback.
        channel: u32,
        /// Number that the next message would have had.
        index: u64,
    },
    /// Events, in their order.
    Events(Vec<EventCall>),
}

/// One event for the listeners of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventCall {
    /// Its name.
    pub event: EventName,
    /// The page's callbacks, which are the ids of its listeners.
    pub ids: Vec<u32>,
    /// What it says: JSON text.
    pub payload: Arc<str>,
}

/// A page that a lane can reach.
pub trait Page: Send + Sync + fmt::Debug {
    /// Runs a callback in the page, in the order of the calls to this method. `room` is to be dropped when it has run.
    fn run(&self, call: PageCall, room: Room) -> Result<(), SinkError>;
}

/// The messages of one webview.
#[derive(Debug)]
pub struct Outbox {
    page: Arc<dyn Page>,
    json_threshold: AtomicUsize,
    raw_threshold: AtomicUsize,
    next_id: AtomicU64,
    pending: Mutex<HashMap<u64, (InvokeResponse, Room)>>,
}

impl Outbox {
    /// An empty outbox; messages of at least the threshold's bytes wait to be fetched.
    pub fn new(page: Arc<dyn Page>, json_threshold: usize, raw_threshold: usize) -> Self {
        Self {
            page,
            json_threshold: json_threshold.into(),
            raw_threshold: raw_threshold.into(),
            next_id: AtomicU64::new(1),
            pending: Mutex::default(),
        }
    }

    /// Applies a new policy's thresholds, to open channels too.
    pub fn set_thresholds(&self, json: usize, raw: usize) {
        self.json_threshold.store(json, Ordering::Relaxed);
        self.raw_threshold.store(raw, Ordering::Relaxed);
    }

    /// Hands out a waiting message; a second read of the same id finds nothing.
    pub fn take(&self, id: u64) -> Option<InvokeResponse> {
        // Its room is dropped behind the lock: the next message may leave at once.
        let taken = self.pending().remove(&id);
        taken.map(|(message, _)| message)
    }

    /// Forgets all waiting messages: the document that they were for is gone.
    pub fn clear(&self) {
        let forgotten = std::mem::take(&mut *self.pending());
        drop(forgotten);
    }

    fn pending(&self) -> MutexGuard<'_, HashMap<u64, (InvokeResponse, Room)>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends events, which do not wait to be fetched: they would come behind later ones.
    pub fn send_events(&self, events: Vec<EventCall>, room: Room) -> Result<(), SinkError> {
        self.page.run(PageCall::Events(events), room)
    }

    fn is_direct(&self, payload: &InvokeResponse) -> bool {
        let threshold = match payload {
            InvokeResponse::Json(_) => &self.json_threshold,
            InvokeResponse::Raw(_) => &self.raw_threshold,
        };
        payload.len() < threshold.load(Ordering::Relaxed)
    }
}

impl ChannelSink for Outbox {
    fn send(
        &self,
        channel: u32,
        index: u64,
        message: ChannelMessage,
        room: Room,
    ) -> Result<(), SinkError> {
        let (call, room) = match message {
            ChannelMessage::End => (PageCall::End { channel, index }, room),
            ChannelMessage::Payload(payload) if self.is_direct(&payload) => {
                (PageCall::Message { channel, index, payload }, room)
            }
            ChannelMessage::Payload(payload) => {
                let id = self.next_id.fetch_add(1, Ordering::Relaxed);
                // Its room is taken until it is fetched.
                self.pending().insert(id, (payload, room));
                (PageCall::Fetch { channel, index, id }, Room::unbounded())
            }
        };
        self.page.run(call, room)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default)]
    struct Recorder(Mutex<Vec<PageCall>>);

    impl Page for Recorder {
        fn run(&self, call: PageCall, _: Room) -> Result<(), SinkError> {
            self.0.lock().unwrap().push(call);
            Ok(())
        }
    }

    fn json(text: &str) -> ChannelMessage {
        ChannelMessage::Payload(InvokeResponse::Json(text.into()))
    }

    #[test]
    fn the_threshold_decides_who_waits_and_one_read_is_all() {
        let page = Arc::new(Recorder::default());
        let outbox = Outbox::new(page.clone(), 4, 4);
        outbox.send(7, 0, json("123"), Room::unbounded()).unwrap();
        outbox.send(7, 1, json("1234"), Room::unbounded()).unwrap();
        let calls = page.0.lock().unwrap().clone();
        assert!(matches!(calls[0], PageCall::Message { channel: 7, index: 0, .. }));
        let PageCall::Fetch { index: 1, id, .. } = calls[1] else { panic!("{:?}", calls[1]) };
        assert_eq!(outbox.take(id), Some(InvokeResponse::Json("1234".into())));
        assert_eq!(outbox.take(id), None);
    }

    #[test]
    fn a_new_threshold_applies_to_the_next_message() {
        let page = Arc::new(Recorder::default());
        let outbox = Outbox::new(page.clone(), 4, 4);
        outbox.set_thresholds(2, 2);
        outbox.send(7, 0, json("123"), Room::unbounded()).unwrap();
        assert!(matches!(page.0.lock().unwrap()[0], PageCall::Fetch { .. }));
    }
}
