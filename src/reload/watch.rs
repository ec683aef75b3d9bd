//! Follows the manifest's file on a thread of its own and hands on each content that it settles on.

use super::{
    chain,
    files::Content,
    inbox::{Inbox, Pulse},
    probe::{self, FileId},
    settle::{Settle, Writer},
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
    /// The file has this content now.
    Content(Content),
    /// Changes are noticed in another way from now on.
    Mode(WatchMode),
}

/// A file that is followed until this value is dropped.
pub struct Watch {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    inbox: Inbox,
    native: AtomicBool,
}

impl Watch {
    /// Follows `path`. `current` is what is in force, as [`read`](super::read) gave it.
    ///
    /// `on_change` gets each change of [`WatchMode`], and each content that differs from the one before, on the watcher's thread, once it is whole; a
    /// fault, such as a missing file, counts as a content when it has lasted for 300 ms.
    pub fn start(
        path: &Path,
        current: Content,
        on_change: impl FnMut(Change) + Send + 'static,
    ) -> io::Result<Self> {
        Self::start_with(path, current, Box::new(on_change), Box::new(native))
    }

    /// How changes are noticed at present.
    pub fn mode(&self) -> WatchMode {
        let native = self.shared.native.load(Ordering::Relaxed);
        if native { WatchMode::Native } else { WatchMode::Poll }
    }

    fn start_with(
        path: &Path,
        current: Content,
        on_change: Box<dyn FnMut(Change) + Send>,
        factory: Factory,
    ) -> io::Result<Self> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
        let shared = Arc::new(Shared::default());
        let now = Instant::now();
        let mut worker = Worker {
            settle: Settle::new(current, now),
            path,
            factory,
            shared: Arc::clone(&shared),
            watched: None,
            retry: now,
            armed: now,
            failed: false,
            on_change,
        };
        worker.arm();
        if let Some(look) = probe::look(&worker.path) {
            worker.settle.recognise(&look);
        }
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
        Ok(event) => shared.inbox.post(false, |target| writer(&event, target)),
        Err(_) => shared.inbox.post(true, |_| Some(Writer::Unknown)),
    };
    Ok(Box::new(RecommendedWatcher::new(handler, Config::default())?))
}

/// The watcher's own reads cause such events, and nothing changes by them.
fn is_reading(event: &Event) -> bool {
    let closed = EventKind::Access(AccessKind::Close(AccessMode::Write));
    event.kind.is_access() && event.kind != closed && !event.need_rescan()
}

/// What an event says of the writer of the file at `target`. Any other event still means that something may be new.
fn writer(event: &Event, target: &Path) -> Option<Writer> {
    if event.need_rescan() {
        return Some(Writer::Unknown);
    }
    let last = event.paths.last().is_some_and(|path| path == target);
    if !last && !event.paths.iter().any(|path| path == target) {
        return None;
    }
    match event.kind {
        EventKind::Access(_) => Some(Writer::Done),
        EventKind::Modify(ModifyKind::Name(RenameMode::From)) | EventKind::Remove(_) => {
            Some(Writer::Unknown)
        }
        EventKind::Modify(ModifyKind::Name(_)) => {
            Some(if last { Writer::Done } else { Writer::Unknown })
        }
        EventKind::Modify(ModifyKind::Metadata(_)) | EventKind::Any | EventKind::Other => None,
        EventKind::Create(_) | EventKind::Modify(_) => Some(Writer::Open),
    }
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
    path: PathBuf,
    factory: Factory,
    shared: Arc<Shared>,
    watched: Option<Watched>,
    /// Before this, no new native watcher is tried.
    retry: Instant,
    /// When the folders were last seen to.
    armed: Instant,
    /// The failure of native watching has been logged.
    failed: bool,
    settle: Settle,
    on_change: Box<dyn FnMut(Change) + Send>,
}

impl Worker {
    fn run(mut self) {
        while !self.shared.inbox.is_stopped() {
            let pulse = self.shared.inbox.wait(self.settle.due());
            if let Some(content) = self.step(pulse)
                && !self.shared.inbox.is_stopped()
            {
                self.tell(Change::Content(content));
            }
        }
        self.forget();
    }

    /// The standard library reports a panic in the callback; the file is followed all the same.
    fn tell(&mut self, change: Change) {
        let _ = guarded(|| (self.on_change)(change));
    }

    fn step(&mut self, pulse: Option<Pulse>) -> Option<Content> {
        if let Some(pulse) = pulse {
            self.feed(pulse);
            if self.armed.elapsed() >= ARM_AGAIN {
                self.arm();
            }
        }
        if Instant::now() < self.settle.due() { None } else { self.look() }
    }

    fn feed(&mut self, pulse: Pulse) {
        if pulse.broken {
            self.fail();
        }
        self.settle.event(pulse.first, pulse.last, pulse.writer);
    }

    /// A reading counts only if no event on the file itself came while it was made.
    fn look(&mut self) -> Option<Content> {
        let now = Instant::now();
        let end = if self.settle.is_pressed(now) { now + SEEK } else { now };
        self.arm();
        let mut pulse = self.shared.inbox.take();
        loop {
            if let Some(pulse) = pulse {
                self.feed(pulse);
            }
            let last = Instant::now() >= end;
            if self.settle.is_being_written() && !last {
                pulse = self.shared.inbox.wait(end);
                continue;
            }
            let look = probe::look(&self.path);
            self.arm();
            if cfg!(target_os = "linux") && self.shared.native.load(Ordering::Relaxed) {
                // Arming waits for the watcher's thread, but not for the events that it has not read yet.
                self.shared.inbox.catch_up(Instant::now() + CATCH_UP);
            }
            pulse = self.shared.inbox.take();
            let counts = look.is_some() && pulse.is_none_or(|pulse| pulse.writer.is_none());
            if counts || last {
                let content = self.settle.look(Instant::now(), look.filter(|_| counts));
                // It came after the reading, and so it asks for another one.
                if let Some(pulse) = pulse {
                    self.feed(pulse);
                }
                return content;
            }
        }
    }

    /// Follows the path anew and watches the folders on its way.
    fn arm(&mut self) {
        self.armed = Instant::now();
        let chain = chain::resolve(&self.path);
        if self.shared.inbox.aim(&chain.target) {
            self.settle.forget_writer();
        }
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
        match guarded(|| watched.cover(&chain.folders)) {
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
        self.settle.forget_writer();
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
