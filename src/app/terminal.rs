//! Refusals and losses as notices: whoever develops the page sees at once what was denied, and what it did not take.

use super::Notice;
use crate::gateway::{Audit, Loss, Outcome, Record};
use std::{
    collections::HashSet,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

/// Calls without the key come from anywhere, and must not use up what is told of others.
const MAX_STRANGERS: usize = 8;
/// At most so many different refusals are told in one generation; the counters have them all.
const MAX_TOLD: usize = 256;

/// Tells each refusal once a generation: a page that repeats a denied call does not flood the terminal.
pub(super) struct TerminalAudit {
    tell: Arc<dyn Fn(Notice) + Send + Sync>,
    told: Mutex<(Option<u64>, HashSet<String>)>,
}

impl TerminalAudit {
    pub(super) fn new(tell: Arc<dyn Fn(Notice) + Send + Sync>) -> Self {
        Self { tell, told: Mutex::default() }
    }

    fn is_new(&self, record: &Record<'_>) -> bool {
        let key = format!("{} {} {}", record.command, record.caller, record.outcome);
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if record.generation.is_some() && told.0 != record.generation {
            *told = (record.generation, HashSet::new());
        }
        let limit = if record.outcome == Outcome::WrongKey { MAX_STRANGERS } else { MAX_TOLD };
        told.1.len() < limit && told.1.insert(key)
    }
}

impl fmt::Debug for TerminalAudit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TerminalAudit")
    }
}

impl Audit for TerminalAudit {
    fn record(&self, record: &Record<'_>) {
        if record.outcome.is_refusal() && self.is_new(record) {
            (self.tell)(Notice::Refused {
                command: record.command.to_owned(),
                caller: record.caller.clone(),
                outcome: record.outcome,
            });
        }
        if record.outcome == Outcome::EventsLost {
            let webview = &record.caller.webview;
            let message = format!("`{webview}` does not take its events, and the oldest are lost");
            (self.tell)(Notice::Failed(message));
        }
    }

    fn dropping(&self, loss: &Loss<'_>) {
        (self.tell)(Notice::Dropping {
            command: loss.command.to_owned(),
            caller: loss.caller.clone(),
            argument: loss.argument.to_owned(),
        });
    }
}
