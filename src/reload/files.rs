//! Where the bytes of a manifest come from: the disk, or an editor's buffers over it.

use super::expand::{GLOB, TooMany, expand, is_glob};
use crate::{diagnostic::Code, source::MAX_BYTES};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{self, Read as _},
    path::{Component, Path, PathBuf},
};

/// More folders than this are not looked for behind one part of a glob.
const MAX_FOLDERS: usize = 1000;

/// What reading a manifest's file gave: its bytes, or the fault as a code and a message.
pub type Content = Result<Vec<u8>, (Code, String)>;

/// The files that a path or glob stands for.
pub type Found = Result<Vec<PathBuf>, TooMany>;

/// A source of files.
pub trait Files {
    /// Reads a file, at most one byte more than a manifest may have.
    fn read(&self, path: &Path) -> Content;

    /// The files that a path or glob stands for, in the order of their names.
    fn matches(&self, pattern: &Path) -> Found;

    /// What tells one file from another, whatever way leads to it.
    fn identity(&self, path: &Path) -> PathBuf {
        path.canonicalize().unwrap_or_else(|_| path.to_owned())
    }
}

/// Whether a path or glob stands for a file, be it on disk or not.
pub fn is_meant(pattern: &Path, file: &Path) -> bool {
    let pattern = lexical(pattern);
    let glob = || glob::Pattern::new(pattern.to_str()?).ok();
    pattern == file || glob().is_some_and(|glob| glob.matches_path_with(file, GLOB))
}

/// A path without `.` and without what `..` takes back, as it is written: links are not looked at.
pub fn lexical(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        let is_name = matches!(clean.components().next_back(), Some(Component::Normal(_)));
        match part {
            Component::CurDir => {}
            Component::ParentDir if is_name => {
                clean.pop();
            }
            part => clean.push(part),
        }
    }
    clean
}

/// The file system.
#[derive(Debug, Clone, Copy)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path) -> Content {
        read(path)
    }

    fn matches(&self, pattern: &Path) -> Found {
        // What is no regular file is said when it is read, if it was meant.
        if pattern.exists() {
            return Ok(vec![pattern.to_owned()]);
        }
        Ok(expand(pattern)?.into_iter().filter(|path| path.is_file()).collect())
    }
}

/// The file system, with another content for some files.
#[derive(Debug, Clone, Default)]
pub struct Edited(BTreeMap<PathBuf, Content>);

impl Edited {
    /// Lets a file have this content.
    pub fn set(&mut self, path: &Path, content: Content) {
        self.0.insert(path.to_owned(), content);
    }

    /// The same with one file more that has another content.
    #[must_use]
    pub fn with(&self, path: &Path, content: Content) -> Self {
        let mut edited = self.clone();
        edited.set(path, content);
        edited
    }
}

impl Files for Edited {
    fn read(&self, path: &Path) -> Content {
        self.0.get(path).cloned().unwrap_or_else(|| Disk.read(path))
    }

    fn matches(&self, pattern: &Path) -> Found {
        Disk.matches(pattern)
    }
}

/// Where what a path or glob stands for may come into being: paths whose last part may not exist, or is a glob.
pub(super) fn places(pattern: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut above = PathBuf::new();
    for part in pattern.components() {
        let path = above.join(part);
        if is_glob(&above) {
            let folders = expand(&above).unwrap_or_default().into_iter();
            let folders = folders.filter(|folder| folder.is_dir()).take(MAX_FOLDERS);
            found.extend(folders.map(|folder| folder.join(part)));
        } else if is_glob(&path) {
            found.insert(path.clone());
        }
        above = path;
    }
    if found.is_empty() {
        found.insert(pattern.to_owned());
    }
    found
}

/// Reads a file, at most one byte more than a manifest may have.
pub fn read(path: &Path) -> Content {
    let fault = |error: &io::Error| match error.kind() {
        io::ErrorKind::NotFound => (Code::MissingFile, "the file does not exist".to_owned()),
        io::ErrorKind::IsADirectory => (Code::NotAFile, "this is a folder, not a file".to_owned()),
        io::ErrorKind::PermissionDenied => {
            (Code::UnreadableFile, "the file may not be read by this user".to_owned())
        }
        _ => (Code::UnreadableFile, format!("the file cannot be read: {error}")),
    };
    // A pipe or a device could block for ever or never end; only regular files are opened.
    let kind = std::fs::metadata(path).map_err(|error| fault(&error))?;
    if !kind.is_file() {
        let what = if kind.is_dir() { "a folder" } else { "a device or a pipe" };
        return Err((Code::NotAFile, format!("this is {what}, not a file")));
    }
    let limit = MAX_BYTES as u64 + 1;
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| fault(&error))?;
    file.take(limit).read_to_end(&mut bytes).map_err(|error| fault(&error))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn new_matches_are_awaited_in_every_folder_of_a_glob() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["a/x", "a/y", "b/.hidden"] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        let awaited = |pattern: &str| {
            let places = places(&root.path().join(pattern)).into_iter();
            let below = places.map(|path| path.strip_prefix(root.path()).unwrap().to_owned());
            below.map(|path| path.display().to_string().replace('\\', "/")).collect::<Vec<_>>()
        };
        assert_eq!(awaited("missing/one.yaml"), ["missing/one.yaml"]);
        assert_eq!(awaited("a/*.yaml"), ["a/*.yaml"]);
        assert_eq!(awaited("*/one.yaml"), ["*", "a/one.yaml", "b/one.yaml"]);
        assert_eq!(
            awaited("**/*.yaml"),
            ["**", "*.yaml", "a/*.yaml", "a/x/*.yaml", "a/y/*.yaml", "b/*.yaml"]
        );
    }
}
