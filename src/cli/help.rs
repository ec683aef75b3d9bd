//! `help`: what a diagnostic's code means, with an example of wrong and of right; what a key is; clap's help for verbs.

use super::{Exit, complain, keys, print};
use crate::diagnostic::{Code, Format, json_text, nearest};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The topic that is no code and no verb.
const CODES: &str = "codes";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A code such as `unknown-key`, a key such as `windows.size`, a verb, or `codes`, which lists the codes; without it the
    /// verbs are listed.
    topic: Option<String>,
}

pub(super) fn help(args: &Args, format: Format, mut program: clap::Command) -> Exit {
    // The usage of a verb names the program only once the program is built.
    program.build();
    let Some(topic) = args.topic.as_deref() else {
        print(&overview(&mut program, format));
        return Exit::Yes;
    };
    if topic == CODES {
        print(&match format {
            Format::Json => overview(&mut program, format),
            _ => codes(),
        });
        return Exit::Yes;
    }
    if let Some(code) = Code::find(topic) {
        print(&match format {
            Format::Json => json_text(&json(code)),
            _ => page(code),
        });
        return Exit::Yes;
    }
    // The page itself is what `--help` prints; to clap it is an error.
    if program.find_subcommand(topic).is_some()
        && let Err(page) = program.try_get_matches_from_mut(["portcullis", topic, "--help"])
    {
        print(&page.render().to_string());
        return Exit::Yes;
    }
    if let Some(page) = keys::page(topic) {
        print(&page);
        return Exit::Yes;
    }
    let paths = keys::paths();
    let verbs = program.get_subcommands().map(clap::Command::get_name);
    let keys = paths.iter().map(String::as_str);
    let near = nearest(topic, Code::ALL.iter().map(|code| code.as_str()).chain(verbs).chain(keys));
    let advice = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`portcullis help` lists the verbs, `help codes` the codes, and `portcullis schema` has every key"
            .to_owned(),
    };
    complain(&format!(
        "error: `{}` is neither a code nor a key nor a verb\n  help: {advice}",
        topic.escape_debug()
    ));
    Exit::Usage
}

/// Every verb; for programs, every code.
fn overview(program: &mut clap::Command, format: Format) -> String {
    if format == Format::Json {
        let codes: Vec<Value> = Code::ALL.iter().copied().map(json).collect();
        return json_text(&json!({ "version": 1, "codes": codes }));
    }
    let mut out = program.render_help().to_string();
    out.push_str(
        "\n`portcullis help VERB` explains a verb, `portcullis help CODE` what was found, `portcullis help codes` lists the codes.\n",
    );
    out
}

fn codes() -> String {
    let mut out = "Codes; `portcullis help CODE` explains one:\n".to_owned();
    let width = Code::ALL.iter().map(|code| code.as_str().len()).max().unwrap_or(0);
    for code in Code::ALL {
        let _ = writeln!(out, "  {:width$}  {}", code.as_str(), code.summary());
    }
    out
}

fn json(code: Code) -> Value {
    json!({
        "code": code.as_str(),
        "severity": code.severity(),
        "summary": code.summary(),
        "explanation": code.explanation(),
    })
}

/// A code's Markdown for terminals: examples are indented under a word that says which they are.
fn page(code: Code) -> String {
    let severity = code.severity().as_str();
    let mut out = format!("{severity}[{code}]: {}\n\n", code.summary());
    let mut is_example = false;
    for line in code.explanation().lines() {
        let _ = match line.strip_prefix("```") {
            Some("") => {
                is_example = false;
                continue;
            }
            Some(info) => {
                is_example = true;
                writeln!(out, "{}:\n", info.rsplit(' ').next().unwrap_or(info))
            }
            None if is_example && !line.is_empty() => writeln!(out, "    {line}"),
            None => writeln!(out, "{line}"),
        };
    }
    out
}
