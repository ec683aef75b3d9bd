//! Stage 9, audit: every call leaves one record, whatever came of it; secrets and arguments are not in it.

use crate::ipc::{Caller, Rejection, RejectionCode};
use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It succeeded.
    Ok,
    /// The command itself gave an error.
    CommandError,
    /// The gateway refused or failed it.
    Rejected(RejectionCode),
    /// Whoever waited for it went away before it ended.
    Cancelled,
    /// The invoke key was missing or wrong.
    WrongKey,
    /// No call: a page did not take its events, and the oldest of them are lost. Recorded once for a document.
    EventsLost,
}

impl Outcome {
    pub(super) fn of(rejection: &Rejection) -> Self {
        match rejection.code() {
            Some(RejectionCode::Cancelled) => Self::Cancelled,
            code => code.map_or(Self::CommandError, Self::Rejected),
        }
    }

    /// Whether the caller was kept from something that it may not do.
    pub fn is_refusal(self) -> bool {
        matches!(
            self,
            Self::WrongKey
                | Self::Rejected(
                    RejectionCode::NotAllowed
                        | RejectionCode::UnknownCommand
                        | RejectionCode::UnknownEvent
                )
        )
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok => f.write_str("ok"),
            Self::CommandError => f.write_str("command_error"),
            Self::Rejected(code) => write!(f, "{code}"),
            Self::Cancelled => f.write_str("cancelled"),
            Self::WrongKey => f.write_str("wrong_key"),
            Self::EventsLost => f.write_str("events_lost"),
        }
    }
}

/// One call, after it ended.
#[derive(Debug)]
pub struct Record<'a> {
    /// The command's name; empty if it was malformed.
    pub command: &'a str,
    /// Who called.
    pub caller: &'a Caller,
    /// The generation that decided; `None` if it did not come that far.
    pub generation: Option<u64>,
    /// What came of it.
    pub outcome: Outcome,
    /// Length of the body in bytes.
    pub bytes: usize,
    /// From head to end.
    pub took: Duration,
}

/// A channel that has begun to drop messages: the page does not take them in time, and its `overflow` says so.
#[derive(Debug)]
pub struct Loss<'a> {
    /// The name of the command that sends.
    pub command: &'a str,
    /// Whose page does not take them.
    pub caller: &'a Caller,
    /// The argument that is the channel.
    pub argument: &'a str,
}

/// Where records go. Called on the call's own path: it must not block.
pub trait Audit: Send + Sync + fmt::Debug {
    /// Takes note of one call.
    fn record(&self, record: &Record<'_>);

    /// Takes note of a channel that drops messages, once for each; [`Counts::dropped`] counts them.
    fn dropping(&self, _loss: &Loss<'_>) {}
}

/// Where all goes that is to be known of calls; their channels can outlive them.
#[derive(Debug)]
pub(super) struct Ledger {
    pub(super) audit: Box<dyn Audit>,
    pub(super) counters: Counters,
}

/// Takes no note.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoAudit;

impl Audit for NoAudit {
    fn record(&self, _: &Record<'_>) {}
}

/// How many calls ended how.
#[derive(Debug, Default)]
pub struct Counters {
    ok: AtomicU64,
    failed: AtomicU64,
    refused: AtomicU64,
    wrong_key: AtomicU64,
    pub(super) dropped: AtomicU64,
}

/// The counters at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Calls that succeeded.
    pub ok: u64,
    /// Calls that failed.
    pub failed: u64,
    /// Calls that no permission allowed.
    pub refused: u64,
    /// Calls without the right key.
    pub wrong_key: u64,
    /// Messages that channels dropped, whose `overflow` says so.
    pub dropped: u64,
}

impl Counters {
    pub(super) fn count(&self, outcome: Outcome) {
        let counter = match outcome {
            Outcome::Ok => &self.ok,
            Outcome::WrongKey => &self.wrong_key,
            outcome if outcome.is_refusal() => &self.refused,
            _ => &self.failed,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn counts(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            ok: read(&self.ok),
            failed: read(&self.failed),
            refused: read(&self.refused),
            wrong_key: read(&self.wrong_key),
            dropped: read(&self.dropped),
        }
    }
}
