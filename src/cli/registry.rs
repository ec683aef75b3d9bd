//! `registry`: the native commands of this program, for a program that does not have them and checks its manifest.

use super::{Exit, complain, print};
use crate::command::{Declarations, Registry};
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Where to write it; standard output if nothing is said.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn registry(args: &Args, registry: &Registry) -> Exit {
    let text = match registry.declarations().to_json() {
        Ok(text) => text,
        Err(error) => {
            complain(&format!("error: the native commands cannot be written as JSON: {error}"));
            return Exit::CouldNotRun;
        }
    };
    let Some(file) = &args.out else {
        print(&text);
        return Exit::Yes;
    };
    match std::fs::write(file, text) {
        Ok(()) => Exit::Yes,
        Err(error) => {
            complain(&format!("error: {} cannot be written: {error}", file.display()));
            Exit::CouldNotRun
        }
    }
}

/// Reads what another program wrote with this verb.
pub(super) fn read(file: &Path) -> Result<Declarations, Exit> {
    let complaint = |error: &dyn std::fmt::Display| {
        complain(&format!(
            "error: {} cannot be read: {error}\n  help: write it with the program that has the commands: `registry --out {0}`",
            file.display()
        ));
        Exit::CouldNotRun
    };
    let text = std::fs::read_to_string(file).map_err(|error| complaint(&error))?;
    Declarations::from_json(&text).map_err(|error| complaint(&error))
}
