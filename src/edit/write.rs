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
    /// Its permissions say that it is not to be written; renaming would get around them.
    #[error("it is read-only")]
    ReadOnly,
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
    let metadata = fs::metadata(&path)?;
    if metadata.permissions().readonly() {
        return Err(WriteError::ReadOnly);
    }
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file =
        tempfile::Builder::new().prefix(".gateway-").suffix(".tmp").tempfile_in(folder)?;
    if has_mark {
        file.write_all(MARK)?;
    }
    file.write_all(after.as_bytes())?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changed_meanwhile_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gateway.yaml");
        fs::write(&path, "theirs").unwrap();
        assert!(matches!(replace_file(&path, "old", "new"), Err(WriteError::Changed)));
        assert_eq!(fs::read_to_string(&path).unwrap(), "theirs");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_byte_order_mark_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gateway.yaml");
        fs::write(&path, "\u{feff}old").unwrap();
        replace_file(&path, "old", "new").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "\u{feff}new");
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_stay() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("real.yaml"), folder.path().join("gateway.yaml"));
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        symlink("real.yaml", &link).unwrap();
        replace_file(&link, "old", "new").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
