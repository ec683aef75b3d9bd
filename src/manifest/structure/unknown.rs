//! Keys that a mapping does not have: which key was meant, or where it belongs.

use super::{
    Findings,
    advice::{glued_key, has_names},
    known_keys, list, parent, parent_key,
};
use crate::{
    diagnostic::{Code, Diagnostic, Edit, Fix, Omitted, nearest},
    document::{Entry, Node},
    source::Span,
};
use serde_json::Value;

/// So many unknown keys of a mapping are told one by one.
const MOST_KEYS: usize = 1000;
/// A key that more places know than this is told none of them.
const MOST_PLACES: usize = 3;

const MANIFEST: &str = "";
const APP: &str = "/properties/app";
const WINDOW: &str = "/properties/windows/additionalProperties";
const PERMISSION: &str = "/properties/permissions/additionalProperties";
const HTTP: &str = "/properties/http";

/// Keys of Tauri's configuration, by the place in the schema, and the same key in other words where there is one.
const RENAMED: [(&str, &str, &str); 5] = [
    (MANIFEST, "capabilities", "permissions"),
    (APP, "identifier", "id"),
    (APP, "productName", "name"),
    (APP, "frontendDist", "frontend"),
    (PERMISSION, "permissions", "allow"),
];

/// Keys of Tauri's configuration, and of what else people know, that are written in another way here.
const ELSEWHERE: [(&str, &str, &str); 15] = [
    (MANIFEST, "identifier", "write it under `app`: `app: { id: dev.example.notes }`"),
    (MANIFEST, "productName", "write it under `app`: `app: { name: Notes }`"),
    (MANIFEST, "frontendDist", "write it under `app`: `app: { frontend: dist }`"),
    (MANIFEST, "devUrl", DEV),
    (MANIFEST, "beforeDevCommand", DEV),
    (APP, "devUrl", DEV),
    (APP, "beforeDevCommand", DEV),
    (WINDOW, "width", "write both lengths as `size: [960, 640]`"),
    (WINDOW, "height", "write both lengths as `size: [960, 640]`"),
    (WINDOW, "label", "the label is the window's key: `windows: { main: { title: Notes } }`"),
    (
        PERMISSION,
        "remote",
        "name the pages' origins under `origins` at the top, and list them here: `origins: [docs]`",
    ),
    (
        PERMISSION,
        "identifier",
        "the name is the permission's key: `permissions: { main-window: { windows: [main] } }`",
    ),
    (HTTP, "method", "the method is the key of the path: `get: /incidents`"),
    (HTTP, "path", "the path stands under its method: `get: /incidents`"),
    (HTTP, "url", "write it in two: `base: \"https://api.example.com\"` and `get: /incidents`"),
];
const DEV: &str = "a development server is `app: { dev: { url: \"http://localhost:5173\", command: [npm, run, dev] } }`";

impl Findings<'_> {
    /// Whether a missing key stands there under a name that is reported as unknown.
    pub(super) fn is_misspelt(&self, pointer: &str, schema_path: &str, missing: &Value) -> bool {
        let known = known_keys(self.schema, schema_path);
        let place = parent(schema_path);
        let is_meant = |key: &str| {
            let near = || nearest(key, known.iter().copied());
            !known.contains(&key) && renamed(&place, key).or_else(near) == missing.as_str()
        };
        self.root.pointer(pointer).is_some_and(|node| node.entries().any(|(key, _)| is_meant(key)))
    }

    pub(super) fn unknown_keys(&mut self, pointer: &str, schema_path: &str, unexpected: &[String]) {
        let known = known_keys(self.schema, schema_path);
        let Some(node) = self.root.pointer(pointer) else { return };
        if let Some(found) = self.section_as_entry(pointer, node, unexpected, &known) {
            // What is in it is missing where it belongs.
            self.structure.misspelt.insert(String::new());
            self.diagnostics.push(found);
            return;
        }
        // Each one costs a search for the key that was meant.
        let (told, omitted) = unexpected.split_at(unexpected.len().min(MOST_KEYS));
        self.diagnostics.omit(Omitted { errors: omitted.len(), warnings: 0 });
        for key in told {
            let found = self.unknown_key(&parent(schema_path), node, key, &known);
            self.diagnostics.push(found);
        }
    }

    fn unknown_key(&self, place: &str, node: &Node, key: &str, known: &[&str]) -> Diagnostic {
        let span = node.entry(key).map_or(node.span, |entry| entry.key);
        let found = Diagnostic::new(
            Code::UnknownKey,
            span,
            format!("unknown key `{}`", key.escape_debug()),
        );
        if key.contains('\u{a0}') {
            return found
                .help("write spaces in the place of its no-break spaces (U+00A0)")
                .maybe_fix(plain_spaces(span, key));
        }
        let schema = self.schema.pointer(place);
        if let Some(glued) = schema.and_then(|schema| glued_key(schema, key)) {
            let fix = space_behind(span, key, glued);
            return found.help(format!("write a space behind `{glued}:`")).maybe_fix(fix);
        }
        if let Some(help) = elsewhere(place, key) {
            return found.help(help);
        }
        let renamed = renamed(place, key);
        let near = renamed.or_else(|| nearest(key, known.iter().copied()));
        if let Some(near) = near {
            let help = match renamed {
                Some(name) => format!("it is called `{name}` here"),
                None => format!("did you mean `{near}`?"),
            };
            // The key that is meant may stand there already.
            let free = node.entry(near).is_none().then_some(near);
            return found.help(help).did_you_mean(span, key, free);
        }
        let belongs =
            schema.and_then(|schema| below(schema, key)).or_else(|| self.above(place, key));
        found.help(belongs.unwrap_or_else(|| format!("the keys here are {}", list(known, "and"))))
    }

    /// An entry that has the name of a section and nothing that an entry has: the section, one level too far inside.
    fn section_as_entry(
        &self,
        pointer: &str,
        node: &Node,
        unexpected: &[String],
        known: &[&str],
    ) -> Option<Diagnostic> {
        let (section, name) = pointer.strip_prefix('/')?.split_once('/')?;
        let wanted = self.schema.get("properties")?.get(name)?;
        let key = self.root.find(section)?.entry(name)?.key;
        let mut entries = node.entries();
        let fits = |(name, entry): (&str, &Entry)| match wanted.get("properties") {
            Some(keys) => keys.get(name).is_some(),
            None => has_names(wanted) && entry.value.entries().next().is_some(),
        };
        // An entry may have the name of a section, and its keys be misspelt.
        let mut told = unexpected.iter().take(MOST_KEYS);
        let is_section = unexpected.len() == node.entries().count()
            && entries.all(fits)
            && told.all(|key| nearest(key, known.iter().copied()).is_none());
        is_section.then(|| {
            let message =
                format!("`{name}` is a section of the manifest, and no entry of `{section}`");
            Diagnostic::new(Code::UnknownKey, key, message)
                .help(format!("`{name}` stands at the top, not in `{section}`"))
        })
    }

    /// Where a key belongs that stands too far inside.
    fn above(&self, place: &str, key: &str) -> Option<String> {
        let mut place = place;
        loop {
            place = place.strip_suffix("/additionalProperties").unwrap_or(place);
            let inner = parent_key(place)?;
            place = place.strip_suffix(inner)?.strip_suffix("/properties/")?;
            if self.schema.pointer(place)?.get("properties")?.get(key).is_some() {
                return Some(match place {
                    "" => format!("`{key}` stands at the top, not in `{inner}`"),
                    _ => format!("`{key}` stands beside `{inner}`, not in it"),
                });
            }
        }
    }
}

fn renamed(place: &str, key: &str) -> Option<&'static str> {
    let is_meant = |(at, name, _): &&(&str, &str, &'static str)| *at == place && *name == key;
    RENAMED.iter().find(is_meant).map(|(_, _, name)| *name)
}

fn elsewhere(place: &str, key: &str) -> Option<&'static str> {
    // Programs and services are described in several sections.
    let is_at = |at: &str| at == place || !at.is_empty() && place.ends_with(at);
    let is_meant = |(at, name, _): &&(&str, &str, &'static str)| *name == key && is_at(at);
    ELSEWHERE.iter().find(is_meant).map(|(_, _, help)| *help)
}

/// Where a key belongs that stands too far outside, by one level or by two.
fn below(schema: &Value, key: &str) -> Option<String> {
    let inner = inner_mappings(schema);
    let has_key =
        |schema: &Value| schema.get("properties").is_some_and(|keys| keys.get(key).is_some());
    let mut places: Vec<String> = Vec::new();
    for (name, schema) in &inner {
        if has_key(schema) {
            places.push(format!("under `{name}`"));
        } else if schema.get("additionalProperties").is_some_and(has_key) {
            places.push(format!("in an entry of `{name}`"));
        }
    }
    if places.is_empty() {
        for (outer, schema) in &inner {
            let found = inner_mappings(schema).into_iter().filter(|(_, inner)| has_key(inner));
            places.extend(found.map(|(name, _)| format!("under `{outer}.{name}`")));
        }
    }
    let is_told = (1..=MOST_PLACES).contains(&places.len());
    is_told.then(|| format!("`{key}` belongs {}", places.join(" or ")))
}

/// The keys of a mapping whose values are mappings.
fn inner_mappings(schema: &Value) -> Vec<(&str, &Value)> {
    let keys = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    keys.filter(|(_, schema)| schema.get("type").is_some_and(|name| name == "object"))
        .map(|(name, schema)| (name.as_str(), schema))
        .collect()
}

/// Writes the space behind a key's colon; `text` is what the span covers, unless it is quoted or folded.
pub(super) fn space_behind(span: Span, text: &str, key: &str) -> Option<Fix> {
    let range = span.range();
    let at = range.start + key.len() + 1;
    let hard = text.get(key.len() + 1..)?.chars().next().filter(|next| *next == '\u{a0}');
    let gap = Span::new(span.file, at, at + hard.map_or(0, char::len_utf8));
    (range.len() == text.len())
        .then(|| Fix::new("write the space", vec![Edit { span: gap, text: " ".to_owned() }]))
}

/// Writes spaces for no-break spaces.
fn plain_spaces(span: Span, text: &str) -> Option<Fix> {
    let range = span.range();
    let edits = text.match_indices('\u{a0}').map(|(at, hard)| {
        let start = range.start + at;
        Edit { span: Span::new(span.file, start, start + hard.len()), text: " ".to_owned() }
    });
    (range.len() == text.len()).then(|| Fix::new("write spaces", edits.collect()))
}
