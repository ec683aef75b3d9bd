//! YAML text to a tree that remembers where everything stands; the only user of the YAML crates.

mod cause;
mod emit;
mod fault;
mod hazard;
mod parse;
mod repair;
mod scalar;
#[cfg(test)]
mod tests;
mod token;
mod tree;

pub use emit::{to_flow_yaml, to_yaml};
pub use parse::{parse, read};

use crate::source::Span;
use indexmap::IndexMap;
use serde_json::Value;

/// One YAML value and where it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// From the first to the last character of the value.
    pub span: Span,
    /// The value.
    pub kind: Kind,
}

/// What a [`Node`] holds: JSON's types, with the order of keys kept.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// `null`, `~` or nothing at all.
    Null,
    /// `true` or `false`; `yes`, `no`, `on` and `off` are strings, as YAML 1.2 has it.
    Bool(bool),
    /// An integer or a finite decimal number.
    Number(serde_json::Number),
    /// Any other scalar.
    String(String),
    /// A sequence.
    Seq(Vec<Node>),
    /// A mapping; no key stands twice. In a box, or every scalar would take as much memory.
    Map(Box<IndexMap<String, Entry>>),
}

/// One key of a mapping with its value.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Where the key stands.
    pub key: Span,
    /// What it is set to.
    pub value: Node,
}

impl Node {
    /// The value under a key, if this is a mapping that has it.
    pub fn find(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// The first character of a mapping: what to point at when it is about all of it.
    pub fn first_character(&self) -> Span {
        // A plain key is in the file as it is in the tree; quotes and braces are one byte.
        let width = self
            .entries()
            .next()
            .filter(|(key, entry)| {
                let key_range = entry.key.range();
                key_range.start == self.span.range().start && key_range.len() == key.len()
            })
            .and_then(|(key, _)| key.chars().next())
            .map_or(1, char::len_utf8);
        let start = self.span.range().start;
        Span::new(self.span.file, start, start + width)
    }

    /// Key and value, if this is a mapping that has the key.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.kind {
            Kind::Map(entries) => entries.get(key),
            _ => None,
        }
    }

    /// The entries of a mapping in file order; nothing for other kinds.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        match &self.kind {
            Kind::Map(entries) => Some(entries.iter().map(|(key, entry)| (key.as_str(), entry))),
            _ => None,
        }
        .into_iter()
        .flatten()
    }

    /// The items of a sequence; nothing for other kinds.
    pub fn items(&self) -> &[Node] {
        match &self.kind {
            Kind::Seq(items) => items,
            _ => &[],
        }
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// The entry or item that a JSON pointer (RFC 6901) leads to.
    pub fn pointer(&self, pointer: &str) -> Option<&Node> {
        pointer.split('/').skip(1).try_fold(self, |node, token| match &node.kind {
            Kind::Map(entries) => {
                entries.get(&token.replace("~1", "/").replace("~0", "~")).map(|entry| &entry.value)
            }
            Kind::Seq(items) => items.get(token.parse::<usize>().ok()?),
            _ => None,
        })
    }

    /// The same value without places, for the JSON Schema and for typed reading.
    pub fn to_json(&self) -> Value {
        match &self.kind {
            Kind::Null => Value::Null,
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Number(value) => Value::Number(value.clone()),
            Kind::String(value) => Value::String(value.clone()),
            Kind::Seq(items) => Value::Array(items.iter().map(Node::to_json).collect()),
            Kind::Map(entries) => Value::Object(
                entries.iter().map(|(key, entry)| (key.clone(), entry.value.to_json())).collect(),
            ),
        }
    }
}
