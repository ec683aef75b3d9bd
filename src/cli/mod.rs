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
mod part;
mod registry;
mod remedy;
mod run;
mod schema;
mod show;
mod suggestion;
mod validate;
mod views;

pub(crate) use run::{Windows, open};

use crate::{
    command::Registry,
    diagnostic::{Format, Report, Style, clean, clean_text},
    reload::{LoadOptions, Loaded},
};
use clap::{CommandFactory as _, Parser, Subcommand};
use std::{
    ffi::{OsStr, OsString},
    io::{IsTerminal, Write as _},
    path::PathBuf,
    process::ExitCode,
    sync::Once,
};

/// A declarative IPC gateway for webview desktop apps.
#[derive(Debug, Parser)]
#[command(name = "portcullis", version, about, disable_help_subcommand = true)]
struct Cli {
    /// How to print: `human`, `plain` for logs and screen readers, or `json`; `validate` knows more.
    #[arg(long, global = true, value_enum, default_value_t = Format::Human, hide_possible_values = true)]
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
    /// Explain a diagnostic's code, or a verb; `codes` lists the codes.
    Help(help::Args),
    /// Put manifests into canonical layout; comments stay.
    Fmt(fmt::Args),
    /// Edit the manifest so that a window's page may call a command, and show what changed.
    Allow(allow::Args),
    /// Print the manifest that is in effect, with the file and line of each part.
    Show(show::Args),
    /// Write the names and arguments of this program's native commands as JSON, for `validate --registry`.
    Registry(registry::Args),
    /// Serve an editor: findings while you type, completion, hover, definitions.
    Lsp(lsp::Args),
}

/// The file that a verb works on.
#[derive(Debug, Clone, Default, clap::Args)]
struct FileArg {
    /// The manifest; without it the nearest `gateway.yaml` upward.
    #[arg(short = 'm', long = "manifest", value_name = "FILE")]
    manifest: Option<PathBuf>,
}

/// The manifest that a verb works on, with what is put over it.
#[derive(Debug, Clone, Default, clap::Args)]
struct ManifestArg {
    #[command(flatten)]
    file: FileArg,
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

/// A word of the command line that no message could name as it is. In JSON, lines may break.
fn steering(word: &OsStr) -> Option<String> {
    let text = word.to_string_lossy();
    let is_json = text.trim_start().starts_with(['{', '[', '"']);
    let text = if is_json { text.replace(['\n', '\r', '\t'], " ") } else { text.into_owned() };
    let shown = clean(&text);
    (shown != text).then_some(shown)
}

/// Runs the command line of a program that knows the Rust functions of `registry`.
pub fn main(args: impl IntoIterator<Item = OsString>, registry: Registry) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    if let Some(word) = args.iter().skip(1).find_map(|word| steering(word)) {
        complain(&format!(
            "error: `{word}` has characters that steer a terminal or break its lines\n  help: give the file another name, or leave them out"
        ));
        return Exit::Usage.into();
    }
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
        Verb::Validate(args) => validate::validate(&args, format, &registry),
        Verb::Schema(args) => schema::schema(&args, format, &registry),
        Verb::Call(args) => call::call(&args, format, &registry),
        Verb::Explain(args) => explain::explain(&args, format),
        Verb::Help(args) => help::help(&args, format, Cli::command()),
        Verb::Fmt(args) => fmt::fmt(&args, format),
        Verb::Allow(args) => allow::allow(&args, format),
        Verb::Show(args) => show::show(&args, format),
        Verb::Registry(args) => registry::registry(&args, &registry),
        Verb::Lsp(args) => lsp::lsp(&args),
    }
    .into()
}

/// Whether what is written to a stream may be coloured: <https://no-color.org>.
fn style(stream: &impl IsTerminal) -> Style {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    Style { color: stream.is_terminal() && !refused }
}

/// Writes lines in which names and paths may stand, whatever characters those have.
fn print(text: &str) {
    print_rendered(&clean_text(text));
}

fn complain(message: &str) {
    complain_rendered(&clean_text(message));
}

/// Writes what may be coloured, and leaves the terminal alone but for that; a reader that went away is no reason to fail.
fn print_rendered(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{}", text.trim_end_matches('\n'));
}

fn complain_rendered(message: &str) {
    let mut out = std::io::stderr().lock();
    let _ = writeln!(out, "{}", message.trim_end_matches('\n'));
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_-./:@%+,=".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Prints what was found about a manifest to standard error.
pub(crate) fn complain_about(loaded: &Loaded, format: Format) {
    let report = Report::of(&loaded.diagnostics, &loaded.sources);
    if !report.is_empty() {
        complain_rendered(&report.render(format, style(&std::io::stderr())));
        hint(&report, format);
    }
}

/// Tells people once a run where there is more to read, if there is anything to read about.
fn hint(report: &Report<'_>, format: Format) {
    static TOLD: Once = Once::new();
    if format == Format::Human && !report.is_empty() {
        TOLD.call_once(|| complain(&format!("for more about a code: `{} help CODE`", program())));
    }
}

/// What the program is called where it was started: one that embeds the gateway has these verbs under its own name.
fn program() -> String {
    let words = std::env::args_os().next().map(PathBuf::from);
    let name = words.as_deref().and_then(|path| path.file_stem()?.to_str());
    name.unwrap_or("portcullis").to_owned()
}
