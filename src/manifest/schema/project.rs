//! The schema with one manifest's own names in it, so that editors complete them.

use crate::{
    manifest::{Manifest, builtin_groups},
    pattern::OriginPattern,
};
use serde_json::{Value, json};

/// The manifest's JSON Schema, in which editors also find the names that `manifest` declares and the functions that
/// `natives` names.
///
/// It accepts what [`schema()`](super::schema) accepts: the names stand beside what was there before.
pub fn project_schema<'a>(
    manifest: &Manifest,
    natives: impl IntoIterator<Item = &'a str>,
) -> Value {
    let (windows, webviews) = (windows(manifest), webviews(manifest));
    let (origins, events) = (origins(manifest), events(manifest));
    let (commands, backends) = (commands(manifest), backends(manifest));
    let openers: Vec<Value> = windows.iter().filter(|name| name["const"] != "*").cloned().collect();
    let natives: Vec<_> =
        natives.into_iter().map(|name| name_of(name, "A registered Rust function.")).collect();
    let mut schema = super::schema();
    let permission = "/properties/permissions/additionalProperties/properties";
    let window = "/properties/windows/additionalProperties/properties";
    let never = "/properties/never/items/properties";
    let plugin = "/properties/plugins/additionalProperties/properties/commands";
    let run = "additionalProperties/properties/run/properties";
    let places = [
        (format!("{permission}/windows/items"), &windows),
        (format!("{permission}/webviews/items"), &webviews),
        (format!("{permission}/origins/items"), &origins),
        (format!("{permission}/allow/items"), &commands),
        (format!("{permission}/deny/items"), &commands),
        (format!("{permission}/listen/items"), &events),
        (format!("{permission}/emit/items"), &events),
        ("/properties/groups/additionalProperties/items".to_owned(), &commands),
        (format!("{never}/windows/items"), &windows),
        (format!("{never}/webviews/items"), &webviews),
        (format!("{never}/origins/items"), &origins),
        (format!("{never}/commands/items"), &commands),
        (format!("{window}/openers/items"), &openers),
        (format!("{window}/navigate/items"), &origins),
        (format!("/properties/commands/{run}/native"), &natives),
        (format!("{plugin}/{run}/native"), &natives),
        (format!("/properties/commands/{run}/use"), &backends),
        (format!("{plugin}/{run}/use"), &backends),
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

fn windows(manifest: &Manifest) -> Vec<Value> {
    let declared = manifest.windows.iter().map(|window| match window.template() {
        None => name_of(window.label.as_str(), &format!("The window `{}`.", window.title)),
        Some(template) => {
            let text = format!("The windows of the template `{}`.", window.label);
            name_of(template.value.as_str(), &text)
        }
    });
    declared.chain([name_of("*", "Every label.")]).collect()
}

fn webviews(manifest: &Manifest) -> Vec<Value> {
    let mut found = Vec::new();
    for window in &manifest.windows {
        let text = format!("A webview of the window `{}`.", window.label);
        found.extend(window.webviews.iter().map(|webview| name_of(webview.label.as_str(), &text)));
        if window.webviews.is_empty() {
            let own = window.template().map_or(window.label.as_str(), |at| at.value.as_str());
            found.push(name_of(own, &format!("The webview of the window `{}`.", window.label)));
        }
    }
    found.push(name_of("*", "Every label."));
    found
}

fn events(manifest: &Manifest) -> Vec<Value> {
    manifest.events.keys().map(|name| name_of(name.as_str(), "A declared event.")).collect()
}

fn backends(manifest: &Manifest) -> Vec<Value> {
    manifest.backends.keys().map(|name| name_of(name.as_str(), "One of `backends`.")).collect()
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
    let sites = manifest.sites.keys().map(|name| name_of(name.as_str(), "A site of the app."));
    built_in.iter().map(|(name, text)| name_of(name, text)).chain(sites).chain(declared).collect()
}

fn commands(manifest: &Manifest) -> Vec<Value> {
    let declared = manifest.commands.iter().map(|(name, command)| {
        let description = command.description.as_deref();
        name_of(name.as_str(), description.unwrap_or("A command without a description."))
    });
    let namespaces = manifest.plugins.keys().map(|plugin| {
        name_of(&format!("plugin:{plugin}|*"), &format!("Every command of `{plugin}`."))
    });
    let group = |name: &str| name_of(&format!("@{name}"), "A group of commands.");
    let groups = manifest.groups.keys().map(|name| group(name.as_str()));
    let built_in = builtin_groups(manifest.builtin_namespaces());
    let built_in = built_in.iter().map(|name| group(name));
    let all = "Every app command; under `deny` every command.";
    let own = declared.chain(namespaces).chain(groups).chain(built_in);
    own.chain([name_of("*", all)]).collect()
}
