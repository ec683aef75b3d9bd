//! `undefined-argument`: a `{placeholder}` that no argument declares.

use super::visit_arguments;
use crate::{
    diagnostic::{Code, Diagnostic, nearest},
    manifest::Manifest,
};
use std::collections::BTreeSet;

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    for command in manifest.commands.values() {
        let declared = command.args.as_deref().unwrap_or_default();
        let mut reported = BTreeSet::new();
        visit_arguments(command, &mut |word, _| {
            if declared.iter().any(|argument| argument.name == *word) || !reported.insert(word) {
                return;
            }
            let near = nearest(word.as_str(), declared.iter().map(|argument| argument.name.as_str()));
            let help = match near {
                Some(near) => format!("did you mean `{{{near}}}`?"),
                None => format!("declare it: `args: {{ {word}: {{ type: string }} }}`"),
            };
            diagnostics.push(
                Diagnostic::new(
                    Code::UndefinedArgument,
                    command.run.span,
                    format!("`{{{word}}}` is not an argument of the command"),
                )
                .help(help),
            );
        });
    }
}
