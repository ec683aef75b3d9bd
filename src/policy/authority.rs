//! Who may call what: a B-tree by command name, permissions as bit sets, and the permit that dispatch asks for.

use super::scope::{Alternative, Alternatives, Scoped, alternatives};
use crate::{
    ipc::Caller,
    name::{CommandName, Label, Word},
    pattern::{LabelPattern, Origin, OriginPattern},
    source::Place,
};
use fixedbitset::FixedBitSet;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// Number of a command in one generation's tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandId(u32);

impl CommandId {
    pub(super) fn new(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    /// Its index into the generation's tables.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The proof that a call was authorised. Only [`CallerRow::authorize`] makes one; dispatch consumes it.
#[derive(Debug)]
pub struct Permit {
    command: CommandId,
    generation: u64,
    alternatives: Option<Arc<[Arc<Alternative>]>>,
}

impl Permit {
    /// The command that may run.
    pub fn command(&self) -> CommandId {
        self.command
    }

    /// The generation that authorised it.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// What it may be used with, if its permissions say: one of these.
    pub fn alternatives(&self) -> Option<&[Arc<Alternative>]> {
        self.alternatives.as_deref()
    }
}

/// All that one caller may do in one generation: a bit for each command.
#[derive(Debug)]
pub struct CallerRow {
    generation: u64,
    allowed: FixedBitSet,
    /// For the commands of a scope alone; mostly there are none.
    alternatives: Alternatives,
}

impl CallerRow {
    /// The generation that the row belongs to; in any other it means nothing.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The warm decision: one bit, whatever the size of the manifest.
    pub fn authorize(&self, command: CommandId) -> Option<Permit> {
        self.allowed.contains(command.index()).then(|| Permit {
            command,
            generation: self.generation,
            alternatives: self.alternatives.get(&command.index()).cloned(),
        })
    }
}

/// The origins that a permission matches.
#[derive(Debug, Clone, Default)]
pub(super) struct Origins {
    pub(super) app: bool,
    pub(super) remote: bool,
    pub(super) named: Vec<(Word, OriginPattern)>,
}

impl Origins {
    pub(super) fn matches(&self, origin: &Origin, app: &Origin) -> bool {
        let is_built_in = if origin == app { self.app } else { self.remote };
        is_built_in || self.named.iter().any(|(_, pattern)| pattern.matches(origin))
    }
}

/// One permission with its patterns resolved to commands.
#[derive(Debug)]
pub(super) struct CompiledPermission {
    pub(super) id: Word,
    pub(super) place: Place,
    pub(super) windows: Option<Vec<LabelPattern>>,
    pub(super) webviews: Option<Vec<LabelPattern>>,
    pub(super) origins: Origins,
    pub(super) allow: FixedBitSet,
    pub(super) deny: FixedBitSet,
    /// What of `allow` has a scope that is enforced.
    pub(super) scoped: Vec<Scoped>,
}

/// How the dimensions of a caller fare against a permission.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fit {
    pub(super) window: bool,
    pub(super) webview: bool,
    pub(super) origin: bool,
}

impl Fit {
    pub(super) fn is_match(self) -> bool {
        self.window && self.webview && self.origin
    }
}

/// Whether a label is one of those that a dimension names; one that is not given names all.
fn is_named(patterns: Option<&[LabelPattern]>, label: &Label) -> bool {
    patterns.is_none_or(|patterns| patterns.iter().any(|pattern| pattern.matches(label)))
}

/// The compiled permissions of one manifest.
#[derive(Debug)]
pub struct Authority {
    pub(super) generation: u64,
    pub(super) app_origin: Origin,
    /// The table itself: commands in order, which is what reports walk along.
    pub(super) commands: BTreeMap<CommandName, CommandId>,
    /// The same, for the one look-up of a warm call.
    pub(super) index: HashMap<CommandName, CommandId, foldhash::fast::RandomState>,
    pub(super) permissions: Vec<CompiledPermission>,
    /// App commands that `unlisted: additive` opens to the app's own pages.
    pub(super) additive: FixedBitSet,
}

impl Authority {
    /// The number of a declared command. One hash look-up.
    pub fn command(&self, name: &str) -> Option<CommandId> {
        self.index.get(name).copied()
    }

    /// Every declared command, in order.
    pub fn commands(&self) -> impl Iterator<Item = (&CommandName, CommandId)> {
        self.commands.iter().map(|(name, id)| (name, *id))
    }

    pub(super) fn fit(&self, permission: &CompiledPermission, caller: &Caller) -> Fit {
        Fit {
            window: is_named(permission.windows.as_deref(), &caller.window),
            webview: is_named(permission.webviews.as_deref(), &caller.webview),
            origin: caller
                .origin
                .as_ref()
                .is_some_and(|origin| permission.origins.matches(origin, &self.app_origin)),
        }
    }

    /// A caller's first sight: what it may do, for every command at once.
    ///
    /// Cost grows with the number of permissions times the number of commands divided by the bits of a word.
    pub fn row(&self, caller: &Caller) -> CallerRow {
        let mut allowed = FixedBitSet::with_capacity(self.commands.len());
        let mut denied = FixedBitSet::with_capacity(self.commands.len());
        let mut scoped = Vec::new();
        for permission in &self.permissions {
            if self.fit(permission, caller).is_match() {
                allowed.union_with(&permission.allow);
                denied.union_with(&permission.deny);
                scoped.extend(&permission.scoped);
            }
        }
        if caller.origin.as_ref() == Some(&self.app_origin) {
            allowed.union_with(&self.additive);
        }
        allowed.difference_with(&denied);
        let alternatives = alternatives(scoped.into_iter());
        CallerRow { generation: self.generation, allowed, alternatives }
    }
}
