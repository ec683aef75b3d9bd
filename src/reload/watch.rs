//! Follows the manifest's files on a thread of its own and hands on each snapshot of them that it settles on.

use super::{
    following::{Following, Outcome},
    inbox::{Heard, Inbox, Pulse},
    load::LoadOptions,
    probe::{self, FileId},
    settle::Writer,
    snapshot::FileSnapshot,
};
use notify::{
    Config, ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher,
    event::{AccessKind, AccessMode, ModifyKind, RenameMode},
};
use std::{
    collections::BTreeMap,
    fmt, io,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// How long a moment between two writes is sought when the writing does not cease.
const SEEK: Duration = Duration::from_millis(25);
/// Folders are not watched anew for each event of a storm.
const ARM_AGAIN: Duration = Duration::from_millis(10);
/// How long events may be under way before a reading goes by those that have come.
const CATCH_UP: Duration = Duration::from_millis(250);
/// After a failure, native watching is tried again this much later.
const RETRY: Duration = Duration::from_secs(5);

/// How changes are noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WatchMode {
    /// By the system's events, and by the content check for what they miss.
    Native,
    /// By the content check only, every two seconds: the system refused to watch. It is asked again later.
    Poll,
}

/// What a watch has to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The manifest and its includes have these contents now.
    Content(FileSnapshot),
    /// Changes are noticed in another way from now on.
    Mode(WatchMode),
}

/// A manifest that is followed until this value is dropped.
pub struct Watch {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    inbox: Inbox,
    native: AtomicBool,
}

impl Watch {
    /// Follows the manifest at `path`, its includes and its guardrails. `current` is what is in force, as
    /// [`load_from`](super::load_from) read it with the same options.
    ///
    /// `on_change` gets each change of [`WatchMode`], and each snapshot that differs from the one before, on the watcher's thread, once all of its files
    /// are whole; a fault, such as a missing file, counts as a content when it has lasted for 300 ms.
    pub fn start(
        path: &Path,
        options: LoadOptions,
        current: FileSnapshot,
        on_change: impl FnMut(Change) + Send + 'static,
    ) -> io::Result<Self> {
        let following = Following::new(path, options, current, Instant::now());
        Self::start_with(following, Box::new(on_change), Box::new(native))
    }

    /// How changes are noticed at present.
    pub fn mode(&self) -> WatchMode {
        let native = self.shared.native.load(Ordering::Relaxed);
        if native { WatchMode::Native } else { WatchMode::Poll }
    }

    fn start_with(
        following: Following,
        on_change: Box<dyn FnMut(Change) + Send>,
        factory: Factory,
    ) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let now = Instant::now();
        let mut worker = Worker {
            following,
            factory,
            shared: Arc::clone(&shared),
            watched: None,
            retry: now,
            armed: now,
            failed: false,
            on_change,
        };
        worker.arm();
        worker.following.recognise();
        thread::Builder::new().name("portcullis-watch".to_owned()).spawn(move || worker.run())?;
        Ok(Self { shared })
    }
}

impl Drop for Watch {
    /// Ends the thread. A call of `on_change` that is under way is not waited for.
    fn drop(&mut self) {
        self.shared.inbox.stop();
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("mode", &self.mode()).finish_non_exhaustive()
    }
}

type Factory = Box<dyn FnMut(Arc<Shared>) -> notify::Result<Box<dyn Watcher + Send>> + Send>;

fn native(shared: Arc<Shared>) -> notify::Result<Box<dyn Watcher + Send>> {
    let handler = move |event: notify::Result<Event>| match event {
        Ok(event) if is_reading(&event) => shared.inbox.opened(&event.paths),
        Ok(event) => shared.inbox.post(heard(event)),
        Err(_) => shared.inbox.post(Heard::Broken),
    };
    Ok(Box::new(RecommendedWatcher::new(handler, Config::default())?))
}

/// The watcher's own reads cause such events, and nothing changes by them.
fn is_reading(event: &Event) -> bool {
    let closed = EventKind::Access(AccessKind::Close(AccessMode::Write));
    event.kind.is_access() && event.kind != closed && !event.need_rescan()
}

/// What an event says of writers. One that says nothing of them still means that something may be new.
fn heard(event: Event) -> Heard {
    if event.need_rescan() {
        return Heard::Gap;
    }
    let last = event.paths.len().saturating_sub(1);
    let writer = |at| match event.kind {
        EventKind::Access(_) => Some(Writer::Done),
        EventKind::Modify(ModifyKind::Name(RenameMode::From)) | EventKind::Remove(_) => {
            Some(Writer::Unknown)
        }
        EventKind::Modify(ModifyKind::Name(_)) => {
            Some(if at == last { Writer::Done } else { Writer::Unknown })
        }
        EventKind::Modify(ModifyKind::Metadata(_)) | EventKind::Any | EventKind::Other => None,
        EventKind::Create(_) | EventKind::Modify(_) => Some(Writer::Open),
    };
    let paths = event.paths.into_iter().enumerate();
    Heard::Writers(paths.filter_map(|(at, path)| Some((path, writer(at)?))).collect())
}

/// The folders that are watched, each as the folder that it was when the watch began.
struct Watched {
    watcher: Box<dyn Watcher + Send>,
    folders: BTreeMap<PathBuf, Option<FileId>>,
}

impl Watched {
    /// Watches these folders and no others. After it, every event of what happened before it is in the inbox.
    fn cover(&mut self, folders: &BTreeMap<PathBuf, bool>) -> notify::Result<()> {
        let watcher = &mut self.watcher;
        self.folders.retain(|folder, id| {
            let stays = folders.contains_key(folder) && *id == probe::file_id(folder);
            if !stays {
                // It may be gone already, and its watch with it.
                let _ = watcher.unwatch(folder);
            }
            stays
        });
        for (folder, holds) in folders {
            // inotify gives a known watch again, without a gap. The other systems would start anew.
            if self.folders.contains_key(folder) && !cfg!(target_os = "linux") {
                continue;
            }
            let id = probe::file_id(folder);
            match watcher.watch(folder, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    self.folders.insert(folder.clone(), id);
                }
                // The next event or check sees the way as it is then.
                Err(error) if is_missing(&error) => {}
                Err(error) if !holds && is_forbidden(&error) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

fn is_missing(error: &notify::Error) -> bool {
    let missing = |io: &io::Error| {
        matches!(io.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
    };
    match &error.kind {
        ErrorKind::PathNotFound => true,
        ErrorKind::Io(io) => missing(io),
        _ => false,
    }
}

fn is_forbidden(error: &notify::Error) -> bool {
    matches!(&error.kind, ErrorKind::Io(io) if io.kind() == io::ErrorKind::PermissionDenied)
}

/// What the thread owns.
struct Worker {
    following: Following,
    factory: Factory,
    shared: Arc<Shared>,
    watched: Option<Watched>,
    /// Before this, no new native watcher is tried.
    retry: Instant,
    /// When the folders were last seen to.
    armed: Instant,
    /// The failure of native watching has been logged.
    failed: bool,
    on_change: Box<dyn FnMut(Change) + Send>,
}

impl Worker {
    fn run(mut self) {
        while !self.shared.inbox.is_stopped() {
            let pulse = self.shared.inbox.wait(self.following.due());
            if let Some(snapshot) = self.step(pulse)
                && !self.shared.inbox.is_stopped()
            {
                self.tell(Change::Content(snapshot));
            }
        }
        self.forget();
    }

    /// The standard library reports a panic in the callback; the manifest is followed all the same.
    fn tell(&mut self, change: Change) {
        let _ = guarded(|| (self.on_change)(change));
    }

    fn step(&mut self, pulse: Option<Pulse>) -> Option<FileSnapshot> {
        if let Some(pulse) = pulse {
            self.feed(&pulse);
            if self.armed.elapsed() >= ARM_AGAIN {
                self.arm();
            }
        }
        if Instant::now() < self.following.due() { None } else { self.look() }
    }

    fn feed(&mut self, pulse: &Pulse) {
        if pulse.is_broken {
            self.fail();
        }
        self.following.event(pulse);
    }

    fn look(&mut self) -> Option<FileSnapshot> {
        if !self.read() {
            return None;
        }
        match self.following.judge(Instant::now()) {
            Outcome::Wait => None,
            Outcome::Again => {
                self.arm();
                None
            }
            Outcome::Deliver(snapshot) => Some(snapshot),
        }
    }

    /// Reads all files; false if no reading counts. One counts only if no event on any of the files came while it was made.
    fn read(&mut self) -> bool {
        let now = Instant::now();
        let end = if self.following.is_pressed(now) { now + SEEK } else { now };
        self.arm();
        let mut pulse = self.shared.inbox.take();
        loop {
            if let Some(pulse) = pulse {
                self.feed(&pulse);
            }
            let last = Instant::now() >= end;
            if self.following.is_being_written() && !last {
                pulse = self.shared.inbox.wait(end);
                continue;
            }
            let looks = self.following.read();
            self.arm();
            if cfg!(target_os = "linux") && self.shared.native.load(Ordering::Relaxed) {
                // Arming waits for the watcher's thread, but not for the events that it has not read yet.
                self.shared.inbox.catch_up(Instant::now() + CATCH_UP);
            }
            pulse = self.shared.inbox.take();
            let is_undisturbed = pulse.as_ref().is_none_or(|pulse| !self.following.concerns(pulse));
            let counts = looks.is_some() && is_undisturbed;
            if counts || last {
                self.following.look(Instant::now(), looks.filter(|_| counts));
                // It came after the reading, and so it asks for another one.
                if let Some(pulse) = pulse {
                    self.feed(&pulse);
                }
                return counts;
            }
        }
    }

    /// Follows the paths anew and watches the folders on their ways.
    fn arm(&mut self) {
        self.armed = Instant::now();
        let folders = self.following.folders(self.armed);
        self.shared.inbox.mark_at(self.following.folder());
        if self.watched.is_none() {
            if self.armed < self.retry {
                return;
            }
            match (self.factory)(Arc::clone(&self.shared)) {
                Ok(watcher) => self.watched = Some(Watched { watcher, folders: BTreeMap::new() }),
                Err(_) => return self.fail(),
            }
        }
        let Some(watched) = &mut self.watched else { return };
        match guarded(|| watched.cover(&folders)) {
            Some(Ok(())) => {
                if !self.shared.native.swap(true, Ordering::Relaxed) && self.failed {
                    self.failed = false;
                    self.tell(Change::Mode(WatchMode::Native));
                }
            }
            Some(Err(_)) | None => self.fail(),
        }
    }

    /// From here on only the content check runs, until native watching works again.
    fn fail(&mut self) {
        self.forget();
        self.following.forget_writers();
        self.retry = Instant::now() + RETRY;
        self.shared.native.store(false, Ordering::Relaxed);
        if !self.failed {
            self.failed = true;
            self.tell(Change::Mode(WatchMode::Poll));
        }
    }

    fn forget(&mut self) {
        let watched = self.watched.take();
        let _ = guarded(|| drop(watched));
    }
}

/// `notify` panics when its own thread could not be started or has ended, and a callback may: neither ends watching.
fn guarded<T>(action: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(action)).ok()
}

#[cfg(test)]
mod tests;
