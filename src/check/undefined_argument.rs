//! `undefined-argument`: a `{placeholder}` that no argument declares.

use crate::{
    diagnostic::{Code, Diagnostic, Edit, Fix, nearest},
    manifest::{Manifest, Use},
    name::Word,
    source::Span,
};
use std::collections::BTreeSet;

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    // The texts of a shared backend are those of every command that uses it.
    let mut seen = BTreeSet::new();
    for command in manifest.sound_commands() {
        let declared = command.args.as_deref().unwrap_or_default();
        let is_declared = |name: &Word| declared.iter().any(|argument| argument.name == *name);
        for place in command.uses.iter().filter(|place| !is_declared(&place.name)) {
            let word = &place.name;
            if !seen.insert((place.span, word)) {
                continue;
            }
            let is_shared = command.is_shared_place(place.span);
            let known = declared.iter().filter(|argument| argument.is_shared || !is_shared);
            let near = nearest(word.as_str(), known.map(|argument| argument.name.as_str()));
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("declare it: `args: {{ {word}: {{ type: string }} }}`"),
            };
            let fix = near.and_then(|near| {
                Some(Fix::new(format!("write `{near}`"), vec![edit(place, near)?]))
            });
            let diagnostic = if is_shared {
                let message = format!(
                    "`{word}` is neither an argument of the backend nor of a command that uses it"
                );
                Diagnostic::new(Code::UndefinedArgument, place.span, message)
                    .related(command.span, "a command that uses it")
            } else {
                let message = format!("`{word}` is not an argument of the command");
                Diagnostic::new(Code::UndefinedArgument, place.span, message)
            };
            diagnostics.push(diagnostic.help(help).maybe_fix(fix));
        }
    }
}

/// The edit that writes another name, if the text says where in it the name stands.
fn edit(place: &Use, near: &str) -> Option<Edit> {
    let (name, text) = (place.name.as_str(), place.text.as_str());
    if text == name {
        // The word of a `when`.
        return Some(Edit::word(place.span, name, near));
    }
    let open = format!("{{{name}");
    let mut found = text.match_indices(&open).filter(|(at, _)| {
        text.get(at + open.len()..).is_some_and(|tail| tail.starts_with(['}', '.']))
    });
    let ((at, _), None) = (found.next()?, found.next()) else { return None };
    // Nothing or quotes stand around the text; with escapes in it, its width would be another one.
    let quote = match place.span.range().len().checked_sub(text.len())? {
        0 => 0,
        2 => 1,
        _ => return None,
    };
    let start = place.span.range().start + quote + at + 1;
    let span = Span::new(place.span.file, start, start + name.len());
    Some(Edit { span, text: near.to_owned() })
}
