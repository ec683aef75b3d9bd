//! `schema`: the manifest's JSON Schema for editors and CI.

use super::{Exit, complain, print};
use crate::manifest::schema as manifest_schema;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Fail if the file does not hold this schema.
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "schema/gateway.schema.json")]
    check: Option<PathBuf>,
}

pub(super) fn schema(args: &Args) -> Exit {
    let text = format!("{:#}\n", manifest_schema());
    let Some(file) = &args.check else {
        print(&text);
        return Exit::Yes;
    };
    match std::fs::read_to_string(file) {
        Ok(committed) if committed == text => Exit::Yes,
        Ok(_) => {
            complain(&format!(
                "error[stale-schema]: {} is not the schema of this version\n  help: run `./dev schema`, or `portcullis schema > {}`",
                file.display(),
                file.display()
            ));
            Exit::No
        }
        Err(error) => {
            complain(&format!("error: {} cannot be read: {error}", file.display()));
            Exit::CouldNotRun
        }
    }
}
