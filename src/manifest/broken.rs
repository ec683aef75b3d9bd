//! What could not be read whole: that something seems to be missing there is no second fault.

use std::collections::BTreeSet;

/// The parts of a manifest with a fault that was reported already.
#[derive(Debug, Default)]
pub struct Broken {
    /// Whether it is `app`.
    pub app: bool,
    /// Commands, by their name on the wire.
    pub commands: BrokenNames,
    /// Plugins.
    pub plugins: BrokenNames,
    /// Origins and sites.
    pub origins: BrokenNames,
    /// Windows.
    pub windows: BrokenNames,
    /// Permissions.
    pub permissions: BrokenNames,
    /// Secrets.
    pub secrets: BrokenNames,
    /// Shared backends.
    pub backends: BrokenNames,
    /// Events.
    pub events: BrokenNames,
    /// Groups.
    pub groups: BrokenNames,
}

/// Some names of a section, or all of them.
#[derive(Debug, Default)]
pub struct BrokenNames {
    pub(super) names: BTreeSet<String>,
    pub(super) is_whole_section: bool,
}

impl BrokenNames {
    /// Whether the name may have been declared by something that could not be read.
    pub fn contains(&self, name: &str) -> bool {
        self.is_whole_section || self.names.contains(name)
    }

    /// Whether an entry of this name is written there, and could not be read.
    pub fn has_entry(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Whether the whole section could be read.
    pub fn is_empty(&self) -> bool {
        !self.is_whole_section && self.names.is_empty()
    }

    pub(super) fn insert(&mut self, name: &str) {
        self.names.insert(name.to_owned());
    }
}
