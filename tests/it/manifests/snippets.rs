//! What editors insert is right as it stands: every snippet of the schema is tried in a manifest.

use super::agreement::committed_schema;
use portcullis::reload::load_content;
use serde_json::{Value, json};
use std::path::Path;

/// The text that an editor leaves when nobody changes the placeholders: `${1:word}` is `word`.
fn inserted(body: &Value) -> Value {
    fn fill(text: &str) -> String {
        let mut parts = text.split("${");
        let mut out = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (placeholder, rest) = part.split_once('}').expect("a closed placeholder");
            let (number, word) = placeholder.split_once(':').expect("`${number:word}`");
            assert!(number.parse::<u8>().is_ok_and(|number| number > 0), "{text}");
            out = out + word + rest;
        }
        out
    }
    match body {
        Value::String(text) => Value::from(fill(text)),
        Value::Array(items) => items.iter().map(inserted).collect(),
        Value::Object(members) => {
            members.iter().map(|(key, value)| (fill(key), inserted(value))).collect()
        }
        other => other.clone(),
    }
}

/// A manifest that declares what the snippets of permissions name.
fn manifest() -> Value {
    let command = json!({ "run": { "value": 1 } });
    json!({
        "version": 1,
        "app": { "id": "dev.example.snippets", "frontend": "dist" },
        "windows": { "main": {}, "docs": { "url": "https://docs.example.com/" } },
        "commands": { "greet": command, "version": command },
        "plugins": { "git": { "commands": {} } },
        "permissions": {},
    })
}

#[test]
fn every_snippet_makes_a_valid_manifest() {
    let schema = committed_schema();
    let sections = [
        ("/properties/windows", "/windows", 2),
        ("/properties/commands", "/commands", 3),
        (
            "/properties/plugins/additionalProperties/properties/commands",
            "/plugins/git/commands",
            3,
        ),
        ("/properties/permissions", "/permissions", 3),
    ];
    for (place, section, expected) in sections {
        let place = schema.pointer(place).expect(place);
        let snippets = place["defaultSnippets"].as_array().expect("snippets");
        assert_eq!(snippets.len(), expected, "{section}");
        for snippet in snippets {
            let label = snippet["label"].as_str().expect("a label");
            let description = snippet["description"].as_str().expect("a description");
            assert!(description.ends_with('.'), "{label}: {description}");
            let mut manifest = manifest();
            let Value::Object(entries) = inserted(&snippet["body"]) else { panic!("{label}") };
            assert_eq!(entries.len(), 1, "{label}");
            let target = manifest.pointer_mut(section).and_then(Value::as_object_mut);
            target.expect(section).extend(entries);
            let text = format!("{manifest:#}");
            let loaded = load_content(Path::new("gateway.yaml"), Ok(text.clone().into_bytes()));
            assert!(loaded.manifest.is_some(), "{label}: {:?}\n{text}", loaded.diagnostics);
        }
    }
}
