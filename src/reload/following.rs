//! The files of one manifest while they change: which ones it has by now, and whether they are whole, all at once.

use super::{
    chain,
    files::{Content, Disk, Files, Found, places},
    inbox::Pulse,
    load::{LoadOptions, gather},
    probe::{self, Look},
    settle::{Settle, Writer},
    snapshot::{FileSnapshot, Matches},
};
use crate::diagnostic::Code;
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    time::Instant,
};

/// So many files that are no part of the manifest may be open for writing; of more, none is remembered.
const MOST_OPEN: usize = 4096;

/// What follows from a reading of all files.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Nothing that is both new and whole.
    Wait,
    /// There are files that nobody has watched so far. Once they are, all is read again.
    Again,
    /// This is to be in force.
    Deliver(FileSnapshot),
}

#[derive(Debug)]
pub(super) struct Following {
    path: PathBuf,
    options: LoadOptions,
    files: BTreeMap<PathBuf, Followed>,
    /// What was delivered last.
    in_force: FileSnapshot,
    /// What globs matched when last nothing was missing. A file of them is missed before it is taken for deleted.
    kept: Matches,
    /// Paths and globs whose folders may get files for the manifest.
    places: BTreeSet<PathBuf>,
    /// Files that are being written, also those that are no part of the manifest yet.
    open: HashSet<PathBuf>,
    /// Events led to the last reading.
    is_stirred: bool,
}

#[derive(Debug)]
struct Followed {
    settle: Settle,
    /// Where the file is, links followed.
    target: PathBuf,
}

impl Followed {
    fn new(current: Content, now: Instant) -> Self {
        Self { settle: Settle::new(current, now), target: PathBuf::new() }
    }

    /// Whether the file has been missing for long enough.
    fn is_gone(&self) -> bool {
        self.settle.is_ready() && matches!(self.settle.seen(), Err((Code::MissingFile, _)))
    }
}

impl Following {
    pub(super) fn new(
        path: &Path,
        options: LoadOptions,
        current: FileSnapshot,
        now: Instant,
    ) -> Self {
        let follow = |(path, content): (&PathBuf, &Content)| {
            (path.clone(), Followed::new(content.clone(), now))
        };
        let mut files: BTreeMap<_, _> = current.contents.iter().map(follow).collect();
        files.entry(path.to_owned()).or_insert_with(|| Followed::new(absent(), now));
        Self {
            path: path.to_owned(),
            options,
            files,
            kept: current.matches.clone(),
            places: current.matches.keys().flat_map(|pattern| places(pattern)).collect(),
            in_force: current,
            open: HashSet::new(),
            is_stirred: false,
        }
    }

    /// Learns which files the contents in force are from.
    pub(super) fn recognise(&mut self) {
        for (path, file) in &mut self.files {
            if let Some(look) = probe::look(path) {
                file.settle.recognise(&look);
            }
        }
    }

    /// When to look next.
    pub(super) fn due(&self) -> Instant {
        self.files.values().map(|file| file.settle.due()).min().unwrap_or_else(Instant::now)
    }

    pub(super) fn event(&mut self, pulse: &Pulse) {
        for file in self.files.values_mut() {
            file.settle.event(pulse.first, pulse.last, pulse.writer(&file.target));
        }
        for (file, writer) in pulse.writers() {
            if writer == Writer::Open {
                self.open.insert(file.clone());
            } else {
                self.open.remove(file);
            }
        }
        if self.open.len() > MOST_OPEN {
            self.open.clear();
        }
    }

    /// Whether any of these events is about one of the files themselves.
    pub(super) fn concerns(&self, pulse: &Pulse) -> bool {
        self.files.values().any(|file| pulse.writer(&file.target).is_some())
    }

    /// Nothing that was heard of writers is sure any more.
    pub(super) fn forget_writers(&mut self) {
        self.open.clear();
        self.files.values_mut().for_each(|file| file.settle.forget_writer());
    }

    pub(super) fn is_being_written(&self) -> bool {
        self.files.values().any(|file| file.settle.is_being_written())
    }

    pub(super) fn is_pressed(&self, now: Instant) -> bool {
        self.files.values().any(|file| file.settle.is_pressed(now))
    }

    /// Follows all paths anew. The folders to watch: true for those that hold a file or a link on the way to one.
    pub(super) fn folders(&mut self, now: Instant) -> BTreeMap<PathBuf, bool> {
        let mut folders = BTreeMap::new();
        let mut add = |path: &Path| {
            let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
            let chain = chain::resolve(&path);
            for (folder, holds) in chain.folders {
                *folders.entry(folder).or_default() |= holds;
            }
            chain.target
        };
        for (path, file) in &mut self.files {
            let target = add(path);
            if file.target == target {
                continue;
            }
            // What was heard was about another file.
            file.settle.forget_writer();
            if self.open.contains(&target) {
                file.settle.event(now, now, Some(Writer::Open));
            }
            file.target = target;
        }
        for place in &self.places {
            add(place);
        }
        folders
    }

    /// The folder that the manifest's own file is in.
    pub(super) fn folder(&self) -> &Path {
        let target = self.files.get(&self.path).and_then(|file| file.target.parent());
        target.unwrap_or(Path::new(""))
    }

    /// Reads all files, each until two reads agree.
    pub(super) fn read(&self) -> Option<Vec<Look>> {
        self.files.keys().map(|path| probe::look(path)).collect()
    }

    /// Takes such a reading, or the news that none could be had.
    pub(super) fn look(&mut self, now: Instant, looks: Option<Vec<Look>>) {
        self.is_stirred = self.files.values().any(|file| file.settle.is_stirred());
        let Some(looks) = looks else { return self.put_off(now) };
        for (file, look) in self.files.values_mut().zip(looks) {
            file.settle.look(now, Some(look));
        }
    }

    fn put_off(&mut self, now: Instant) {
        self.files.values_mut().for_each(|file| file.settle.look(now, None));
    }

    /// Decides what the last reading comes to.
    pub(super) fn judge(&mut self, now: Instant) -> Outcome {
        if !self.has_news() {
            return Outcome::Wait;
        }
        let (snapshot, is_whole) = self.gather();
        if self.follow(&snapshot, now) {
            return Outcome::Again;
        }
        let mut wanted = snapshot.contents.keys().filter_map(|path| self.files.get(path));
        if !wanted.all(|file| file.settle.is_ready()) {
            return Outcome::Wait;
        }
        self.files.values_mut().for_each(|file| file.settle.commit());
        let is_new = snapshot != self.in_force;
        self.in_force.clone_from(&snapshot);
        if is_whole {
            self.kept.clone_from(&snapshot.matches);
        }
        self.forget_others(&snapshot);
        if is_new { Outcome::Deliver(snapshot) } else { Outcome::Wait }
    }

    /// Whether anything is not as it was when the snapshot in force was made.
    fn has_news(&self) -> bool {
        let FileSnapshot { matches, identities, .. } = &self.in_force;
        self.files.values().any(|file| file.settle.is_changed())
            || matches.iter().any(|(pattern, found)| self.matches(pattern) != *found)
            || identities.iter().any(|(path, identity)| self.identity(path) != *identity)
            || !self.places.is_superset(&self.places(matches))
    }

    /// Finds the files that the manifest has by what was read of it, as it will be loaded.
    fn gather(&self) -> (FileSnapshot, bool) {
        let gather = || gather(&self.path, &self.options, self);
        catch_unwind(AssertUnwindSafe(gather)).unwrap_or_else(|_| {
            // Whoever gets this meets the same fault, and reports it.
            let mut snapshot = self.in_force.clone();
            snapshot.contents.insert(self.path.clone(), self.read_seen(&self.path));
            (snapshot, false)
        })
    }

    /// Follows the files that the manifest has now; true if some of them were not followed.
    fn follow(&mut self, snapshot: &FileSnapshot, now: Instant) -> bool {
        self.forget_others(snapshot);
        let mut has_found = false;
        for path in snapshot.contents.keys() {
            self.files.entry(path.clone()).or_insert_with(|| {
                has_found = true;
                let mut file = Followed::new(absent(), now);
                if self.is_stirred {
                    file.settle.event(now, now, None);
                }
                file
            });
        }
        let places = self.places(&snapshot.matches);
        if has_found || !self.places.is_superset(&places) {
            // More may have come while these were not watched yet.
            self.put_off(now);
        }
        self.places = places;
        has_found
    }

    /// Follows no other files than those of this snapshot, those in force, and those that were when last nothing was missing.
    fn forget_others(&mut self, snapshot: &FileSnapshot) {
        let kept: HashSet<_> = self.kept.values().flatten().flatten().collect();
        let is_wanted = |path: &PathBuf| {
            snapshot.contents.contains_key(path)
                || self.in_force.contents.contains_key(path)
                || kept.contains(path)
        };
        self.files.retain(|path, _| is_wanted(path));
    }

    /// The places of all globs, also of those that are unknown while a file is broken.
    fn places(&self, matches: &Matches) -> BTreeSet<PathBuf> {
        matches.keys().chain(self.kept.keys()).flat_map(|pattern| places(pattern)).collect()
    }

    fn read_seen(&self, path: &Path) -> Content {
        self.files.get(path).map_or_else(|| Disk.read(path), |file| file.settle.seen().clone())
    }
}

/// The files as they were last read, and the disk for what is not followed yet.
impl Files for Following {
    fn read(&self, path: &Path) -> Content {
        self.read_seen(path)
    }

    /// What is there, and what was there until a moment ago: editors delete a file and create it again.
    fn matches(&self, pattern: &Path) -> Found {
        let mut found = Disk.matches(pattern)?;
        let kept = self.kept.get(pattern).into_iter().flatten().flatten();
        let missed = |path: &&PathBuf| self.files.get(*path).is_some_and(|file| !file.is_gone());
        for path in kept.filter(missed) {
            if !found.contains(path) {
                found.push(path.clone());
            }
        }
        found.sort();
        Ok(found)
    }
}

/// As what a file counts that was not part of the manifest.
fn absent() -> Content {
    Err((Code::MissingFile, String::new()))
}

#[cfg(test)]
mod tests;
