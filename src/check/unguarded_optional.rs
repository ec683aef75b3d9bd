//! `unguarded-optional`: an argument that may be absent, used where absence has no meaning.

use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::Manifest,
    name::Word,
};

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    for command in manifest.sound_commands() {
        let declared = command.args.as_deref().unwrap_or_default();
        let find = |name: &Word| declared.iter().find(|argument| argument.name == *name);
        let unguarded = command.uses.iter().filter(|place| {
            let is_optional = find(&place.name).is_some_and(|argument| argument.is_optional);
            // A guard that is not declared is the fault, and not what stands behind it.
            let has_sound_guard = place.guard.as_ref().is_none_or(|guard| find(guard).is_some());
            !place.takes_absence && is_optional && has_sound_guard
        });
        for place in unguarded {
            let word = &place.name;
            let message = format!("`{word}` is optional, and nothing says what runs without it");
            let help = match place.item.as_ref().filter(|_| place.guard.is_none()) {
                Some(item) => format!(
                    "write `{{ when: {word}, args: [{item:?}] }}`, or give the argument a `default`"
                ),
                None => "give the argument a `default`, or make it required".to_owned(),
            };
            diagnostics
                .push(Diagnostic::new(Code::UnguardedOptional, place.span, message).help(help));
        }
    }
}
