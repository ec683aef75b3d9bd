//! All that one reading of a manifest asked of its files, so that the same can be read again without them.

use super::files::{Content, Files, Found};
use crate::diagnostic::Code;
use std::{
    cell::RefCell,
    collections::BTreeMap,
    fmt,
    path::{Path, PathBuf},
};

/// What paths and globs stand for, by path or glob.
pub(super) type Matches = BTreeMap<PathBuf, Found>;

/// The files of one manifest at one moment: their contents, what its globs match, and which paths are one file.
///
/// Two snapshots are equal if they read alike; which links lead to a file does not count.
#[derive(Clone, Default)]
pub struct FileSnapshot {
    pub(super) contents: BTreeMap<PathBuf, Content>,
    pub(super) matches: Matches,
    pub(super) identities: BTreeMap<PathBuf, PathBuf>,
}

impl FileSnapshot {
    /// A manifest that is one file.
    pub fn of(path: &Path, content: Content) -> Self {
        Self { contents: [(path.to_owned(), content)].into(), ..Self::default() }
    }
}

impl fmt::Debug for FileSnapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files: Vec<_> = self.contents.keys().collect();
        f.debug_struct("FileSnapshot").field("files", &files).finish_non_exhaustive()
    }
}

impl PartialEq for FileSnapshot {
    fn eq(&self, other: &Self) -> bool {
        self.contents == other.contents && self.matches == other.matches
    }
}

impl Eq for FileSnapshot {}

impl Files for FileSnapshot {
    fn read(&self, path: &Path) -> Content {
        let missing = || Err((Code::MissingFile, "the file does not exist".to_owned()));
        self.contents.get(path).cloned().unwrap_or_else(missing)
    }

    fn matches(&self, pattern: &Path) -> Found {
        self.matches.get(pattern).cloned().unwrap_or(Ok(Vec::new()))
    }

    fn identity(&self, path: &Path) -> PathBuf {
        self.identities.get(path).cloned().unwrap_or_else(|| path.to_owned())
    }
}

/// Hands on what other files say, and keeps it.
pub(super) struct Recorder<'a> {
    files: &'a dyn Files,
    heard: RefCell<FileSnapshot>,
}

impl<'a> Recorder<'a> {
    pub(super) fn new(files: &'a dyn Files) -> Self {
        Self { files, heard: RefCell::default() }
    }

    pub(super) fn into_snapshot(self) -> FileSnapshot {
        self.heard.into_inner()
    }
}

impl Files for Recorder<'_> {
    fn read(&self, path: &Path) -> Content {
        let content = self.files.read(path);
        self.heard.borrow_mut().contents.insert(path.to_owned(), content.clone());
        content
    }

    fn matches(&self, pattern: &Path) -> Found {
        let found = self.files.matches(pattern);
        self.heard.borrow_mut().matches.insert(pattern.to_owned(), found.clone());
        found
    }

    fn identity(&self, path: &Path) -> PathBuf {
        let identity = self.files.identity(path);
        self.heard.borrow_mut().identities.insert(path.to_owned(), identity.clone());
        identity
    }
}
