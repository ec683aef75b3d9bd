//! Which words of a manifest name something, and what they name.

use super::{
    analysis::Analysis,
    declared::{Declared, Named, Section, Target},
    outline::Part,
    place::{self, Sort, in_run, is_argument, owner},
    placeholder::{Filler, placeholders},
};
use crate::{
    name::{CommandName, Label},
    pattern::{Budget, Class, CommandPattern, LabelPattern, OriginPattern, label_classes},
    source::Source,
};
use std::{cell::OnceCell, collections::HashSet, ops::Range};

/// What comparing a pattern with a template may cost.
const STEPS: usize = 20_000;

/// Words that name something.
pub(super) struct Mention<'a> {
    pub(super) range: Range<usize>,
    meaning: Meaning<'a>,
}

/// What words name.
enum Meaning<'a> {
    /// One name, in the first of some sections that has it.
    Name(&'static [Section], &'a str),
    Commands {
        pattern: Box<CommandPattern>,
        is_deny: bool,
    },
    /// Labels of windows or webviews. Reading a pattern costs more than anything else here.
    Labels(Section, &'a str, OnceCell<Option<LabelPattern>>),
    Argument(Option<Target<'a>>),
    /// A part of the caller's origin.
    Capture(&'a str),
}

impl Meaning<'_> {
    /// Whether a pattern among the meanings stands for a name.
    fn is_of(&self, named: &Named<'_>) -> bool {
        match self {
            Self::Name(sections, name) => sections.contains(&named.section) && *name == named.name,
            Self::Commands { pattern, is_deny } => {
                named.section == Section::Commands && stands_for(pattern, *is_deny, &named.name)
            }
            Self::Labels(section, text, pattern) => {
                let pattern = || pattern.get_or_init(|| text.parse().ok()).as_ref();
                named.section == *section
                    && pattern().is_some_and(|pattern| has_label(named, pattern))
            }
            Self::Argument(argument) => {
                argument.zip(named.at).is_some_and(|(it, at)| it.is_same(&at))
            }
            Self::Capture(capture) => {
                named.section == Section::Origins && has_capture(named, capture)
            }
        }
    }

    /// The one name that is meant, if it is one.
    fn exact(&self) -> Option<(&[Section], &str)> {
        match self {
            Self::Name(sections, name) => Some((sections, name)),
            Self::Commands { pattern, .. } => match &**pattern {
                CommandPattern::Literal(name) => Some((&[Section::Commands], name.as_str())),
                _ => None,
            },
            _ => None,
        }
    }
}

fn stands_for(pattern: &CommandPattern, is_deny: bool, name: &str) -> bool {
    match pattern {
        CommandPattern::Literal(literal) => literal.as_str() == name,
        _ => name
            .parse::<CommandName>()
            .is_ok_and(|name| if is_deny { pattern.denies(&name) } else { pattern.allows(&name) }),
    }
}

fn has_label(named: &Named<'_>, pattern: &LabelPattern) -> bool {
    let Some(template) = named.template else {
        return named.name.parse::<Label>().is_ok_and(|label| pattern.matches(&label));
    };
    let Ok(form) = template.parse::<LabelPattern>() else { return false };
    let classes = label_classes(&[pattern, &form], &mut Budget::new(STEPS));
    let is_both = |class: &Class<Label>| class.members.count_ones(..) == 2;
    classes.is_ok_and(|classes| classes.iter().any(is_both))
}

fn has_capture(named: &Named<'_>, capture: &str) -> bool {
    let pattern = named.at.and_then(|at| at.text().parse::<OriginPattern>().ok());
    pattern.is_some_and(|pattern| pattern.captures().any(|it| it == capture))
}

impl<'a> Declared<'a> {
    /// The words of a scalar that name something.
    pub(super) fn mentions(&self, at: Target<'a>) -> Vec<Mention<'a>> {
        let Some(entry) = at.entry() else { return Vec::new() };
        let text = at.text();
        if text.is_empty() {
            return Vec::new();
        }
        let path = at.outline.path(at.index);
        let whole = |meaning| vec![Mention { range: entry.value.clone(), meaning }];
        let name = |sections| whole(Meaning::Name(sections, text));
        match place::sort(&path) {
            Some(Sort::Argument) => whole(Meaning::Argument(self.argument(at, &path, text))),
            Some(Sort::Allowed) => commands_mentioned(at, text, false),
            Some(Sort::Denied) => commands_mentioned(at, text, true),
            Some(sort @ (Sort::Window | Sort::Webview)) => {
                let is_window = sort == Sort::Window;
                let section = if is_window { Section::Windows } else { Section::Webviews };
                whole(Meaning::Labels(section, text, OnceCell::new()))
            }
            Some(Sort::Opener) => name(&[Section::Windows]),
            Some(Sort::Origin) => name(&[Section::Origins]),
            Some(Sort::Event) => name(&[Section::Events]),
            Some(Sort::Sender) => name(&[Section::Plugins, Section::Backends]),
            Some(Sort::Backend) => name(&[Section::Backends]),
            Some(Sort::Builtin) => name(&[Section::Builtins]),
            None if in_run(&path) => self.fillers(at, &path),
            None => Vec::new(),
        }
    }

    /// The names in a scalar's placeholders.
    fn fillers(&self, at: Target<'a>, path: &[&str]) -> Vec<Mention<'a>> {
        let Some(entry) = at.entry() else { return Vec::new() };
        let start = entry.value.start;
        let written = at.source.text().get(entry.value.clone()).unwrap_or_default();
        let mention = |(filler, range): (Filler, Range<usize>)| {
            let name = written.get(range.clone()).unwrap_or_default();
            let meaning = match filler {
                Filler::Argument => Meaning::Argument(self.argument(at, path, name)),
                Filler::Capture => Meaning::Capture(name),
                Filler::Secret => Meaning::Name(&[Section::Secrets], name),
            };
            Mention { range: range.start + start..range.end + start, meaning }
        };
        placeholders(written).into_iter().map(mention).collect()
    }

    /// The arguments that the command or backend which an entry is a part of takes, also those of its shared backend.
    pub(super) fn arguments(&self, at: Target<'a>, path: &[&str]) -> Vec<Target<'a>> {
        let levels = owner(path).map(|owner| path.len() - owner.len());
        let owner = levels.and_then(|levels| at.outline.above(at.index, levels));
        let owner = owner.map(|index| Target { index, ..at });
        owner.map(|owner| self.arguments_of(owner)).unwrap_or_default()
    }

    /// The arguments of a command or backend.
    pub(super) fn arguments_of(&self, owner: Target<'a>) -> Vec<Target<'a>> {
        let shared = owner.scalar(&["run", "use"]);
        let shared = shared.into_iter().flat_map(|name| self.find(Section::Backends, name));
        let owners = [owner].into_iter().chain(shared.filter_map(|backend| backend.at));
        owners.filter_map(|owner| owner.part("args")).flat_map(|args| args.parts()).collect()
    }

    fn argument(&self, at: Target<'a>, path: &[&str], name: &str) -> Option<Target<'a>> {
        self.arguments(at, path).into_iter().find(|argument| argument.name() == name)
    }

    /// What words name, each once.
    fn resolve(&self, meaning: &Meaning<'a>) -> Vec<Named<'a>> {
        let filtered = |section| {
            let all = self.all(section).filter(|named| meaning.is_of(named));
            all.cloned().collect::<Vec<_>>()
        };
        match (meaning, meaning.exact()) {
            (Meaning::Argument(argument), _) => {
                let named = |at: Target<'a>| Named::new(Section::Arguments, at.name(), Some(at));
                argument.map(named).into_iter().collect()
            }
            (_, Some((sections, name))) => {
                let found = sections.iter().map(|section| self.find(*section, name).cloned());
                found.map(Iterator::collect::<Vec<_>>).find(|it| !it.is_empty()).unwrap_or_default()
            }
            (Meaning::Labels(section, ..), _) => filtered(*section),
            (Meaning::Capture(_), _) => filtered(Section::Origins),
            _ => {
                let mut found = filtered(Section::Commands);
                // The core's commands are there once something names them, which a pattern for all does not.
                found.retain(|named| named.at.is_some() || is_for_namespace(meaning));
                found
            }
        }
    }

    /// What a place of a file is about: what it names, or what it declares.
    pub(super) fn subjects(&self, at: Target<'a>, part: Part, offset: usize) -> Vec<Named<'a>> {
        let path = at.outline.path(at.index);
        match part {
            Part::Scalar => {
                let mut mentions = self.mentions(at).into_iter();
                let is_touched =
                    |range: &Range<usize>| range.start <= offset && offset <= range.end;
                let touched = mentions.find(|mention| is_touched(&mention.range));
                touched.map(|mention| self.resolve(&mention.meaning)).unwrap_or_default()
            }
            Part::Key if is_argument(&path) => {
                vec![Named::new(Section::Arguments, at.name(), Some(at))]
            }
            Part::Key => self.at(&at),
        }
    }

    /// Every place that names one of some subjects.
    pub(super) fn uses(
        &self,
        analysis: &'a Analysis,
        of: &[Named<'a>],
    ) -> Vec<(&'a Source, Range<usize>)> {
        let exact: HashSet<(Section, &str)> =
            of.iter().map(|named| (named.section, named.name.as_str())).collect();
        let is_use = |meaning: &Meaning<'_>| match meaning.exact() {
            Some((sections, name)) => {
                sections.iter().any(|section| exact.contains(&(*section, name)))
            }
            None => of.iter().any(|named| meaning.is_of(named)),
        };
        let mut found = Vec::new();
        for (source, outline) in analysis.files() {
            for index in 0..outline.entries.len() {
                let mentions = self.mentions(Target { source, outline, index }).into_iter();
                let uses = mentions.filter(|mention| is_use(&mention.meaning));
                found.extend(uses.map(|mention| (source, mention.range)));
            }
        }
        found
    }
}

/// Whether a pattern is for the commands of one plugin.
fn is_for_namespace(meaning: &Meaning<'_>) -> bool {
    matches!(meaning, Meaning::Commands { pattern, .. } if pattern.plugin().is_some())
}

fn commands_mentioned<'a>(at: Target<'a>, text: &'a str, is_deny: bool) -> Vec<Mention<'a>> {
    let Some(entry) = at.entry() else { return Vec::new() };
    let range = entry.value.clone();
    if let Some(group) = text.strip_prefix('@') {
        return vec![Mention { range, meaning: Meaning::Name(&[Section::Groups], group) }];
    }
    let Ok(pattern) = text.parse::<CommandPattern>() else { return Vec::new() };
    let mut mentions = Vec::new();
    let written = at.source.text().get(range.clone()).unwrap_or_default();
    let plugin = text.strip_prefix("plugin:").and_then(|rest| rest.split_once('|'));
    if let (Some((plugin, _)), Some(bar)) = (plugin, written.find('|')) {
        let range = range.start..range.start + bar;
        mentions.push(Mention { range, meaning: Meaning::Name(&[Section::Plugins], plugin) });
    }
    let meaning = Meaning::Commands { pattern: Box::new(pattern), is_deny };
    mentions.push(Mention { range, meaning });
    mentions
}
