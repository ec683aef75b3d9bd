//! Which snapshots are delivered, on a clock that only the tests move, and without events.

use super::*;
use std::{fs, time::Duration};

/// Without events, what has not changed for this long is whole.
const STILL: u64 = 2000;
/// As long must a file be missing.
const MISSING: u64 = 300;

struct Bench {
    root: tempfile::TempDir,
    following: Following,
    now: Instant,
}

impl Bench {
    fn new(files: &[(&str, &str)]) -> Self {
        let root = tempfile::tempdir().unwrap();
        for (name, text) in files {
            write(root.path(), name, text);
        }
        let file = root.path().join("gateway.yaml");
        let options = LoadOptions::default();
        let now = Instant::now();
        let (current, is_whole) = gather(&file, &options, &Disk);
        assert!(is_whole);
        let mut following = Following::new(&file, options, current, now);
        following.recognise();
        Self { root, following, now }
    }

    fn write(&self, name: &str, text: &str) {
        write(self.root.path(), name, text);
    }

    fn remove(&self, name: &str) {
        fs::remove_file(self.root.path().join(name)).unwrap();
    }

    /// Lets this time pass, in milliseconds, and reads all files.
    fn after(&mut self, passed: u64) -> Outcome {
        self.now += Duration::from_millis(passed);
        self.following.folders(self.now);
        let looks = self.following.read();
        self.following.look(self.now, looks);
        self.following.judge(self.now)
    }

    #[track_caller]
    fn waits(&mut self, passed: u64) {
        let outcome = self.after(passed);
        assert!(matches!(outcome, Outcome::Wait), "{outcome:?}");
    }

    /// There are files that nobody has watched.
    #[track_caller]
    fn finds(&mut self, passed: u64) {
        let outcome = self.after(passed);
        assert!(matches!(outcome, Outcome::Again), "{outcome:?}");
    }

    /// Delivers just these includes.
    #[track_caller]
    fn delivers(&mut self, passed: u64, expected: &[(&str, &str)]) {
        let outcome = self.after(passed);
        let Outcome::Deliver(snapshot) = outcome else { panic!("{outcome:?}") };
        let found = snapshot.contents.iter().map(|(path, content)| {
            let name = path.strip_prefix(self.root.path()).unwrap().display().to_string();
            (name.replace('\\', "/"), String::from_utf8(content.clone().unwrap()).unwrap())
        });
        let found: Vec<_> = found.filter(|(name, _)| name != "gateway.yaml").collect();
        let found: Vec<_> =
            found.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!(found, expected);
    }
}

fn write(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

const GLOB: (&str, &str) = ("gateway.yaml", "include: [{ path: \"*/*.yaml\", optional: true }]");

#[test]
fn all_files_must_be_whole_at_once() {
    let mut bench = Bench::new(&[GLOB, ("p/a.yaml", "x: 0"), ("p/b.yaml", "y: 0")]);
    bench.waits(0);
    bench.write("p/a.yaml", "x: 1");
    bench.waits(0);
    bench.write("p/b.yaml", "y: 1");
    bench.waits(STILL - 100);
    bench.waits(STILL - 100);
    bench.write("p/a.yaml", "x: 2");
    bench.waits(100);
    bench.delivers(STILL, &[("p/a.yaml", "x: 2"), ("p/b.yaml", "y: 1")]);
    bench.waits(STILL);
}

#[test]
fn an_edit_taken_back_before_the_others_were_whole_is_none() {
    let mut bench = Bench::new(&[GLOB, ("p/a.yaml", "x: 0"), ("p/b.yaml", "y: 0")]);
    bench.write("p/a.yaml", "x: 1");
    bench.waits(0);
    bench.write("p/b.yaml", "y: 1");
    bench.waits(STILL);
    bench.write("p/a.yaml", "x: 0");
    bench.write("p/b.yaml", "y: 0");
    bench.waits(STILL);
    bench.waits(STILL);
}

#[test]
fn a_file_is_missed_before_it_counts_as_deleted() {
    let mut bench = Bench::new(&[GLOB, ("p/a.yaml", "x: 0"), ("p/b.yaml", "y: 0")]);
    bench.remove("p/a.yaml");
    bench.waits(0);
    bench.waits(MISSING - 100);
    bench.write("p/a.yaml", "x: 1");
    bench.waits(MISSING);
    bench.delivers(STILL, &[("p/a.yaml", "x: 1"), ("p/b.yaml", "y: 0")]);
    bench.remove("p/a.yaml");
    bench.waits(0);
    bench.delivers(MISSING, &[("p/b.yaml", "y: 0")]);
    bench.waits(STILL);
}

#[test]
fn a_file_is_missed_even_if_the_manifest_was_broken_in_the_meantime() {
    let mut bench = Bench::new(&[GLOB, ("p/a.yaml", "x: 0")]);
    bench.write("gateway.yaml", "include: [");
    bench.waits(0);
    bench.delivers(STILL, &[]);
    bench.write(GLOB.0, GLOB.1);
    bench.remove("p/a.yaml");
    bench.waits(0);
    bench.write("p/a.yaml", "x: 0");
    bench.waits(MISSING - 100);
    bench.delivers(STILL, &[("p/a.yaml", "x: 0")]);
}

#[test]
fn a_renamed_file_is_never_there_twice_nor_gone() {
    let mut bench = Bench::new(&[GLOB, ("p/a.yaml", "x: 0")]);
    let path = |name| bench.root.path().join(name);
    fs::rename(path("p/a.yaml"), path("p/b.yaml")).unwrap();
    bench.finds(0);
    bench.waits(50);
    bench.waits(MISSING);
    bench.delivers(STILL, &[("p/b.yaml", "x: 0")]);
}

#[test]
fn new_files_and_folders_are_watched_before_they_count() {
    let mut bench = Bench::new(&[GLOB]);
    bench.write("q/readme.md", "no include");
    bench.waits(0);
    assert_eq!(bench.following.due(), bench.now + Duration::from_millis(50));
    bench.waits(50);
    assert_eq!(bench.following.due(), bench.now + Duration::from_millis(STILL));
    let folder = bench.root.path().canonicalize().unwrap().join("q");
    assert!(bench.following.folders(bench.now).contains_key(&folder));
    bench.write("q/a.yaml", "include: [deep/b.yml]");
    bench.write("q/deep/b.yml", "x: 1");
    bench.finds(STILL);
    bench.waits(50);
    bench.delivers(STILL, &[("q/a.yaml", "include: [deep/b.yml]"), ("q/deep/b.yml", "x: 1")]);
}

#[test]
fn what_no_longer_belongs_to_the_manifest_is_not_followed() {
    let mut bench = Bench::new(&[GLOB, ("p/a.yaml", "x: 0")]);
    bench.write("gateway.yaml", "version: 1");
    bench.waits(0);
    bench.delivers(STILL, &[]);
    let followed: Vec<_> = bench.following.files.keys().collect();
    assert_eq!(followed, [&bench.root.path().join("gateway.yaml")]);
}

#[test]
fn no_more_files_are_followed_than_a_manifest_may_have() {
    let mut bench = Bench::new(&[GLOB]);
    for number in 0..1100 {
        bench.write(&format!("p/{number}.yaml"), "{}");
    }
    bench.finds(0);
    assert_eq!(bench.following.files.len(), 1000);
    bench.waits(50);
    let outcome = bench.after(STILL);
    let Outcome::Deliver(snapshot) = outcome else { panic!("{outcome:?}") };
    assert_eq!(snapshot.contents.len(), 1000);
}
