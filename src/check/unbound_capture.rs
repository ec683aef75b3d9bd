//! `unbound-capture`: a `{origin:name}` for callers whose origin captures nothing of that name.

use super::granted::granted;
use crate::{
    diagnostic::{Code, Diagnostic, nearest},
    manifest::{Command, Manifest, OriginName, Permission, Reference},
    name::{CommandName, Word},
    source::Spanned,
};
use std::collections::{BTreeMap, BTreeSet};

/// The commands that use a capture, each until it has been reported.
type Users<'a> = BTreeMap<CommandName, &'a Command>;

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    let mut users: BTreeMap<&Word, Users<'_>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for (name, command) in &manifest.commands {
        for capture in &command.captures {
            users.entry(&capture.name).or_default().insert(name.clone(), command);
        }
    }
    let known: BTreeSet<&str> =
        manifest.origins.values().flat_map(|origin| origin.value.captures()).collect();
    if manifest.broken.origins.is_empty() {
        users.retain(|name, users| {
            let is_known = known.contains(name.as_str());
            if !is_known {
                let places = users.values().flat_map(|command| places(command, name));
                let fresh = places.filter(|capture| seen.insert((capture.span, &capture.name)));
                diagnostics.extend(fresh.map(|capture| nowhere(capture, &known)));
            }
            is_known
        });
    }
    for permission in &manifest.permissions {
        for origin in &permission.origins {
            let Some(captures) = captures(manifest, &origin.value) else { continue };
            let lacking = users.iter_mut().filter(|(name, _)| !captures.contains(&name.as_str()));
            for (name, users) in lacking {
                for command in take(users, permission) {
                    let fresh = places(command, name)
                        .filter(|capture| seen.insert((capture.span, &capture.name)));
                    diagnostics.extend(fresh.map(|capture| unbound(capture, permission, origin)));
                }
            }
        }
    }
}

/// Where a command uses a capture.
fn places<'a>(command: &'a Command, name: &Word) -> impl Iterator<Item = &'a Reference> {
    command.captures.iter().filter(move |capture| capture.name == *name)
}

/// What an origin captures; nothing is known of one that is not declared.
fn captures<'a>(manifest: &'a Manifest, origin: &OriginName) -> Option<Vec<&'a str>> {
    let OriginName::Named(name) = origin else { return Some(Vec::new()) };
    let pattern = manifest.origins.get(name).map(|origin| origin.value.captures().collect());
    pattern.or_else(|| manifest.sites.contains_key(name).then(Vec::new))
}

/// The commands that a permission grants; they are reported once, and so looked at once.
fn take<'a>(users: &mut Users<'a>, permission: &Permission) -> Vec<&'a Command> {
    let found: Vec<_> = permission.allow.iter().flat_map(|entry| granted(users, entry)).collect();
    found.into_iter().filter_map(|(name, _)| users.remove(&name)).collect()
}

fn nowhere(capture: &Reference, known: &BTreeSet<&str>) -> Diagnostic {
    let name = &capture.name;
    let help = match nearest(name.as_str(), known.iter().copied()) {
        Some(near) => format!("did you mean `{{origin:{near}}}`?"),
        None => {
            format!("declare one: `origins: {{ tenants: \"https://{{{name}}}.example.com\" }}`")
        }
    };
    let message = format!("no origin has the capture `{name}`");
    Diagnostic::new(Code::UnboundCapture, capture.span, message).help(help)
}

fn unbound(
    capture: &Reference,
    permission: &Permission,
    origin: &Spanned<OriginName>,
) -> Diagnostic {
    let name = &capture.name;
    let origin_name = origin.value.as_str();
    let message = format!("`{{origin:{name}}}` stands for nothing when `{origin_name}` calls");
    Diagnostic::new(Code::UnboundCapture, capture.span, message)
        .help(format!(
            "allow the command only to origins with `{{{name}}}` in their host, in a permission of its own"
        ))
        .related(origin.span, format!("`{}` lets `{origin_name}` call it", permission.id))
}
