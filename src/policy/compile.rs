//! From checked manifest to policy: patterns meet the commands that they stand for.

use super::{
    Authority, CommandId, Policy, Route,
    authority::{CompiledPermission, Origins},
};
use crate::{
    check::Checked,
    manifest::{Entry, Manifest, OriginName, Permission, Unlisted},
    name::{CommandName, Word, with_prefix},
    pattern::{CommandPattern, LabelPattern, Origin, OriginPattern},
    source::{Sources, Spanned},
};
use fixedbitset::FixedBitSet;
use std::collections::BTreeMap;

/// Compiles a manifest as generation number `generation`.
///
/// Cost grows with commands + permissions × entries, where an entry with a wildcard costs as much as there are
/// commands with its prefix.
pub fn compile(manifest: &Checked<Manifest>, sources: &Sources, generation: u64) -> Policy {
    let commands: BTreeMap<CommandName, CommandId> = manifest
        .commands
        .keys()
        .enumerate()
        .map(|(index, name)| (name.clone(), CommandId::new(index)))
        .collect();
    let permissions = manifest
        .permissions
        .iter()
        .map(|permission| compile_permission(manifest, sources, &commands, permission))
        .collect::<Vec<_>>();
    let additive = additive(manifest, &commands, &permissions);
    let routes = manifest.commands.iter().map(|(name, command)| Route {
        name: name.clone(),
        place: sources.place(command.span),
        description: command.description.clone(),
        args: command.args.clone(),
        backend: command.run.value.clone(),
        has_captures: !command.captures.is_empty(),
        payload: command.limits.payload.unwrap_or(manifest.limits.payload),
        timeout: command.limits.timeout.unwrap_or(manifest.limits.timeout),
    });
    Policy {
        generation,
        routes: routes.collect(),
        limits: manifest.limits,
        channels: manifest.channels,
        app: manifest.app.clone(),
        windows: manifest.windows.clone(),
        authority: Authority {
            generation,
            app_origin: Origin::app(),
            index: commands.iter().map(|(name, id)| (name.clone(), *id)).collect(),
            commands,
            permissions,
            additive,
        },
    }
}

fn compile_permission(
    manifest: &Manifest,
    sources: &Sources,
    commands: &BTreeMap<CommandName, CommandId>,
    permission: &Permission,
) -> CompiledPermission {
    let mut origins = Origins::default();
    for origin in &permission.origins {
        match &origin.value {
            OriginName::App => origins.app = true,
            OriginName::Remote => origins.remote = true,
            OriginName::Named(name) => {
                let declared = manifest.origins.get(name).map(|pattern| pattern.value.clone());
                let site =
                    || manifest.sites.contains_key(name).then(|| site_origin(name)).flatten();
                let pattern = declared.or_else(site);
                origins.named.extend(pattern.map(|pattern| (name.clone(), pattern)));
            }
        }
    }
    CompiledPermission {
        id: permission.id.clone(),
        place: sources.place(permission.span),
        windows: permission.windows.as_deref().map(labels),
        webviews: permission.webviews.as_deref().map(labels),
        origins,
        allow: resolve(&permission.allow, commands, CommandPattern::allows),
        deny: resolve(&permission.deny, commands, CommandPattern::denies),
    }
}

/// The origin of a site: its name is the host.
fn site_origin(name: &Word) -> Option<OriginPattern> {
    format!("site://{name}").parse().ok()
}

fn labels(patterns: &[Spanned<LabelPattern>]) -> Vec<LabelPattern> {
    patterns.iter().map(|pattern| pattern.value.clone()).collect()
}

fn resolve(
    entries: &[Entry],
    commands: &BTreeMap<CommandName, CommandId>,
    matches: impl Fn(&CommandPattern, &CommandName) -> bool,
) -> FixedBitSet {
    let mut found = FixedBitSet::with_capacity(commands.len());
    for entry in entries {
        let prefix = match &entry.value {
            CommandPattern::Literal(name) => {
                if let Some(id) = commands.get(name) {
                    found.insert(id.index());
                }
                continue;
            }
            CommandPattern::Star => "",
            CommandPattern::Glob { prefix, .. } => prefix,
        };
        for (name, id) in with_prefix(commands, prefix) {
            if matches(&entry.value, name) {
                found.insert(id.index());
            }
        }
    }
    found
}

/// App commands that no `allow` entry of any permission names, if the manifest opens those.
fn additive(
    manifest: &Manifest,
    commands: &BTreeMap<CommandName, CommandId>,
    permissions: &[CompiledPermission],
) -> FixedBitSet {
    let mut open = FixedBitSet::with_capacity(commands.len());
    if manifest.unlisted.value == Unlisted::Additive {
        let app = commands.iter().filter(|(name, _)| name.is_app());
        app.for_each(|(_, id)| open.insert(id.index()));
        for permission in permissions {
            open.difference_with(&permission.allow);
        }
    }
    open
}
