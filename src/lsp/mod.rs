//! The language server: what `portcullis` knows about a manifest, in the editor while it is written.

mod actions;
mod analysis;
mod callers;
mod completion;
mod declared;
mod describe;
mod formatting;
mod hover;
mod naming;
mod outline;
mod overlay;
mod place;
mod placeholder;
mod publish;
mod request;
mod scan;
mod schema;
mod server;
mod session;
mod symbols;
#[cfg(test)]
mod tests;
mod text;
mod uri;
mod wire;
mod workspace;

use std::{
    io::{self, BufReader, Write as _},
    sync::mpsc,
    thread,
};

/// Serves an editor on standard input and output; whether the editor ended the session as the protocol has it.
pub fn serve() -> io::Result<bool> {
    let (sender, receiver) = mpsc::channel();
    // The input is read at once, however long an answer takes: neither side can wait for the other for ever.
    thread::Builder::new().name("lsp-input".to_owned()).spawn(move || {
        let mut input = BufReader::new(io::stdin());
        loop {
            match wire::read(&mut input) {
                Ok(Some(incoming)) => {
                    if sender.send(incoming).is_err() {
                        return;
                    }
                }
                Ok(None) => return,
                Err(error) => return log(&format!("standard input cannot be read: {error}")),
            }
        }
    })?;
    server::Server::new(io::stdout(), analysis::analyse).run(&receiver)
}

/// A line on standard error: standard output belongs to the protocol.
fn log(message: &str) {
    let _ = writeln!(io::stderr().lock(), "portcullis: {message}");
}
