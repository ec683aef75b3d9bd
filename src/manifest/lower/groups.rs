//! Groups, and the lists of commands that name them: each is replaced by what it stands for.

use super::{Lowering, plugins::add_builtin, section_entries};
use crate::{
    diagnostic::{Code, Diagnostic},
    document::Node,
    manifest::{
        Builtin, Entry, Group, Manifest, Scope, builtin, builtin::BEYOND_THE_CALLER, builtin::set,
        builtin_groups, builtins,
    },
    name::{CommandName, Word},
    pattern::{CommandPattern, PatternError},
    source::{Span, Spanned},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A group whose entries are not replaced yet.
type Written<'a> = BTreeMap<&'a str, &'a Node>;

impl Lowering<'_> {
    pub(super) fn groups(&mut self, manifest: &mut Manifest) {
        self.core_namespaces(manifest);
        let entries = section_entries(self.document, "groups");
        let written: Written<'_> =
            entries.iter().map(|(key, entry)| (*key, &entry.value)).collect();
        for (key, entry) in &entries {
            if self.structure.is_broken(&format!("/groups/{}", super::escape(key))) {
                manifest.broken.groups.insert(key);
            }
            let Some(name) = self.name::<Word>(key, entry.key, Code::InvalidName) else {
                manifest.broken.groups.insert(key);
                continue;
            };
            if is_built_in(key, manifest) {
                manifest.broken.groups.insert(key);
                let message = format!("the group `{key}` is built in");
                self.report(
                    Diagnostic::new(Code::InvalidName, entry.key, message)
                        .help("give the group another name"),
                );
                continue;
            }
            let mut open = vec![*key];
            let found = self.group_entries(&entry.value, &written, &mut open, manifest);
            manifest.groups.insert(name, Group { span: entry.key, entries: found });
        }
    }

    /// The entries of a group, those of groups in it included.
    fn group_entries<'w>(
        &mut self,
        node: &Node,
        written: &Written<'w>,
        open: &mut Vec<&'w str>,
        manifest: &Manifest,
    ) -> Vec<Entry> {
        // Only the outermost group reports what is wrong in its own entries.
        let reports = open.len() == 1;
        let mut found: Vec<Entry> = Vec::new();
        for item in node.items() {
            let Some(text) = item.as_str() else { continue };
            let Some(group) = text.strip_prefix('@') else {
                match parse_pattern(text) {
                    Ok(value) => {
                        found.push(Entry { value, span: item.span, group: None, scope: None });
                    }
                    Err(error) if reports => self.bad_pattern(text, item.span, error),
                    Err(_) => {}
                }
                continue;
            };
            if let Some(patterns) = built_in_entries(group, manifest) {
                found.extend(patterns.into_iter().map(|value| Entry {
                    value,
                    span: item.span,
                    group: Some(group.into()),
                    scope: None,
                }));
            } else if let Some(at) = open.iter().position(|known| *known == group) {
                // A circle is reported once: by the first of its groups, going round from there.
                if at == 0 && open.iter().all(|name| group <= *name) {
                    self.group_cycle(open.get(at..).unwrap_or_default(), group, item.span);
                }
            } else if let Some((name, inner)) = written.get_key_value(group) {
                // A diamond of groups is small; a tower of them is cut.
                if open.len() < MAX_GROUPS {
                    open.push(name);
                    let inner = self.group_entries(inner, written, open, manifest);
                    open.pop();
                    found.extend(inner.into_iter().map(|entry| Entry {
                        span: item.span,
                        group: Some(group.into()),
                        ..entry
                    }));
                }
            } else if reports {
                self.unknown_group(group, item.span, manifest);
            }
            // The same command through two groups is one entry.
            let mut seen = BTreeSet::new();
            found.retain(|entry| seen.insert(entry.value.as_str().to_owned()));
        }
        found
    }

    fn group_cycle(&mut self, open: &[&str], group: &str, span: Span) {
        let way: Vec<String> =
            open.iter().chain([&group]).map(|name| format!("`@{name}`")).collect();
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
        let built_in = builtin_groups(manifest.builtin_namespaces());
        let declared = section_entries(self.document, "groups");
        let known = declared.iter().map(|(key, _)| *key).chain(built_in.iter().map(String::as_str));
        let near = self.suggestions.nearest(group, known).map(|near| format!("@{near}"));
        let help = match &near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("declare it: `groups: {{ {}: [version] }}`", group.escape_debug()),
        };
        let message = format!("the group `@{}` is not declared", group.escape_debug());
        self.report(Diagnostic::new(Code::UndefinedGroup, span, message).help(help).did_you_mean(
            span,
            &format!("@{group}"),
            near.as_deref(),
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
            let patterns: Vec<CommandPattern> = if let Some(group) = manifest.groups.get(name) {
                group.entries.iter().map(|entry| entry.value.clone()).collect()
            } else if let Some(patterns) = built_in_entries(name, manifest) {
                patterns
            } else {
                self.unknown_group(name, span, manifest);
                continue;
            };
            found.extend(patterns.into_iter().map(|value| Entry {
                value,
                span,
                group: Some(name.into()),
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
        self.report(Diagnostic::new(Code::InvalidName, span, message).maybe_help(error.help));
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

/// Groups that are nested deeper hold nothing more.
const MAX_GROUPS: usize = 16;

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

fn is_built_in(group: &str, manifest: &Manifest) -> bool {
    group == "core"
        || manifest.plugins.keys().any(|name| {
            name.as_str() == group && manifest.builtin_namespaces().any(|(known, _)| known == name)
        })
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
    let (_, found) = manifest.builtin_namespaces().find(|(name, _)| name.as_str() == owner)?;
    set(found, wanted).map(|names| commands(owner, names))
}
