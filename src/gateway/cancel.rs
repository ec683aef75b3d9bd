//! Calls that a page can take back: it gives them a number, and names the number when it waits no more.

use crate::ipc::{Rejection, RejectionCode};
use std::{
    collections::{HashMap, VecDeque},
    future::pending,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::oneshot;

/// The command by which a page takes a call back.
pub(super) const CANCEL: &str = "plugin:__PORTCULLIS__|cancel";

/// The header with the number of a call, both on the call and on [`CANCEL`].
pub(super) const HEADER: &str = "portcullis-signal";

/// Numbers that were named before their call came, which may be on a slower way.
const EARLY: usize = 64;

/// The calls of one webview that can be taken back.
#[derive(Debug, Default, Clone)]
pub(super) struct Signals(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    running: HashMap<u32, oneshot::Sender<()>>,
    early: VecDeque<u32>,
}

impl Signals {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in a call. One that was taken back already does not run, nor does a second one with the same number.
    pub(super) fn begin(&self, id: u32) -> Result<Signal, Rejection> {
        let mut state = self.lock();
        let before = state.early.len();
        state.early.retain(|early| *early != id);
        if state.early.len() < before {
            return Err(taken_back());
        }
        if state.running.contains_key(&id) {
            let message = "another call has the same number";
            return Err(Rejection::new(RejectionCode::InvalidRequest, message));
        }
        let (sender, is_given) = oneshot::channel();
        state.running.insert(id, sender);
        Ok(Signal { id, signals: self.clone(), is_given })
    }

    /// Ends a call, or remembers that it is not to begin.
    pub(super) fn cancel(&self, id: u32) {
        let mut state = self.lock();
        if let Some(sender) = state.running.remove(&id) {
            // The call may have ended this moment.
            let _ = sender.send(());
            return;
        }
        if state.early.len() >= EARLY {
            state.early.pop_front();
        }
        state.early.push_back(id);
    }

    /// Forgets what another document asked for.
    pub(super) fn clear(&self) {
        self.lock().early.clear();
    }
}

/// One call that can be taken back, until it is dropped.
#[derive(Debug)]
pub(super) struct Signal {
    id: u32,
    signals: Signals,
    is_given: oneshot::Receiver<()>,
}

impl Signal {
    /// Waits until the call is taken back.
    pub(super) async fn given(signal: &mut Option<Self>) {
        let is_given = match signal {
            Some(signal) => (&mut signal.is_given).await.is_ok(),
            None => false,
        };
        if !is_given {
            pending::<()>().await;
        }
    }
}

impl Drop for Signal {
    fn drop(&mut self) {
        self.signals.lock().running.remove(&self.id);
    }
}

pub(super) fn taken_back() -> Rejection {
    Rejection::new(RejectionCode::Cancelled, "the page took the call back")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_no_call_has_are_remembered_and_only_so_many() {
        let signals = Signals::default();
        (0..=64).for_each(|id| signals.cancel(id));
        assert!(signals.begin(0).is_ok(), "the oldest is forgotten");
        assert_eq!(signals.begin(64).unwrap_err().code(), Some(RejectionCode::Cancelled));
        assert!(signals.begin(64).is_ok(), "it stops one call");
        signals.clear();
        assert!(signals.begin(1).is_ok());
    }

    #[test]
    fn a_number_is_that_of_one_running_call() {
        let signals = Signals::default();
        let first = signals.begin(1).unwrap();
        assert_eq!(signals.begin(1).unwrap_err().code(), Some(RejectionCode::InvalidRequest));
        drop(first);
        assert!(signals.begin(1).is_ok());
    }
}
