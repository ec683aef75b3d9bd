//! Which commands the patterns of permissions stand for: each pattern once, however many entries write it.

use crate::{
    manifest::{Command, Entry, Manifest},
    name::CommandName,
    pattern::{Budget, CommandPattern, TooManyClasses},
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
pub(in crate::check) struct Commands<'a>(Vec<(&'a CommandName, &'a Command)>);

impl<'a> Commands<'a> {
    pub(super) fn new(manifest: &'a Manifest) -> Self {
        Self(manifest.commands.iter().collect())
    }

    pub(in crate::check) fn len(&self) -> usize {
        self.0.len()
    }

    pub(in crate::check) fn get(&self, id: CommandId) -> Option<(&'a CommandName, &'a Command)> {
        self.0.get(id).copied()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&'a CommandName, &'a Command)> {
        self.0.iter().copied()
    }

    /// The commands that a pattern stands for; a wildcard is held against the names that begin like it.
    pub(super) fn matching(
        &self,
        pattern: &CommandPattern,
        role: Role,
        budget: &mut Budget,
    ) -> Result<Vec<CommandId>, TooManyClasses> {
        let prefix = match pattern {
            CommandPattern::Literal(name) => {
                let found = self.0.binary_search_by(|(known, _)| (*known).cmp(name));
                return Ok(found.into_iter().collect());
            }
            CommandPattern::Star => "",
            CommandPattern::Glob { prefix, .. } => prefix,
        };
        let start = self.0.partition_point(|(name, _)| name.as_str() < prefix);
        let candidates = self.0.iter().enumerate().skip(start);
        let mut found = Vec::new();
        for (id, (name, _)) in
            candidates.take_while(|(_, (name, _))| name.as_str().starts_with(prefix))
        {
            budget.spend(1)?;
            let is_match = match role {
                Role::Allow => pattern.allows(name),
                Role::Deny => pattern.denies(name),
            };
            if is_match {
                found.push(id);
            }
        }
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
