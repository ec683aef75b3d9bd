//! Which manifest a verb works on: the one that is named, or the nearest one upward; with its profile and guardrails.

use super::{Exit, FileArg, ManifestArg, complain, complain_about};
use crate::{
    check::Checked,
    diagnostic::{Format, nearest},
    manifest::Manifest,
    reload::{Disk, Loaded, load_from},
};
use std::path::{Path, PathBuf};

pub(super) const FILE_NAME: &str = "gateway.yaml";

/// A manifest without errors, and what was read with it.
pub(super) struct Sound {
    pub(super) path: PathBuf,
    pub(super) loaded: Loaded,
    pub(super) manifest: Checked<Manifest>,
}

/// Finds and reads a manifest for a verb that works with sound ones alone; says what is wrong with it otherwise.
pub(super) fn sound(arg: &ManifestArg, format: Format) -> Result<Sound, Exit> {
    let path = locate(&arg.file)?;
    let mut loaded = load(&path, arg)?;
    if let Some(manifest) = loaded.manifest.take() {
        Ok(Sound { path, loaded, manifest })
    } else {
        complain_about(&loaded, format);
        Err(Exit::CouldNotRun)
    }
}

/// The files that a verb for many was given; without any the manifest.
pub(super) fn files(named: &[PathBuf], arg: &FileArg) -> Result<Vec<PathBuf>, Exit> {
    let mut files = named.to_vec();
    if files.is_empty() || arg.manifest.is_some() {
        files.push(locate(arg)?);
    }
    Ok(files)
}

/// The manifest's path; says what to do when there is none.
pub(super) fn locate(arg: &FileArg) -> Result<PathBuf, Exit> {
    if let Some(path) = &arg.manifest {
        return Ok(path.clone());
    }
    nearest_manifest().ok_or_else(|| {
        complain(&format!(
            "error: no {FILE_NAME} here or in a folder above\n  help: name the manifest: `-m FILE`"
        ));
        Exit::CouldNotRun
    })
}

/// The nearest `gateway.yaml` upward.
pub(super) fn nearest_manifest() -> Option<PathBuf> {
    let start = std::env::current_dir().unwrap_or_default();
    let found = start.ancestors().map(|folder| folder.join(FILE_NAME)).find(|path| path.is_file());
    found.map(|path| shortened(&path, &start))
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
