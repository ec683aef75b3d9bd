//! `scope-not-enforced`: a scope that would be believed in, and that nothing would enforce.

use super::{
    granted::Grantable,
    scoped::{Grant, grants, takes_scope},
};
use crate::{
    diagnostic::{Code, Diagnostic, nearest},
    manifest::{ArgumentKind, Backend, Command, Manifest, Scope},
    name::{CommandName, Word},
    source::{Span, Spanned},
};
use std::collections::BTreeSet;

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    let commands = Grantable::new(manifest, |_| true);
    // Several words share a scope; each place in it is reported once.
    let mut seen = BTreeSet::new();
    for permission in &manifest.permissions {
        if manifest.broken.permissions.contains(permission.id.as_str()) {
            continue;
        }
        for grant in grants(permission) {
            let Some(scope) = grant.scope else { continue };
            for diagnostic in check_grant(manifest, &commands, &grant, scope) {
                if seen.insert(diagnostic.span) {
                    diagnostics.push(diagnostic);
                }
            }
        }
    }
}

fn check_grant<'a>(
    manifest: &'a Manifest,
    commands: &Grantable<'a>,
    grant: &Grant<'a>,
    scope: &Spanned<Scope>,
) -> Vec<Diagnostic> {
    let sound = |name: &CommandName| !manifest.broken.commands.contains(name.as_str());
    let commands: Vec<_> = grant.of(commands).filter(|(name, _)| sound(name)).collect();
    let is_builtin = |command: &Command| matches!(command.run.value, Backend::Builtin(_));
    // A group may have commands in it that work on what others have opened.
    let builtin = commands.iter().find(|(_, command)| is_builtin(command));
    if let Some((name, _)) = builtin
        && !commands.iter().any(|(_, command)| takes_scope(command))
    {
        let message = format!("`{name}` takes no scope, and would ignore this one");
        return vec![
            diagnostic(grant.span, message)
                .help("grant it in an entry of its own, without a scope")
                .related(scope.span, "the scope"),
        ];
    }
    let mut found = Vec::new();
    for (name, command) in commands {
        if is_builtin(command) {
            found.extend(scope.value.args.values().take(1).map(|argument| {
                diagnostic(argument.span, format!("the arguments of `{name}` are not declared, and nothing would check them"))
                    .help("write what it may be used with under `allow`, such as `{ path: \"$DOCUMENT/**\" }`")
            }));
        } else {
            found.extend(check_declared(name, command, scope));
        }
    }
    found
}

fn diagnostic(span: Span, message: String) -> Diagnostic {
    Diagnostic::new(Code::ScopeNotEnforced, span, message)
}

/// What a scope of the command could say.
fn scope_help(name: &CommandName, command: &Command) -> String {
    let mut declared = command.args.iter().flatten();
    match declared.find(|argument| !matches!(argument.kind, ArgumentKind::Channel { .. })) {
        Some(argument) => {
            let argument = &argument.name;
            format!(
                "hold its arguments to a schema: `scope: {{ args: {{ {argument}: {{ const: … }} }} }}`"
            )
        }
        None => format!("`{name}` takes no arguments: grant it without a scope"),
    }
}

fn check_declared(
    name: &CommandName,
    command: &Command,
    scope: &Spanned<Scope>,
) -> Vec<Diagnostic> {
    // The function sees them; at start it is known whether it takes them.
    let is_native = matches!(command.run.value, Backend::Native(_));
    let help = || scope_help(name, command);
    let items = scope.value.allow.iter().flatten().chain(&scope.value.deny);
    if let Some(item) = items.min_by_key(|item| item.span)
        && !is_native
    {
        let message = format!(
            "`{name}` is declared here, and would not see what its scope allows and denies"
        );
        return vec![diagnostic(item.span, message).help(help())];
    }
    if is_native && scope.value.args.is_empty() && scope.value.has_items() {
        return Vec::new();
    }
    if scope.value.args.is_empty() {
        let message = format!("the scope says nothing about the arguments of `{name}`");
        return vec![diagnostic(scope.span, message).help(help())];
    }
    let Some(declared) = &command.args else {
        let first = scope.value.args.iter().min_by_key(|(_, argument)| argument.span);
        let Some((argument, place)) = first else { return Vec::new() };
        let message = format!("`{name}` declares no arguments, and nothing would check them");
        return vec![
            diagnostic(place.span, message)
                .help(format!("declare them: `args: {{ {argument}: {{ type: string }} }}`"))
                .related(command.span, "the command"),
        ];
    };
    let names = || declared.iter().map(|argument| argument.name.as_str());
    let unknown = |wanted: &&Word| !names().any(|name| name == wanted.as_str());
    let report = |wanted: &Word| {
        let argument = scope.value.args.get(wanted)?;
        let near = nearest(wanted.as_str(), names());
        let message =
            format!("`{wanted}` is not an argument of `{name}`, so that it would not be checked");
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("grant `{name}` in an entry of its own, or declare the argument"),
        };
        Some(
            diagnostic(argument.span, message)
                .help(help)
                .related(command.span, "the command")
                .did_you_mean(argument.span, wanted.as_str(), near),
        )
    };
    scope.value.args.keys().filter(unknown).filter_map(report).collect()
}
