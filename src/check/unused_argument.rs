//! `unused-argument`: declared, checked, and then dropped.

use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::{Backend, Manifest},
};

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    for command in manifest.commands.values() {
        // What a Rust function does with its arguments is not the manifest's to know.
        if matches!(command.run.value, Backend::Native(_)) {
            continue;
        }
        for argument in command.args.as_deref().unwrap_or_default() {
            let is_used = command.uses.iter().any(|place| place.name == argument.name);
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
