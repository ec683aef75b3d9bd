//! Which words of a manifest name something that it declares, and where that is declared.

use super::{
    analysis::Analysis,
    outline::{Entry, Outline, Part},
};
use crate::{
    name::{CommandName, Label, is_word_character},
    pattern::{CommandPattern, LabelPattern},
    source::Source,
};
use std::ops::Range;

/// One entry of one file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) source: &'a Source,
    pub(super) outline: &'a Outline,
    pub(super) index: usize,
}

impl<'a> Target<'a> {
    pub(super) fn entry(&self) -> Option<&'a Entry> {
        self.outline.entry(self.index)
    }

    fn is_same(&self, other: &Target<'_>) -> bool {
        self.index == other.index && self.source.path() == other.source.path()
    }
}

/// Words that name something, and what they name.
pub(super) struct Mention<'a> {
    pub(super) range: Range<usize>,
    pub(super) targets: Vec<Target<'a>>,
}

/// A name and its declaration.
type Named<'a> = (String, Target<'a>);

/// Everything that a manifest declares, in all its files.
#[derive(Default)]
pub(super) struct Declared<'a> {
    /// App commands and plugins' commands, by their name on the wire.
    pub(super) commands: Vec<Named<'a>>,
    pub(super) plugins: Vec<Named<'a>>,
    pub(super) groups: Vec<Named<'a>>,
    pub(super) windows: Vec<Named<'a>>,
    pub(super) webviews: Vec<Named<'a>>,
    pub(super) origins: Vec<Named<'a>>,
}

/// What a word at a place of the manifest stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Allowed,
    Denied,
    Window,
    Webview,
    Origin,
    Argument,
}

/// What the scalar at the end of some names stands for.
pub(super) fn sort(path: &[&str]) -> Option<Sort> {
    Some(match path {
        ["permissions", _, "allow", _]
        | ["permissions", _, "allow", _, "commands", _]
        | ["groups", _, _] => Sort::Allowed,
        ["permissions", _, "deny", _] | ["permissions", _, "deny", _, "commands", _] => {
            Sort::Denied
        }
        ["permissions", _, "windows", _] => Sort::Window,
        ["permissions", _, "webviews", _] => Sort::Webview,
        ["permissions", _, "origins", _] => Sort::Origin,
        [.., "when"] if in_run(path) => Sort::Argument,
        _ => return None,
    })
}

/// The names that lead to the command which an entry is a part of.
pub(super) fn command<'a, 'b>(path: &'a [&'b str]) -> Option<&'a [&'b str]> {
    match path {
        ["commands", _, ..] => path.get(..2),
        ["plugins", _, "commands", _, ..] => path.get(..4),
        _ => None,
    }
}

/// The name on the wire of the command that some names lead to.
pub(super) fn wire_name(path: &[&str]) -> Option<String> {
    match command(path)? {
        [_, name] => Some((*name).to_owned()),
        [_, plugin, _, name] => Some(format!("plugin:{plugin}|{name}")),
        _ => None,
    }
}

/// Whether an entry is a part of what a command runs, where placeholders stand.
pub(super) fn in_run(path: &[&str]) -> bool {
    command(path).is_some_and(|command| path.get(command.len()) == Some(&"run"))
}

impl<'a> Declared<'a> {
    pub(super) fn of(analysis: &'a Analysis) -> Self {
        let mut found = Self::default();
        for (source, outline) in analysis.files() {
            let target = move |index| Target { source, outline, index };
            let named = |path: &[&str]| -> Vec<Named<'a>> {
                outline
                    .parts_of(path)
                    .map(|(index, entry)| (entry.name.clone(), target(index)))
                    .collect()
            };
            found.commands.extend(named(&["commands"]));
            found.groups.extend(named(&["groups"]));
            found.origins.extend(named(&["origins"]));
            for (plugin, declared) in named(&["plugins"]) {
                let inner = named(&["plugins", &plugin, "commands"]).into_iter();
                found
                    .commands
                    .extend(inner.map(|(name, at)| (format!("plugin:{plugin}|{name}"), at)));
                found.plugins.push((plugin, declared));
            }
            for (window, declared) in named(&["windows"]) {
                let inner = named(&["windows", &window, "webviews"]);
                if inner.is_empty() {
                    // Such a window has one webview, which carries its label.
                    found.webviews.push((window.clone(), declared));
                }
                found.webviews.extend(inner);
                found.windows.push((window, declared));
            }
        }
        found
    }

    /// The words of a scalar that name something.
    pub(super) fn mentions(&self, at: Target<'a>) -> Vec<Mention<'a>> {
        let Some(entry) = at.entry() else { return Vec::new() };
        let Some(text) = entry.scalar.as_deref().filter(|text| !text.is_empty()) else {
            return Vec::new();
        };
        let path = at.outline.path(at.index);
        let whole = |targets| vec![Mention { range: entry.value.clone(), targets }];
        match sort(&path) {
            Some(Sort::Argument) => whole(argument(at, &path, text).into_iter().collect()),
            Some(Sort::Allowed) => self.commands_mentioned(at, entry, text, CommandPattern::allows),
            Some(Sort::Denied) => self.commands_mentioned(at, entry, text, CommandPattern::denies),
            Some(Sort::Window) => whole(labelled(&self.windows, text)),
            Some(Sort::Webview) => whole(labelled(&self.webviews, text)),
            Some(Sort::Origin) => whole(equal(&self.origins, text)),
            None if in_run(&path) => {
                let written = at.source.text().get(entry.value.clone()).unwrap_or_default();
                let shifted = |range: Range<usize>| {
                    range.start + entry.value.start..range.end + entry.value.start
                };
                let mention = |range: Range<usize>| Mention {
                    targets: argument(at, &path, written.get(range.clone()).unwrap_or_default())
                        .into_iter()
                        .collect(),
                    range: shifted(range),
                };
                placeholders(written).into_iter().map(mention).collect()
            }
            None => Vec::new(),
        }
    }

    fn commands_mentioned(
        &self,
        at: Target<'a>,
        entry: &Entry,
        text: &str,
        matches: impl Fn(&CommandPattern, &CommandName) -> bool,
    ) -> Vec<Mention<'a>> {
        let range = entry.value.clone();
        if let Some(group) = text.strip_prefix('@') {
            return vec![Mention { range, targets: equal(&self.groups, group) }];
        }
        let Ok(pattern) = text.parse::<CommandPattern>() else { return Vec::new() };
        let mut mentions = Vec::new();
        let written = at.source.text().get(range.clone()).unwrap_or_default();
        if let (Some(plugin), Some(bar)) = (pattern.plugin(), written.find('|')) {
            let range = range.start..range.start + bar;
            mentions.push(Mention { range, targets: equal(&self.plugins, plugin) });
        }
        let is_meant = |name: &str| match &pattern {
            CommandPattern::Literal(literal) => literal.as_str() == name,
            _ => name.parse().is_ok_and(|name| matches(&pattern, &name)),
        };
        let meant = self.commands.iter().filter(|(name, _)| is_meant(name));
        mentions.push(Mention { range, targets: meant.map(|(_, target)| *target).collect() });
        mentions
    }

    /// What a place of a file is about: what it names, or what it declares.
    pub(super) fn subjects(&self, at: Target<'a>, part: Part, offset: usize) -> Vec<Target<'a>> {
        match part {
            Part::Scalar => self.targets(at, offset),
            Part::Key if self.is_declaration(&at) => vec![at],
            Part::Key => Vec::new(),
        }
    }

    /// What the words at an offset name.
    pub(super) fn targets(&self, at: Target<'a>, offset: usize) -> Vec<Target<'a>> {
        let touched = self
            .mentions(at)
            .into_iter()
            .find(|mention| mention.range.start <= offset && offset <= mention.range.end);
        touched.map(|mention| mention.targets).unwrap_or_default()
    }

    fn is_declaration(&self, at: &Target<'a>) -> bool {
        let path = at.outline.path(at.index);
        let is_argument = command(&path).is_some_and(|command| {
            path.len() == command.len() + 2 && path.get(command.len()) == Some(&"args")
        });
        let sections = [
            &self.commands,
            &self.plugins,
            &self.groups,
            &self.windows,
            &self.webviews,
            &self.origins,
        ];
        is_argument || sections.into_iter().flatten().any(|(_, target)| target.is_same(at))
    }

    /// Every place that names one of some declarations.
    pub(super) fn uses(
        &self,
        analysis: &'a Analysis,
        of: &[Target<'a>],
    ) -> Vec<(&'a Source, Range<usize>)> {
        let mut found = Vec::new();
        for (source, outline) in analysis.files() {
            for index in 0..outline.entries.len() {
                for mention in self.mentions(Target { source, outline, index }) {
                    let is_use =
                        mention.targets.iter().any(|it| of.iter().any(|of| of.is_same(it)));
                    if is_use {
                        found.push((source, mention.range));
                    }
                }
            }
        }
        found
    }
}

fn equal<'a>(named: &[Named<'a>], text: &str) -> Vec<Target<'a>> {
    named.iter().filter(|(name, _)| name == text).map(|(_, target)| *target).collect()
}

fn labelled<'a>(named: &[Named<'a>], text: &str) -> Vec<Target<'a>> {
    let Ok(pattern) = text.parse::<LabelPattern>() else { return Vec::new() };
    let is_meant = |name: &str| name.parse::<Label>().is_ok_and(|label| pattern.matches(&label));
    named.iter().filter(|(name, _)| is_meant(name)).map(|(_, target)| *target).collect()
}

/// The declaration of an argument of the command that an entry is a part of.
fn argument<'a>(at: Target<'a>, path: &[&str], name: &str) -> Option<Target<'a>> {
    let command = at.outline.above(at.index, path.len() - command(path)?.len())?;
    let args = at.outline.part(Some(command), "args")?;
    let index = at.outline.part(Some(args), name)?;
    Some(Target { index, ..at })
}

/// The names in a text's placeholders, as they are written.
fn placeholders(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = text.get(at..).and_then(|rest| rest.find('{')) {
        let start = at + next + 1;
        let rest = text.get(start..).unwrap_or_default();
        if rest.starts_with('{') {
            at = start + 1;
            continue;
        }
        let length = rest.find(|c| !is_word_character(c)).unwrap_or(rest.len());
        let is_closed = rest.get(length..).is_some_and(|end| end.starts_with(['}', '.']));
        if length > 0 && is_closed {
            found.push(start..start + length);
        }
        at = start + length;
    }
    found
}

/// The unfinished placeholder that a text ends in: where its name begins.
pub(super) fn open_placeholder(text: &str) -> Option<usize> {
    let start = text.rfind('{')? + 1;
    let name = text.get(start..)?;
    let braces = text.get(..start)?.chars().rev().take_while(|c| *c == '{').count();
    (name.chars().all(is_word_character) && braces % 2 == 1).then_some(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubled_braces_are_no_placeholders() {
        let text = "a{b}{{c}}{d...} {e {}";
        let names: Vec<&str> = placeholders(text).into_iter().map(|range| &text[range]).collect();
        assert_eq!(names, ["b", "d"]);
        assert_eq!(open_placeholder("x{ab"), Some(2));
        assert_eq!(open_placeholder("x{{ab"), None);
        assert_eq!(open_placeholder("{a} b"), None);
    }
}
