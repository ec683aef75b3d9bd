//! Scopes of commands that the gateway and their functions enforce: which alternatives a permission gives a caller.

use crate::{
    manifest::{Backend, Contract, Entry, Manifest, Scope},
    name::Word,
    pattern::CommandTable,
};
use fixedbitset::FixedBitSet;
use serde_json::Value;
use std::{collections::BTreeMap, sync::Arc};

/// One way in which a permission lets a caller use a command: with these arguments, for these things.
#[derive(Debug)]
pub struct Alternative {
    /// What arguments must fit, beside their own schemas.
    pub args: BTreeMap<Word, Contract>,
    /// What is allowed with such arguments; the command itself knows what that means.
    pub allow: Vec<Value>,
    /// What is refused, whichever alternative allows it.
    pub deny: Vec<Value>,
}

impl Alternative {
    fn of(scope: &Scope) -> Self {
        let items = |items: &[crate::manifest::ScopeItem]| {
            items.iter().map(|item| Value::Object(item.data.clone())).collect()
        };
        Self {
            args: scope.args.iter().map(|(name, it)| (name.clone(), it.value.clone())).collect(),
            allow: items(scope.allow.as_deref().unwrap_or_default()),
            deny: items(&scope.deny),
        }
    }
}

/// A scope, and the commands that it is for.
#[derive(Debug)]
pub(super) struct Scoped {
    pub(super) commands: FixedBitSet,
    pub(super) alternative: Arc<Alternative>,
}

/// The commands whose scopes are enforced: those of Rust functions, which see what is for them to decide. The event system
/// knows no scopes.
pub(super) fn enforced(manifest: &Manifest) -> FixedBitSet {
    let is_function = |backend: &Backend| match backend {
        Backend::Native(_) => true,
        Backend::Builtin(command) => !command.is_of_events(),
        _ => false,
    };
    let commands = manifest.commands.values().enumerate();
    let functions = commands.filter(|(_, command)| is_function(&command.run.value));
    let mut found = FixedBitSet::with_capacity(manifest.commands.len());
    found.extend(functions.map(|(index, _)| index));
    found
}

/// The scopes that a permission's `allow` has, each once, with those of its commands that enforce it.
pub(super) fn scoped(
    entries: &[Entry],
    table: &CommandTable<'_>,
    enforced: &FixedBitSet,
) -> Vec<Scoped> {
    // The entries of one list share their scope and stand together.
    let is_shared = |a: &Entry, b: &Entry| match (&a.scope, &b.scope) {
        (Some(a), Some(b)) => Arc::ptr_eq(a, b),
        _ => false,
    };
    let lists = entries.chunk_by(is_shared).filter_map(|list| {
        let scope = list.first()?.scope.as_ref()?;
        let mut commands = FixedBitSet::with_capacity(table.len());
        for entry in list {
            commands.extend(table.allowed(&entry.value));
        }
        commands.intersect_with(enforced);
        let alternative = Arc::new(Alternative::of(&scope.value));
        Some(Scoped { commands, alternative })
    });
    lists.filter(|scoped| !scoped.commands.is_clear()).collect()
}

/// The alternatives that one caller has, by the number of the command.
pub(super) type Alternatives = BTreeMap<usize, Arc<[Arc<Alternative>]>>;

/// Joins what the permissions of a caller say.
pub(super) fn alternatives<'a>(scoped: impl Iterator<Item = &'a Scoped>) -> Alternatives {
    let mut found: BTreeMap<usize, Vec<Arc<Alternative>>> = BTreeMap::new();
    for Scoped { commands, alternative } in scoped {
        for command in commands.ones() {
            found.entry(command).or_default().push(Arc::clone(alternative));
        }
    }
    found.into_iter().map(|(command, alternatives)| (command, alternatives.into())).collect()
}
