//! `explain`: one decision with its cause, or many from standard input.

use super::{
    Exit, ManifestArg,
    caller::{CallerArgs, usage},
    locate::sound,
    print,
    remedy::remedy,
};
use crate::{
    check::Checked,
    diagnostic::{Format, nearest},
    ipc::Caller,
    manifest::Manifest,
    policy::{Authority, Cause, Decision, EventAccess, Reason, compile},
};
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::BufRead as _;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The command.
    #[arg(required_unless_present_any = ["stdin", "listen", "emit"])]
    command: Option<String>,
    /// Whether the caller may hear an event, in place of a command.
    #[arg(long, value_name = "EVENT", conflicts_with_all = ["command", "emit"])]
    listen: Option<String>,
    /// Whether the caller may send an event, in place of a command.
    #[arg(long, value_name = "EVENT", conflicts_with = "command")]
    emit: Option<String>,
    #[command(flatten)]
    manifest: ManifestArg,
    #[command(flatten)]
    caller: CallerArgs,
    /// Answer queries from standard input, one JSON object a line: `{"command","window","webview","origin"}`.
    #[arg(long, conflicts_with_all = ["command", "listen", "emit"])]
    stdin: bool,
}

impl Args {
    fn event(&self) -> Option<(EventAccess, &str)> {
        let listen = self.listen.as_deref().map(|event| (EventAccess::Listen, event));
        listen.or_else(|| self.emit.as_deref().map(|event| (EventAccess::Emit, event)))
    }
}

pub(super) fn explain(args: &Args, format: Format) -> Exit {
    let sound = match sound(&args.manifest, format) {
        Ok(sound) => sound,
        Err(exit) => return exit,
    };
    let authority = compile(&sound.manifest, &sound.loaded.sources, 1).authority;
    if args.stdin {
        return answer_queries(&args.caller, &sound.manifest, &authority);
    }
    let caller = match args.caller.resolve(&sound.manifest) {
        Ok(caller) => caller,
        Err(message) => return usage(&message),
    };
    args.caller.tell_defaults(&caller, format);
    if let Some((access, event)) = args.event() {
        let decision = authority.decide_event(&caller, access, event);
        let what = format!("{} `{event}`", access.key());
        print(&match format {
            Format::Json => to_json(&decision).to_string(),
            _ => told(&authority, &caller, &what, event, &decision),
        });
        return if decision.is_allowed { Exit::Yes } else { Exit::No };
    }
    let command = args.command.as_deref().unwrap_or_default();
    let decision = authority.decide(&caller, command);
    if format == Format::Json {
        print(&to_json(&decision).to_string());
    } else {
        let mut words = in_words(&authority, &caller, command, &decision);
        if decision.reason == Reason::NoMatchingPermission {
            let help = remedy(sound, &args.manifest, &caller, command);
            words.extend(help.lines().map(|line| format!("\n  {line}")));
        }
        print(&words);
    }
    if decision.is_allowed { Exit::Yes } else { Exit::No }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Query {
    command: String,
    window: Option<String>,
    webview: Option<String>,
    origin: Option<String>,
}

/// One answer a line, in the order of the queries; a malformed query gets `{"error"}` and makes the exit code 2.
fn answer_queries(flags: &CallerArgs, manifest: &Checked<Manifest>, authority: &Authority) -> Exit {
    let mut exit = Exit::Yes;
    // Split as bytes: a line that is not UTF-8 is one malformed query, and the next ones are still answered.
    for line in std::io::stdin().lock().split(b'\n') {
        let Ok(line) = line else { return Exit::CouldNotRun };
        if line.trim_ascii().is_empty() {
            continue;
        }
        let answer = serde_json::from_slice::<Query>(&line)
            .map_err(|error| error.to_string())
            .and_then(|query| {
                let flags = flags.overlaid(
                    query.window.as_deref(),
                    query.webview.as_deref(),
                    query.origin.as_deref(),
                );
                Ok(to_json(&authority.decide(&flags.resolve(manifest)?, &query.command)))
            });
        print(
            &answer
                .unwrap_or_else(|error| {
                    exit = Exit::Usage;
                    json!({ "error": error })
                })
                .to_string(),
        );
    }
    exit
}

fn cause_json(cause: &Cause) -> Value {
    json!({
        "permission": cause.permission,
        "file": cause.place.file,
        "line": cause.place.position.line,
    })
}

fn to_json(decision: &Decision) -> Value {
    let nearest = decision.nearest.as_ref().map(|miss| {
        let mut json = cause_json(&miss.cause);
        if let Some(members) = json.as_object_mut() {
            members.insert("dimension".into(), json!(miss.dimension));
            members.insert("expected".into(), json!(miss.expected));
            members.insert("found".into(), json!(miss.found));
        }
        json
    });
    json!({
        "decision": if decision.is_allowed { "allow" } else { "deny" },
        "causes": decision.causes.iter().map(cause_json).collect::<Vec<_>>(),
        "reason": decision.reason,
        "nearest": nearest,
    })
}

/// The decision about a command, and its cause.
pub(super) fn in_words(
    authority: &Authority,
    caller: &Caller,
    command: &str,
    decision: &Decision,
) -> String {
    told(authority, caller, &format!("`{command}`"), command, decision)
}

/// The decision about `what`, which has a name, and its cause.
fn told(
    authority: &Authority,
    caller: &Caller,
    what: &str,
    name: &str,
    decision: &Decision,
) -> String {
    let verdict = if decision.is_allowed { "allow" } else { "deny" };
    let mut lines = vec![format!("{verdict}: {what} for {caller}")];
    for cause in &decision.causes {
        let verb = if decision.is_allowed { "allows" } else { "denies" };
        lines.push(format!("  because `{}` {verb} it ({})", cause.permission, cause.place));
    }
    match decision.reason {
        Reason::AllowedByPermission | Reason::DeniedByPermission => {}
        Reason::AllowedByUnlisted => {
            lines.push(
                "  because no permission allows it and the manifest says `unlisted: additive`"
                    .into(),
            );
        }
        Reason::UnknownEvent => {
            lines.push("  because the manifest declares no such event".into());
            let known = authority.events().map(|rule| rule.name.as_str());
            lines
                .extend(nearest(name, known).map(|near| format!("  help: did you mean `{near}`?")));
        }
        Reason::UnknownCommand => {
            lines.push("  because the manifest declares no such command".into());
            let known = authority.commands().map(|(name, _)| name.as_str());
            lines
                .extend(nearest(name, known).map(|near| format!("  help: did you mean `{near}`?")));
        }
        Reason::NoMatchingPermission => {
            lines.push("  because no permission that matches this caller allows it".into());
            match &decision.nearest {
                Some(miss) => lines.push(format!(
                    "  nearest: `{}` allows it to the {} {}, and this one is `{}` ({})",
                    miss.cause.permission,
                    format!("{:?}", miss.dimension).to_lowercase(),
                    miss.expected
                        .iter()
                        .map(|text| format!("`{text}`"))
                        .collect::<Vec<_>>()
                        .join(", "),
                    miss.found,
                    miss.cause.place,
                )),
                None => lines.push("  nearest: no permission allows it to anybody".into()),
            }
        }
    }
    lines.join("\n")
}
