//! The stock binary: the command line with the standard native commands.

use std::process::ExitCode;

fn main() -> ExitCode {
    portcullis::cli::main(std::env::args_os(), portcullis::Registry::standard())
}
