//! `schema`: the JSON Schema of manifests, of their includes and of guardrails, for editors and CI.

use super::{
    Exit, FileArg, ManifestArg, complain,
    init::SCHEMA,
    locate::{nearest_manifest, sound},
    print,
};
use crate::{
    command::Registry,
    diagnostic::Format,
    manifest::{guardrail_schema, include_schema, project_schema, schema as manifest_schema},
};
use serde_json::Value;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// With the manifest's own windows, origins and commands, so that editors complete them.
    #[arg(long)]
    project: bool,
    /// The manifest, with `--project`; without it the nearest `gateway.yaml` upward.
    #[arg(short = 'm', long = "manifest", value_name = "FILE", requires = "project")]
    manifest: Option<PathBuf>,
    /// Fail if the file does not hold this schema; without FILE the one that `init` writes beside the manifest.
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    #[expect(clippy::option_option, reason = "clap's way to say that a flag may have a value")]
    check: Option<Option<PathBuf>>,
    /// The schema of files that `include` names.
    #[arg(long, conflicts_with_all = ["guardrails", "check", "project"])]
    include: bool,
    /// The schema of files that `--guardrails` names.
    #[arg(long, conflicts_with_all = ["check", "project"])]
    guardrails: bool,
}

pub(super) fn schema(args: &Args, format: Format, registry: &Registry) -> Exit {
    let wanted = match (args.project, args.include, args.guardrails) {
        (true, _, _) => of_project(args, format, registry),
        (_, true, _) => Ok(include_schema()),
        (_, _, true) => Ok(guardrail_schema()),
        _ => Ok(manifest_schema()),
    };
    let text = match wanted {
        Ok(schema) => format!("{schema:#}\n"),
        Err(exit) => return exit,
    };
    let file = match &args.check {
        None => {
            print(&text);
            return Exit::Yes;
        }
        Some(Some(file)) => file.clone(),
        Some(None) => {
            let Some(manifest) = args.manifest.clone().or_else(nearest_manifest) else {
                complain(
                    "error: no gateway.yaml here or in a folder above\n  help: name the schema's own file: `--check FILE`",
                );
                return Exit::CouldNotRun;
            };
            manifest.with_file_name("").join(SCHEMA)
        }
    };
    match std::fs::read_to_string(&file) {
        Ok(committed) if committed == text => Exit::Yes,
        Ok(_) => {
            let (what, how) = match (args.project, &args.manifest) {
                (false, _) => ("version", String::new()),
                (true, None) => ("manifest", " --project".to_owned()),
                (true, Some(path)) => ("manifest", format!(" --project -m {}", path.display())),
            };
            let file = file.display();
            complain(&format!(
                "error[stale-schema]: {file} is not the schema of this {what}\n  help: run `portcullis schema{how} > {file}`",
            ));
            Exit::No
        }
        Err(error) => {
            complain(&format!("error: {} cannot be read: {error}", file.display()));
            Exit::CouldNotRun
        }
    }
}

fn of_project(args: &Args, format: Format, registry: &Registry) -> Result<Value, Exit> {
    let file = FileArg { manifest: args.manifest.clone() };
    // Half of a project's names would look like all of them.
    let sound = sound(&ManifestArg { file, ..ManifestArg::default() }, format)?;
    // What plugins run has no `run`.
    let functions = registry.names().filter(|name| !name.contains('|'));
    Ok(project_schema(&sound.manifest, functions))
}
