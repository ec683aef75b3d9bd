//! `unreachable-command`: declared, and no permission lets anybody call it.

use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::{Backend, Manifest, Unlisted},
    pattern::CommandPattern,
};
use std::collections::BTreeSet;

/// Cost grows with commands × patterns that have a wildcard, and with the number of literal entries.
pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    if !manifest.broken.permissions.is_empty() {
        return;
    }
    let mut literals = BTreeSet::new();
    let mut globs = Vec::new();
    for entry in manifest.permissions.iter().flat_map(|permission| &permission.allow) {
        match &entry.value {
            // It may be the misspelt name of a command that would seem to be unreachable.
            CommandPattern::Literal(name) if !manifest.commands.contains_key(name) => return,
            CommandPattern::Literal(name) => {
                literals.insert(name);
            }
            other => globs.push(other),
        }
    }
    for (name, command) in &manifest.commands {
        // Nobody needs all that a built-in plugin brings.
        if matches!(command.run.value, Backend::Builtin(_)) {
            continue;
        }
        let is_open = manifest.unlisted.value == Unlisted::Additive && name.is_app();
        if is_open || literals.contains(name) || globs.iter().any(|glob| glob.allows(name)) {
            continue;
        }
        diagnostics.push(
            Diagnostic::new(
                Code::UnreachableCommand,
                command.span,
                format!("no permission allows `{name}`, so every call of it is denied"),
            )
            .help(format!("add it to a permission: `allow: [\"{name}\"]`")),
        );
    }
}
