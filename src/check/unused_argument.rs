//! `unused-argument`: declared, checked, and then dropped.

use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::{Backend, Manifest},
    name::Word,
};

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    for command in manifest.sound_commands() {
        // What a Rust function does with its arguments is not the manifest's to know.
        // A sidecar is sent all of them.
        if matches!(command.run.value, Backend::Native(_) | Backend::Sidecar(_)) {
            continue;
        }
        let declared = command.args.as_deref().unwrap_or_default();
        let is_declared = |name: &Word| declared.iter().any(|argument| argument.name == *name);
        if !command.uses.iter().all(|place| is_declared(&place.name)) {
            // A misspelt placeholder may be the one that means the argument.
            continue;
        }
        for argument in declared {
            let is_used = command.uses.iter().any(|place| place.name == argument.name)
                || command.streams.iter().any(|stream| stream.name == argument.name);
            if !is_used {
                diagnostics.push(
                    Diagnostic::new(
                        Code::UnusedArgument,
                        argument.span,
                        format!("`{}` is declared, but nothing uses it", argument.name),
                    )
                    .help(format!("use it as `{{{}}}` under `run`, or remove it", argument.name)),
                );
            }
        }
    }
}
