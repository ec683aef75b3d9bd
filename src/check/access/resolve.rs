//! Which commands the patterns of permissions stand for: each pattern once, however many entries write it.

use crate::{
    manifest::{Command, Entry, Manifest},
    name::CommandName,
    pattern::{Budget, CommandPattern, CommandTable, TooManyClasses},
};
use fixedbitset::FixedBitSet;
use std::collections::HashMap;

/// The place of a command in the order of names.
pub(in crate::check) type CommandId = usize;
/// The place of a pattern.
pub(in crate::check) type PatternId = usize;

/// What a list does with the commands that its patterns stand for; it matters to `*` alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Role {
    Allow,
    Deny,
}

/// The declared commands, in the order of their names.
#[derive(Debug)]
pub(in crate::check) struct Commands<'a> {
    list: Vec<(&'a CommandName, &'a Command)>,
    table: CommandTable<'a>,
}

/// Of so many names, a search in all of them looks as long as at one command that it finds.
const NAMES_A_STEP: usize = 16;

impl<'a> Commands<'a> {
    pub(super) fn new(manifest: &'a Manifest) -> Self {
        let table = CommandTable::new(manifest.commands.keys());
        Self { list: manifest.commands.iter().collect(), table }
    }

    pub(in crate::check) fn len(&self) -> usize {
        self.list.len()
    }

    pub(in crate::check) fn get(&self, id: CommandId) -> Option<(&'a CommandName, &'a Command)> {
        self.list.get(id).copied()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&'a CommandName, &'a Command)> {
        self.list.iter().copied()
    }

    /// The commands that a pattern stands for.
    pub(super) fn matching(
        &self,
        pattern: &CommandPattern,
        role: Role,
        budget: &mut Budget,
    ) -> Result<Vec<CommandId>, TooManyClasses> {
        if !matches!(pattern, CommandPattern::Literal(_)) {
            budget.spend(1 + self.len() / NAMES_A_STEP)?;
        }
        let found: Vec<_> = match role {
            Role::Allow => self.table.allowed(pattern).collect(),
            Role::Deny => self.table.denied(pattern).collect(),
        };
        budget.spend(found.len())?;
        Ok(found)
    }

    /// The commands that a list stands for which takes commands away, so that `*` is all of them.
    pub(in crate::check) fn denied_by(
        &self,
        entries: &[Entry],
        budget: &mut Budget,
    ) -> Result<FixedBitSet, TooManyClasses> {
        let mut found = FixedBitSet::with_capacity(self.len());
        for entry in entries {
            budget.spend(1)?;
            found.extend(self.matching(&entry.value, Role::Deny, budget)?);
        }
        Ok(found)
    }
}

/// The patterns of all lists with one role.
#[derive(Debug)]
pub(super) struct Patterns<'a> {
    role: Role,
    ids: HashMap<&'a str, PatternId>,
    /// For each pattern, its commands.
    pub(super) commands: Vec<Vec<CommandId>>,
}

impl<'a> Patterns<'a> {
    pub(super) fn new(role: Role) -> Self {
        Self { role, ids: HashMap::new(), commands: Vec::new() }
    }

    /// The pattern's place; it is resolved when it is first seen.
    pub(super) fn add(
        &mut self,
        pattern: &'a CommandPattern,
        commands: &Commands<'_>,
        budget: &mut Budget,
    ) -> Result<PatternId, TooManyClasses> {
        if let Some(id) = self.ids.get(pattern.as_str()) {
            return Ok(*id);
        }
        let id = self.commands.len();
        self.commands.push(commands.matching(pattern, self.role, budget)?);
        self.ids.insert(pattern.as_str(), id);
        Ok(id)
    }

    /// For each of so many commands, the patterns that stand for it.
    pub(super) fn by_command(
        &self,
        commands: usize,
        budget: &mut Budget,
    ) -> Result<Vec<Vec<PatternId>>, TooManyClasses> {
        let mut found = vec![Vec::new(); commands];
        for (pattern, matching) in self.commands.iter().enumerate() {
            budget.spend(matching.len())?;
            for command in matching {
                if let Some(patterns) = found.get_mut(*command) {
                    patterns.push(pattern);
                }
            }
        }
        Ok(found)
    }
}
