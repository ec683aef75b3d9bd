//! Which file a plan's program is, on this machine, now.

use crate::ipc::{Rejection, RejectionCode};
use std::{
    env,
    ffi::OsString,
    path::{self, Path, PathBuf},
};

/// Finds a program: a name on the gateway's own `PATH`, anything with a slash from the manifest's folder.
///
/// The path is absolute, because the program starts in another folder than the gateway's.
pub(in crate::backend) fn locate(program: &str, root: &Path) -> Result<PathBuf, Rejection> {
    let found = if program.contains(path::is_separator) {
        from_root(program, root)?
    } else {
        which::which_in(program, Some(search_path()?), root).map_err(|_| {
            let message = format!("`{program}` is not on the gateway's PATH");
            not_found(message).help("install it or put its folder on PATH")
        })?
    };
    path::absolute(found).map_err(|error| {
        let message = format!("`{program}` could not be started: {error}");
        Rejection::new(RejectionCode::ProcessFailed, message)
    })
}

/// The folders of the gateway's `PATH`. Relative ones are left out: they would mean the manifest's folder here, and no
/// program should be found there by its name alone.
fn search_path() -> Result<OsString, Rejection> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::join_paths(env::split_paths(&path).filter(|folder| folder.is_absolute())).map_err(
        |error| {
            Rejection::new(
                RejectionCode::ProcessFailed,
                format!("the gateway's PATH is malformed: {error}"),
            )
        },
    )
}

fn from_root(program: &str, root: &Path) -> Result<PathBuf, Rejection> {
    let path = root.join(program);
    if path.is_dir() {
        let message = format!("`{program}` is a folder, not a program");
        return Err(Rejection::new(RejectionCode::ProcessFailed, message));
    }
    // Any fault but a missing file is the system's to name, when it starts the program.
    if let Ok(false) = path.try_exists() {
        return Err(not_found(format!("`{program}` does not exist"))
            .help("install it, or name it without a slash and put its folder on PATH"));
    }
    Ok(path)
}

fn not_found(message: String) -> Rejection {
    Rejection::new(RejectionCode::ProgramNotFound, message)
}
