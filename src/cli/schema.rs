//! `schema`: the JSON Schema of manifests, of their includes and of guardrails, for editors and CI.

use super::{Exit, complain, print};
use crate::manifest::{guardrail_schema, include_schema, schema as manifest_schema};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Fail if the file does not hold this schema.
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = "schema/gateway.schema.json")]
    check: Option<PathBuf>,
    /// The schema of files that `include` names.
    #[arg(long, conflicts_with_all = ["guardrails", "check"])]
    include: bool,
    /// The schema of files that `--guardrails` names.
    #[arg(long, conflicts_with = "check")]
    guardrails: bool,
}

pub(super) fn schema(args: &Args) -> Exit {
    let schema = match (args.include, args.guardrails) {
        (true, _) => include_schema(),
        (_, true) => guardrail_schema(),
        _ => manifest_schema(),
    };
    let text = format!("{schema:#}\n");
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
