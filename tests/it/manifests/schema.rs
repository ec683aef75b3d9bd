//! `schema/gateway.schema.json`: fresh, a draft-07 schema, and a help at every key.

use super::agreement::committed_schema;
use crate::support::manifest::{json, portcullis, repository, run, text};
use portcullis::{document::to_flow_yaml, manifest};
use serde_json::Value;
use std::path::Path;

/// Keywords that hold values rather than schemas.
const VALUES: [&str; 4] = ["examples", "const", "default", "defaultSnippets"];

/// Every schema of a property, at every depth, with its path.
fn properties(schema: &Value) -> Vec<(String, &Value)> {
    fn walk<'a>(schema: &'a Value, path: &str, found: &mut Vec<(String, &'a Value)>) {
        for (key, inner) in
            schema.get("properties").and_then(Value::as_object).into_iter().flatten()
        {
            let path = format!("{path}/{key}");
            found.push((path.clone(), inner));
            walk(inner, &path, found);
        }
        for (key, place) in [("additionalProperties", "<name>"), ("items", "<item>")] {
            schema
                .get(key)
                .into_iter()
                .for_each(|inner| walk(inner, &format!("{path}/{place}"), found));
        }
        for branch in ["anyOf", "oneOf", "allOf"]
            .iter()
            .filter_map(|key| schema.get(key)?.as_array())
            .flatten()
        {
            walk(branch, path, found);
        }
    }
    let mut found = Vec::new();
    walk(schema, "", &mut found);
    assert!(found.len() > 60, "{}", found.len());
    found
}

/// Every schema in the schema, with its JSON pointer.
fn subschemas(schema: &Value) -> Vec<(String, &Value)> {
    fn walk<'a>(value: &'a Value, path: &str, found: &mut Vec<(String, &'a Value)>) {
        if let Value::Object(members) = value {
            found.push((path.to_owned(), value));
            for (key, member) in members.iter().filter(|(key, _)| !VALUES.contains(&key.as_str())) {
                walk(member, &format!("{path}/{key}"), found);
            }
        }
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            walk(item, &format!("{path}/{index}"), found);
        }
    }
    let mut found = Vec::new();
    walk(schema, "", &mut found);
    found
}

#[test]
fn the_committed_schema_is_what_portcullis_prints() {
    let committed = text(Path::new("schema/gateway.schema.json"));
    assert_eq!(format!("{:#}\n", manifest::schema()), committed, "run `./dev schema`");
    let printed = run(portcullis().current_dir(repository()).arg("schema"));
    assert_eq!((printed.code, printed.out), (Some(0), committed));
}

#[test]
fn it_is_a_schema_of_draft_07() {
    let schema = committed_schema();
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    assert!(jsonschema::draft7::meta::is_valid(&schema));
    assert!(jsonschema::draft7::new(&schema).is_ok());
    for (path, inner) in subschemas(&schema) {
        // What draft-07 does not have, or this program does not follow.
        for keyword in ["$ref", "$defs", "prefixItems", "unevaluatedProperties", "nullable"] {
            assert!(inner.get(keyword).is_none(), "{path}/{keyword}");
        }
    }
}

#[test]
fn every_property_has_a_description_and_an_example() {
    let schema = committed_schema();
    for (path, property) in properties(&schema) {
        let description = property["description"].as_str().unwrap_or_default();
        assert!(description.ends_with('.'), "{path}: a description is a sentence: {description:?}");
        assert!(!property["examples"].as_array().is_none_or(Vec::is_empty), "{path}: no example");
    }
}

#[test]
fn every_example_fits_its_own_property() {
    let schema = committed_schema();
    for (path, inner) in subschemas(&schema) {
        let examples = inner.get("examples").and_then(Value::as_array);
        for example in examples.into_iter().flatten() {
            let validator = jsonschema::draft7::new(inner).expect(&path);
            let faults: Vec<String> =
                validator.iter_errors(example).map(|e| e.to_string()).collect();
            assert!(faults.is_empty(), "{path}: {example}: {faults:?}");
        }
    }
}

#[test]
fn examples_can_be_shown_as_yaml() {
    for (path, property) in properties(&committed_schema()) {
        let example = &property["examples"][0];
        let shown = format!("{{ key: {} }}", to_flow_yaml(example));
        assert_eq!(
            json(&shown).map(|json| json["key"].clone()).as_ref(),
            Some(example),
            "{path}: {shown}"
        );
    }
}

#[test]
fn a_key_without_a_value_is_no_way_to_leave_it_out() {
    // Here `null` is a value like any other.
    let takes_null = |path: &str| {
        ["/run/value", "/args/<name>/default", "/result", "/body", "/plugins/<name>/config"]
            .iter()
            .any(|end| path.ends_with(end) && !path.ends_with("/stdin/body"))
    };
    for (path, property) in properties(&committed_schema()) {
        let validator = jsonschema::draft7::new(property).expect(&path);
        assert_eq!(validator.is_valid(&Value::Null), takes_null(&path), "{path}");
    }
}

#[test]
fn descriptions_are_not_broken_where_the_source_is() {
    for (path, inner) in subschemas(&committed_schema()) {
        let description = inner.get("description").and_then(Value::as_str).unwrap_or_default();
        let is_joined =
            !description.replace("\n\n", "").contains('\n') && !description.contains("  ");
        assert!(is_joined, "{path}: {description:?}");
    }
}

#[test]
fn whole_numbers_have_both_ends() {
    for (path, inner) in subschemas(&committed_schema()) {
        if inner.get("type").is_some_and(|kind| kind == "integer") && inner.get("const").is_none() {
            assert!(inner.get("minimum").is_some() && inner.get("maximum").is_some(), "{path}");
        }
        assert!(inner.get("format").is_none(), "{path}: draft-07 has no such format");
    }
}
