//! Documents' addresses and the paths that they stand for.

use lsp_types::Uri;
use std::path::{Path, PathBuf};
use url::Url;

/// The file of an address. A document that is no file yet is known by its address, which no file has as its path.
pub(super) fn path(uri: &Uri) -> PathBuf {
    let file = Url::parse(uri.as_str()).ok().and_then(|url| url.to_file_path().ok());
    file.unwrap_or_else(|| PathBuf::from(uri.as_str()))
}

/// The address of a file, or of what was known by its address.
pub(super) fn of(path: &Path) -> Option<Uri> {
    match Url::from_file_path(path) {
        Ok(url) => url.as_str().parse().ok(),
        Err(()) => path.to_str()?.parse().ok(),
    }
}
