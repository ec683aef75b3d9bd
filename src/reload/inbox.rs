//! Where events wait for the watcher's thread: folded into one pulse, so that no storm of them takes memory.

use super::settle::Writer;
use std::{
    collections::HashMap,
    fs::File,
    path::{Path, PathBuf},
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

/// Of more paths than this, only the last are remembered.
const MOST_PATHS: usize = 4096;

/// What an event has to say.
#[derive(Debug)]
pub(super) enum Heard {
    /// Something about these files, and of some of them whether their writer is done.
    Writers(Vec<(PathBuf, Writer)>),
    /// Events were lost.
    Gap,
    /// The events can no longer be trusted.
    Broken,
}

/// All events since the last pulse was taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pulse {
    pub(super) first: Instant,
    pub(super) last: Instant,
    /// What the last event that concerned a file itself said of its writer.
    writers: HashMap<PathBuf, Writer>,
    /// Events were lost before those that named these writers.
    has_gap: bool,
    pub(super) is_broken: bool,
}

impl Pulse {
    /// What is known of the writer of this file now, if that is news.
    pub(super) fn writer(&self, file: &Path) -> Option<Writer> {
        self.writers.get(file).copied().or(self.has_gap.then_some(Writer::Unknown))
    }

    /// All files that are being written, and all that no longer are.
    pub(super) fn writers(&self) -> impl Iterator<Item = (&PathBuf, Writer)> {
        self.writers.iter().map(|(file, writer)| (file, *writer))
    }

    fn add(&mut self, heard: Heard) {
        match heard {
            Heard::Writers(writers) => {
                for (file, writer) in writers {
                    if self.writers.len() >= MOST_PATHS {
                        self.forget();
                    }
                    self.writers.insert(file, writer);
                }
            }
            Heard::Gap => self.forget(),
            Heard::Broken => {
                self.forget();
                self.is_broken = true;
            }
        }
    }

    fn forget(&mut self) {
        self.writers.clear();
        self.has_gap = true;
    }
}

#[derive(Debug, Default)]
pub(super) struct Inbox {
    mail: Mutex<Mail>,
    arrived: Condvar,
}

#[derive(Debug, Default)]
struct Mail {
    /// A folder that is watched.
    marked: PathBuf,
    pulse: Option<Pulse>,
    /// How often that folder was opened.
    marks: u64,
    stopped: bool,
}

impl Inbox {
    /// Adds an event.
    pub(super) fn post(&self, heard: Heard) {
        let now = Instant::now();
        let mut mail = self.lock();
        let pulse = mail.pulse.get_or_insert_with(|| Pulse {
            first: now,
            last: now,
            writers: HashMap::new(),
            has_gap: false,
            is_broken: false,
        });
        pulse.last = now;
        pulse.add(heard);
        self.arrived.notify_one();
    }

    /// Takes note that something was opened for reading: the folder for marks counts as one.
    pub(super) fn opened(&self, paths: &[PathBuf]) {
        let mut mail = self.lock();
        if paths.contains(&mail.marked) {
            mail.marks += 1;
            self.arrived.notify_one();
        }
    }

    /// Says which watched folder serves for marks.
    pub(super) fn mark_at(&self, folder: &Path) {
        let mut mail = self.lock();
        if mail.marked != folder {
            mail.marked = folder.to_path_buf();
        }
    }

    /// Makes a mark in the system's queue and waits until it comes: then everything before it has come. Events are in
    /// order (inotify(7)), so what happened to the files before now is in the next pulse. Gives up at `due`.
    pub(super) fn catch_up(&self, due: Instant) {
        let (folder, before) = {
            let mail = self.lock();
            (mail.marked.clone(), mail.marks)
        };
        if File::open(folder).is_err() {
            return;
        }
        let left = due.saturating_duration_since(Instant::now());
        let behind = |mail: &mut Mail| mail.marks == before && !mail.stopped;
        // At the end of its patience the caller goes by what has come.
        let _ = self.arrived.wait_timeout_while(self.lock(), left, behind);
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
