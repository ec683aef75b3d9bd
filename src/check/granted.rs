//! Which commands of a table an entry of a permission stands for, without looking at the others.

use crate::{
    manifest::Entry,
    name::{CommandName, with_prefix},
    pattern::CommandPattern,
};
use std::collections::BTreeMap;

/// The commands of a table that an `allow` entry grants.
pub(super) fn granted<V: Copy>(
    table: &BTreeMap<CommandName, V>,
    entry: &Entry,
) -> Vec<(CommandName, V)> {
    let prefix = match &entry.value {
        CommandPattern::Literal(name) => {
            return table.get(name).map(|value| (name.clone(), *value)).into_iter().collect();
        }
        CommandPattern::Star => "",
        CommandPattern::Glob { prefix, .. } => prefix,
    };
    with_prefix(table, prefix)
        .filter(|(name, _)| entry.value.allows(name))
        .map(|(name, value)| (name.clone(), *value))
        .collect()
}
