//! `scope-without-allow`: a command that does nothing without a scope is granted without one.

use super::scoped::grants;
use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::{Backend, Manifest},
};

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    for grant in manifest.permissions.iter().flat_map(grants) {
        let allowed = grant.scope.and_then(|scope| scope.value.allow.as_ref());
        // An empty list may be what is left of items that were reported.
        if allowed.is_some_and(|items| !items.is_empty()) {
            continue;
        }
        let needy = grant.commands(manifest).find_map(|(name, command)| match &command.run.value {
            Backend::Builtin(builtin) if builtin.needs_scope => Some((name, builtin.plugin)),
            _ => None,
        });
        let Some((name, plugin)) = needy else { continue };
        let word = &grant.word;
        let message = match (word == name.as_str(), grant.scope) {
            (true, None) => format!("`{name}` does nothing without a scope"),
            (false, None) => {
                format!("`{word}` has `{name}` in it, which does nothing without a scope")
            }
            (_, Some(_)) => format!("the scope of `{word}` allows nothing"),
        };
        let item = match plugin {
            "opener" => "url: \"https://example.com/*\"",
            _ => "path: \"$DOCUMENT/**\"",
        };
        let mut diagnostic = Diagnostic::new(Code::ScopeWithoutAllow, grant.span, message).help(
            format!("say what it may be used with: `{{ commands: [\"{word}\"], scope: {{ allow: [{{ {item} }}] }} }}`"),
        );
        if let Some(scope) = grant.scope {
            diagnostic = diagnostic.related(scope.span, "the scope");
        }
        diagnostics.push(diagnostic);
    }
}
