//! Completion: keys and words of the language, names of the manifest, arguments in placeholders.

use super::{
    declared::{Declared, Named, Section, Target},
    describe,
    outline::Outline,
    place::{self, Sort, in_run, is_argument, owner, without_profile},
    placeholder::{Filler, open_placeholder},
    scan::{self, Place},
    schema,
};
use crate::{pattern::OriginPattern, source::Source};
use lsp_types::{CompletionItemKind, InsertTextFormat};
use serde_json::Value;
use std::ops::Range;

/// One thing to write.
#[derive(Debug)]
pub(super) struct Offer {
    pub(super) label: String,
    /// What is written in the place of the range.
    pub(super) text: String,
    pub(super) range: Range<usize>,
    pub(super) kind: CompletionItemKind,
    pub(super) format: InsertTextFormat,
    pub(super) about: Option<String>,
}

/// The arguments' own language is JSON Schema, of which these are used the most.
const ARGUMENT_KEYS: [&str; 10] = [
    "type",
    "enum",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minimum",
    "maximum",
    "items",
    "description",
];
const TYPES: [&str; 7] = ["string", "integer", "number", "boolean", "array", "object", "null"];

/// Sections that stand once, in the manifest itself, and cannot be changed by a profile.
const NOT_IN_PROFILES: [&str; 3] = ["include", "profiles", "version"];

/// Where something is being written.
pub(super) struct Typing<'a> {
    source: &'a Source,
    offset: usize,
    outline: &'a Outline,
    declared: &'a Declared<'a>,
    place: Place,
    is_include: bool,
    takes_snippets: bool,
}

impl<'a> Typing<'a> {
    pub(super) fn new(
        at: Target<'a>,
        offset: usize,
        declared: &'a Declared<'a>,
        is_include: bool,
        takes_snippets: bool,
    ) -> Self {
        let Target { source, outline, .. } = at;
        let place = scan::place(source.text(), offset);
        Self { source, offset, outline, declared, place, is_include, takes_snippets }
    }

    /// What can be written.
    pub(super) fn complete(&self) -> Vec<Offer> {
        let mut offers = Vec::new();
        if let Some(names) = &self.place.value {
            let path: Vec<&str> = names.iter().map(String::as_str).collect();
            match self.placeholder(&path) {
                Some((filler, start)) => return self.fillers(&path, filler, start),
                None => self.values(&path, &mut offers),
            }
        }
        if let Some(names) = self.place.keys.as_ref().filter(|_| self.place.quote.is_none()) {
            let path: Vec<&str> = names.iter().map(String::as_str).collect();
            self.keys(&path, &mut offers);
        }
        offers
    }

    fn after(&self) -> &str {
        self.source.text().get(self.offset..).unwrap_or_default()
    }

    fn written(&self) -> &str {
        self.source.text().get(self.place.token.clone()).unwrap_or_default()
    }

    /// The unfinished placeholder that is being written: what it is of, and where its name begins.
    fn placeholder(&self, path: &[&str]) -> Option<(Filler, usize)> {
        let (filler, start) = in_run(path).then(|| open_placeholder(self.written()))??;
        Some((filler, self.place.token.start + start))
    }

    /// The arguments of the command or backend that some names lead into.
    fn arguments(&self, path: &[&str]) -> Vec<Target<'a>> {
        let owner = owner(path).and_then(|owner| self.outline.find(owner));
        let owner = owner.map(|index| Target { source: self.source, outline: self.outline, index });
        owner.map(|owner| self.declared.arguments_of(owner)).unwrap_or_default()
    }

    /// What can stand in a placeholder whose name begins somewhere.
    fn fillers(&self, path: &[&str], filler: Filler, start: usize) -> Vec<Offer> {
        let end = if self.after().starts_with(['}', '.']) { "" } else { "}" };
        let offer = |name: &str, end: &str, about: Option<String>| {
            let kind = CompletionItemKind::VARIABLE;
            let text = format!("{name}{end}");
            Offer { range: start..self.offset, about, ..plain(name.to_owned(), text, kind) }
        };
        match filler {
            Filler::Argument => {
                let arguments = self.arguments(path).into_iter();
                let arguments =
                    arguments.map(|it| offer(it.name(), end, Some(describe::argument(it))));
                let mut offers: Vec<Offer> = arguments.collect();
                let has_secrets = self.declared.all(Section::Secrets).next().is_some();
                let has_captures = !self.captures().is_empty();
                for (prefix, filler) in Filler::PREFIXES {
                    let is_known =
                        if filler == Filler::Secret { has_secrets } else { has_captures };
                    if is_known {
                        offers.push(offer(prefix, "", None));
                    }
                }
                offers
            }
            Filler::Secret => {
                let secrets = self.declared.all(Section::Secrets);
                secrets.map(|it| offer(&it.name, end, describe::declaration(it))).collect()
            }
            Filler::Capture => self.captures().iter().map(|it| offer(it, end, None)).collect(),
        }
    }

    /// The captures of all origins, each once.
    fn captures(&self) -> Vec<String> {
        let patterns = self.declared.all(Section::Origins);
        let patterns = patterns.filter_map(|it| it.at?.text().parse::<OriginPattern>().ok());
        let mut found: Vec<String> = patterns
            .flat_map(|pattern| pattern.captures().map(str::to_owned).collect::<Vec<_>>())
            .collect();
        found.sort();
        found.dedup();
        found
    }

    /// The names of a section as words.
    fn names(&self, section: Section, kind: CompletionItemKind) -> Vec<Offer> {
        let about = |named: &Named<'_>| {
            let description = named.at.filter(|_| named.builtin.is_none());
            let description = description.and_then(|at| at.scalar(&["description"]));
            description.map(str::to_owned).or_else(|| describe::declaration(named))
        };
        // Permissions speak of the labels that windows have, and those are of the template's form.
        let name = |named: &Named<'_>| named.template.unwrap_or(&named.name).to_owned();
        let all = self.declared.all(section);
        all.map(|named| self.word(&name(named), kind, about(named))).collect()
    }

    /// What an entry or item can be set to.
    fn values(&self, path: &[&str], offers: &mut Vec<Offer>) {
        use CompletionItemKind as Kind;
        match place::sort(path) {
            Some(sort @ (Sort::Allowed | Sort::Denied)) => self.commands(sort, offers),
            Some(Sort::Window) => offers.extend(self.names(Section::Windows, Kind::CLASS)),
            Some(Sort::Webview) => offers.extend(self.names(Section::Webviews, Kind::CLASS)),
            Some(Sort::Opener) => {
                let windows = self.declared.all(Section::Windows);
                let windows = windows.filter(|window| window.template.is_none());
                offers.extend(windows.map(|it| self.word(&it.name, Kind::CLASS, None)));
            }
            Some(Sort::Origin) => offers.extend(self.names(Section::Origins, Kind::CONSTANT)),
            Some(Sort::Event) => offers.extend(self.names(Section::Events, Kind::EVENT)),
            Some(Sort::Backend) => offers.extend(self.names(Section::Backends, Kind::MODULE)),
            Some(Sort::Sender) => {
                let is_own = |named: &&Named<'_>| named.at.is_some();
                for section in [Section::Plugins, Section::Backends] {
                    let senders = self.declared.all(section).filter(is_own);
                    offers.extend(senders.map(|it| self.word(&it.name, Kind::MODULE, None)));
                }
            }
            Some(Sort::Builtin) => {
                let plugins = self.declared.all(Section::Builtins);
                let plugins = plugins.filter(|it| it.builtin.is_some_and(|it| !it.is_core));
                let word =
                    |it: &Named<'_>| self.word(&it.name, Kind::MODULE, describe::declaration(it));
                offers.extend(plugins.map(word));
            }
            Some(Sort::Argument) => {
                let arguments = self.arguments(path).into_iter();
                offers.extend(arguments.map(|it| self.word(it.name(), Kind::VARIABLE, None)));
            }
            None => {
                let words = schema::words(without_profile(path)).into_iter();
                offers.extend(words.map(|(word, about)| {
                    self.word(&word, Kind::ENUM_MEMBER, about.map(str::to_owned))
                }));
                if let [argument @ .., "type"] = path
                    && is_argument(argument)
                {
                    offers.extend(TYPES.map(|word| self.word(word, Kind::ENUM_MEMBER, None)));
                }
            }
        }
    }

    /// Commands, patterns and groups. The core's, which every manifest has, are offered once their beginning is written.
    fn commands(&self, sort: Sort, offers: &mut Vec<Offer>) {
        let written = self.written().trim_start_matches(['"', '\'']);
        let (is_plugin, is_group) = (written.starts_with("plugin:"), written.starts_with('@'));
        let function = CompletionItemKind::FUNCTION;
        let module = CompletionItemKind::MODULE;
        let commands = self.declared.all(Section::Commands);
        for it in commands.filter(|it| it.at.is_some() || is_plugin) {
            let at = it.at.filter(|_| it.builtin.is_none());
            let about = at.and_then(|at| at.scalar(&["description"])).map(str::to_owned);
            offers.push(self.word(&it.name, function, about));
        }
        for plugin in self.declared.all(Section::Plugins).filter(|it| it.at.is_some()) {
            let about = format!("Every command of `{}`.", plugin.name);
            offers.push(self.word(&format!("plugin:{}|*", plugin.name), module, Some(about)));
        }
        for group in self.declared.all(Section::Groups) {
            if is_group || !group.name.starts_with("core:") {
                let about = describe::declaration(group);
                offers.push(self.word(&format!("@{}", group.name), module, about));
            }
        }
        let every = if sort == Sort::Allowed { "Every app command." } else { "Every command." };
        offers.push(self.word("*", module, Some(every.to_owned())));
    }

    /// A word in the place of the one that is being written, with quotes where it needs them.
    fn word(&self, word: &str, kind: CompletionItemKind, about: Option<String>) -> Offer {
        let token = &self.place.token;
        let is_special = word.contains(['*', '@', '|', ':']);
        let (start, text) = match self.place.quote {
            Some(quote) if self.after().starts_with(quote) => (token.start + 1, word.to_owned()),
            Some(quote) => (token.start + 1, format!("{word}{quote}")),
            None if is_special => (token.start, format!("\"{word}\"")),
            None => (token.start, word.to_owned()),
        };
        let before = self.source.text().get(..start).unwrap_or_default();
        let text = if before.ends_with(':') { format!(" {text}") } else { text };
        Offer { range: start..self.offset, about, ..plain(word.to_owned(), text, kind) }
    }

    /// The keys of a mapping that it does not have yet.
    fn keys(&self, path: &[&str], offers: &mut Vec<Offer>) {
        let parent = self.outline.find(path);
        let is_here = |entry: &Range<usize>| entry.start <= self.offset && self.offset <= entry.end;
        let taken = |name: &str| {
            (path.is_empty() || parent.is_some())
                && self.outline.parts(parent).any(|(_, entry)| {
                    entry.name == name && !entry.key.as_ref().is_some_and(is_here)
                })
        };
        let bare = match path {
            ["profiles", _, rest @ ..] => rest,
            path => path,
        };
        let is_profile = bare.is_empty() && !path.is_empty();
        let has_place = |key: &str| match (is_profile, self.is_include && path.is_empty()) {
            (true, _) => !NOT_IN_PROFILES.contains(&key),
            (_, true) => schema::is_included(key),
            _ => true,
        };
        let required: Vec<&str> = schema::at(bare)
            .into_iter()
            .filter(|_| !is_profile)
            .filter_map(|schema| schema.get("required")?.as_array())
            .flat_map(|keys| keys.iter().filter_map(Value::as_str))
            .collect();
        let mut found: Vec<(&str, Option<&'static Value>)> =
            schema::keys(bare).map(|(key, schema)| (key.as_str(), Some(schema))).collect();
        if is_argument(path) {
            found.extend(ARGUMENT_KEYS.map(|key| (key, None)));
        }
        // What must be there comes first; the rest is in the order of the schema.
        found.sort_by_key(|(key, _)| !required.contains(key));
        for (key, schema) in found.into_iter().filter(|(key, _)| has_place(key) && !taken(key)) {
            let (text, format) = self.with_room(key, schema, bare);
            let about = schema.and_then(schema::description).map(str::to_owned);
            let range = self.place.token.start..self.offset;
            let kind = CompletionItemKind::PROPERTY;
            offers.push(Offer { range, format, about, ..plain(key.to_owned(), text, kind) });
        }
    }

    /// A key with its colon, and room for its value.
    fn with_room(
        &self,
        key: &str,
        schema: Option<&'static Value>,
        path: &[&str],
    ) -> (String, InsertTextFormat) {
        let bare = InsertTextFormat::PLAIN_TEXT;
        if self.after().trim_start_matches(' ').starts_with(':') {
            return (key.to_owned(), bare);
        }
        let names = [path, &[key]].concat();
        let kind = schema.and_then(|schema| schema.get("type")).and_then(Value::as_str);
        let words: Vec<String> = schema::words(&names).into_iter().map(|(word, _)| word).collect();
        let room = match kind {
            _ if !self.takes_snippets => None,
            Some("object") if self.place.is_flow => Some("{ $0 }".to_owned()),
            Some("object") => Some("\n  $0".to_owned()),
            Some("array") => Some("[$0]".to_owned()),
            _ if words.len() > 1 => Some(format!("${{1|{}|}}", words.join(","))),
            _ => None,
        };
        match (room, kind) {
            (Some(room), _) if room.starts_with('\n') => {
                (format!("{key}:{room}"), InsertTextFormat::SNIPPET)
            }
            (Some(room), _) => (format!("{key}: {room}"), InsertTextFormat::SNIPPET),
            (None, Some("object")) if !self.place.is_flow => (format!("{key}:"), bare),
            (None, _) => (format!("{key}: "), bare),
        }
    }
}

fn plain(label: String, text: String, kind: CompletionItemKind) -> Offer {
    let format = InsertTextFormat::PLAIN_TEXT;
    Offer { label, text, range: 0..0, kind, format, about: None }
}
