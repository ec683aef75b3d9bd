//! What happens where the system refuses to watch, or ceases to.

use super::*;
use std::sync::atomic::AtomicUsize;

/// As when the system's instances or watches are used up.
fn refused() -> notify::Error {
    notify::Error::new(ErrorKind::MaxFilesWatch)
}

#[test]
fn the_content_check_finds_edits() {
    let desk = Desk::with(Box::new(|_| Err(refused())), plain);
    assert_eq!(desk.watch.mode(), WatchMode::Poll);
    fs::write(&desk.file, "one").unwrap();
    desk.expect("one");
    desk.rename_over("two");
    desk.expect("two");
    fs::remove_file(&desk.file).unwrap();
    assert_eq!(desk.next().unwrap_err().0, Code::MissingFile);
}

#[test]
fn native_watching_is_taken_up_again() {
    let mut refuse = true;
    let recovering = move |shared| {
        if std::mem::take(&mut refuse) { Err(refused()) } else { native(shared) }
    };
    let desk = Desk::with(Box::new(recovering), plain);
    assert_eq!(desk.watch.mode(), WatchMode::Poll);
    let end = Instant::now() + GUARD;
    while desk.watch.mode() == WatchMode::Poll {
        assert!(Instant::now() < end, "native watching was not tried again");
        linger();
    }
    desk.edits(|desk, text| fs::write(&desk.file, text).unwrap());
}

/// Watches nothing, and at the third folder breaks: by an error, or as `notify` does without its thread.
struct Breaking {
    calls: AtomicUsize,
    by_panic: bool,
}

impl Watcher for Breaking {
    fn new<F: notify::EventHandler>(_: F, _: Config) -> notify::Result<Self> {
        Err(refused())
    }

    fn watch(&mut self, _: &Path, _: RecursiveMode) -> notify::Result<()> {
        if self.calls.fetch_add(1, Ordering::Relaxed) < 2 {
            return Ok(());
        }
        assert!(!self.by_panic, "the watcher's thread has ended");
        Err(refused())
    }

    fn unwatch(&mut self, _: &Path) -> notify::Result<()> {
        Ok(())
    }

    fn kind() -> notify::WatcherKind {
        notify::WatcherKind::NullWatcher
    }
}

#[test]
fn a_native_watcher_that_breaks_later_is_survived() {
    for by_panic in [false, true] {
        let breaking = move |_| -> notify::Result<Box<dyn Watcher + Send>> {
            Ok(Box::new(Breaking { calls: AtomicUsize::new(0), by_panic }))
        };
        let desk = Desk::with(Box::new(breaking), plain);
        fs::write(&desk.file, "one").unwrap();
        desk.expect("one");
        assert_eq!(desk.watch.mode(), WatchMode::Poll);
    }
}
