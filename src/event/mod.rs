//! Events: which documents listen to what, and how an event gets to those of them that may hear it.

mod audience;
mod listeners;
mod queue;

pub use audience::Audience;
pub use listeners::{ListenError, Listener, MOST_LISTENERS};
pub use queue::{MOST_BYTES, MOST_WAITING};

use crate::{
    ipc::{Caller, EventTarget},
    name::EventName,
    policy::Authority,
};
use std::sync::{Arc, PoisonError, RwLock, Weak};

/// One event on its way.
#[derive(Debug, Clone)]
pub struct Event {
    /// Its name.
    pub name: EventName,
    /// Whom it is for.
    pub target: EventTarget,
    /// What it says: JSON text.
    pub payload: Arc<str>,
}

/// The webviews whose documents listen.
#[derive(Debug, Default)]
pub struct Bus(RwLock<Vec<Weak<Audience>>>);

impl Bus {
    /// Takes a webview in; once is enough, and again does no harm.
    pub fn join(&self, audience: &Arc<Audience>) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.retain(|known| known.strong_count() > 0);
        if !known.iter().any(|known| Weak::as_ptr(known) == Arc::as_ptr(audience)) {
            known.push(Arc::downgrade(audience));
        }
    }

    /// Sends an event to every page that listens to it and may hear it, and never waits for one.
    ///
    /// Pages that have lost events with this one for the first time are named.
    pub fn deliver(&self, authority: &Authority, event: &Event) -> Vec<Caller> {
        let known: Vec<_> = {
            let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
            known.iter().filter_map(Weak::upgrade).collect()
        };
        known.iter().filter_map(|audience| audience.deliver(authority, event)).collect()
    }
}
