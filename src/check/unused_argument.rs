//! `unused-argument`: declared, checked, and then dropped.

use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::{ArgumentKind, Backend, Manifest},
    name::Word,
};

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    for command in manifest.sound_commands() {
        // These get every argument; what they do with it is not the manifest's to know.
        if matches!(
            command.run.value,
            Backend::Native(_) | Backend::Sidecar(_) | Backend::Builtin(_)
        ) {
            continue;
        }
        let declared = command.args.as_deref().unwrap_or_default();
        let is_declared = |name: &Word| declared.iter().any(|argument| argument.name == *name);
        let used = || {
            let places = command.uses.iter().map(|place| &place.name);
            places.chain(command.streams.iter().map(|stream| &stream.name))
        };
        if !used().all(is_declared) {
            // A misspelt placeholder may be the one that means the argument.
            continue;
        }
        // One command need not use what its backend declares for all of them.
        for argument in declared.iter().filter(|argument| !argument.is_shared) {
            let name = &argument.name;
            if used().any(|used| used == name) {
                continue;
            }
            let help = match argument.kind {
                ArgumentKind::Channel { .. } => {
                    format!("send output through it: `stream: {{ to: {name} }}`, or remove it")
                }
                _ => format!("use it as `{{{name}}}` under `run`, or remove it"),
            };
            let message = format!("`{name}` is declared, but nothing uses it");
            diagnostics
                .push(Diagnostic::new(Code::UnusedArgument, argument.span, message).help(help));
        }
    }
}
