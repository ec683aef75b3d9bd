//! `undefined-argument`: a `{placeholder}` that no argument declares.

use crate::{
    diagnostic::{Code, Diagnostic, nearest},
    manifest::Manifest,
    name::Word,
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
            diagnostics
                .push(Diagnostic::new(Code::UndefinedArgument, place.span, message).help(help));
        }
    }
}
