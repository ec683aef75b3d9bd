//! Real edits of real files: what is delivered, in which order; how soon is not asked.

use super::*;
use crate::{
    diagnostic::Code,
    reload::{
        files::{Content, Disk, Files as _, read},
        load::gather,
    },
};
use std::{
    fs::{self, File},
    io::Write as _,
    sync::mpsc::{Receiver, channel},
};

mod includes;
#[cfg(unix)]
mod links;
mod without_events;

/// A failure, not a measure: far more than any delivery takes.
const GUARD: Duration = Duration::from_secs(20);

fn snapshot(change: Change) -> FileSnapshot {
    match change {
        Change::Content(snapshot) => snapshot,
        Change::Mode(mode) => panic!("the mode became {mode:?}"),
    }
}

struct Desk {
    folder: PathBuf,
    file: PathBuf,
    watch: Watch,
    delivered: Receiver<FileSnapshot>,
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
        let guardrails = Some(folder.join("guardrails.yaml")).filter(|file| file.exists());
        let options = LoadOptions { guardrails, profile: None };
        let (sender, delivered) = channel();
        let on_change = Box::new(move |change| {
            if let Change::Content(snapshot) = change {
                sender.send(snapshot).unwrap_or_default();
            }
        });
        let (current, _) = gather(&file, &options, &Disk);
        let following = Following::new(&file, options, current, Instant::now());
        let watch = Watch::start_with(following, on_change, factory).unwrap();
        Self { folder, file, watch, delivered, _root: root }
    }

    /// A plain file with the text `zero`.
    fn plain() -> Self {
        Self::new(plain)
    }

    fn snapshot(&self) -> FileSnapshot {
        self.delivered.recv_timeout(GUARD).expect("nothing was delivered")
    }

    /// What is delivered of the manifest's own file.
    fn next(&self) -> Content {
        self.snapshot().read(&self.file)
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
        let torn = || {
            format!(
                "of {last}: {n} with {} of {} bytes, then {:?}",
                text.len(),
                whole(n).len(),
                text.lines().last()
            )
        };
        assert!(text == whole(n), "a torn content was delivered: {}", torn());
        if n == last {
            break;
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
    let before = FileSnapshot::of(&file, Ok(b"before".to_vec()));
    let on_change = move |change: Change| sender.send(snapshot(change)).unwrap();
    let _watch = Watch::start(&file, LoadOptions::default(), before, on_change).unwrap();
    let expected = FileSnapshot::of(&file, Ok(b"zero".to_vec()));
    assert_eq!(delivered.recv_timeout(GUARD).unwrap(), expected);
}

#[test]
fn a_reload_that_panics_does_not_end_watching() {
    let root = tempfile::tempdir().unwrap();
    let file = plain(root.path());
    let of = |text: &str| FileSnapshot::of(&file, Ok(text.into()));
    let (sender, delivered) = channel();
    let bad = of("one");
    let on_change = move |change: Change| {
        let snapshot = snapshot(change);
        sender.send(snapshot.clone()).unwrap();
        assert_ne!(snapshot, bad);
    };
    let current = FileSnapshot::of(&file, read(&file));
    let _watch = Watch::start(&file, LoadOptions::default(), current, on_change).unwrap();
    for text in ["one", "two"] {
        fs::write(&file, text).unwrap();
        assert_eq!(delivered.recv_timeout(GUARD).unwrap(), of(text));
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
