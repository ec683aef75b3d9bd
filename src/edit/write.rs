//! Putting a new text in the place of a file's old one, whole or not at all.

use std::{
    fs,
    io::{self, Write as _},
    path::Path,
};
use thiserror::Error;

const MARK: &[u8] = "\u{feff}".as_bytes();

/// Why a file has its old text still.
#[derive(Debug, Error)]
pub enum WriteError {
    /// Somebody else wrote it after it was read.
    #[error("the file changed meanwhile")]
    Changed,
    /// The system refused.
    #[error("the file cannot be written: {0}")]
    Io(#[from] io::Error),
}

/// Replaces a file's text if it still is `before`.
///
/// The new text is written beside the file and renamed over it, so that nobody reads half of it. Links are followed,
/// permissions and a byte order mark are kept.
pub fn replace_file(path: &Path, before: &str, after: &str) -> Result<(), WriteError> {
    let path = path.canonicalize()?;
    let current = fs::read(&path)?;
    let has_mark = current.starts_with(MARK);
    if current.strip_prefix(MARK).unwrap_or(&current) != before.as_bytes() {
        return Err(WriteError::Changed);
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file =
        tempfile::Builder::new().prefix(".gateway-").suffix(".tmp").tempfile_in(folder)?;
    if has_mark {
        file.write_all(MARK)?;
    }
    file.write_all(after.as_bytes())?;
    let metadata = fs::metadata(&path)?;
    keep_owner(file.as_file(), &metadata);
    file.as_file().set_permissions(metadata.permissions())?;
    file.as_file().sync_all()?;
    file.persist(&path).map_err(|error| error.error)?;
    Ok(())
}

/// Gives the new file the owner of the old one, where this user may.
#[cfg(unix)]
fn keep_owner(file: &fs::File, metadata: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let _ = fchown(file, Some(metadata.uid()), Some(metadata.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &fs::File, _: &fs::Metadata) {}
