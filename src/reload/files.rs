//! Where the bytes of a manifest come from: the disk, or an editor's buffers over it.

use crate::{diagnostic::Code, source::MAX_BYTES};
use std::{
    collections::BTreeSet,
    fs::File,
    io::{self, Read as _},
    path::{Component, Path, PathBuf},
};

/// More folders than this are not looked for behind one part of a glob.
const MAX_FOLDERS: usize = 1000;

/// What reading a manifest's file gave: its bytes, or the fault as a code and a message.
pub type Content = Result<Vec<u8>, (Code, String)>;

/// A source of files.
pub trait Files {
    /// Reads a file, at most one byte more than a manifest may have.
    fn read(&self, path: &Path) -> Content;

    /// The files that a path or glob stands for, in the order of their names.
    fn matches(&self, pattern: &Path) -> Vec<PathBuf>;

    /// What tells one file from another, whatever way leads to it.
    fn identity(&self, path: &Path) -> PathBuf {
        path.canonicalize().unwrap_or_else(|_| path.to_owned())
    }
}

const GLOB: glob::MatchOptions = glob::MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

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

    fn matches(&self, pattern: &Path) -> Vec<PathBuf> {
        if pattern.is_file() {
            return vec![pattern.to_owned()];
        }
        expand(pattern).filter(|path| path.is_file()).collect()
    }
}

/// The file system, with another content for one file.
#[derive(Debug, Clone, Copy)]
pub struct Edited<'a> {
    /// The file.
    pub path: &'a Path,
    /// Its content.
    pub content: &'a Content,
}

impl Files for Edited<'_> {
    fn read(&self, path: &Path) -> Content {
        if path == self.path { self.content.clone() } else { Disk.read(path) }
    }

    fn matches(&self, pattern: &Path) -> Vec<PathBuf> {
        Disk.matches(pattern)
    }
}

/// What is on the disk for a glob; nothing where it is malformed.
fn expand(pattern: &Path) -> impl Iterator<Item = PathBuf> {
    let found = pattern.to_str().and_then(|pattern| glob::glob_with(pattern, GLOB).ok());
    found.into_iter().flatten().filter_map(Result::ok)
}

/// Where what a path or glob stands for may come into being: paths whose last part may not exist, or is a glob.
pub(super) fn places(pattern: &Path) -> BTreeSet<PathBuf> {
    let is_glob = |part: &Path| part.to_string_lossy().contains(['*', '?', '[']);
    let mut found = BTreeSet::new();
    let mut above = PathBuf::new();
    for part in pattern.components() {
        let path = above.join(part);
        if is_glob(&above) {
            let folders = expand(&above).filter(|folder| folder.is_dir()).take(MAX_FOLDERS);
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
            ["**", "a/*.yaml", "a/x/*.yaml", "a/y/*.yaml", "b/*.yaml"]
        );
    }
}
