//! `unguarded-optional`: an argument that may be absent, used where absence has no meaning.

use super::visit_arguments;
use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::Manifest,
};
use std::collections::BTreeSet;

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    for command in manifest.commands.values() {
        let declared = command.args.as_deref().unwrap_or_default();
        let mut reported = BTreeSet::new();
        visit_arguments(command, &mut |word, place| {
            let is_optional =
                declared.iter().any(|argument| argument.name == *word && argument.is_optional);
            let is_covered = place.takes_absence || place.guard == Some(word);
            if is_optional && !is_covered && reported.insert(word) {
                diagnostics.push(
                    Diagnostic::new(
                        Code::UnguardedOptional,
                        command.run.span,
                        format!("`{word}` is optional, and nothing says what runs without it"),
                    )
                    .help(format!(
                        "write `{{ when: {word}, args: [\"{{{word}}}\"] }}`, or give the argument a `default`"
                    )),
                );
            }
        });
    }
}
