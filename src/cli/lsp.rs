//! `lsp`: the language server, for editors.

use super::{Exit, complain};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Speak on standard input and output. It is the only way; editors name it all the same.
    #[arg(long, hide = true)]
    stdio: bool,
}

pub(super) fn lsp(_: &Args) -> Exit {
    match crate::lsp::serve() {
        Ok(true) => Exit::Yes,
        Ok(false) => Exit::No,
        Err(error) => {
            complain(&format!("error: the editor cannot be served: {error}"));
            Exit::CouldNotRun
        }
    }
}
