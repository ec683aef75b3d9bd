//! The schema with one manifest's own names in it, so that editors complete them.

use crate::{manifest::Manifest, pattern::OriginPattern};
use serde_json::{Value, json};

/// The manifest's JSON Schema, in which editors also find the names that `manifest` declares and the functions that
/// `natives` names.
///
/// It accepts what [`schema()`](super::schema) accepts: the names stand beside what was there before.
pub fn project_schema<'a>(
    manifest: &Manifest,
    natives: impl IntoIterator<Item = &'a str>,
) -> Value {
    let labels = labels(manifest);
    let commands = commands(manifest);
    let natives: Vec<_> =
        natives.into_iter().map(|name| name_of(name, "A registered Rust function.")).collect();
    let mut schema = super::schema();
    let permission = "/properties/permissions/additionalProperties/properties";
    let run = "additionalProperties/properties/run/properties/native";
    let places = [
        (format!("{permission}/windows/items"), &labels),
        (format!("{permission}/webviews/items"), &labels),
        (format!("{permission}/origins/items"), &origins(manifest)),
        (format!("{permission}/allow/items"), &commands),
        (format!("{permission}/deny/items"), &commands),
        (format!("/properties/commands/{run}"), &natives),
        (format!("/properties/plugins/additionalProperties/properties/commands/{run}"), &natives),
    ];
    for (pointer, names) in places {
        if let Some(place) = schema.pointer_mut(&pointer) {
            *place = with_names(place.take(), names);
        }
    }
    schema
}

/// A schema that offers names and takes whatever it took before.
fn with_names(before: Value, names: &[Value]) -> Value {
    let mut outer = serde_json::Map::new();
    let mut before = before;
    // A key's own words stay at the key, where editors and readers look for them.
    for keyword in ["description", "examples"] {
        let taken = before.as_object_mut().and_then(|keywords| keywords.shift_remove(keyword));
        outer.extend(taken.map(|value| (keyword.to_owned(), value)));
    }
    let branches = names.iter().cloned().chain([before]).collect();
    outer.insert("anyOf".to_owned(), branches);
    Value::Object(outer)
}

fn name_of(name: &str, description: &str) -> Value {
    json!({ "const": name, "description": description })
}

fn labels(manifest: &Manifest) -> Vec<Value> {
    let declared = manifest
        .windows
        .iter()
        .map(|window| name_of(window.label.as_str(), &format!("The window `{}`.", window.title)));
    declared.chain([name_of("*", "Every label.")]).collect()
}

fn origins(manifest: &Manifest) -> Vec<Value> {
    let built_in = [
        ("app", "The frontend that the gateway serves itself."),
        ("remote", "Every other origin."),
    ];
    let declared = manifest.origins.iter().map(|(name, pattern)| {
        let literal = OriginPattern::literal(&pattern.value);
        let description =
            literal.map_or("A pattern of `origins`.".to_owned(), |origin| origin.to_string());
        name_of(name.as_str(), &description)
    });
    built_in.iter().map(|(name, text)| name_of(name, text)).chain(declared).collect()
}

fn commands(manifest: &Manifest) -> Vec<Value> {
    let declared = manifest.commands.iter().map(|(name, command)| {
        let description = command.description.as_deref();
        name_of(name.as_str(), description.unwrap_or("A command without a description."))
    });
    let namespaces = manifest.plugins.keys().map(|plugin| {
        name_of(&format!("plugin:{plugin}|*"), &format!("Every command of `{plugin}`."))
    });
    let all = "Every app command; under `deny` every command.";
    declared.chain(namespaces).chain([name_of("*", all)]).collect()
}
