//! One reading of the manifest's file that two reads agree on, and which file it was.

use super::files::{Content, read};
use std::{
    fs::{self, Metadata},
    path::Path,
    time::SystemTime,
};

/// Which file stands at a path; the time of birth tells apart two files that had the same number in turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileId {
    pub(super) device: u64,
    pub(super) number: u64,
    pub(super) born: Option<SystemTime>,
}

/// What changes when a file is written, even if its length and its time of change do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) file: Option<FileId>,
    pub(super) length: u64,
    pub(super) modified: Option<SystemTime>,
    pub(super) changed: (i64, i64),
}

/// A reading: the content, and the file that it is from, if there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) content: Content,
    pub(super) stamp: Option<Stamp>,
}

impl Look {
    /// Which file was read, where the system tells.
    pub(super) fn file(&self) -> Option<FileId> {
        self.stamp.and_then(|stamp| stamp.file)
    }
}

/// Reads twice; nothing if the two reads differ or the file changed in the meantime.
pub(super) fn look(path: &Path) -> Option<Look> {
    let stamp = stamp(path);
    let content = read(path);
    let agreed = content == read(path) && stamp == self::stamp(path);
    agreed.then_some(Look { content, stamp })
}

/// Which file or folder stands at the path, links followed.
pub(super) fn file_id(path: &Path) -> Option<FileId> {
    fs::metadata(path).ok().and_then(|metadata| identify(&metadata))
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    Some(Stamp {
        file: identify(&metadata),
        length: metadata.len(),
        modified: metadata.modified().ok(),
        changed: changed(&metadata),
    })
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems do not tell")]
fn identify(metadata: &Metadata) -> Option<FileId> {
    use std::os::unix::fs::MetadataExt as _;
    let born = metadata.created().ok();
    Some(FileId { device: metadata.dev(), number: metadata.ino(), born })
}

#[cfg(not(unix))]
fn identify(_: &Metadata) -> Option<FileId> {
    None
}

#[cfg(unix)]
fn changed(metadata: &Metadata) -> (i64, i64) {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.ctime(), metadata.ctime_nsec())
}

#[cfg(not(unix))]
fn changed(_: &Metadata) -> (i64, i64) {
    (0, 0)
}
