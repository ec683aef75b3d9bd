//! `help windows.size`: what the schema says about a key, for whoever has no editor that shows it.

use crate::{document::to_flow_yaml, manifest::schema};
use serde_json::Value;
use std::fmt::Write as _;

/// The page about a key by its dotted path; names of entries may stand in it or be left out.
pub(super) fn page(path: &str) -> Option<String> {
    let manifest = schema();
    let (mut found, mut last) = (&manifest, "");
    let mut parts = path.split('.').peekable();
    while let Some(part) = parts.next() {
        // At the end of a path, a name would only be a misspelt key.
        found = key(found, part).or_else(|| parts.peek().and_then(|_| named(found)))?;
        last = part;
    }
    let text = |key: &str| found.get(key).and_then(Value::as_str);
    let mut out = format!("{path}: {}\n", kind(found));
    if let Some(description) = text("description") {
        let _ = write!(out, "\n{description}\n");
    }
    if let Some(example) = found.get("examples").and_then(|all| all.get(0)) {
        let key = Value::Object([(last.to_owned(), example.clone())].into_iter().collect());
        let flow = to_flow_yaml(&key);
        let line = flow.strip_prefix('{').and_then(|line| line.strip_suffix('}')).unwrap_or(&flow);
        let _ = write!(out, "\nexample:\n\n    {}\n", line.trim());
    }
    let entry = entries(found).unwrap_or(found);
    let keys: Vec<(&str, &str)> = branches(entry).flat_map(described).collect();
    if !keys.is_empty() {
        let whose = if entry == found { "keys" } else { "keys of an entry" };
        let _ = write!(out, "\n{whose}:\n\n");
        let width = keys.iter().map(|(key, _)| key.len()).max().unwrap_or(0);
        for (key, words) in keys {
            let _ = writeln!(out, "  {key:width$}  {words}");
        }
    }
    Some(out)
}

/// Every path of one or two keys, for a misspelt one.
pub(super) fn paths() -> Vec<String> {
    let manifest = schema();
    let sections = described(&manifest).map(|(name, _)| name);
    let mut found = Vec::new();
    for section in sections {
        found.push(section.to_owned());
        let part = manifest.pointer(&format!("/properties/{section}"));
        let keys = part.and_then(|part| entries(part).or(Some(part)));
        let keys = keys.into_iter().flat_map(described).map(|(key, _)| key);
        found.extend(keys.map(|key| format!("{section}.{key}")));
    }
    found
}

/// The schema of a key in a mapping, in any of its entries, or in an item of a list.
fn key<'s>(schema: &'s Value, key: &str) -> Option<&'s Value> {
    let own = |schema: &'s Value| {
        branches(schema).find_map(|branch| branch.get("properties").and_then(|keys| keys.get(key)))
    };
    own(schema).or_else(|| entries(schema).and_then(own))
}

/// The schema of the entries of a mapping, whose names are the author's.
fn named(schema: &Value) -> Option<&Value> {
    schema.get("additionalProperties").filter(|entry| entry.is_object())
}

/// What the entries of a mapping with names are, or the items of a list.
fn entries(schema: &Value) -> Option<&Value> {
    ["additionalProperties", "items"]
        .iter()
        .find_map(|keyword| schema.get(keyword).filter(|entry| entry.is_object()))
}

/// A schema and those that a value may fit instead.
fn branches(schema: &Value) -> impl Iterator<Item = &Value> {
    let of = |keyword| schema.get(keyword).and_then(Value::as_array).into_iter().flatten();
    std::iter::once(schema).chain(of("anyOf"))
}

/// The keys of a mapping, each with the first sentence about it.
fn described(schema: &Value) -> impl Iterator<Item = (&str, &str)> {
    let keys = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    keys.map(|(key, schema)| {
        let words = schema.get("description").and_then(Value::as_str).unwrap_or_default();
        (key.as_str(), words.split_inclusive(". ").next().unwrap_or_default().trim_end())
    })
}

/// What a value may be, in words.
fn kind(schema: &Value) -> String {
    let of = |keyword| schema.get(keyword).and_then(Value::as_array).into_iter().flatten();
    let options: Vec<String> = of("enum")
        .chain(of("oneOf").filter_map(|branch| branch.get("const")))
        .chain(schema.get("const"))
        .map(|option| format!("`{}`", to_flow_yaml(option)))
        .collect();
    if !options.is_empty() {
        return options.join(" or ");
    }
    let named = branches(schema).filter_map(|branch| branch.get("type").and_then(Value::as_str));
    let words: Vec<&str> = named
        .map(|name| match name {
            "object" => "a mapping",
            "array" => "a list",
            "string" => "a text",
            "boolean" => "`true` or `false`",
            "integer" => "a whole number",
            _ => "a number",
        })
        .collect();
    if words.is_empty() { "any value".to_owned() } else { words.join(" or ") }
}
