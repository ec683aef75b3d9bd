//! What turns a denial around that no permission gave, in words: the same edit as that of `allow`.

use super::{
    ManifestArg,
    caller::{first_webview, start_origin},
    grant::{Grant, Obstacle},
    locate::Sound,
    quoted,
    views::{Views, with},
};
use crate::{document::to_yaml, edit::Change, ipc::Caller, manifest::Manifest, pattern::Origin};
use serde_json::{Map, Value, json};
use std::path::Path;

/// How to let this caller call this command, and nobody else anything; beginning with `help:`.
pub(super) fn remedy(sound: Sound, arg: &ManifestArg, caller: &Caller, command: &str) -> String {
    let windows = || sound.manifest.windows.iter();
    if !windows().any(|window| window.has_label(&caller.window)) {
        return format!("help: the manifest declares no window `{}`", caller.window);
    }
    if !windows().any(|window| window.has_webview(&caller.webview)) {
        return format!("help: the manifest declares no webview `{}`", caller.webview);
    }
    let Some(origin) = &caller.origin else {
        return "help: nothing can allow it to a page without an origin".to_owned();
    };
    let views = match Views::read(sound, arg) {
        Ok(views) => views,
        Err(unsound) => {
            let with = with(&unsound.options);
            return format!("help: mend the manifest first: it has errors {with}");
        }
    };
    let run = command_line(&views.chosen.manifest, arg, caller, origin, command);
    match Grant::find(&views, caller, origin, command, None) {
        Err(Obstacle(message)) => format!("help: {message}"),
        Ok(grant) => format!("help: run `{run}`, or add {}", by_hand(&views, &grant, command)),
    }
}

/// The edit for those who make it themselves.
fn by_hand(views: &Views, grant: &Grant, command: &str) -> String {
    let base = views.base();
    let id = &grant.permission;
    if let Some(Change::Append { .. }) = grant.changes.first() {
        let permission = base.permission(id);
        let place = permission.map(|permission| base.loaded.sources.place(permission.span));
        let place = place.map(|place| format!(" ({place})")).unwrap_or_default();
        return format!("`{command}` to `allow` of `{id}`{place}");
    }
    let mut parts = Vec::new();
    let mut missing = Map::new();
    for change in &grant.changes {
        let Change::Insert { mapping, key, value } = change else { continue };
        let section = mapping.trim_start_matches('/');
        let entry = json!({ key: value });
        let document = base.loaded.document.as_ref();
        let is_there = document
            .and_then(|document| document.entry(section))
            .is_some_and(|entry| entry.key.file == grant.file);
        // A section that stands there twice would be an error.
        if is_there {
            parts.push(block(&format!("to `{section}`"), &entry));
        } else {
            missing.insert(section.to_owned(), entry);
        }
    }
    if !missing.is_empty() {
        parts.push(block("to the manifest", &Value::Object(missing)));
    }
    parts.join("\nand ")
}

fn block(place: &str, value: &Value) -> String {
    let yaml = to_yaml(value);
    yaml.lines().fold(format!("{place}:"), |text, line| text + "\n  " + line)
}

/// The words that make `allow` write it.
fn command_line(
    manifest: &Manifest,
    arg: &ManifestArg,
    caller: &Caller,
    origin: &Origin,
    command: &str,
) -> String {
    let Caller { window, webview, .. } = caller;
    let mut words = vec![command.to_owned(), "--window".to_owned(), window.to_string()];
    let mut add = |flag: &str, value: String| words.extend([flag.to_owned(), value]);
    if first_webview(manifest, window) != *webview {
        add("--webview", webview.to_string());
    }
    if start_origin(manifest, window, webview) != *origin {
        let is_app = *origin == Origin::app();
        add("--origin", if is_app { "app".to_owned() } else { origin.to_string() });
    }
    let path = |path: &Path| path.display().to_string();
    for (flag, value) in [
        ("-m", arg.file.manifest.as_deref().map(path)),
        ("--profile", arg.profile.clone()),
        ("--guardrails", arg.guardrails.as_deref().map(path)),
    ] {
        if let Some(value) = value {
            add(flag, value);
        }
    }
    words.iter().fold("portcullis allow".to_owned(), |line, word| line + " " + &quoted(word))
}
