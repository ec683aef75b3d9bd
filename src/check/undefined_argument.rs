//! `undefined-argument`: a `{placeholder}` that no argument declares.

use crate::{
    diagnostic::{Code, Diagnostic, Edit, Fix, nearest},
    manifest::{Manifest, Use},
    name::Word,
    source::Span,
};

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    for command in manifest.sound_commands() {
        let declared = command.args.as_deref().unwrap_or_default();
        let is_declared = |name: &Word| declared.iter().any(|argument| argument.name == *name);
        for place in command.uses.iter().filter(|place| !is_declared(&place.name)) {
            let word = &place.name;
            let near =
                nearest(word.as_str(), declared.iter().map(|argument| argument.name.as_str()));
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("declare it: `args: {{ {word}: {{ type: string }} }}`"),
            };
            let message = format!("`{word}` is not an argument of the command");
            let fix = near.and_then(|near| {
                Some(Fix::new(format!("write `{near}`"), vec![edit(place, near)?]))
            });
            diagnostics.push(
                Diagnostic::new(Code::UndefinedArgument, place.span, message)
                    .help(help)
                    .maybe_fix(fix),
            );
        }
    }
}

/// The edit that writes another name, if the text says where in it the name stands.
fn edit(place: &Use, near: &str) -> Option<Edit> {
    let name = place.name.as_str();
    let width = place.span.range().len();
    let Some(item) = &place.item else {
        // Only the word of a `when` is no longer than its name and quotes around it.
        return (width <= name.len() + 2).then(|| Edit::word(place.span, name, near));
    };
    let open = format!("{{{name}");
    let mut found = item.match_indices(&open).filter(|(at, _)| {
        item.get(at + open.len()..).is_some_and(|tail| tail.starts_with(['}', '.']))
    });
    let ((at, _), None) = (found.next()?, found.next()) else { return None };
    // Nothing or quotes stand around the item; with escapes in it, its width would be another one.
    let quote = match width.checked_sub(item.len())? {
        0 => 0,
        2 => 1,
        _ => return None,
    };
    let start = place.span.range().start + quote + at + 1;
    let span = Span::new(place.span.file, start, start + name.len());
    Some(Edit { span, text: near.to_owned() })
}
