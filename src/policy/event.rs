//! Events of one generation: what their payloads must fit, who sends them, and the bits that say who may hear and send.

use crate::{
    manifest::{Contract, Manifest, Permission},
    name::{EventName, Word},
    source::{Place, Sources, Spanned},
};
use fixedbitset::FixedBitSet;
use std::collections::HashMap;

/// Number of an event in one generation's tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventId(usize);

/// What a page may do with an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventAccess {
    /// Hear it: `listen` of a permission.
    Listen,
    /// Send it: `emit` of a permission.
    Emit,
}

impl EventAccess {
    /// The key of a permission that grants it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Listen => "listen",
            Self::Emit => "emit",
        }
    }
}

impl EventId {
    /// The bit that stands for an access, in every set of a generation.
    pub(super) fn bit(self, access: EventAccess) -> usize {
        2 * self.0 + usize::from(access == EventAccess::Emit)
    }
}

/// One event that the manifest declares.
#[derive(Debug)]
pub struct EventRule {
    /// Its name.
    pub name: EventName,
    /// Where the manifest declares it.
    pub place: Place,
    /// What its payload must fit; `None` fits everything.
    pub payload: Option<Contract>,
    /// Plugins and backends that send it.
    pub from: Vec<Word>,
}

/// The events of a manifest.
#[derive(Debug, Default)]
pub(super) struct Events {
    pub(super) rules: Vec<EventRule>,
    index: HashMap<EventName, EventId, foldhash::fast::RandomState>,
}

impl Events {
    pub(super) fn of(manifest: &Manifest, sources: &Sources) -> Self {
        let rules = manifest.events.iter().map(|(name, event)| EventRule {
            name: name.clone(),
            place: sources.place(event.span),
            payload: event.payload.clone(),
            from: event.from.iter().map(|sender| sender.value.clone()).collect(),
        });
        let names = manifest.events.keys().cloned();
        Self { rules: rules.collect(), index: names.zip((0..).map(EventId)).collect() }
    }

    pub(super) fn find(&self, name: &str) -> Option<EventId> {
        self.index.get(name).copied()
    }

    pub(super) fn rule(&self, event: EventId) -> Option<&EventRule> {
        self.rules.get(event.0)
    }

    /// What a permission grants.
    pub(super) fn granted(&self, permission: &Permission) -> FixedBitSet {
        let mut granted = FixedBitSet::with_capacity(2 * self.rules.len());
        let mut grant = |names: &[Spanned<EventName>], access| {
            let events = names.iter().filter_map(|name| self.find(name.value.as_str()));
            granted.extend(events.map(|event| event.bit(access)));
        };
        grant(&permission.listen, EventAccess::Listen);
        grant(&permission.emit, EventAccess::Emit);
        granted
    }
}
