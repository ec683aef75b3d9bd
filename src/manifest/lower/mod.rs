//! From spanned tree to typed manifest: each entry on its own, so that a fault in one hides none in another.

mod app;
mod arguments;
mod commands;
mod contracts;
mod environment;
mod expressions;
mod groups;
mod guardrails;
mod http;
mod origins;
mod permissions;
mod plugins;
mod process;
mod run;
mod secrecy;
mod sections;
mod sidecar;
mod templates;
mod windows;

use super::{
    Broken, BrokenNames, Contract, Folders, Manifest, Unlisted,
    structure::{Structure, check_structure},
};
use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics, Suggestions},
    document::{Entry, Kind, Node},
    name::{NameError, is_word_character, unquoted},
    source::{Span, Spanned},
};
use jsonschema::PatternCache;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
    sync::Arc,
};

/// So many values may stand in the place of names: entries of groups, and what commands take from shared backends.
const MOST_REPEATED: usize = 250_000;

/// Reads a document as a manifest; `folders` are those of its files.
///
/// Every fault is reported. An entry with a structural fault is left out, and its name is remembered in
/// [`Manifest::broken`]. `None` means that not even the outline could be read.
pub fn lower(document: &Node, folders: Folders, diagnostics: &mut Diagnostics) -> Option<Manifest> {
    let structure = check_structure(document, diagnostics);
    if !matches!(document.kind, Kind::Map(_)) {
        return None;
    }
    let mut lowering = Lowering {
        document,
        structure,
        folders,
        diagnostics,
        suggestions: Suggestions::default(),
        repeated: 0,
        contracts: HashMap::new(),
        expressions: PatternCache::new(),
        expression_weight: 0,
    };
    let broken = Broken {
        app: lowering.structure.is_broken("/app") || lowering.is_unread_section("app"),
        commands: lowering.unread("commands"),
        plugins: lowering.unread("plugins"),
        origins: lowering.unread("origins"),
        windows: lowering.unread("windows"),
        permissions: lowering.unread("permissions"),
        secrets: lowering.unread("secrets"),
        backends: lowering.unread("backends"),
        events: lowering.unread("events"),
        groups: lowering.unread("groups"),
    };
    let unlisted = document.find("unlisted").map_or(document.first_character(), |node| node.span);
    let mut manifest = Manifest {
        start: document.first_character(),
        app: lowering.app(),
        sites: BTreeMap::new(),
        origins: BTreeMap::new(),
        windows: Vec::new(),
        secrets: BTreeMap::new(),
        backends: BTreeMap::new(),
        commands: BTreeMap::new(),
        plugins: BTreeMap::new(),
        events: BTreeMap::new(),
        groups: BTreeMap::new(),
        permissions: Vec::new(),
        never: Vec::new(),
        profiles: document.find("profiles").map(|node| node.span),
        unlisted: Spanned::new(lowering.section("unlisted").unwrap_or(Unlisted::Deny), unlisted),
        limits: lowering.limits(),
        channels: lowering.channels(),
        reload: lowering.reload(),
        folders: lowering.folders.clone(),
        broken,
    };
    lowering.requires();
    lowering.sites(&mut manifest);
    lowering.origins(&mut manifest);
    lowering.windows(&mut manifest);
    lowering.secrets(&mut manifest);
    let shared = lowering.backends(&mut manifest);
    lowering.commands(&shared, &mut manifest);
    lowering.plugins(&shared, &mut manifest);
    lowering.events(&mut manifest);
    lowering.groups(&mut manifest);
    lowering.permissions(&mut manifest);
    lowering.never(&mut manifest);
    if lowering.repeated > MOST_REPEATED {
        // What was not repeated is missing from these.
        manifest.broken.permissions.is_whole_section = true;
        manifest.broken.commands.is_whole_section = true;
    }
    Some(manifest)
}

/// The state of one lowering: the faults that are known, and where new ones go.
pub(super) struct Lowering<'a> {
    document: &'a Node,
    structure: Structure,
    folders: Folders,
    diagnostics: &'a mut Diagnostics,
    suggestions: Suggestions,
    /// How many values stand there in the place of names, so far.
    repeated: usize,
    /// The schemas that were compiled, by their text: most arguments are like another one.
    contracts: HashMap<Arc<str>, Contract>,
    /// Their regular expressions, compiled once each, and how large those are in all.
    expressions: PatternCache,
    expression_weight: usize,
}

/// The entries of a section of the file, such as `commands`.
fn section_entries<'a>(owner: &'a Node, key: &str) -> Vec<(&'a str, &'a Entry)> {
    owner.find(key).map(|node| node.entries().collect()).unwrap_or_default()
}

/// A key as a token of a JSON pointer.
fn escape(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

/// The value with whole numbers as integers, however they were written.
fn with_integers(value: &Value) -> Value {
    match value {
        Value::Number(number) => {
            // In this range every whole number is exactly one double.
            let whole =
                number.as_f64().filter(|number| number.fract() == 0.0 && number.abs() < 1e15);
            #[expect(clippy::cast_possible_truncation, reason = "it is whole and in range")]
            whole.map_or_else(|| value.clone(), |whole| Value::from(whole as i64))
        }
        Value::Array(items) => items.iter().map(with_integers).collect(),
        Value::Object(members) => {
            members.iter().map(|(key, member)| (key.clone(), with_integers(member))).collect()
        }
        other => other.clone(),
    }
}

/// The name in a key such as `main:{ url`, which lacks the space behind its colon.
fn glued_name(text: &str) -> Option<&str> {
    let (name, rest) = text.split_once(':')?;
    let is_name = !name.is_empty() && name.chars().all(is_word_character);
    (is_name && rest.starts_with(['{', '['])).then_some(name)
}

/// Where a key's value stands, or else its owner.
fn place(owner: &Node, key: &str) -> Span {
    owner.find(key).map_or(owner.span, |node| node.span)
}

impl Lowering<'_> {
    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Whether a name may stand for so many more values: a small file can name a long group from every line. The
    /// first time that it may not is reported.
    fn may_repeat(&mut self, count: usize, span: Span) -> bool {
        let before = self.repeated;
        self.repeated = before.saturating_add(count);
        if before <= MOST_REPEATED && self.repeated > MOST_REPEATED {
            let message = format!(
                "the groups and shared backends of the manifest stand for more than {MOST_REPEATED} values"
            );
            let help = "name long groups less often: a pattern such as `files_*` is one value";
            self.report(Diagnostic::new(Code::FileTooLarge, span, message).help(help));
        }
        self.repeated <= MOST_REPEATED
    }

    /// Whether more was found than anybody is told about, so that help is not worth a search.
    fn has_enough(&self) -> bool {
        self.diagnostics.count() > 1000
    }

    /// Reads the value at a JSON pointer, unless something in it is known to be broken.
    fn read<T: DeserializeOwned>(&self, pointer: &str) -> Option<T> {
        if self.structure.is_unreadable(pointer) {
            return None;
        }
        let node = self.document.pointer(pointer)?;
        // To JSON Schema `4.0` is an integer; to Rust it is not.
        T::deserialize(node.to_json())
            .or_else(|_| T::deserialize(with_integers(&node.to_json())))
            .ok()
    }

    fn section<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        self.read(&format!("/{key}"))
    }

    /// Whether a section is of the wrong type, or is not there and may stand under a misspelt key.
    fn is_unread_section(&self, key: &str) -> bool {
        match self.document.find(key) {
            Some(node) => {
                node.entries().next().is_none() && self.structure.is_broken(&format!("/{key}"))
            }
            None => self.structure.misspelt.contains("") || self.structure.unreadable.contains(""),
        }
    }

    fn unread(&self, key: &str) -> BrokenNames {
        BrokenNames { is_whole_section: self.is_unread_section(key), ..BrokenNames::default() }
    }

    /// A path of the file, from the folder of the file that it stands in.
    fn path(&self, text: &str, span: Span) -> PathBuf {
        self.folders.at(span).join(text)
    }

    fn folder(&self, span: Span) -> &Path {
        self.folders.at(span)
    }

    /// Reads a size, duration or rate; what it may look like is told by example.
    fn unit<T>(
        &mut self,
        owner: Option<&Node>,
        key: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let node = owner?.find(key)?;
        let text = node.as_str()?;
        let parsed = parse(text);
        if parsed.is_none() {
            let (kind, help) = match key {
                "payload" => ("size", "sizes are written `512B`, `64KiB`, `16MiB` or `1GiB`"),
                "timeout" | "every" => {
                    ("duration", "durations are written `500ms`, `30s` or `2m`, up to a day")
                }
                _ => ("rate", "rates are written `1000/s` or `60/m`"),
            };
            let message = format!("`{}` is not a {kind}", text.escape_debug());
            self.report(Diagnostic::new(Code::InvalidValue, node.span, message).help(help));
        }
        parsed
    }

    /// Reads a key as a name; what is wrong with it is reported with the code.
    fn name<T>(&mut self, text: &str, span: Span, code: Code) -> Option<T>
    where
        T: std::str::FromStr<Err = NameError>,
    {
        let kind = if code == Code::InvalidLabel { "label" } else { "name" };
        let error = match text.parse() {
            Ok(name) => return Some(name),
            Err(error) => error,
        };
        let meant = unquoted(text).filter(|name| name.parse::<T>().is_ok());
        let (written, text) = (text, text.escape_debug());
        let (message, help) = match error {
            NameError::Empty => (format!("a {kind} cannot be empty"), None),
            NameError::Character { character: '\u{a0}', .. } => (
                format!("`{text}` is not a {kind}: a no-break space (U+00A0) stands in it"),
                Some("write a space in its place".to_owned()),
            ),
            NameError::Character { character, grammar } => (
                format!(
                    "`{text}` is not a {kind}: `{}` may not stand in it",
                    character.escape_debug()
                ),
                Some(format!("a {kind} is made of {grammar}")),
            ),
            error => (format!("`{text}` is not a {kind}: {error}"), None),
        };
        let straight = meant.map(|name| format!("write straight quotes or none: `{name}`"));
        let found = Diagnostic::new(code, span, message).maybe_help(help).maybe_help(straight);
        let found = found.did_you_mean(span, written, meant);
        self.report(match glued_name(written).filter(|_| span.range().len() == written.len()) {
            Some(name) => {
                let at = span.range().start + name.len() + 1;
                let space = Span::new(span.file, at, at);
                found.help(format!("write a space behind `{name}:`")).replace(
                    "write the space",
                    space,
                    " ",
                )
            }
            None => found,
        });
        None
    }

    fn invalid(&mut self, span: Span, message: impl Into<String>, help: impl Into<String>) {
        self.report(Diagnostic::new(Code::InvalidValue, span, message).help(help));
    }
}
