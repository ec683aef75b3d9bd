//! Which file a plan's program is, on this machine, now.

use crate::ipc::{Rejection, RejectionCode};
use std::{
    env,
    ffi::OsString,
    io,
    path::{self, Path, PathBuf},
};
use thiserror::Error;

/// Why there is no program to start.
#[derive(Debug, Error)]
pub enum ProgramError {
    /// No folder of the gateway's `PATH` has it.
    #[error("`{0}` is not on the gateway's PATH")]
    NotOnPath(String),
    /// The path leads nowhere.
    #[error("`{0}` does not exist")]
    Missing(String),
    /// The path leads to a folder.
    #[error("`{0}` is a folder, not a program")]
    Folder(String),
    /// The gateway's `PATH` cannot be read.
    #[error("the gateway's PATH is malformed: {0}")]
    Path(#[from] env::JoinPathsError),
    /// The system cannot tell where it is.
    #[error("`{0}` could not be started: {1}")]
    System(String, #[source] io::Error),
}

impl ProgramError {
    /// What to do about it.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::NotOnPath(_) => Some("install it or put its folder on PATH"),
            Self::Missing(_) => {
                Some("install it, or name it without a slash and put its folder on PATH")
            }
            Self::Folder(_) | Self::Path(_) | Self::System(..) => None,
        }
    }
}

impl From<ProgramError> for Rejection {
    fn from(error: ProgramError) -> Self {
        let code = match error {
            ProgramError::NotOnPath(_) | ProgramError::Missing(_) => RejectionCode::ProgramNotFound,
            _ => RejectionCode::ProcessFailed,
        };
        let rejection = Self::new(code, error.to_string());
        match error.help() {
            Some(help) => rejection.help(help),
            None => rejection,
        }
    }
}

/// Finds a program: a name on the gateway's own `PATH`, anything with a slash from the manifest's folder.
///
/// The path is absolute, because the program starts in another folder than the gateway's.
pub fn locate(program: &str, root: &Path) -> Result<PathBuf, ProgramError> {
    let found = if program.contains(path::is_separator) {
        from_root(program, root)?
    } else {
        which::which_in(program, Some(search_path()?), root)
            .map_err(|_| ProgramError::NotOnPath(program.to_owned()))?
    };
    path::absolute(found).map_err(|error| ProgramError::System(program.to_owned(), error))
}

/// The folders of the gateway's `PATH`. Relative ones are left out: they would mean the manifest's folder here, and no
/// program should be found there by its name alone.
fn search_path() -> Result<OsString, ProgramError> {
    let path = env::var_os("PATH").unwrap_or_default();
    Ok(env::join_paths(env::split_paths(&path).filter(|folder| folder.is_absolute()))?)
}

fn from_root(program: &str, root: &Path) -> Result<PathBuf, ProgramError> {
    let path = root.join(program);
    if path.is_dir() {
        return Err(ProgramError::Folder(program.to_owned()));
    }
    // Any fault but a missing file is the system's to name, when it starts the program.
    if let Ok(false) = path.try_exists() {
        return Err(ProgramError::Missing(program.to_owned()));
    }
    Ok(path)
}
