//! Completion: keys and words of the language, names of the manifest, arguments in placeholders.

use super::{
    naming::{self, Declared, Sort, command, in_run, open_placeholder},
    outline::Outline,
    scan::{self, Place},
    schema,
};
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

/// Names that every manifest has, with what they are.
const ORIGINS: [(&str, &str); 2] = [
    ("app", "The frontend that the gateway serves itself."),
    ("remote", "Every origin but the app's own."),
];

/// What can be written at an offset of a file.
pub(super) fn complete(
    text: &str,
    offset: usize,
    outline: &Outline,
    declared: &Declared<'_>,
    takes_snippets: bool,
) -> Vec<Offer> {
    let typing = Typing { text, offset, outline, place: scan::place(text, offset), takes_snippets };
    let mut offers = Vec::new();
    if let Some(names) = &typing.place.value {
        let path: Vec<&str> = names.iter().map(String::as_str).collect();
        match typing.placeholder(&path) {
            Some(start) => return typing.arguments(&path, Some(start)),
            None => typing.values(&path, declared, &mut offers),
        }
    }
    if let Some(names) = typing.place.keys.as_ref().filter(|_| typing.place.quote.is_none()) {
        let path: Vec<&str> = names.iter().map(String::as_str).collect();
        typing.keys(&path, &mut offers);
    }
    offers
}

struct Typing<'a> {
    text: &'a str,
    offset: usize,
    outline: &'a Outline,
    place: Place,
    takes_snippets: bool,
}

impl Typing<'_> {
    fn after(&self) -> &str {
        self.text.get(self.offset..).unwrap_or_default()
    }

    /// Where the unfinished placeholder's name begins that is being written.
    fn placeholder(&self, path: &[&str]) -> Option<usize> {
        let written = self.text.get(self.place.token.clone())?;
        let start = in_run(path).then(|| open_placeholder(written))??;
        Some(self.place.token.start + start)
    }

    /// The arguments of the command that some names lead into: in a placeholder that begins somewhere, or as words.
    fn arguments(&self, path: &[&str], placeholder: Option<usize>) -> Vec<Offer> {
        let args = command(path).map(|command| [command, &["args"]].concat());
        let args =
            args.into_iter().flat_map(|args| self.outline.parts_of(&args).collect::<Vec<_>>());
        let names = args.map(|(_, entry)| entry.name.clone());
        let offer = |name: String| match placeholder {
            None => self.word(&name, CompletionItemKind::VARIABLE, None),
            Some(start) => {
                let end = if self.after().starts_with(['}', '.']) { "" } else { "}" };
                let text = format!("{name}{end}");
                Offer {
                    range: start..self.offset,
                    ..plain(name, text, CompletionItemKind::VARIABLE)
                }
            }
        };
        names.map(offer).collect()
    }

    /// What an entry or item can be set to.
    fn values(&self, path: &[&str], declared: &Declared<'_>, offers: &mut Vec<Offer>) {
        let names = |of: &[(String, naming::Target<'_>)], kind| -> Vec<Offer> {
            let about = |target: &naming::Target<'_>| {
                target.outline.scalar(target.index, &["description"]).map(str::to_owned)
            };
            of.iter().map(|(name, target)| self.word(name, kind, about(target))).collect()
        };
        match naming::sort(path) {
            Some(sort @ (Sort::Allowed | Sort::Denied)) => {
                offers.extend(names(&declared.commands, CompletionItemKind::FUNCTION));
                let kind = CompletionItemKind::MODULE;
                for (plugin, _) in &declared.plugins {
                    let about = format!("Every command of `{plugin}`.");
                    offers.push(self.word(&format!("plugin:{plugin}|*"), kind, Some(about)));
                }
                for (group, _) in &declared.groups {
                    offers.push(self.word(&format!("@{group}"), kind, None));
                }
                let every =
                    if sort == Sort::Allowed { "Every app command." } else { "Every command." };
                offers.push(self.word("*", kind, Some(every.to_owned())));
            }
            Some(Sort::Window) => {
                offers.extend(names(&declared.windows, CompletionItemKind::CLASS));
            }
            Some(Sort::Webview) => {
                offers.extend(names(&declared.webviews, CompletionItemKind::CLASS));
            }
            Some(Sort::Origin) => {
                let kind = CompletionItemKind::CONSTANT;
                let built_in =
                    ORIGINS.map(|(name, about)| self.word(name, kind, Some(about.into())));
                offers.extend(built_in);
                offers.extend(names(&declared.origins, kind));
            }
            Some(Sort::Argument) => offers.extend(self.arguments(path, None)),
            None => {
                let kind = CompletionItemKind::ENUM_MEMBER;
                let words = schema::words(path).into_iter();
                offers.extend(
                    words.map(|(word, about)| self.word(&word, kind, about.map(str::to_owned))),
                );
                if let [argument @ .., "type"] = path
                    && is_argument(argument)
                {
                    offers.extend(TYPES.map(|word| self.word(word, kind, None)));
                }
            }
        }
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
        let before = self.text.get(..start).unwrap_or_default();
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
        let required: Vec<&str> = schema::at(path)
            .into_iter()
            .filter_map(|schema| schema.get("required")?.as_array())
            .flat_map(|keys| keys.iter().filter_map(Value::as_str))
            .collect();
        let mut found: Vec<(&str, Option<&'static Value>)> =
            schema::keys(path).map(|(key, schema)| (key.as_str(), Some(schema))).collect();
        if is_argument(path) {
            found.extend(ARGUMENT_KEYS.map(|key| (key, None)));
        }
        // What must be there comes first; the rest is in the order of the schema.
        found.sort_by_key(|(key, _)| !required.contains(key));
        for (key, schema) in found.into_iter().filter(|(key, _)| !taken(key)) {
            let (text, format) = self.written(key, schema, path);
            let about = schema.and_then(schema::description).map(str::to_owned);
            let range = self.place.token.start..self.offset;
            let kind = CompletionItemKind::PROPERTY;
            offers.push(Offer { range, format, about, ..plain(key.to_owned(), text, kind) });
        }
    }

    /// A key with its colon, and room for its value.
    fn written(
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

/// Whether some names lead to the schema of an argument.
fn is_argument(path: &[&str]) -> bool {
    command(path).is_some_and(|command| {
        path.len() == command.len() + 2 && path.get(command.len()) == Some(&"args")
    })
}

fn plain(label: String, text: String, kind: CompletionItemKind) -> Offer {
    let format = InsertTextFormat::PLAIN_TEXT;
    Offer { label, text, range: 0..0, kind, format, about: None }
}
