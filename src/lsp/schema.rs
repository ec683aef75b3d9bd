//! The manifest's JSON Schema, looked up by place.

use crate::manifest;
use serde_json::{Map, Value};
use std::sync::LazyLock;

static SCHEMA: LazyLock<Value> = LazyLock::new(manifest::schema);
static INCLUDE: LazyLock<Value> = LazyLock::new(manifest::include_schema);

/// Whether a section may stand in an include.
pub(super) fn is_included(section: &str) -> bool {
    INCLUDE.get("properties").and_then(|sections| sections.get(section)).is_some()
}

/// What the schema says about the value that some names lead to: one branch, or several to choose from.
pub(super) fn at(path: &[&str]) -> Vec<&'static Value> {
    path.iter().fold(branches(&SCHEMA), |schemas, name| {
        schemas.into_iter().filter_map(|schema| below(schema, name)).flat_map(branches).collect()
    })
}

/// A schema and what it is a choice of.
fn branches(schema: &'static Value) -> Vec<&'static Value> {
    let target = schema.get("$ref").and_then(Value::as_str).and_then(|it| it.strip_prefix('#'));
    let schema = target.and_then(|pointer| SCHEMA.pointer(pointer)).unwrap_or(schema);
    let choice = ["anyOf", "oneOf"].into_iter().filter_map(|key| schema.get(key)?.as_array());
    std::iter::once(schema).chain(choice.flatten()).collect()
}

fn below(schema: &'static Value, name: &str) -> Option<&'static Value> {
    let own = schema.get("properties").and_then(|properties| properties.get(name));
    let item = || schema.get("items").filter(|_| name.parse::<usize>().is_ok());
    own.or_else(|| schema.get("additionalProperties").filter(|it| it.is_object())).or_else(item)
}

/// The keys that a mapping may have by name.
pub(super) fn keys(path: &[&str]) -> impl Iterator<Item = (&'static String, &'static Value)> {
    let properties = |schema: &'static Value| schema.get("properties").and_then(Value::as_object);
    at(path).into_iter().filter_map(properties).flat_map(Map::iter)
}

/// The words that a value is one of, each with what it means.
pub(super) fn words(path: &[&str]) -> Vec<(String, Option<&'static str>)> {
    let mut found = Vec::new();
    for schema in at(path) {
        let listed = schema.get("enum").and_then(Value::as_array).into_iter().flatten();
        for word in listed.chain(schema.get("const")) {
            let text = word.as_str().map_or_else(|| word.to_string(), str::to_owned);
            found.push((text, description(schema)));
        }
        if schema.get("type").is_some_and(|it| it == "boolean") {
            found.extend(["true", "false"].map(|word| (word.to_owned(), None)));
        }
    }
    found
}

pub(super) fn description(schema: &'static Value) -> Option<&'static str> {
    schema.get("description").and_then(Value::as_str)
}

/// What a key is about.
pub(super) fn describe(path: &[&str]) -> Option<&'static str> {
    at(path).into_iter().find_map(description)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_of_the_manifest_is_found_by_its_place() {
        let run = ["plugins", "git", "commands", "log", "run"];
        let names: Vec<&String> = keys(&run).map(|(key, _)| key).collect();
        assert!(names.iter().any(|name| *name == "process"), "{names:?}");
        assert!(describe(&["app", "id"]).unwrap().contains("domain"));
        let output = [run.as_slice(), &["process", "output"]].concat();
        assert!(words(&output).iter().any(|(word, about)| word == "lines" && about.is_some()));
        let item = [run.as_slice(), &["process", "args", "0"]].concat();
        assert!(keys(&item).any(|(key, _)| key == "when"));
        assert!(at(&["nonsense", "x"]).is_empty());
    }
}
