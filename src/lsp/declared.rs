//! Everything that a manifest declares in all its files, and what is built in.

use super::{
    analysis::Analysis,
    outline::{Entry, Outline},
};
use crate::{
    manifest::{Builtin, builtin, builtin_groups, builtins},
    name::Word,
    source::Source,
};
use std::collections::{BTreeMap, HashMap};

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

    pub(super) fn is_same(&self, other: &Target<'_>) -> bool {
        self.index == other.index && self.source.path() == other.source.path()
    }

    pub(super) fn part(&self, name: &str) -> Option<Self> {
        let index = self.outline.part(Some(self.index), name)?;
        Some(Self { index, ..*self })
    }

    pub(super) fn parts(&self) -> impl Iterator<Item = Self> + use<'a> {
        let at = *self;
        self.outline.parts(Some(self.index)).map(move |(index, _)| Self { index, ..at })
    }

    pub(super) fn scalar(&self, path: &[&str]) -> Option<&'a str> {
        self.outline.scalar(self.index, path)
    }

    pub(super) fn name(&self) -> &'a str {
        self.entry().map(|entry| entry.name.as_str()).unwrap_or_default()
    }

    pub(super) fn text(&self) -> &'a str {
        self.entry().and_then(|entry| entry.scalar.as_deref()).unwrap_or_default()
    }
}

/// What a name is a name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Section {
    /// App commands and plugins' commands, by their name on the wire.
    Commands,
    Plugins,
    /// Plugins that are built in, by their own names.
    Builtins,
    Groups,
    Windows,
    Webviews,
    /// Origins and the app's sites.
    Origins,
    Backends,
    Secrets,
    Events,
    /// Arguments belong to one command: they are looked for where they are named.
    Arguments,
}

/// A name and what is known of it.
#[derive(Debug, Clone)]
pub(super) struct Named<'a> {
    pub(super) section: Section,
    pub(super) name: String,
    /// Where it is declared. A built-in plugin's command is declared where the plugin is.
    pub(super) at: Option<Target<'a>>,
    /// The built-in plugin that it belongs to.
    pub(super) builtin: Option<&'static Builtin>,
    /// The form of the labels that it stands for, if those are made at run time.
    pub(super) template: Option<&'a str>,
}

impl<'a> Named<'a> {
    pub(super) fn new(section: Section, name: impl Into<String>, at: Option<Target<'a>>) -> Self {
        Self { section, name: name.into(), at, builtin: None, template: None }
    }

    /// Whether its own entry declares it, rather than that of its plugin.
    pub(super) fn is_at(&self, at: &Target<'_>) -> bool {
        let is_own = self.section == Section::Plugins || self.builtin.is_none();
        is_own && self.at.is_some_and(|own| own.is_same(at))
    }
}

#[derive(Debug, Default)]
struct Names<'a> {
    all: Vec<Named<'a>>,
    index: HashMap<String, Vec<usize>>,
}

/// All names.
#[derive(Debug, Default)]
pub(super) struct Declared<'a> {
    sections: BTreeMap<Section, Names<'a>>,
}

impl<'a> Declared<'a> {
    pub(super) fn of(analysis: &'a Analysis) -> Self {
        let mut declared = Self::default();
        for (source, outline) in analysis.files() {
            for (index, _) in outline.parts(None) {
                declared.add_section(Target { source, outline, index });
            }
        }
        // What a profile adds is declared too; what it changes is declared where it is changed from.
        for (source, outline) in analysis.files() {
            for (profile, _) in outline.parts_of(&["profiles"]) {
                let mut added = Self::default();
                for (index, _) in outline.parts(Some(profile)) {
                    added.add_section(Target { source, outline, index });
                }
                for named in added.sections.into_values().flat_map(|names| names.all) {
                    if declared.find(named.section, &named.name).next().is_none() {
                        declared.add(named);
                    }
                }
            }
        }
        declared.add_built_in();
        declared
    }

    fn add(&mut self, named: Named<'a>) {
        let section = self.sections.entry(named.section).or_default();
        section.index.entry(named.name.clone()).or_default().push(section.all.len());
        section.all.push(named);
    }

    fn add_section(&mut self, at: Target<'a>) {
        let section = match at.name() {
            "commands" => Section::Commands,
            "groups" => Section::Groups,
            "origins" => Section::Origins,
            "backends" => Section::Backends,
            "secrets" => Section::Secrets,
            "events" => Section::Events,
            "plugins" => return at.parts().for_each(|plugin| self.add_plugin(plugin)),
            "windows" => return at.parts().for_each(|window| self.add_window(window)),
            "app" => {
                let sites = at.part("sites").into_iter().flat_map(|sites| sites.parts());
                return sites.for_each(|it| {
                    self.add(Named::new(Section::Origins, it.name(), Some(it)));
                });
            }
            _ => return,
        };
        at.parts().for_each(|it| self.add(Named::new(section, it.name(), Some(it))));
    }

    fn add_plugin(&mut self, at: Target<'a>) {
        let plugin = at.name();
        for command in at.part("commands").into_iter().flat_map(|commands| commands.parts()) {
            let name = format!("plugin:{plugin}|{}", command.name());
            self.add(Named::new(Section::Commands, name, Some(command)));
        }
        let builtin = at.scalar(&["use"]).and_then(builtin);
        self.add(Named { builtin, ..Named::new(Section::Plugins, plugin, Some(at)) });
        if let Some(builtin) = builtin {
            self.add_commands(builtin, plugin, Some(at));
        }
    }

    fn add_commands(&mut self, builtin: &'static Builtin, plugin: &str, at: Option<Target<'a>>) {
        for command in builtin.commands {
            let name = format!("plugin:{plugin}|{command}");
            let named = Named::new(Section::Commands, name, at);
            self.add(Named { builtin: Some(builtin), ..named });
        }
    }

    fn add_window(&mut self, at: Target<'a>) {
        let template = at.scalar(&["template"]).filter(|text| !text.is_empty());
        let mut webviews = at.part("webviews").into_iter().flat_map(|it| it.parts()).peekable();
        if webviews.peek().is_none() {
            // Such a window has one webview, which carries its label.
            self.add(Named { template, ..Named::new(Section::Webviews, at.name(), Some(at)) });
        }
        webviews.for_each(|it| self.add(Named::new(Section::Webviews, it.name(), Some(it))));
        self.add(Named { template, ..Named::new(Section::Windows, at.name(), Some(at)) });
    }

    fn add_built_in(&mut self) {
        for name in ["app", "remote"] {
            self.add(Named::new(Section::Origins, name, None));
        }
        for builtin in builtins() {
            let known = Named::new(Section::Builtins, builtin.name, None);
            self.add(Named { builtin: Some(builtin), ..known });
            if builtin.is_core {
                let plugin = Named::new(Section::Plugins, builtin.name, None);
                self.add(Named { builtin: Some(builtin), ..plugin });
                self.add_commands(builtin, builtin.name, None);
            }
        }
        let words = self.all(Section::Plugins).filter(|plugin| plugin.at.is_some());
        let words: Vec<(Word, &'static Builtin)> =
            words.filter_map(|it| Some((it.name.parse().ok()?, it.builtin?))).collect();
        for group in builtin_groups(words.iter().map(|(word, builtin)| (word, *builtin))) {
            let owner = group.split(':').next().unwrap_or_default();
            let at = self.find(Section::Plugins, owner).find_map(|plugin| plugin.at);
            let at = at.filter(|_| owner != "core");
            let builtin = match group.split_once(':') {
                Some(("core", name)) => builtin(name),
                _ => self.find(Section::Plugins, owner).find_map(|plugin| plugin.builtin),
            };
            self.add(Named { builtin, ..Named::new(Section::Groups, group, at) });
        }
    }

    /// Every name of a section, in the order of the files, and then what is built in.
    pub(super) fn all(&self, section: Section) -> impl Iterator<Item = &Named<'a>> {
        self.sections.get(&section).into_iter().flat_map(|names| &names.all)
    }

    /// What a section has under one name.
    pub(super) fn find(&self, section: Section, name: &str) -> impl Iterator<Item = &Named<'a>> {
        let names = self.sections.get(&section);
        let found = names.and_then(|names| names.index.get(name)).into_iter().flatten();
        found.filter_map(move |index| names?.all.get(*index))
    }

    /// What an entry declares.
    pub(super) fn at(&self, at: &Target<'_>) -> Vec<Named<'a>> {
        let sections = self.sections.values().flat_map(|names| &names.all);
        sections.filter(|named| named.is_at(at)).cloned().collect()
    }
}
