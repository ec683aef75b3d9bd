//! `unreachable-command`: declared, and nobody may call it.

use super::{
    access::{Access, Kind},
    shadowed_allow::shadowed,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::Backend,
    pattern::{Budget, CommandPattern},
    source::Span,
};
use std::collections::BTreeSet;

/// What all questions together may cost; what is left over then is not reported.
const MOST_STEPS: usize = 8_000_000;

pub(super) fn check(access: &Access<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let commands = &access.manifest.commands;
    let mut literals =
        access.manifest.permissions.iter().flat_map(|permission| &permission.allow).filter_map(
            |entry| match &entry.value {
                CommandPattern::Literal(name) => Some(name),
                _ => None,
            },
        );
    // It may be the misspelt name of a command that would seem to be unreachable.
    if !access.is_whole() || literals.any(|name| !commands.contains_key(name)) {
        return;
    }
    let mut budget = Budget::new(MOST_STEPS);
    let shadowed = shadowed(access);
    let meant = denied_by_name(access);
    for kind in access.kinds.iter().filter(|kind| !access.is_unlisted(kind)) {
        let mut grants = kind.allow.iter().flat_map(|pattern| access.granted_by(*pattern));
        let denials = if kind.allow.is_empty() {
            Vec::new()
        } else if grants.all(|(id, _)| shadowed.contains(&id)) {
            // It is said where they are allowed.
            continue;
        } else if let Some(denials) = denied_everywhere(access, kind, &mut budget) {
            denials
        } else {
            continue;
        };
        for (name, command) in kind.commands.iter().filter_map(|id| access.commands.get(*id)) {
            // A plugin that is built in has more commands than an app needs, and who denies a command by its name
            // knows about it.
            let is_known =
                matches!(command.run.value, Backend::Builtin(_)) || meant.contains(name.as_str());
            if !is_known {
                diagnostics.push(diagnostic(name.as_str(), command.span, &denials));
            }
        }
    }
}

fn diagnostic(name: &str, span: Span, denials: &[(Span, String)]) -> Diagnostic {
    if denials.is_empty() {
        let message = format!("no permission allows `{name}`, so every call of it is denied");
        return Diagnostic::new(Code::UnreachableCommand, span, message)
            .help(format!("add it to a permission: `allow: [\"{name}\"]`"));
    }
    let message = format!("`{name}` is allowed only where it is denied, so every call is denied");
    let help = format!("narrow the deny, or say that it is meant: `deny: [\"{name}\"]`");
    let diagnostic = Diagnostic::new(Code::UnreachableCommand, span, message).help(help);
    let denials = denials.iter();
    denials.fold(diagnostic, |found, (span, label)| found.related(*span, label.clone()))
}

/// The names that entries of `deny` write out, themselves and not in a group.
fn denied_by_name<'a>(access: &Access<'a>) -> BTreeSet<&'a str> {
    let entries = access.manifest.permissions.iter().flat_map(|permission| &permission.deny);
    let literals = entries.filter_map(|entry| match (&entry.value, &entry.group) {
        (CommandPattern::Literal(name), None) => Some(name.as_str()),
        _ => None,
    });
    literals.collect()
}

/// The entries that deny a kind of commands wherever they are allowed; nothing if somebody may call them.
fn denied_everywhere(
    access: &Access<'_>,
    kind: &Kind,
    budget: &mut Budget,
) -> Option<Vec<(Span, String)>> {
    let outside = access.denied_to(kind.denied);
    if outside.is_empty() {
        return None;
    }
    let mut regions = BTreeSet::new();
    for (_, grant) in kind.allow.iter().flat_map(|pattern| access.granted_by(*pattern)) {
        let is_covered = budget.spend(1).is_ok()
            && access.regions.is_known(grant.region)
            && (regions.contains(&grant.region)
                || access.regions.is_covered(grant.region, outside, budget));
        if !is_covered {
            return None;
        }
        regions.insert(grant.region);
    }
    let denials = regions.iter().flat_map(|region| access.denials(kind.denied, *region, budget));
    let mut denials: Vec<_> =
        denials.map(|denial| (denial.span, format!("`{}` denies it", denial.id))).collect();
    denials.sort();
    denials.dedup();
    denials.truncate(3);
    Some(denials)
}
