//! The piece of a manifest that would turn a denial around, for `explain` to show and for `allow` to write.

use super::views::Views;
use crate::{ipc::Caller, name::is_word_character, pattern::Origin};
use serde_json::{Map, Value, json};

/// What to add to the manifest: a permission and, if the origin has no name yet, a name for it.
///
/// The permission's id is `id`, or derived from the window's label. Both names are new with every profile, too: what a
/// profile says about them would be put over them.
pub(super) fn suggestion(
    views: &Views,
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
        let name = named(views, origin).unwrap_or_else(|| {
            let name = free_name(origin.host(), |name| {
                views.all().any(|view| view.manifest.origin_names().any(|taken| taken == name))
            });
            sections.insert("origins".into(), json!({ &name: origin.to_string() }));
            name
        });
        permission.insert("origins".into(), json!([name]));
    }
    permission.insert("allow".into(), json!([command]));
    let is_taken = |name: &str| views.all().any(|view| view.permission(name).is_some());
    let id =
        id.map_or_else(|| free_name(&format!("{}-more", caller.window), is_taken), str::to_owned);
    sections.insert("permissions".into(), json!({ id: permission }));
    Value::Object(sections)
}

/// The name that stands for this origin and no other, whichever profile is over the manifest.
fn named(views: &Views, origin: &Origin) -> Option<String> {
    let is_literal = |name: &str| {
        views.all().all(|view| {
            let pattern = view.manifest.origins.get(name);
            pattern.and_then(|pattern| pattern.value.literal()).as_ref() == Some(origin)
        })
    };
    let names = views.base().manifest.origins.keys().map(ToString::to_string);
    names.into_iter().find(|name| is_literal(name))
}

/// A word made of `text` that is not taken yet.
fn free_name(text: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let word: String = text.chars().map(|c| if is_word_character(c) { c } else { '-' }).collect();
    let numbered = (2..).map(|number| format!("{word}-{number}"));
    std::iter::once(word.clone()).chain(numbered).find(|name| !is_taken(name)).unwrap_or_default()
}
