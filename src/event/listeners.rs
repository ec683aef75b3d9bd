//! What the document of one webview listens to, and which of it the document may still hear.

use super::Event;
use crate::{
    ipc::{Caller, EventTarget},
    name::EventName,
    policy::{Authority, CallerRow, EventAccess},
};
use std::collections::HashMap;

/// A document has no more listeners than this.
pub const MOST_LISTENERS: usize = 1024;

/// The command that makes listeners: who may not call it hears nothing either.
const LISTEN: &str = "plugin:event|listen";

/// One listener of a document.
#[derive(Debug)]
pub struct Listener {
    /// The page's callback, which is also the listener's id: no other callback of the document has the number.
    pub id: u32,
    /// What it listens to.
    pub target: EventTarget,
    /// Who asked for it, which is whose permissions count.
    pub caller: Caller,
}

/// Why a document gets no listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListenError {
    /// It has [`MOST_LISTENERS`].
    TooMany,
    /// The callback listens to the event already.
    Taken,
    /// The document is gone.
    Gone,
}

/// The listeners of one document, by event.
#[derive(Debug, Default)]
pub(super) struct Listeners {
    by_event: HashMap<EventName, Vec<Listener>>,
    count: usize,
    /// What the last one asked about may do: mostly all listeners of a document are the same caller's.
    row: Option<(Caller, CallerRow)>,
}

impl Listeners {
    pub(super) fn add(&mut self, event: EventName, listener: Listener) -> Result<(), ListenError> {
        if self.count >= MOST_LISTENERS {
            return Err(ListenError::TooMany);
        }
        let listeners = self.by_event.entry(event).or_default();
        if listeners.iter().any(|known| known.id == listener.id) {
            return Err(ListenError::Taken);
        }
        listeners.push(listener);
        self.count += 1;
        Ok(())
    }

    /// Removes a listener; one that is not there is gone already.
    pub(super) fn remove(&mut self, event: &EventName, id: u32) {
        let Some(listeners) = self.by_event.get_mut(event) else { return };
        let before = listeners.len();
        listeners.retain(|listener| listener.id != id);
        self.count -= before - listeners.len();
        if listeners.is_empty() {
            self.by_event.remove(event);
        }
    }

    /// The ids of those that hear an event, and who they are: the event is for them, and they may hear it now.
    pub(super) fn hearing(
        &mut self,
        authority: &Authority,
        event: &Event,
    ) -> Option<(Vec<u32>, Caller)> {
        let listeners = self.by_event.get(&event.name)?;
        let number = authority.event(event.name.as_str())?;
        let command = authority.command(LISTEN)?;
        let mut ids = Vec::new();
        let mut hearing = None;
        for Listener { id, target, caller } in listeners {
            if !event.target.reaches(target) {
                continue;
            }
            let known = self.row.take().filter(|(known, row)| {
                known == caller && row.generation() == authority.generation()
            });
            let (_, row) =
                self.row.insert(known.unwrap_or_else(|| (caller.clone(), authority.row(caller))));
            if row.may(EventAccess::Listen, number) && row.authorize(command).is_some() {
                ids.push(*id);
                hearing.get_or_insert(caller);
            }
        }
        hearing.map(|caller| (ids, caller.clone()))
    }
}
