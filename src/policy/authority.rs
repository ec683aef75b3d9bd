//! Who may call what: a B-tree by command name, permissions as bit sets, and the permit that dispatch asks for.

use super::{
    event::{EventAccess, EventId, EventRule, Events},
    scope::{Alternative, Alternatives, Scoped, alternatives},
};
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

/// All that one caller may do in one generation: a bit for each command, and two for each event.
#[derive(Debug)]
pub struct CallerRow {
    generation: u64,
    allowed: FixedBitSet,
    events: FixedBitSet,
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

    /// Whether the caller may hear or send an event: one bit.
    pub fn may(&self, access: EventAccess, event: EventId) -> bool {
        self.events.contains(event.bit(access))
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
    /// What it grants of events.
    pub(super) events: FixedBitSet,
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
    pub(super) events: Events,
}

impl Authority {
    /// The generation that it decides for.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// The number of a declared command. One hash look-up.
    pub fn command(&self, name: &str) -> Option<CommandId> {
        self.index.get(name).copied()
    }

    /// Every declared command, in order.
    pub fn commands(&self) -> impl Iterator<Item = (&CommandName, CommandId)> {
        self.commands.iter().map(|(name, id)| (name, *id))
    }

    /// The number of a declared event. One hash look-up.
    pub fn event(&self, name: &str) -> Option<EventId> {
        self.events.find(name)
    }

    /// What the manifest says about an event.
    pub fn event_rule(&self, event: EventId) -> Option<&EventRule> {
        self.events.rule(event)
    }

    /// Every declared event, in order.
    pub fn events(&self) -> impl Iterator<Item = &EventRule> {
        self.events.rules.iter()
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

    /// What the captures of a caller's origin stand for, as the permissions say it that let the caller run the command.
    ///
    /// A capture that two of them read differently stands for nothing: it is not for the gateway to choose a tenant.
    pub fn captures(&self, command: CommandId, caller: &Caller) -> Vec<(String, String)> {
        let Some(origin) = &caller.origin else { return Vec::new() };
        let mut found: BTreeMap<&str, Option<&str>> = BTreeMap::new();
        for permission in &self.permissions {
            if !permission.allow.contains(command.index())
                || !self.fit(permission, caller).is_match()
            {
                continue;
            }
            let bound = permission.origins.named.iter().filter_map(|(_, named)| named.bind(origin));
            for (name, text) in bound.flatten() {
                let known = found.entry(name).or_insert(Some(text));
                *known = known.filter(|known| *known == text);
            }
        }
        let bound = found.into_iter().filter_map(|(name, text)| Some((name, text?)));
        bound.map(|(name, text)| (name.to_owned(), text.to_owned())).collect()
    }

    /// A caller's first sight: what it may do, for every command at once.
    ///
    /// Cost grows with the number of permissions times the number of commands divided by the bits of a word.
    pub fn row(&self, caller: &Caller) -> CallerRow {
        let mut allowed = FixedBitSet::with_capacity(self.commands.len());
        let mut denied = FixedBitSet::with_capacity(self.commands.len());
        let mut events = FixedBitSet::new();
        let mut scoped = Vec::new();
        for permission in &self.permissions {
            if self.fit(permission, caller).is_match() {
                allowed.union_with(&permission.allow);
                denied.union_with(&permission.deny);
                events.union_with(&permission.events);
                scoped.extend(&permission.scoped);
            }
        }
        if caller.origin.as_ref() == Some(&self.app_origin) {
            allowed.union_with(&self.additive);
        }
        allowed.difference_with(&denied);
        let alternatives = alternatives(scoped.into_iter());
        CallerRow { generation: self.generation, allowed, events, alternatives }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Position;
    use std::path::PathBuf;

    /// Permissions that allow command 0 to a window, from origins of a pattern.
    fn authority(permissions: &[(&str, &str)]) -> Authority {
        let mut allow = FixedBitSet::with_capacity(1);
        allow.insert(0);
        let permission = |(window, pattern): &(&str, &str)| CompiledPermission {
            id: "p".parse().unwrap(),
            place: Place {
                file: PathBuf::from("gateway.yaml"),
                position: Position { line: 1, column: 1 },
            },
            windows: Some(vec![window.parse().unwrap()]),
            webviews: None,
            origins: Origins {
                named: vec![("o".parse().unwrap(), pattern.parse().unwrap())],
                ..Origins::default()
            },
            allow: allow.clone(),
            deny: FixedBitSet::with_capacity(1),
            events: FixedBitSet::new(),
            scoped: Vec::new(),
        };
        Authority {
            generation: 1,
            app_origin: Origin::app(),
            commands: BTreeMap::new(),
            index: HashMap::default(),
            permissions: permissions.iter().map(permission).collect(),
            additive: FixedBitSet::with_capacity(1),
            events: Events::default(),
        }
    }

    fn captures(permissions: &[(&str, &str)], origin: &str) -> Vec<(String, String)> {
        let caller = Caller {
            window: "main".parse().unwrap(),
            webview: "main".parse().unwrap(),
            origin: origin.parse().ok(),
        };
        authority(permissions).captures(CommandId::new(0), &caller)
    }

    #[test]
    fn captures_are_read_by_the_permissions_that_let_the_caller_in() {
        let pair = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let tenants = ("main", "https://{tenant}.ops.example");
        let acme = "https://acme.ops.example";
        assert_eq!(captures(&[tenants], acme), [pair("tenant", "acme")]);
        assert_eq!(captures(&[tenants], "https://acme.other.example"), []);
        assert_eq!(captures(&[tenants], "null"), []);
        // Another window's permission says nothing about this one.
        let elsewhere = ("other", "https://{zone}.ops.example");
        assert_eq!(captures(&[tenants, elsewhere], acme), [pair("tenant", "acme")]);
        let beside = ("*", "https://{zone}.ops.example");
        let both = [pair("tenant", "acme"), pair("zone", "acme")];
        assert_eq!(captures(&[tenants, beside, tenants], acme), both);
    }

    #[test]
    fn a_capture_that_is_read_in_two_ways_stands_for_nothing() {
        let first = ("main", "https://{tenant}.{zone}.example");
        let second = ("main", "https://{zone}.{tenant}.example");
        assert_eq!(captures(&[first, second], "https://a.b.example"), []);
        assert_eq!(captures(&[first, second, first], "https://a.b.example"), []);
        assert_eq!(captures(&[first, second], "https://a.a.example").len(), 2);
    }
}
