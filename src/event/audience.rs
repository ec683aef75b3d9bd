//! One webview as events see it: what its document listens to, and what has not reached the page yet.

use super::{Event, ListenError, Listener, listeners::Listeners, queue::Queue};
use crate::{
    channel::{EventCall, Outbox},
    ipc::{Caller, Room, Taken},
    name::EventName,
    policy::Authority,
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The listeners of a webview's document, and the events that wait for its page.
#[derive(Debug)]
pub struct Audience {
    outbox: Arc<Outbox>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// How many documents of the webview ended before this one.
    document: u64,
    listeners: Listeners,
    queue: Queue,
    /// How often events have left.
    batches: u64,
    page: Page,
}

/// What has become of the events that left last; the numbers say which those are.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Page {
    /// The page has them: the next may leave.
    #[default]
    Free,
    /// They are being handed over.
    Sending(u64),
    /// They were handed over, and the page has not had them yet.
    Sent(u64),
}

impl State {
    /// Forgets an earlier document. A call of a later one proves that it is gone, even if nobody has said so yet.
    fn turn_to(&mut self, document: u64) {
        if document > self.document {
            *self = Self { document, batches: self.batches, ..Self::default() };
        }
    }
}

impl Audience {
    /// Nobody listens yet. Events leave through the outbox.
    pub fn new(outbox: Arc<Outbox>) -> Self {
        Self { outbox, state: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has a document listen to an event. `document` is how many documents of the webview ended before it.
    pub fn listen(
        &self,
        document: u64,
        event: EventName,
        listener: Listener,
    ) -> Result<(), ListenError> {
        let mut state = self.lock();
        state.turn_to(document);
        if document < state.document {
            return Err(ListenError::Gone);
        }
        state.listeners.add(event, listener)
    }

    /// Has a document listen no more.
    pub fn unlisten(&self, document: u64, event: &EventName, id: u32) {
        let mut state = self.lock();
        if document == state.document {
            state.listeners.remove(event, id);
        }
    }

    /// So many documents have ended by now: their listeners go, and what waited for them.
    pub fn end_document(&self, ended: u64) {
        self.lock().turn_to(ended);
    }

    /// Sends the event on if the document hears it. Whose events were lost by that for the first time is told.
    pub(super) fn deliver(
        self: &Arc<Self>,
        authority: &Authority,
        event: &Event,
    ) -> Option<Caller> {
        let mut state = self.lock();
        let (ids, caller) = state.listeners.hearing(authority, event)?;
        let payload = Arc::clone(&event.payload);
        let has_lost = state.queue.push(EventCall { event: event.name.clone(), ids, payload });
        drop(state);
        self.pump();
        has_lost.then_some(caller)
    }

    /// Hands over what waits, unless the page has not had what left before. What is handed over together is not many
    /// events, so that whoever sends, or the page's own thread, does not stay here for long.
    fn pump(self: &Arc<Self>) {
        loop {
            let mut state = self.lock();
            if state.page != Page::Free {
                return;
            }
            let batch = state.queue.batch();
            if batch.is_empty() {
                return;
            }
            state.batches += 1;
            let number = state.batches;
            state.page = Page::Sending(number);
            drop(state);
            let taken = Batch { audience: Arc::clone(self), number };
            // A page that is gone needs them no more.
            let _ = self.outbox.send_events(batch, Room::bounded(Arc::new(taken), 0));
            let mut state = self.lock();
            if state.page == Page::Sending(number) {
                state.page = Page::Sent(number);
            }
        }
    }
}

/// The events that left together, until the page has them.
#[derive(Debug)]
struct Batch {
    audience: Arc<Audience>,
    number: u64,
}

impl Taken for Batch {
    fn taken(self: Arc<Self>, _: usize) {
        let mut state = self.audience.lock();
        let was = state.page;
        if was != Page::Sending(self.number) && was != Page::Sent(self.number) {
            // They were for an earlier document.
            return;
        }
        state.page = Page::Free;
        drop(state);
        // Whoever is still handing them over goes on by itself.
        if was == Page::Sent(self.number) {
            self.audience.pump();
        }
    }
}
