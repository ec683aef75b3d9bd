//! The command line: one verb a file. Exit codes: 0 yes, 1 no, 2 usage, 3 could not run.

mod allow;
mod call;
mod caller;
mod explain;
mod fix;
mod fmt;
mod grant;
mod help;
mod init;
mod keys;
mod locate;
mod lsp;
mod run;
mod schema;
mod show;
mod suggestion;
mod validate;

use crate::{
    command::Registry,
    diagnostic::{Format, Report, Style},
    reload::{LoadOptions, Loaded},
};
use clap::{CommandFactory as _, Parser, Subcommand};
use std::{
    ffi::OsString,
    io::{IsTerminal, Write as _},
    path::PathBuf,
    process::ExitCode,
    sync::Once,
};

/// A declarative IPC gateway for webview desktop apps.
#[derive(Debug, Parser)]
#[command(name = "portcullis", version, about, disable_help_subcommand = true)]
struct Cli {
    /// How to print: `human` with snippets, `plain` for logs and screen readers, `json` for programs; and what
    /// `validate` finds also as `sarif`, `github` and `junit`.
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    format: Format,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Start a project: a manifest and a page, or a manifest for a frontend that is there already.
    Init(init::Args),
    /// Open the manifest's windows and apply edits to it while they run.
    Run(run::Args),
    /// Report every fault of manifests.
    Validate(validate::Args),
    /// Print the JSON Schema of manifests, or check that a file holds it.
    Schema(schema::Args),
    /// Make one call through the whole pipeline, without a window.
    Call(call::Args),
    /// Say whether a page may call a command, and why.
    Explain(explain::Args),
    /// Explain a diagnostic's code, or a verb; without either list them all.
    Help(help::Args),
    /// Put manifests into canonical layout; comments stay.
    Fmt(fmt::Args),
    /// Edit the manifest so that a window's page may call a command, and show what changed.
    Allow(allow::Args),
    /// Print the manifest that is in effect, with the file and line of each part.
    Show(show::Args),
    /// Serve an editor: findings while you type, completion, hover, definitions.
    Lsp(lsp::Args),
}

/// The manifest that a verb works on.
#[derive(Debug, clap::Args)]
struct ManifestArg {
    /// The manifest; without it the nearest `gateway.yaml` upward.
    #[arg(short = 'm', long = "manifest", value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// Put one of the manifest's profiles over it.
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// A file with guardrails, which the manifest may not break either.
    #[arg(long, value_name = "FILE")]
    guardrails: Option<PathBuf>,
}

impl ManifestArg {
    /// What is read beside the manifest's own file.
    fn options(&self) -> LoadOptions {
        LoadOptions { profile: self.profile.clone(), guardrails: self.guardrails.clone() }
    }
}

/// What a verb came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Exit {
    Yes,
    No,
    Usage,
    CouldNotRun,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Yes => 0,
            Exit::No => 1,
            Exit::Usage => 2,
            Exit::CouldNotRun => 3,
        })
    }
}

/// Runs the command line of a program that knows the Rust functions of `registry`.
pub fn main(args: impl IntoIterator<Item = OsString>, registry: Registry) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // `--help` and `--version` are errors to clap, but not to us.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage } else { Exit::Yes }.into();
        }
    };
    let format = cli.format;
    if format.is_for_findings_alone() && !matches!(cli.verb, Verb::Validate(_)) {
        complain(
            "error: this format is for findings\n  help: `validate` prints them so; here `human`, `plain` and `json` fit",
        );
        return Exit::Usage.into();
    }
    match cli.verb {
        Verb::Init(args) => init::init(&args, format),
        Verb::Run(args) => run::run(args, format, registry),
        Verb::Validate(args) => validate::validate(&args, format),
        Verb::Schema(args) => schema::schema(&args, format, &registry),
        Verb::Call(args) => call::call(&args, format, &registry),
        Verb::Explain(args) => explain::explain(&args, format),
        Verb::Help(args) => help::help(&args, format, Cli::command()),
        Verb::Fmt(args) => fmt::fmt(&args, format),
        Verb::Allow(args) => allow::allow(&args, format),
        Verb::Show(args) => show::show(&args, format),
        Verb::Lsp(args) => lsp::lsp(&args),
    }
    .into()
}

/// Whether what is written to a stream may be coloured: <https://no-color.org>.
fn style(stream: &impl IsTerminal) -> Style {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    Style { color: stream.is_terminal() && !refused }
}

/// Writes a line; a reader that went away is no reason to fail.
fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{}", text.trim_end_matches('\n'));
}

fn complain(message: &str) {
    let mut out = std::io::stderr().lock();
    let _ = writeln!(out, "{}", message.trim_end_matches('\n'));
}

/// Prints what was found about a manifest to standard error.
fn complain_about(loaded: &Loaded, format: Format) {
    let report = Report::of(&loaded.diagnostics, &loaded.sources);
    if !report.is_empty() {
        complain(&report.render(format, style(&std::io::stderr())));
        hint(&report, format);
    }
}

/// Tells people once a run where there is more to read, if there is anything to read about.
fn hint(report: &Report<'_>, format: Format) {
    static TOLD: Once = Once::new();
    if format == Format::Human && !report.is_empty() {
        TOLD.call_once(|| complain("for more about a code: `portcullis help CODE`"));
    }
}
