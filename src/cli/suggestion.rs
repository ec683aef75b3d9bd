//! The piece of a manifest that would turn a denial around, for `explain` to show and for `allow` to write.

use crate::{ipc::Caller, manifest::Manifest, name::is_word_character, pattern::Origin};
use serde_json::{Map, Value, json};

/// What to add to the manifest: a permission and, if the origin has no name yet, a name for it.
///
/// The permission's id is `id`, or derived from the window's label.
pub(super) fn suggestion(
    manifest: &Manifest,
    caller: &Caller,
    origin: &Origin,
    command: &str,
    id: Option<&str>,
) -> Value {
    let mut sections = Map::new();
    let mut permission = Map::new();
    permission.insert("windows".into(), json!([caller.window]));
    if caller.webview != caller.window {
        permission.insert("webviews".into(), json!([caller.webview]));
    }
    if *origin != Origin::app() {
        let declared = manifest
            .origins
            .iter()
            .find(|(_, pattern)| pattern.value.literal().as_ref() == Some(origin));
        let name = if let Some((name, _)) = declared {
            name.to_string()
        } else {
            let name = free_name(origin.host(), |name| {
                matches!(name, "app" | "remote") || manifest.origins.contains_key(name)
            });
            sections.insert("origins".into(), json!({ &name: origin.to_string() }));
            name
        };
        permission.insert("origins".into(), json!([name]));
    }
    permission.insert("allow".into(), json!([command]));
    let is_taken =
        |name: &str| manifest.permissions.iter().any(|permission| permission.id.as_str() == name);
    let id =
        id.map_or_else(|| free_name(&format!("{}-more", caller.window), is_taken), str::to_owned);
    sections.insert("permissions".into(), json!({ id: permission }));
    Value::Object(sections)
}

/// A word made of `text` that is not taken yet.
fn free_name(text: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let word: String = text.chars().map(|c| if is_word_character(c) { c } else { '-' }).collect();
    let numbered = (2..).map(|number| format!("{word}-{number}"));
    std::iter::once(word.clone()).chain(numbered).find(|name| !is_taken(name)).unwrap_or_default()
}
