//! Real edits of real files: what is delivered, in which order; how soon is not asked.

use super::*;
use crate::{diagnostic::Code, reload::load::read};
use std::{
    fs::{self, File},
    io::Write as _,
    sync::mpsc::{Receiver, channel},
};

/// A failure, not a measure: far more than any delivery takes.
const GUARD: Duration = Duration::from_secs(20);

struct Desk {
    folder: PathBuf,
    file: PathBuf,
    watch: Watch,
    delivered: Receiver<Content>,
    _root: tempfile::TempDir,
}

impl Desk {
    /// `prepare` gets the folder `app` and says where the manifest is.
    fn new(prepare: impl FnOnce(&Path) -> PathBuf) -> Self {
        Self::with(Box::new(native), prepare)
    }

    fn with(factory: Factory, prepare: impl FnOnce(&Path) -> PathBuf) -> Self {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("app");
        fs::create_dir(&folder).unwrap();
        let file = prepare(&folder);
        let (sender, delivered) = channel();
        let on_change = Box::new(move |content| sender.send(content).unwrap_or_default());
        let watch = Watch::start_with(&file, read(&file), on_change, factory).unwrap();
        Self { folder, file, watch, delivered, _root: root }
    }

    /// A plain file with the text `zero`.
    fn plain() -> Self {
        Self::new(plain)
    }

    fn next(&self) -> Content {
        self.delivered.recv_timeout(GUARD).expect("nothing was delivered")
    }

    /// The next delivery is this text, and so nothing else came before it.
    #[track_caller]
    fn expect(&self, text: &str) {
        assert_eq!(self.next().map(|bytes| String::from_utf8(bytes).unwrap()), Ok(text.to_owned()));
    }

    /// Makes one edit after the other, each when the one before has been delivered.
    fn edits(&self, mut edit: impl FnMut(&Self, &str)) {
        for text in ["first: 1", "second: 2", "third: 3"] {
            edit(self, text);
            self.expect(text);
        }
    }

    /// Writes a new file beside the manifest and moves it over.
    fn rename_over(&self, text: &str) {
        let new = self.folder.join("gateway.yaml.new");
        fs::write(&new, text).unwrap();
        fs::rename(new, &self.file).unwrap();
    }
}

fn plain(folder: &Path) -> PathBuf {
    let file = folder.join("gateway.yaml");
    fs::write(&file, "zero").unwrap();
    file
}

/// Long enough for a look to fall between two steps of an edit, were it allowed to.
fn linger() {
    thread::sleep(Duration::from_millis(120));
}

#[test]
fn a_write_in_place() {
    Desk::plain().edits(|desk, text| fs::write(&desk.file, text).unwrap());
}

#[test]
fn a_slow_write_is_never_taken_half_way() {
    Desk::plain().edits(|desk, text| {
        let mut file = File::create(&desk.file).unwrap();
        for piece in text.as_bytes().chunks(3) {
            linger();
            file.write_all(piece).unwrap();
        }
    });
}

#[test]
fn truncated_and_then_written() {
    Desk::plain().edits(|desk, text| {
        File::create(&desk.file).unwrap();
        linger();
        fs::write(&desk.file, text).unwrap();
    });
}

#[test]
fn a_rename_over() {
    Desk::plain().edits(Desk::rename_over);
}

#[test]
fn a_backup_as_vim_makes_it() {
    Desk::plain().edits(|desk, text| {
        let backup = desk.folder.join("gateway.yaml~");
        fs::rename(&desk.file, &backup).unwrap();
        fs::write(&desk.file, text).unwrap();
        fs::remove_file(backup).unwrap();
    });
}

#[test]
fn deleted_and_slowly_created_again() {
    Desk::plain().edits(|desk, text| {
        fs::remove_file(&desk.file).unwrap();
        let mut file = File::create(&desk.file).unwrap();
        for piece in text.as_bytes().chunks(4) {
            file.write_all(piece).unwrap();
            linger();
        }
    });
}

#[test]
fn missing_and_back() {
    let desk = Desk::plain();
    for text in ["one", "two", "three"] {
        fs::remove_file(&desk.file).unwrap();
        assert_eq!(desk.next().unwrap_err().0, Code::MissingFile);
        fs::write(&desk.file, text).unwrap();
        desk.expect(text);
    }
}

#[test]
fn the_folder_deleted_and_created_again() {
    Desk::plain().edits(|desk, text| {
        fs::remove_dir_all(&desk.folder).unwrap();
        fs::create_dir(&desk.folder).unwrap();
        fs::write(&desk.file, text).unwrap();
    });
}

#[test]
fn the_folder_exchanged() {
    Desk::plain().edits(|desk, text| {
        let new = desk.folder.with_extension("new");
        fs::create_dir(&new).unwrap();
        fs::write(new.join("gateway.yaml"), text).unwrap();
        fs::rename(&desk.folder, desk.folder.with_extension(text)).unwrap();
        fs::rename(&new, &desk.folder).unwrap();
    });
}

#[test]
fn the_same_size_with_the_time_restored() {
    let desk = Desk::plain();
    for text in ["ones", "twos", "less"] {
        let modified = fs::metadata(&desk.file).unwrap().modified().unwrap();
        let mut file = File::options().write(true).open(&desk.file).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.set_modified(modified).unwrap();
        drop(file);
        desk.expect(text);
    }
}

#[test]
fn there_and_back_again() {
    let desk = Desk::plain();
    for text in ["other", "zero", "other", "zero"] {
        fs::write(&desk.file, text).unwrap();
        desk.expect(text);
    }
}

#[test]
fn the_same_content_written_again_is_not_delivered() {
    let desk = Desk::plain();
    for text in ["one", "two", "three"] {
        let before = fs::read_to_string(&desk.file).unwrap();
        fs::write(&desk.file, &before).unwrap();
        linger();
        desk.rename_over(&before);
        linger();
        fs::write(&desk.file, text).unwrap();
        desk.expect(text);
    }
}

#[test]
fn writing_without_pause_delivers_only_whole_contents() {
    let desk = Desk::plain();
    let whole = |n: u32| format!("{n}\n").repeat(2000);
    let end = Instant::now() + Duration::from_millis(1500);
    let mut last = 0;
    while Instant::now() < end {
        last += 1;
        let text = whole(last);
        let mut file = File::create(&desk.file).unwrap();
        for piece in text.as_bytes().chunks(1500) {
            file.write_all(piece).unwrap();
            thread::sleep(Duration::from_micros(200));
        }
    }
    loop {
        let text = String::from_utf8(desk.next().unwrap()).unwrap();
        let n = text.lines().next().unwrap().parse().unwrap();
        assert!(text == whole(n), "a torn content was delivered");
        if n == last {
            break;
        }
    }
}

#[cfg(unix)]
mod links {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn a_config_map() {
        let mut generation = 0;
        let mut publish = |folder: &Path, text: &str| {
            generation += 1;
            let new = format!("..ts{generation}");
            fs::create_dir(folder.join(&new)).unwrap();
            fs::write(folder.join(&new).join("gateway.yaml"), text).unwrap();
            symlink(&new, folder.join("..data_tmp")).unwrap();
            fs::rename(folder.join("..data_tmp"), folder.join("..data")).unwrap();
            if generation > 1 {
                let old = folder.join(format!("..ts{}", generation - 1));
                fs::remove_dir_all(old).unwrap();
            }
        };
        let desk = Desk::new(|folder| {
            publish(folder, "zero");
            symlink("..data/gateway.yaml", folder.join("gateway.yaml")).unwrap();
            folder.join("gateway.yaml")
        });
        desk.edits(|desk, text| publish(&desk.folder, text));
    }

    #[test]
    fn a_target_in_another_folder_written_in_place() {
        let desk = Desk::new(|folder| {
            let elsewhere = folder.with_extension("elsewhere");
            fs::create_dir(&elsewhere).unwrap();
            symlink(plain(&elsewhere), folder.join("gateway.yaml")).unwrap();
            folder.join("gateway.yaml")
        });
        let target = fs::read_link(&desk.file).unwrap();
        desk.edits(|_, text| fs::write(&target, text).unwrap());
    }

    #[test]
    fn a_link_put_to_another_file() {
        let mut generation = 0;
        let mut publish = |folder: &Path, text: &str| {
            generation += 1;
            let other = folder.with_extension(generation.to_string());
            fs::write(&other, text).unwrap();
            symlink(&other, folder.join("new")).unwrap();
            fs::rename(folder.join("new"), folder.join("gateway.yaml")).unwrap();
        };
        let desk = Desk::new(|folder| {
            publish(folder, "zero");
            folder.join("gateway.yaml")
        });
        desk.edits(|desk, text| publish(&desk.folder, text));
    }
}

mod without_events {
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
}

#[test]
fn events_are_used_where_the_system_has_them() {
    assert_eq!(Desk::plain().watch.mode(), WatchMode::Native);
}

#[test]
fn an_edit_between_reading_and_watching_is_found() {
    let root = tempfile::tempdir().unwrap();
    let file = plain(root.path());
    let (sender, delivered) = channel();
    let before = Ok(b"before".to_vec());
    let _watch = Watch::start(&file, before, move |content| sender.send(content).unwrap()).unwrap();
    assert_eq!(delivered.recv_timeout(GUARD).unwrap(), Ok(b"zero".to_vec()));
}

#[test]
fn a_reload_that_panics_does_not_end_watching() {
    let root = tempfile::tempdir().unwrap();
    let file = plain(root.path());
    let (sender, delivered) = channel();
    let on_change = move |content: Content| {
        sender.send(content.clone()).unwrap();
        assert_ne!(content, Ok(b"one".to_vec()));
    };
    let _watch = Watch::start(&file, read(&file), on_change).unwrap();
    for text in ["one", "two"] {
        fs::write(&file, text).unwrap();
        assert_eq!(delivered.recv_timeout(GUARD).unwrap(), Ok(text.into()));
    }
}

#[test]
fn nothing_is_delivered_once_the_watch_is_dropped() {
    let Desk { file, watch, delivered, _root, .. } = Desk::plain();
    drop(watch);
    // The thread drops its end of the channel when it ends.
    fs::write(&file, "one").unwrap();
    assert!(matches!(
        delivered.recv_timeout(GUARD),
        Err(std::sync::mpsc::RecvTimeoutError::Disconnected)
    ));
}
