//! Which commands an entry of a permission stands for: the checks about scopes ask it of each word of a list.

use crate::{
    manifest::{Backend, Command, Entry, Manifest, Permission, Scope, builtin},
    name::{CommandName, with_prefix},
    pattern::CommandPattern,
    source::{Span, Spanned},
};
use std::collections::BTreeMap;

/// One word of `allow`: a name, a pattern or a group.
pub(super) struct Grant<'a> {
    /// Where the word stands.
    pub(super) span: Span,
    /// The word, as far as a person would call it by it.
    pub(super) word: String,
    pub(super) scope: Option<&'a Spanned<Scope>>,
    entries: Vec<&'a Entry>,
}

/// The words of a permission's `allow`, in their order; what a group stands for is under its word.
pub(super) fn grants(permission: &Permission) -> Vec<Grant<'_>> {
    let mut places = BTreeMap::new();
    let mut found: Vec<Grant<'_>> = Vec::new();
    for entry in &permission.allow {
        let at = *places.entry(entry.span).or_insert(found.len());
        if at == found.len() {
            let word = match &entry.group {
                Some(group) => format!("@{group}"),
                None => entry.value.as_str().to_owned(),
            };
            let scope = entry.scope.as_deref();
            found.push(Grant { span: entry.span, word, scope, entries: Vec::new() });
        }
        if let Some(grant) = found.get_mut(at) {
            grant.entries.push(entry);
        }
    }
    found
}

impl<'a> Grant<'a> {
    /// The commands that the word stands for.
    pub(super) fn commands(
        &self,
        manifest: &'a Manifest,
    ) -> impl Iterator<Item = (&'a CommandName, &'a Command)> + use<'a, '_> {
        self.entries.iter().flat_map(|entry| commands(manifest, &entry.value))
    }
}

/// The declared commands that a pattern stands for.
fn commands<'a>(
    manifest: &'a Manifest,
    pattern: &'a CommandPattern,
) -> Box<dyn Iterator<Item = (&'a CommandName, &'a Command)> + 'a> {
    match pattern {
        CommandPattern::Literal(name) => {
            Box::new(manifest.commands.get_key_value(name).into_iter())
        }
        CommandPattern::Star => {
            Box::new(manifest.commands.iter().filter(|(name, _)| name.is_app()))
        }
        CommandPattern::Glob { prefix, .. } => Box::new(
            with_prefix(&manifest.commands, prefix).filter(|(name, _)| pattern.allows(name)),
        ),
    }
}

/// Whether a command of a built-in plugin could put its scope to any use.
pub(super) fn takes_scope(command: &Command) -> bool {
    match &command.run.value {
        Backend::Builtin(command) => command.needs_scope,
        _ => true,
    }
}

/// Whether the command can change files that its scope allows.
pub(super) fn writes_files(command: &Command) -> bool {
    let Backend::Builtin(command) = &command.run.value else { return false };
    let is_in = |set: &str| {
        builtin(command.plugin)
            .and_then(|plugin| plugin.sets.iter().find(|(name, _)| *name == set))
            .is_some_and(|(_, names)| names.contains(&command.name.as_str()))
    };
    // What is also in the reading set, as `open`, changes nothing by itself.
    command.plugin == "fs" && command.needs_scope && is_in("write") && !is_in("read")
}
