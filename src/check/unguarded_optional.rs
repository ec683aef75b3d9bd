//! `unguarded-optional`: an argument that may be absent, used where absence has no meaning.

use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::Manifest,
    name::Word,
};
use std::collections::BTreeSet;

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    // The texts of a shared backend are those of every command that uses it.
    let mut seen = BTreeSet::new();
    for command in manifest.sound_commands() {
        let declared = command.args.as_deref().unwrap_or_default();
        let find = |name: &Word| declared.iter().find(|argument| argument.name == *name);
        let is_optional = |name: &Word| find(name).is_some_and(|argument| argument.is_optional);
        let unguarded = command.uses.iter().filter(|place| {
            // A guard that is not declared is the fault, and not what stands behind it.
            let has_sound_guard = place.guard.as_ref().is_none_or(|guard| find(guard).is_some());
            !place.takes_absence && is_optional(&place.name) && has_sound_guard
        });
        for place in unguarded {
            let word = &place.name;
            if !seen.insert((place.span, word)) {
                continue;
            }
            let message = format!("`{word}` is optional, and nothing says what runs without it");
            let help = if place.is_item && place.guard.is_none() {
                format!(
                    "write `{{ when: {word}, args: [{:?}] }}`, or give the argument a `default`",
                    place.text
                )
            } else {
                "give the argument a `default`, or make it required".to_owned()
            };
            diagnostics
                .push(Diagnostic::new(Code::UnguardedOptional, place.span, message).help(help));
        }
        for stream in command.streams.iter().filter(|stream| is_optional(&stream.name)) {
            let name = &stream.name;
            if seen.insert((stream.span, name)) {
                let message =
                    format!("`{name}` is optional, and nothing says where output goes without it");
                diagnostics.push(
                    Diagnostic::new(Code::UnguardedOptional, stream.span, message)
                        .help("make the channel required"),
                );
            }
        }
    }
}
