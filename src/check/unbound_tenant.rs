//! `unbound-tenant`: many hosts reach one service through a command that does not tell it which of them calls.

use super::granted::granted;
use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::{Backend, Command, Manifest, OriginName, Permission},
    name::{CommandName, Word},
    pattern::OriginPattern,
    source::Spanned,
};
use std::collections::BTreeMap;

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    // For each origin of many hosts the services that cannot tell them apart, each until it has been reported.
    let mut blind: BTreeMap<&Word, BTreeMap<CommandName, &Command>> = BTreeMap::new();
    for permission in &manifest.permissions {
        for origin in &permission.origins {
            let OriginName::Named(name) = &origin.value else { continue };
            let Some(pattern) = manifest.origins.get(name) else { continue };
            if !pattern.value.is_wild() {
                continue;
            }
            let services = blind.entry(name).or_insert_with(|| services(manifest, &pattern.value));
            let mut found = BTreeMap::new();
            for entry in &permission.allow {
                found.extend(granted(services, entry));
            }
            services.retain(|name, _| !found.contains_key(name));
            diagnostics.extend(finding(permission, origin, &pattern.value, &found));
        }
    }
}

/// Commands that a service answers, and that use none of the pattern's captures.
fn services<'a>(
    manifest: &'a Manifest,
    pattern: &OriginPattern,
) -> BTreeMap<CommandName, &'a Command> {
    let is_bound = |command: &Command| {
        let mut captures = command.captures.iter();
        captures.any(|capture| pattern.captures().any(|name| name == capture.name.as_str()))
    };
    let is_service =
        |command: &Command| matches!(command.run.value, Backend::Http(_) | Backend::Sidecar(_));
    let found = manifest.commands.iter();
    let found = found.filter(|(_, command)| is_service(command) && !is_bound(command));
    found.map(|(name, command)| (name.clone(), command)).collect()
}

fn finding(
    permission: &Permission,
    origin: &Spanned<OriginName>,
    pattern: &OriginPattern,
    found: &BTreeMap<CommandName, &Command>,
) -> Option<Diagnostic> {
    let (name, command) = found.first_key_value()?;
    let what = match found.len() - 1 {
        0 => format!("`{name}`"),
        1 => format!("`{name}` and one more command"),
        more => format!("`{name}` and {more} more commands"),
    };
    let message = format!(
        "{what} cannot tell the hosts of `{}` apart, and `{}` lets all of them call",
        origin.value.as_str(),
        permission.id
    );
    let is_http = matches!(command.run.value, Backend::Http(_));
    let help = match pattern.captures().next() {
        Some(capture) if is_http => format!(
            "use the capture in the request, such as `get: \"/t/{{origin:{capture}}}/…\"`, or name one host"
        ),
        None if is_http => {
            "name the part that differs, `https://{tenant}.example.com`, and use `{origin:tenant}` in the request"
                .to_owned()
        }
        _ => "allow it to origins of one host".to_owned(),
    };
    Some(
        Diagnostic::new(Code::UnboundTenant, origin.span, message)
            .help(help)
            .related(command.span, "asks the same for every host"),
    )
}
