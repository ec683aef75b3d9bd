//! Which of many commands the entries of permissions stand for, without looking at each of them.

use crate::{
    manifest::{Command, Entry, Manifest},
    name::CommandName,
    pattern::CommandTable,
};

/// The commands that a check is about.
pub(super) struct Grantable<'a> {
    commands: Vec<(&'a CommandName, &'a Command)>,
    table: CommandTable<'a>,
}

impl<'a> Grantable<'a> {
    pub(super) fn new(manifest: &'a Manifest, is_wanted: impl Fn(&Command) -> bool) -> Self {
        Self::of(manifest.commands.iter().filter(|(_, command)| is_wanted(command)).collect())
    }

    /// Of commands in the order of their names.
    pub(super) fn of(commands: Vec<(&'a CommandName, &'a Command)>) -> Self {
        let table = CommandTable::new(commands.iter().map(|(name, _)| *name));
        Self { commands, table }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&'a CommandName, &'a Command)> {
        self.commands.iter().copied()
    }

    /// Those that an entry of `allow` grants, in the order of their names.
    pub(super) fn granted<'s>(
        &'s self,
        entry: &'s Entry,
    ) -> impl Iterator<Item = (&'a CommandName, &'a Command)> + use<'a, 's> {
        self.table.allowed(&entry.value).filter_map(|place| self.commands.get(place).copied())
    }
}
