//! `undefined-secret`: a `{secret:name}` that `secrets:` does not declare.

use crate::{
    diagnostic::{Code, Diagnostic, nearest},
    manifest::Manifest,
    name::Word,
};
use std::collections::BTreeSet;

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    let backends = manifest.backends.values().flat_map(|backend| &backend.secrets);
    let plugins = manifest.plugins.values().flat_map(|plugin| &plugin.secrets);
    let commands = manifest.commands.values().flat_map(|command| &command.secrets);
    // The texts of a shared backend are those of every command that uses it.
    let mut seen = BTreeSet::new();
    for reference in backends.chain(plugins).chain(commands) {
        let name = &reference.name;
        let is_declared =
            manifest.secrets.contains_key(name) || manifest.broken.secrets.contains(name.as_str());
        if is_declared || !seen.insert((reference.span, name)) {
            continue;
        }
        let near = nearest(name.as_str(), manifest.secrets.keys().map(Word::as_str));
        let help = if let Some(near) = near {
            format!("did you mean `{{secret:{near}}}`?")
        } else {
            let variable = name.as_str().to_uppercase().replace('-', "_");
            format!("declare it: `secrets: {{ {name}: {{ env: {variable} }} }}`")
        };
        let message = format!("the secret `{name}` is not declared");
        diagnostics
            .push(Diagnostic::new(Code::UndefinedSecret, reference.span, message).help(help));
    }
}
