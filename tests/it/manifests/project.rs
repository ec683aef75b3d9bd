//! The schema with a project's own names: it offers every name, and judges every file as the plain schema does.

use super::agreement::validator;
use crate::support::manifest::{all_manifests, json, load_manifest, manifests, text};
use portcullis::{Registry, manifest::project_schema};
use serde_json::Value;
use std::path::Path;

fn of(path: &Path) -> Value {
    let manifest = load_manifest(path).manifest.expect("a valid manifest");
    project_schema(&manifest, Registry::standard().names())
}

#[test]
fn it_judges_every_fixture_as_the_plain_schema_does() {
    let plain = validator();
    let documents: Vec<(_, Value)> = all_manifests()
        .into_iter()
        .filter_map(|path| json(&text(&path)).map(|json| (path, json)))
        .collect();
    let (mut accepted, mut refused) = (0, 0);
    for path in [manifests("tests/manifests/valid"), manifests("config")].concat() {
        let schema = of(&path);
        assert!(jsonschema::draft7::meta::is_valid(&schema), "{}", path.display());
        let own = jsonschema::draft7::new(&schema).expect("a schema");
        for (document, json) in &documents {
            let is_valid = own.is_valid(json);
            let both = format!("{} by the names of {}", document.display(), path.display());
            assert_eq!(is_valid, plain.is_valid(json), "{both}");
            if is_valid { accepted += 1 } else { refused += 1 }
        }
    }
    assert!(accepted > 100 && refused > 100, "{accepted} accepted, {refused} refused");
}

#[test]
fn every_name_is_offered_where_it_may_stand_and_with_a_description() {
    let schema = of(Path::new("config/gateway.yaml"));
    let offered = |pointer: &str| -> Vec<String> {
        let branches = schema.pointer(pointer).and_then(Value::as_array).expect(pointer);
        let (last, names) = branches.split_last().expect("branches");
        let rest = jsonschema::draft7::new(last).expect(pointer);
        assert!(rest.is_valid(&Value::from("x-*")), "{pointer}: patterns stay possible");
        for name in names {
            assert!(name["description"].as_str().is_some_and(|text| !text.is_empty()), "{name}");
        }
        names.iter().map(|name| name["const"].as_str().expect("a name").to_owned()).collect()
    };
    let permission = "/properties/permissions/additionalProperties/properties";
    let labels = ["main", "viewer", "*"];
    assert_eq!(offered(&format!("{permission}/windows/items/anyOf")), labels);
    assert_eq!(offered(&format!("{permission}/webviews/items/anyOf")), labels);
    assert_eq!(offered(&format!("{permission}/origins/items/anyOf")), ["app", "remote"]);
    let commands = [
        "disk_usage",
        "gateway",
        "plugin:git|activity",
        "plugin:git|files",
        "plugin:git|log",
        "plugin:git|push",
        "plugin:git|status",
        "word_count",
        "plugin:git|*",
        "@core",
        "@core:app",
        "@core:event",
        "@core:image",
        "@core:menu",
        "@core:path",
        "@core:resources",
        "@core:tray",
        "@core:webview",
        "@core:window",
        "*",
    ];
    assert_eq!(offered(&format!("{permission}/allow/items/anyOf")), commands);
    assert_eq!(offered(&format!("{permission}/deny/items/anyOf")), commands);
    let native = "additionalProperties/properties/run/properties/native";
    let functions = ["count", "echo", "gateway_status"];
    assert_eq!(offered(&format!("/properties/commands/{native}/anyOf")), functions);
    let of_plugins = "/properties/plugins/additionalProperties/properties/commands";
    assert_eq!(offered(&format!("{of_plugins}/{native}/anyOf")), functions);
    let native = schema.pointer(&format!("/properties/commands/{native}")).expect("the key");
    assert!(native["description"].is_string(), "the key keeps its own words: {native}");
}

#[test]
fn named_origins_are_offered_beside_the_built_in_ones() {
    let schema = of(Path::new("config/origins.yaml"));
    let manifest = load_manifest(Path::new("config/origins.yaml")).manifest.expect("valid");
    let items = "/properties/permissions/additionalProperties/properties/origins/items/anyOf";
    let branches = schema.pointer(items).and_then(Value::as_array).expect(items);
    for name in manifest.origins.keys() {
        assert!(branches.iter().any(|branch| branch["const"] == name.as_str()), "{name}");
    }
    assert!(manifest.origins.len() > 1 && branches.len() == manifest.origins.len() + 3);
}
