//! Decides when one of the manifest's files is whole: fed with events and readings and the time, it touches no file and no clock.

use super::{
    files::Content,
    probe::{FileId, Look},
};
use std::{
    mem,
    time::{Duration, Instant},
};

/// An edit is looked at when no event has come for this long.
const QUIET: Duration = Duration::from_millis(50);
/// Events that never cease put a look off for this long at most.
const AT_MOST: Duration = Duration::from_millis(500);
/// A write whose end nobody announced is whole when it has not changed for this long.
const STILL: Duration = Duration::from_secs(2);
/// A file must be missing, or unreadable, for this long: editors delete a file and create it again.
const MISSING: Duration = Duration::from_millis(300);
/// What the events miss is found by a look at least this often.
const CHECK: Duration = Duration::from_secs(2);

/// What the events say of whoever writes the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writer {
    /// Nothing, or events were lost.
    Unknown,
    /// Created or written, and not closed since.
    Open,
    /// Closed by its writer, or moved into place as a whole.
    Done,
}

/// The state between two edits.
#[derive(Debug)]
pub(super) struct Settle {
    in_force: Content,
    /// The last content that could be read: the one in force, or the one before a fault.
    readable: Vec<u8>,
    file: Option<FileId>,
    writer: Writer,
    /// An event has come since the file last agreed with what is in force.
    stirred: bool,
    /// An event has spoken of the writer since the last look.
    heard: bool,
    burst: Option<Burst>,
    candidate: Option<Candidate>,
    looked: Instant,
}

/// Events that have not led to a look yet.
#[derive(Debug, Clone, Copy)]
struct Burst {
    first: Instant,
    last: Instant,
}

/// A reading that differs from what is in force.
#[derive(Debug)]
struct Candidate {
    look: Look,
    since: Instant,
    /// It has stayed as it is for long enough.
    is_ready: bool,
}

impl Settle {
    /// Starts from the content in force, with a look to come soon.
    pub(super) fn new(current: Content, now: Instant) -> Self {
        Self {
            readable: current.clone().unwrap_or_default(),
            in_force: current,
            file: None,
            writer: Writer::Unknown,
            stirred: false,
            heard: false,
            burst: Some(Burst { first: now, last: now }),
            candidate: None,
            looked: now,
        }
    }

    /// Events came between `first` and `last`; `writer` is what the last of them that spoke of the file said.
    pub(super) fn event(&mut self, first: Instant, last: Instant, writer: Option<Writer>) {
        self.stirred = true;
        if let Some(writer) = writer {
            self.writer = writer;
            self.heard = true;
        }
        let burst = self.burst.get_or_insert(Burst { first, last });
        burst.last = burst.last.max(last);
    }

    /// Learns which file the content in force is from, if it is still there.
    pub(super) fn recognise(&mut self, look: &Look) {
        if look.content == self.in_force {
            self.file = look.file();
        }
    }

    /// What was heard of the writer is no longer about this file, or no longer sure.
    pub(super) fn forget_writer(&mut self) {
        self.writer = Writer::Unknown;
    }

    /// Somebody has the file open for writing.
    pub(super) fn is_being_written(&self) -> bool {
        self.writer == Writer::Open
    }

    /// An event has come since the file last agreed with what is in force.
    pub(super) fn is_stirred(&self) -> bool {
        self.stirred
    }

    /// Events have not ceased for so long that the next reading must be found among them.
    pub(super) fn is_pressed(&self, now: Instant) -> bool {
        self.burst.is_some_and(|burst| burst.first + AT_MOST <= now)
    }

    /// When to look next. A check never cuts a quiet period short.
    pub(super) fn due(&self) -> Instant {
        let check = self.looked + CHECK;
        match (&self.burst, &self.candidate) {
            (Some(burst), _) => (burst.last + QUIET).min(burst.first + AT_MOST),
            (None, Some(found)) if !found.is_ready => {
                (found.since + self.patience(&found.look)).min(check)
            }
            (None, _) => check,
        }
    }

    /// Takes a reading, `None` if none could be had that two reads agree on.
    pub(super) fn look(&mut self, now: Instant, look: Option<Look>) {
        self.looked = now;
        let Some(look) = look else {
            self.burst = Some(Burst { first: now, last: now });
            return;
        };
        self.burst = None;
        let heard = mem::take(&mut self.heard);
        let before = self.candidate.take();
        if look.content == self.in_force {
            self.accept(look.file());
            return;
        }
        let since = match before {
            Some(before) if before.look == look => before.since,
            _ => {
                if !heard && self.writer == Writer::Done {
                    // The end that was announced was that of an earlier change.
                    self.writer = Writer::Unknown;
                }
                now
            }
        };
        let is_ready = now.saturating_duration_since(since) >= self.patience(&look);
        self.candidate = Some(Candidate { look, since, is_ready });
    }

    /// Whether the last reading is that of a whole file.
    pub(super) fn is_ready(&self) -> bool {
        self.candidate.as_ref().is_none_or(|found| found.is_ready)
    }

    /// Whether the last reading differs from what is in force.
    pub(super) fn is_changed(&self) -> bool {
        self.candidate.is_some()
    }

    /// The content of the last reading.
    pub(super) fn seen(&self) -> &Content {
        self.candidate.as_ref().map_or(&self.in_force, |found| &found.look.content)
    }

    /// Puts the last reading in force if it is that of a whole file.
    pub(super) fn commit(&mut self) {
        let Some(found) = self.candidate.take_if(|found| found.is_ready) else { return };
        self.accept(found.look.file());
        if let Ok(bytes) = &found.look.content {
            self.readable.clone_from(bytes);
        }
        self.in_force = found.look.content;
    }

    fn accept(&mut self, file: Option<FileId>) {
        self.file = file;
        self.stirred = false;
        if self.writer == Writer::Done {
            self.writer = Writer::Unknown;
        }
    }

    /// How long a reading must stay as it is before it is taken.
    fn patience(&self, look: &Look) -> Duration {
        let Ok(bytes) = &look.content else { return MISSING };
        let begun = bytes.len() < self.readable.len() && self.readable.starts_with(bytes);
        if bytes.is_empty() || begun {
            return STILL;
        }
        let another = self.in_force.is_err() || (self.file.is_some() && look.file() != self.file);
        match self.writer {
            Writer::Done => Duration::ZERO,
            // A link or a folder was exchanged: the events name those and not the file.
            Writer::Unknown if self.stirred && another => Duration::ZERO,
            Writer::Open | Writer::Unknown => STILL,
        }
    }
}

#[cfg(test)]
mod tests;
