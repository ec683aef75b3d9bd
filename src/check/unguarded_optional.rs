//! `unguarded-optional`: an argument that may be absent, used where absence has no meaning.

use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::Manifest,
    name::Word,
};

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    for command in manifest.commands.values() {
        let declared = command.args.as_deref().unwrap_or_default();
        let is_optional = |name: &Word| {
            declared.iter().any(|argument| argument.name == *name && argument.is_optional)
        };
        let unguarded =
            command.uses.iter().filter(|place| !place.takes_absence && is_optional(&place.name));
        for place in unguarded {
            let word = &place.name;
            let message = format!("`{word}` is optional, and nothing says what runs without it");
            diagnostics.push(Diagnostic::new(Code::UnguardedOptional, place.span, message).help(format!(
                "write `{{ when: {word}, args: [\"{{{word}}}\"] }}`, or give the argument a `default`"
            )));
        }
    }
}
