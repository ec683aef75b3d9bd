//! What to write in the place of a value of the wrong type: the schema's own example, unless more is known.

use super::{Findings, fixes::boolean, parent, parent_key};
use crate::{
    diagnostic::{Code, Diagnostic},
    document::{Kind, Node, to_flow_yaml},
};
use jsonschema::{
    JsonType,
    error::{TypeKind, ValidationError},
};
use serde_json::Value;

/// A value that belongs into an entry of the mapping that it stands in.
pub(super) enum Stray {
    /// The first of them, and what to say about all.
    First(Diagnostic),
    /// Another one, or one that the entry above is reported for.
    Known,
}

impl Findings<'_> {
    pub(super) fn type_help(
        &self,
        error: &ValidationError<'_>,
        pointer: &str,
        kind: &TypeKind,
    ) -> Option<String> {
        let TypeKind::Single(kind) = kind else { return None };
        let written = &self.root.pointer(pointer)?.kind;
        let place = parent(error.schema_path().as_str());
        let schema = self.schema.pointer(&place)?;
        let example = || self.example(&place, pointer);
        match (kind, written) {
            (JsonType::Object, _) if pointer.is_empty() => {
                Some("a manifest starts with `version: 1`".to_owned())
            }
            (JsonType::Object, Kind::Null) if self.is_above_its_keys(&place, pointer) => {
                Some("indent the lines below it that belong to it".to_owned())
            }
            (JsonType::Object, Kind::Null) => Some("an empty mapping is written `{}`".to_owned()),
            (_, Kind::Null) => Some("write a value, or remove the key".to_owned()),
            (JsonType::Object, Kind::Seq(_)) if !has_names(schema) => {
                Some("a mapping is made of `key: value`, without `-` before the key".to_owned())
            }
            (JsonType::Object, Kind::Seq(_)) => {
                let example = self.written_example(&place, pointer)?;
                Some(format!("each entry has its name as key: `{example}`"))
            }
            (JsonType::Object, Kind::String(text)) => {
                let key = glued_key(schema, text);
                key.map(|key| format!("write a space behind `{key}:`")).or_else(example)
            }
            (JsonType::Array, Kind::String(text)) => match words(schema, text).as_deref() {
                Some([word]) => {
                    Some(format!("write it as a list: `{}`", to_flow_yaml(&vec![*word].into())))
                }
                Some(words) => {
                    let list = to_flow_yaml(&Value::from(words));
                    Some(format!("write one item for each word: `{list}`"))
                }
                None => example(),
            },
            (JsonType::Boolean, Kind::String(text)) => {
                boolean(text).map(|word| format!("write `{word}`")).or_else(example)
            }
            (JsonType::String, _) if takes_any_text(schema) => {
                self.quotes(pointer).map(|fix| fix.title).or_else(example)
            }
            _ => example(),
        }
    }

    /// The advice to write what the schema has as an example.
    pub(super) fn example(&self, place: &str, pointer: &str) -> Option<String> {
        self.written_example(place, pointer).map(|example| format!("for example `{example}`"))
    }

    /// A schema's own example, under its key. Items and entries without one have that of the whole that they are in.
    fn written_example(&self, mut place: &str, mut pointer: &str) -> Option<String> {
        loop {
            let example = self.schema.pointer(place)?.get("examples").and_then(|all| all.get(0));
            if let (Some(example), Some(key)) = (example, parent_key(pointer)) {
                return Some(format!("{key}: {}", to_flow_yaml(example)));
            }
            let (owner, last) = place.rsplit_once('/')?;
            if matches!(last, "additionalProperties" | "items") {
                (place, pointer) = (owner, pointer.rsplit_once('/')?.0);
            } else {
                // A branch is about the same value as its union.
                place = owner.strip_suffix("/anyOf").or(owner.strip_suffix("/oneOf"))?;
            }
        }
    }

    /// Whether the key in the next line is one that belongs inside this one, which has nothing.
    fn is_above_its_keys(&self, place: &str, pointer: &str) -> bool {
        let below = || {
            let (owner, token) = pointer.rsplit_once('/')?;
            let Kind::Map(entries) = &self.root.pointer(owner)?.kind else { return None };
            let token = token.replace("~1", "/").replace("~0", "~");
            let (next, _) = entries.get_index(entries.get_index_of(&token)? + 1)?;
            let around = self.schema.pointer(owner_place(place)?)?;
            let is_its_own = around.get("properties").is_some_and(|keys| keys.get(next).is_some());
            Some(!is_its_own && takes_key(self.schema.pointer(place)?, next))
        };
        below().unwrap_or(false)
    }

    /// Recognises the keys of an entry that stand where the names of entries belong.
    pub(super) fn stray(&self, error: &ValidationError<'_>, pointer: &str) -> Option<Stray> {
        let place = parent(error.schema_path().as_str());
        let section = place.strip_suffix("/additionalProperties")?;
        let keys = self.schema.pointer(&place)?.get("properties")?.as_object()?;
        let (owner, key) = pointer.rsplit_once('/')?;
        let node = self.root.pointer(owner)?;
        let Kind::Map(entries) = &node.kind else { return None };
        let is_stray = |value: &Node| !matches!(value.kind, Kind::Map(_));
        if !keys.contains_key(key) || !is_stray(&entries.get(key)?.value) {
            return None;
        }
        let places = keys.keys().filter_map(|key| entries.get_full(key));
        let (first, name, entry) = places
            .filter(|(_, _, entry)| is_stray(&entry.value))
            .min_by_key(|(place, _, _)| *place)?;
        let above = first.checked_sub(1).and_then(|above| entries.get_index(above));
        let is_below_a_name = above.is_some_and(|(_, entry)| entry.value.kind == Kind::Null);
        if name != key || is_below_a_name {
            return Some(Stray::Known);
        }
        let section_name = parent_key(owner)?;
        let message = format!("`{key}` is a key of one entry of `{section_name}`, and no name");
        let example = self.written_example(section, owner);
        Some(Stray::First(
            Diagnostic::new(Code::WrongType, entry.key, message)
                .maybe_help(example.map(|example| format!("give the entry a name: `{example}`"))),
        ))
    }
}

/// The place of the schema that the property or the entries at a place belong to.
fn owner_place(place: &str) -> Option<&str> {
    let (owner, last) = place.rsplit_once('/')?;
    if last == "additionalProperties" { Some(owner) } else { owner.strip_suffix("/properties") }
}

/// Whether the keys of a mapping are names, so that it can have any.
pub(super) fn has_names(schema: &Value) -> bool {
    schema.get("additionalProperties").is_some_and(Value::is_object)
}

fn takes_key(schema: &Value, key: &str) -> bool {
    has_names(schema) || schema.get("properties").is_some_and(|keys| keys.get(key).is_some())
}

/// Whether a schema of texts takes any, so that a number in quotes would be one.
pub(super) fn takes_any_text(schema: &Value) -> bool {
    ["pattern", "enum", "const"].iter().all(|keyword| schema.get(keyword).is_none())
}

/// The items of a list that somebody wrote as one text, if the list has texts, and may have so few.
pub(super) fn words<'t>(schema: &Value, text: &'t str) -> Option<Vec<&'t str>> {
    let items = schema.get("items")?;
    let is_text = |item: &Value| item.get("type").is_some_and(|name| name == "string");
    let branches = items.get("anyOf").and_then(Value::as_array).into_iter().flatten();
    let takes_text = is_text(items) || branches.into_iter().any(is_text);
    let least = schema.get("minItems").and_then(Value::as_u64).unwrap_or(0);
    // Quotes and commas are parts of words here, and between them there; `all` is hardly a name.
    let is_clear = !text.contains(['"', '\'', '\\', ',']) && !matches!(text, "all" | "any");
    let words: Vec<&str> = text.split_whitespace().collect();
    (takes_text && least <= 1 && is_clear && !words.is_empty()).then_some(words)
}

/// The key at the start of a text that lacks only the space behind its colon to be one.
pub(super) fn glued_key<'t>(schema: &Value, text: &'t str) -> Option<&'t str> {
    let (key, rest) = text.split_once(':')?;
    let is_known = schema.get("properties").is_some_and(|keys| keys.get(key).is_some());
    let is_name = || {
        let is_word = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        has_names(schema) && is_word && !key.is_empty() && rest.starts_with(['{', '[', '\u{a0}'])
    };
    (!rest.is_empty() && !rest.starts_with("//") && (is_known || is_name())).then_some(key)
}
