//! `unfit-argument`: no value that the argument can have fits the place of its placeholder, so that every call would fail.

use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::{Argument, ArgumentKind, Manifest, Use},
};
use serde_json::Value;
use std::collections::BTreeSet;

/// What text can be made of.
const PLAIN: [&str; 4] = ["string", "number", "integer", "boolean"];

/// How a placeholder takes its argument's value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Slot {
    /// `{name...}`: one text an item.
    Spread,
    /// `{name}` as a whole argument of a program.
    Item,
    /// `{name}` with text around it.
    Part,
    /// `{name}` alone, which may keep its JSON type.
    Whole,
}

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    // The texts of a shared backend are those of every command that uses it.
    let mut seen = BTreeSet::new();
    for command in manifest.sound_commands() {
        let declared = command.args.as_deref().unwrap_or_default();
        for place in &command.uses {
            let found = declared.iter().find(|argument| argument.name == place.name);
            let fault = found.and_then(|argument| Some((argument, fault(place, argument)?)));
            let Some((argument, (message, help))) = fault else { continue };
            if seen.insert((place.span, &place.name)) {
                diagnostics.push(
                    Diagnostic::new(Code::UnfitArgument, place.span, message)
                        .help(help)
                        .related(argument.span, "declared here"),
                );
            }
        }
    }
}

/// What is wrong and what to write, if the argument can never be used there.
fn fault(place: &Use, argument: &Argument) -> Option<(String, String)> {
    let name = &argument.name;
    let slot = slot(place)?;
    match &argument.kind {
        ArgumentKind::Channel { .. } => {
            let help = format!("output goes to a channel with `stream: {{ to: {name} }}`");
            return Some((format!("`{name}` is a channel, which has no text"), help));
        }
        ArgumentKind::Path(_) if slot == Slot::Spread => {
            return Some((
                format!("`{{{name}...}}` needs a list, and `{name}` is one path"),
                format!("write `{{{name}}}`"),
            ));
        }
        ArgumentKind::Path(_) => return None,
        ArgumentKind::Value => {}
    }
    let schema: Value = serde_json::from_str(&argument.schema.as_ref()?.text).ok()?;
    let types = types(&schema)?;
    let has = |wanted: &[&str]| types.iter().any(|kind| wanted.contains(kind));
    match slot {
        Slot::Spread if !has(&["array"]) => Some((
            format!("`{{{name}...}}` needs a list, and `{name}` is {}", articled(types.first()?)),
            format!(
                "write `{{{name}}}`, or declare it as `{{ type: array, items: {{ type: string }} }}`"
            ),
        )),
        Slot::Spread => {
            let items = self::types(schema.get("items")?)?;
            let is_fit = items.iter().any(|kind| PLAIN.contains(kind));
            (!is_fit).then_some((
                format!("the items of `{name}` cannot be texts: each is {}", articled(items.first()?)),
                "items that are texts, numbers or booleans become arguments: `items: { type: string }`".to_owned(),
            ))
        }
        Slot::Item | Slot::Part if !has(&PLAIN) => Some((
            format!("`{name}` is {}, which has no text", articled(types.first()?)),
            if slot == Slot::Item && has(&["array"]) {
                format!("write `{{{name}...}}` for one argument an item")
            } else if place.is_item && has(&["array"]) {
                format!("write `{{{name}...}}` as an item of its own, or declare a text")
            } else {
                "declare it as a text, a number or a boolean".to_owned()
            },
        )),
        _ => None,
    }
}

/// Where the placeholder stands in its text; of the word of a `when`, which takes any value, nothing.
fn slot(place: &Use) -> Option<Slot> {
    let (name, text) = (place.name.as_str(), place.text.as_str());
    if text == name {
        return None;
    }
    let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
    Some(match inner {
        Some(inner) if inner == name && place.is_item => Slot::Item,
        Some(inner) if inner == name => Slot::Whole,
        Some(inner) if inner.strip_suffix("...") == Some(name) => Slot::Spread,
        _ => Slot::Part,
    })
}

/// The types that a schema names, if it names them at its top.
fn types(schema: &Value) -> Option<Vec<&str>> {
    match schema.get("type")? {
        Value::String(kind) => Some(vec![kind]),
        Value::Array(kinds) => kinds.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

fn articled(kind: &str) -> &'static str {
    match kind {
        "array" => "a list",
        "object" => "an object",
        "string" => "a text",
        "boolean" => "a boolean",
        "null" => "null",
        _ => "a number",
    }
}
