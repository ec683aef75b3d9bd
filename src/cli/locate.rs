//! Which manifest a verb works on: the one that is named, or the nearest one upward.

use super::{Exit, ManifestArg, complain};
use std::path::{Path, PathBuf};

const FILE_NAME: &str = "gateway.yaml";

/// The manifest's path; says what to do when there is none.
pub(super) fn locate(arg: &ManifestArg) -> Result<PathBuf, Exit> {
    if let Some(path) = &arg.manifest {
        return Ok(path.clone());
    }
    let start = std::env::current_dir().unwrap_or_default();
    let found = start.ancestors().map(|folder| folder.join(FILE_NAME)).find(|path| path.is_file());
    found.map(|path| shortened(&path, &start)).ok_or_else(|| {
        complain(&format!(
            "error: no {FILE_NAME} here or in a folder above\n  help: name the manifest: `-m FILE`"
        ));
        Exit::CouldNotRun
    })
}

/// A path that begins in the current folder is shown from there.
fn shortened(path: &Path, start: &Path) -> PathBuf {
    path.strip_prefix(start).unwrap_or(path).to_owned()
}
