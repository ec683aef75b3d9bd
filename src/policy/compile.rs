//! From checked manifest to policy: patterns meet the commands that they stand for.

use super::{
    Authority, CommandId, Policy, Route, RouteChannels,
    authority::{CompiledPermission, Origins},
    event::Events,
    scope,
};
use crate::{
    check::Checked,
    ipc::ChannelTerms,
    manifest::{
        ArgumentKind, Command, Entry, Manifest, OriginName, PathKind, Permission, Scope, Unlisted,
        Within,
    },
    name::CommandName,
    pattern::{CommandTable, LabelPattern, Origin, OriginPattern},
    plan::PathPlan,
    source::{Sources, Spanned},
};
use fixedbitset::FixedBitSet;
use std::{collections::BTreeMap, sync::Arc};

/// Compiles a manifest as generation number `generation`.
///
/// Cost grows with commands + permissions × entries, where an entry with a wildcard costs a search in the names and as
/// much as there are commands that it stands for.
pub fn compile(manifest: &Checked<Manifest>, sources: &Sources, generation: u64) -> Policy {
    let commands: BTreeMap<CommandName, CommandId> = manifest
        .commands
        .keys()
        .enumerate()
        .map(|(index, name)| (name.clone(), CommandId::new(index)))
        .collect();
    // The places of its names are the numbers of their commands.
    let table = CommandTable::new(manifest.commands.keys());
    let enforced = scope::enforced(manifest);
    let events = Events::of(manifest, sources);
    let permissions = manifest
        .permissions
        .iter()
        .map(|permission| {
            compile_permission(manifest, sources, &table, permission, &enforced, &events)
        })
        .collect::<Vec<_>>();
    let additive = additive(manifest, &commands, &permissions);
    let itemised = scoped(manifest, &table, Scope::has_items);
    let scoped = scoped(manifest, &table, |_| true);
    let routes = manifest.commands.iter().zip(0..).map(|((name, command), index)| Route {
        name: name.clone(),
        place: sources.place(command.span),
        description: command.description.clone(),
        args: command.args.clone(),
        paths: paths(manifest, command),
        backend: command.run.value.clone(),
        has_captures: !command.captures.is_empty(),
        payload: command.limits.payload.unwrap_or(manifest.limits.payload),
        timeout: command.limits.timeout.unwrap_or(manifest.limits.timeout),
        concurrency: command.limits.concurrency,
        rate: command.limits.rate,
        returns: command.returns.as_ref().map(|returns| returns.value.clone()),
        channels: Arc::new(channels(manifest, command)),
        // Nothing enforces it yet.
        unenforced: (scoped.contains(index) && !enforced.contains(index)).then_some("a scope"),
        has_scope_items: itemised.contains(index),
    });
    Policy {
        generation,
        routes: routes.collect(),
        limits: manifest.limits,
        channels: manifest.channels,
        app: manifest.app.clone(),
        folder: manifest.folders.own().to_owned(),
        windows: manifest.windows.clone(),
        authority: Authority {
            generation,
            app_origin: Origin::app(),
            index: commands.iter().map(|(name, id)| (name.clone(), *id)).collect(),
            commands,
            permissions,
            additive,
            events,
        },
    }
}

fn compile_permission(
    manifest: &Manifest,
    sources: &Sources,
    table: &CommandTable<'_>,
    permission: &Permission,
    enforced: &FixedBitSet,
    events: &Events,
) -> CompiledPermission {
    let mut origins = Origins::default();
    for origin in &permission.origins {
        match &origin.value {
            OriginName::App => origins.app = true,
            OriginName::Remote => origins.remote = true,
            OriginName::Named(name) => {
                let declared = manifest.origins.get(name).map(|pattern| pattern.value.clone());
                let site = || {
                    manifest.sites.contains_key(name).then(|| OriginPattern::site(name)).flatten()
                };
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
        allow: resolve(&permission.allow, table, false),
        deny: resolve(&permission.deny, table, true),
        events: events.granted(permission),
        scoped: scope::scoped(&permission.allow, table, enforced),
    }
}

/// Commands that an entry with such a scope names. Without a scope that nothing enforces the entry would say more than
/// its author did, so none of them runs, whoever calls.
fn scoped(
    manifest: &Manifest,
    table: &CommandTable<'_>,
    is_such: impl Fn(&Scope) -> bool,
) -> FixedBitSet {
    let mut found = FixedBitSet::with_capacity(table.len());
    let is_scoped =
        |entry: &&Entry| entry.scope.as_ref().is_some_and(|scope| is_such(&scope.value));
    for permission in &manifest.permissions {
        let allow = permission.allow.iter().filter(is_scoped);
        found.union_with(&resolve(allow, table, false));
        let deny = permission.deny.iter().filter(is_scoped);
        found.union_with(&resolve(deny, table, true));
    }
    found
}

/// The arguments that are paths. What a person picks in a dialog is no pattern, so it allows nothing here.
fn paths(manifest: &Manifest, command: &Command) -> Vec<PathPlan> {
    let pattern = |within: &Spanned<Within>| match &within.value {
        Within::Pattern(pattern) => Some(pattern.clone()),
        Within::Picked => None,
    };
    let arguments = command.args.iter().flatten();
    let paths = arguments.filter_map(|argument| match &argument.kind {
        ArgumentKind::Path(path) => Some(PathPlan {
            argument: argument.name.clone(),
            is_folder: path.kind == PathKind::Dir,
            within: path.within.as_ref().map(|within| within.iter().filter_map(pattern).collect()),
            folder: manifest.folders.at(argument.span).to_owned(),
        }),
        ArgumentKind::Value | ArgumentKind::Channel { .. } => None,
    });
    paths.collect()
}

/// What its channels do: what an argument does not say is said by `channels`.
fn channels(manifest: &Manifest, command: &Command) -> RouteChannels {
    let default = ChannelTerms {
        queue: manifest.channels.queue,
        overflow: manifest.channels.overflow,
        messages: None,
    };
    let declared = command.args.iter().flatten().filter_map(|argument| match &argument.kind {
        ArgumentKind::Channel { messages, overflow } => {
            let terms = ChannelTerms {
                overflow: overflow.unwrap_or(default.overflow),
                messages: messages.as_ref().map(|contract| Arc::clone(&contract.validator)),
                ..default
            };
            Some((argument.name.clone(), terms))
        }
        ArgumentKind::Value | ArgumentKind::Path(_) => None,
    });
    RouteChannels { declared: declared.collect(), default }
}

fn labels(patterns: &[Spanned<LabelPattern>]) -> Vec<LabelPattern> {
    patterns.iter().map(|pattern| pattern.value.clone()).collect()
}

fn resolve<'a>(
    entries: impl IntoIterator<Item = &'a Entry>,
    table: &CommandTable<'_>,
    is_deny: bool,
) -> FixedBitSet {
    let mut found = FixedBitSet::with_capacity(table.len());
    for entry in entries {
        if is_deny {
            found.extend(table.denied(&entry.value));
        } else {
            found.extend(table.allowed(&entry.value));
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
