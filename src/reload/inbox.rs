//! Where events wait for the watcher's thread: folded into one pulse, so that no storm of them takes memory.

use super::settle::Writer;
use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

/// All events since the last pulse was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pulse {
    pub(super) first: Instant,
    pub(super) last: Instant,
    /// What the last event that concerned the file itself said of its writer.
    pub(super) writer: Option<Writer>,
    /// The events can no longer be trusted.
    pub(super) broken: bool,
}

#[derive(Debug, Default)]
pub(super) struct Inbox {
    mail: Mutex<Mail>,
    arrived: Condvar,
}

#[derive(Debug, Default)]
struct Mail {
    target: PathBuf,
    pulse: Option<Pulse>,
    /// How often the file's folder itself was opened.
    marks: u64,
    stopped: bool,
}

impl Inbox {
    /// Adds an event; `read` is told where the file is, and says what the event means for its writer.
    pub(super) fn post(&self, broken: bool, read: impl FnOnce(&Path) -> Option<Writer>) {
        let now = Instant::now();
        let mut mail = self.lock();
        let writer = read(&mail.target);
        let pulse = mail.pulse.get_or_insert(Pulse { first: now, last: now, writer, broken });
        pulse.last = now;
        pulse.writer = writer.or(pulse.writer);
        pulse.broken |= broken;
        self.arrived.notify_one();
    }

    /// Takes note that something was opened for reading: the file's folder counts as a mark.
    pub(super) fn opened(&self, paths: &[PathBuf]) {
        let mut mail = self.lock();
        if mail.target.parent().is_some_and(|folder| paths.iter().any(|path| path == folder)) {
            mail.marks += 1;
            self.arrived.notify_one();
        }
    }

    /// Makes a mark in the system's queue and waits until it comes: then everything before it has come. Events are in
    /// order (inotify(7)), so what happened to the file before now is in the next pulse. Gives up at `due`.
    pub(super) fn catch_up(&self, due: Instant) {
        let (folder, before) = {
            let mail = self.lock();
            (mail.target.parent().map(Path::to_path_buf), mail.marks)
        };
        if folder.is_none_or(|folder| File::open(folder).is_err()) {
            return;
        }
        let left = due.saturating_duration_since(Instant::now());
        let behind = |mail: &mut Mail| mail.marks == before && !mail.stopped;
        // At the end of its patience the caller goes by what has come.
        let _ = self.arrived.wait_timeout_while(self.lock(), left, behind);
    }

    /// Says where the file is from now on; true if that is news, and then older words on the writer are void.
    pub(super) fn aim(&self, target: &Path) -> bool {
        let mut mail = self.lock();
        if mail.target == target {
            return false;
        }
        mail.target = target.to_path_buf();
        if let Some(pulse) = &mut mail.pulse {
            pulse.writer = None;
        }
        true
    }

    /// What has come, without waiting.
    pub(super) fn take(&self) -> Option<Pulse> {
        self.lock().pulse.take()
    }

    /// What comes until `due`; nothing if the time is over or the watcher is to stop.
    pub(super) fn wait(&self, due: Instant) -> Option<Pulse> {
        let left = due.saturating_duration_since(Instant::now());
        let idle = |mail: &mut Mail| mail.pulse.is_none() && !mail.stopped;
        let (mut mail, _) = self
            .arrived
            .wait_timeout_while(self.lock(), left, idle)
            .unwrap_or_else(PoisonError::into_inner);
        mail.pulse.take()
    }

    pub(super) fn stop(&self) {
        self.lock().stopped = true;
        self.arrived.notify_one();
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.lock().stopped
    }

    fn lock(&self) -> MutexGuard<'_, Mail> {
        self.mail.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
