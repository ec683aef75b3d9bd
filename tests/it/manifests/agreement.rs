//! The JSON Schema that editors use and the program's own verdict agree on the structure of every fixture.

use crate::support::manifest::{
    all_manifests, codes, json, load_manifest, manifests, repository, text,
};
use jsonschema::Validator;
use portcullis::diagnostic::Code;
use serde_json::Value;
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// Faults of structure: a JSON Schema can tell them.
const STRUCTURAL: [Code; 4] =
    [Code::UnknownKey, Code::MissingKey, Code::WrongType, Code::InvalidValue];

/// Values that only the program can refuse, each with the reason why the schema does not.
const BEYOND_THE_SCHEMA: [(&str, &str); 12] = [
    ("invalid-value-default", "the default has to fit a schema that is itself a value"),
    (
        "invalid-value-csp",
        "how a policy is written is not structure, and a pattern would say nothing to its author",
    ),
    ("invalid-value-csp-directive", "the same for its directives"),
    ("invalid-value-environment", "the same for names of variables"),
    ("invalid-value-program", "the same for names of programs"),
    ("invalid-value-address-for-folder", "the same for folders"),
    ("invalid-value-command-line-for-program", "the same for names of programs"),
    ("invalid-value-command-line-of-dev", "the same for names of programs"),
    ("invalid-value-words-of-a-shell", "the same for folders and names of variables"),
    ("invalid-value-plugin-of-two-kinds", "what goes together is said in words of its own"),
    ("invalid-value-request-of-backend", "what is missing may stand in the backend"),
    ("invalid-value-framing-header", "the same for names of headers, whose case does not matter"),
];

pub(super) fn committed_schema() -> Value {
    let text = text(Path::new("schema/gateway.schema.json"));
    serde_json::from_str(&text).expect("schema/gateway.schema.json is JSON")
}

pub(super) fn validator() -> Validator {
    jsonschema::draft7::new(&committed_schema()).expect("schema/gateway.schema.json is a schema")
}

fn exception(path: &Path) -> Option<&'static str> {
    let stem = path.file_stem()?.to_str()?;
    BEYOND_THE_SCHEMA.iter().find(|(name, _)| *name == stem).map(|(_, reason)| *reason)
}

#[test]
fn the_schema_refuses_what_the_program_calls_a_fault_of_structure() {
    let validator = validator();
    let mut judged = 0;
    for path in all_manifests() {
        // Without a tree there is nothing to compare.
        let Some(json) = json(&text(&path)) else { continue };
        judged += 1;
        let found = codes(&load_manifest(&path).diagnostics);
        // What quotes or spaces would make of a value, nobody knows before they are there.
        if found.contains(&Code::UnquotedPlaceholder) {
            continue;
        }
        let is_structural = found.iter().any(|code| STRUCTURAL.contains(code));
        let is_expected = is_structural && exception(&path).is_none();
        let faults: Vec<String> = validator.iter_errors(&json).map(|e| e.to_string()).collect();
        assert_eq!(!faults.is_empty(), is_expected, "{}: {found:?} {faults:#?}", path.display());
    }
    assert!(judged > 50, "{judged}");
}

#[test]
fn every_exception_is_the_name_of_a_fixture() {
    let stems: BTreeSet<_> = manifests("tests/manifests/invalid")
        .iter()
        .filter_map(|path| path.file_stem()?.to_str().map(str::to_owned))
        .collect();
    for (name, _) in BEYOND_THE_SCHEMA {
        assert!(stems.contains(name), "{name}");
    }
}

#[test]
fn the_first_line_of_every_example_names_the_schema() {
    for path in manifests("config") {
        let text = text(&path);
        let first = text.lines().next().unwrap_or_default();
        let named = first.strip_prefix("# yaml-language-server: $schema=").expect(first);
        let folder: PathBuf = repository().join(path.parent().expect("a folder"));
        assert!(folder.join(named).is_file(), "{}: {first}", path.display());
    }
}

#[test]
fn the_valid_fixtures_show_every_key_and_every_word() {
    let schema = committed_schema();
    let mut shown = BTreeSet::new();
    // What only warns is valid too.
    for path in ["valid", "warning"].iter().flat_map(|f| manifests(&format!("tests/manifests/{f}")))
    {
        show(&schema, &json(&text(&path)).expect("YAML"), "", &mut shown);
    }
    let mut known = BTreeSet::new();
    keys(&schema, "", &mut known);
    // A plugin's commands are commands like all others.
    let of_plugins = |path: &&String| !path.starts_with("/plugins/<name>/commands/");
    let lacking: Vec<_> = known.difference(&shown).filter(of_plugins).collect();
    assert!(known.len() > 60, "{known:?}");
    assert!(lacking.is_empty(), "no valid fixture has {lacking:#?}");
}

/// The branches of a union, or the schema itself.
fn branches(schema: &Value) -> Vec<&Value> {
    let union = ["anyOf", "oneOf"].iter().find_map(|key| schema.get(key)?.as_array());
    union.map_or_else(|| vec![schema], |branches| branches.iter().collect())
}

/// Every key and every word that a schema knows, as paths.
fn keys(schema: &Value, path: &str, found: &mut BTreeSet<String>) {
    for branch in branches(schema) {
        found.extend(branch.get("const").map(|word| format!("{path} = {word}")));
        for (key, inner) in
            branch.get("properties").and_then(Value::as_object).into_iter().flatten()
        {
            found.insert(format!("{path}/{key}"));
            keys(inner, &format!("{path}/{key}"), found);
        }
        for (key, place) in [("additionalProperties", "<name>"), ("items", "<item>")] {
            if let Some(inner) = branch.get(key).filter(|inner| inner.is_object()) {
                keys(inner, &format!("{path}/{place}"), found);
            }
        }
    }
}

/// Those of them that a value has.
fn show(schema: &Value, value: &Value, path: &str, found: &mut BTreeSet<String>) {
    for branch in branches(schema) {
        let is_meant = jsonschema::draft7::new(branch).is_ok_and(|schema| schema.is_valid(value));
        if !is_meant {
            continue;
        }
        found.extend(branch.get("const").map(|word| format!("{path} = {word}")));
        let properties = branch.get("properties").and_then(Value::as_object);
        for (key, member) in value.as_object().into_iter().flatten() {
            if let Some(inner) = properties.and_then(|properties| properties.get(key)) {
                found.insert(format!("{path}/{key}"));
                show(inner, member, &format!("{path}/{key}"), found);
            } else if let Some(inner) = branch.get("additionalProperties") {
                show(inner, member, &format!("{path}/<name>"), found);
            }
        }
        for item in value.as_array().into_iter().flatten() {
            if let Some(inner) = branch.get("items") {
                show(inner, item, &format!("{path}/<item>"), found);
            }
        }
    }
}
