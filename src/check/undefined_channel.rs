//! `undefined-channel`: output is streamed to something that is no channel.

use crate::{
    diagnostic::{Code, Diagnostic, nearest},
    manifest::{Argument, ArgumentKind, Manifest},
};
use std::collections::BTreeSet;

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    // A backend's stream is that of every command that uses it.
    let mut seen = BTreeSet::new();
    for command in manifest.sound_commands() {
        let declared = command.args.as_deref().unwrap_or_default();
        for stream in &command.streams {
            let name = &stream.name;
            let found = declared.iter().find(|argument| argument.name == *name);
            if found.is_some_and(is_channel) || !seen.insert((stream.span, name)) {
                continue;
            }
            let diagnostic = if let Some(argument) = found {
                let message = format!("the argument `{name}` is not a channel");
                Diagnostic::new(Code::UndefinedChannel, stream.span, message)
                    .help(format!("declare it as one: `{name}: {{ channel: {{ type: string }} }}`"))
                    .related(argument.span, "declared here")
            } else {
                let channels = declared.iter().filter(|argument| is_channel(argument));
                let near = nearest(name.as_str(), channels.map(|channel| channel.name.as_str()));
                let help = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!(
                        "declare it: `args: {{ {name}: {{ channel: {{ type: string }} }} }}`"
                    ),
                };
                let message = format!("`{name}` is not an argument of the command");
                Diagnostic::new(Code::UndefinedChannel, stream.span, message)
                    .help(help)
                    .did_you_mean(stream.span, name.as_str(), near)
            };
            diagnostics.push(if command.is_shared_place(stream.span) {
                diagnostic.related(command.span, "a command that uses the backend")
            } else {
                diagnostic
            });
        }
    }
}

fn is_channel(argument: &Argument) -> bool {
    matches!(argument.kind, ArgumentKind::Channel { .. })
}
