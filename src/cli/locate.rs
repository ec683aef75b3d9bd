//! Which manifest a verb works on: the one that is named, or the nearest one upward; with its profile and guardrails.

use super::{Exit, ManifestArg, complain};
use crate::{
    diagnostic::nearest,
    reload::{Disk, Loaded, load_from},
};
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

/// Reads a manifest with what is asked for beside it.
pub(super) fn load(path: &Path, arg: &ManifestArg) -> Result<Loaded, Exit> {
    with_profile(load_from(path, &arg.options(), &Disk), arg)
}

/// Whether what was read has the profile that was asked for; says which there are.
pub(super) fn with_profile(loaded: Loaded, arg: &ManifestArg) -> Result<Loaded, Exit> {
    let Some(name) = &arg.profile else { return Ok(loaded) };
    // Of a file that could not be read nobody knows the profiles; it is reported as that.
    if loaded.document.is_none() || loaded.profiles.contains(name) {
        return Ok(loaded);
    }
    let known = || loaded.profiles.iter().map(String::as_str);
    let list = known().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let help = match (nearest(name, known()), list.as_str()) {
        (_, "") => "it declares none; profiles stand under `profiles:`".to_owned(),
        (Some(near), _) => format!("did you mean `{near}`? The profiles are {list}"),
        (None, _) => format!("the profiles are {list}"),
    };
    let name = name.escape_debug();
    complain(&format!("error: the manifest has no profile `{name}`\n  help: {help}"));
    Err(Exit::Usage)
}

/// A path that begins in the current folder is shown from there.
fn shortened(path: &Path, start: &Path) -> PathBuf {
    path.strip_prefix(start).unwrap_or(path).to_owned()
}
