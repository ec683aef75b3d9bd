//! Groups, and the lists of commands that name them: each is replaced by what it stands for.

use super::{Lowering, plugins::add_builtin, section_entries};
use crate::{
    diagnostic::{Code, Diagnostic, Omitted, surely_meant},
    document::Node,
    manifest::{
        Builtin, Entry, Group, Manifest, PluginKind, Scope, builtin, builtin::BEYOND_THE_CALLER,
        builtin::set, builtin_groups, builtins,
    },
    name::{CommandName, Word},
    pattern::{CommandPattern, PatternError},
    source::{Span, Spanned},
};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    slice,
    sync::Arc,
};

/// Groups whose entries are not replaced yet.
type Written<'a> = BTreeMap<&'a str, &'a Node>;

/// Groups whose entries are replaced.
type Replaced<'a> = HashMap<&'a str, Vec<Entry>>;

impl Lowering<'_> {
    pub(super) fn groups(&mut self, manifest: &mut Manifest) {
        self.core_namespaces(manifest);
        let entries = section_entries(self.document, "groups");
        let written: Written<'_> =
            entries.iter().map(|(key, entry)| (*key, &entry.value)).collect();
        let mut names = Vec::new();
        for (key, entry) in &entries {
            if self.structure.is_broken(&format!("/groups/{}", super::escape(key))) {
                manifest.broken.groups.insert(key);
            }
            let name = match key.strip_prefix('@').filter(|name| name.parse::<Word>().is_ok()) {
                Some(name) => {
                    self.group_with_sign(key, name, entry.key);
                    manifest.broken.groups.insert(name);
                    None
                }
                None => self.name::<Word>(key, entry.key, Code::InvalidName),
            };
            let is_built_in = name.is_some() && is_built_in(key, manifest);
            if is_built_in {
                let message = format!("the group `{key}` is built in");
                self.report(
                    Diagnostic::new(Code::InvalidName, entry.key, message)
                        .help("give the group another name"),
                );
            }
            match name.filter(|_| !is_built_in) {
                Some(name) => names.push((name, *key, entry.key)),
                None => manifest.broken.groups.insert(key),
            }
        }
        let mut replaced = Replaced::new();
        for (key, _) in &entries {
            self.replace(key, &written, &mut replaced, manifest);
        }
        for (name, key, span) in names {
            let entries = replaced.remove(key).unwrap_or_default();
            manifest.groups.insert(name, Group { span, entries });
        }
    }

    /// The `@` is what tells a group from a command where it is named, and no part of its name.
    fn group_with_sign(&mut self, key: &str, name: &str, span: Span) {
        let message = format!("`{key}` is not a name: `@` may not stand in it");
        self.report(
            Diagnostic::new(Code::InvalidName, span, message)
                .help(format!("write the group's name without `@`: `{name}`"))
                .did_you_mean(span, key, Some(name)),
        );
    }

    /// Replaces the groups in a group and in all those that it leads to, the innermost first and each once.
    ///
    /// It does not call itself: a chain of groups may be as long as the file.
    fn replace<'w>(
        &mut self,
        outermost: &'w str,
        written: &Written<'w>,
        replaced: &mut Replaced<'w>,
        manifest: &Manifest,
    ) {
        let start = written.get_key_value(outermost).filter(|_| !replaced.contains_key(outermost));
        let mut open: Vec<(&str, slice::Iter<'_, Node>)> =
            start.map(|(name, node)| (*name, node.items().iter())).into_iter().collect();
        let mut places: HashMap<&str, usize> = open.iter().map(|(name, _)| (*name, 0)).collect();
        while let Some((name, items)) = open.last_mut() {
            let name = *name;
            let Some(item) = items.next() else {
                let found = written.get(name).map(|node| self.entries(node, replaced, manifest));
                replaced.insert(name, found.unwrap_or_default());
                places.remove(name);
                open.pop();
                continue;
            };
            let group = item.as_str().and_then(|text| text.strip_prefix('@'));
            let Some((inner, node)) = group.and_then(|group| written.get_key_value(group)) else {
                continue;
            };
            if let Some(at) = places.get(inner) {
                let way = open.iter().skip(*at).map(|(name, _)| *name).take(LONG_WAY + 1);
                let way: Vec<&str> = way.collect();
                self.group_cycle(&way, inner, item.span);
            } else if !replaced.contains_key(inner) {
                places.insert(inner, open.len());
                open.push((inner, node.items().iter()));
            }
        }
    }

    /// The entries of a group, those of the groups in it included; a group that is still open adds none.
    fn entries(&mut self, node: &Node, replaced: &Replaced<'_>, manifest: &Manifest) -> Vec<Entry> {
        let mut found: Vec<Entry> = Vec::new();
        for item in node.items() {
            let Some(text) = item.as_str() else { continue };
            let span = item.span;
            let Some(group) = text.strip_prefix('@') else {
                match parse_pattern(text) {
                    Ok(value) => found.push(Entry { value, span, group: None, scope: None }),
                    Err(error) => self.bad_pattern(text, span, error),
                }
                continue;
            };
            if !self.may_repeat(0, span) {
                continue;
            }
            let inner = match built_in_entries(group, manifest) {
                Some(patterns) => patterns,
                None => match replaced.get(group) {
                    Some(entries) => entries.iter().map(|entry| entry.value.clone()).collect(),
                    None if section_has(self.document, group) => continue,
                    None => {
                        self.unknown_group(group, span, manifest);
                        continue;
                    }
                },
            };
            if self.may_repeat(inner.len(), span) {
                let name: Arc<str> = group.into();
                found.extend(inner.into_iter().map(|value| Entry {
                    value,
                    span,
                    group: Some(Arc::clone(&name)),
                    scope: None,
                }));
            }
        }
        // The same command through two groups is one entry.
        let mut seen = HashSet::new();
        found.retain(|entry| seen.insert(entry.value.as_str().to_owned()));
        found
    }

    fn group_cycle(&mut self, open: &[&str], group: &str, span: Span) {
        let mut way: Vec<String> = open.iter().map(|name| format!("`@{name}`")).collect();
        if way.len() > LONG_WAY {
            way.truncate(LONG_WAY);
            way.push("…".to_owned());
        }
        way.push(format!("`@{group}`"));
        let message = format!("the group stands for itself: {}", way.join(" → "));
        self.report(
            Diagnostic::new(Code::GroupCycle, span, message)
                .help("take one of the groups out of the other"),
        );
    }

    fn unknown_group(&mut self, group: &str, span: Span, manifest: &Manifest) {
        if manifest.broken.groups.contains(group) {
            return;
        }
        if self.has_enough() {
            // Looking for the name that was meant goes through all groups.
            self.diagnostics.omit(Omitted { errors: 1, warnings: 0 });
            return;
        }
        let built_in = builtin_groups(manifest.builtin_namespaces());
        let declared = section_entries(self.document, "groups");
        let known = declared.iter().map(|(key, _)| *key).filter(|key| key.parse::<Word>().is_ok());
        let known = known.chain(built_in.iter().map(String::as_str));
        // What is built in may be much more than what was meant.
        let own = declared.iter().map(|(key, _)| *key).filter(|key| key.parse::<Word>().is_ok());
        let near = self.suggestions.nearest(group, known).map(|near| format!("@{near}"));
        let sure = near.as_ref().and_then(|_| surely_meant(group, own));
        let sure = sure.map(|name| format!("@{name}")).filter(|sure| near.as_ref() == Some(sure));
        let help = match &near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("declare it: `groups: {{ {}: [version] }}`", group.escape_debug()),
        };
        let message = format!("the group `@{}` is not declared", group.escape_debug());
        self.report(Diagnostic::new(Code::UndefinedGroup, span, message).help(help).did_you_mean(
            span,
            &format!("@{group}"),
            sure.as_deref(),
        ));
    }

    /// Reads a list of commands, patterns and groups; each malformed one is reported and left out.
    pub(super) fn command_entries(
        &mut self,
        items: &[Node],
        scope: Option<&Arc<Spanned<Scope>>>,
        manifest: &Manifest,
    ) -> Vec<Entry> {
        let mut found = Vec::new();
        for item in items {
            let Some(text) = item.as_str() else { continue };
            let span = item.span;
            let Some(name) = text.strip_prefix('@') else {
                match parse_pattern(text) {
                    Ok(value) => {
                        found.push(Entry { value, span, group: None, scope: scope.cloned() });
                    }
                    Err(error) => self.bad_pattern(text, span, error),
                }
                continue;
            };
            let declared = manifest.groups.get(name);
            if !self.may_repeat(declared.map_or(0, |group| group.entries.len()), span) {
                continue;
            }
            let patterns: Vec<CommandPattern> = if let Some(group) = declared {
                group.entries.iter().map(|entry| entry.value.clone()).collect()
            } else if let Some(patterns) = built_in_entries(name, manifest) {
                patterns
            } else {
                self.unknown_group(name, span, manifest);
                continue;
            };
            if declared.is_none() && !self.may_repeat(patterns.len(), span) {
                continue;
            }
            let name: Arc<str> = name.into();
            found.extend(patterns.into_iter().map(|value| Entry {
                value,
                span,
                group: Some(Arc::clone(&name)),
                scope: scope.cloned(),
            }));
        }
        found
    }

    fn bad_pattern(&mut self, text: &str, span: Span, error: PatternError) {
        let message = match text {
            "" => error.message,
            _ => format!("`{}` is not a pattern: {}", text.escape_debug(), error.message),
        };
        let found = Diagnostic::new(Code::InvalidName, span, message);
        self.report(found.maybe_help(error.help).did_you_mean(span, text, error.meant.as_deref()));
    }

    /// Namespaces of the core are there once something names them.
    fn core_namespaces(&self, manifest: &mut Manifest) {
        let mut texts = Vec::new();
        for section in ["groups", "permissions", "never"] {
            texts.extend(self.document.find(section).map(named_texts).unwrap_or_default());
        }
        for core in builtins().filter(|builtin| builtin.is_core) {
            let group = format!("@core:{}", core.name);
            let prefix = format!("plugin:{}|", core.name);
            let named = texts
                .iter()
                .find(|(text, _)| *text == "@core" || *text == group || text.starts_with(&prefix));
            let (Some((_, span)), Ok(name)) = (named, core.name.parse::<Word>()) else { continue };
            add_builtin(manifest, core, &name, *span);
        }
    }
}

/// A longer way through groups is not told name by name.
const LONG_WAY: usize = 8;

fn section_has(document: &Node, group: &str) -> bool {
    document.find("groups").is_some_and(|groups| groups.find(group).is_some())
}

/// The texts in a part of the file.
fn named_texts(node: &Node) -> Vec<(&str, Span)> {
    let own = node.as_str().map(|text| (text, node.span));
    let items = node.items().iter().flat_map(named_texts);
    let values = node.entries().flat_map(|(_, entry)| named_texts(&entry.value));
    own.into_iter().chain(items).chain(values).collect()
}

fn parse_pattern(text: &str) -> Result<CommandPattern, PatternError> {
    text.parse()
}

fn namespace(manifest: &Manifest, name: &str) -> Option<&'static Builtin> {
    match manifest.plugins.get(name)?.kind {
        PluginKind::Builtin(plugin) => builtin(plugin),
        _ => None,
    }
}

fn is_built_in(group: &str, manifest: &Manifest) -> bool {
    group == "core" || namespace(manifest, group).is_some()
}

/// What a built-in group stands for.
fn built_in_entries(group: &str, manifest: &Manifest) -> Option<Vec<CommandPattern>> {
    let commands = |namespace: &str, names: &[&str]| -> Vec<CommandPattern> {
        let name = |name: &&str| format!("plugin:{namespace}|{name}").parse::<CommandName>().ok();
        names.iter().filter_map(name).map(CommandPattern::Literal).collect()
    };
    let own_window = |core: &Builtin| {
        let beyond = BEYOND_THE_CALLER.iter().find(|(plugin, _)| *plugin == core.name);
        let beyond = beyond.map_or(&[][..], |(_, names)| names);
        let names: Vec<&str> =
            core.commands.iter().copied().filter(|name| !beyond.contains(name)).collect();
        commands(core.name, &names)
    };
    if group == "core" {
        let core = builtins().filter(|builtin| builtin.is_core);
        return Some(core.flat_map(own_window).collect());
    }
    let (owner, wanted) = group.split_once(':').map_or((group, None), |(a, b)| (a, Some(b)));
    if owner == "core" {
        return builtin(wanted?).filter(|builtin| builtin.is_core).map(own_window);
    }
    set(namespace(manifest, owner)?, wanted).map(|names| commands(owner, names))
}
