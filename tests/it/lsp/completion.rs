//! Completion: what may be written where the cursor is, while the line is not YAML yet.

use super::MANIFEST;
use crate::support::lsp::{CURSOR, Editor, under};
use serde_json::Value;

/// What is offered at a mark.
fn offered(text: &str) -> Vec<Value> {
    let mut editor = Editor::start();
    let place = editor.open_at_cursor(text);
    let found = editor.ask("textDocument/completion", place);
    serde_json::from_value(found).expect("a list")
}

fn labels(text: &str) -> Vec<String> {
    offered(text).iter().map(|it| it["label"].as_str().expect("a label").to_owned()).collect()
}

/// The manifest with something in the place of its last permission.
fn permission(line: &str) -> String {
    let at = MANIFEST.find("  everybody:").expect("it");
    format!("{}{line}", &MANIFEST[..at])
}

/// The line of the cursor after taking the offer with this label.
fn taken(text: &str, label: &str) -> String {
    let offers = offered(text);
    let offer =
        offers.iter().find(|it| it["label"] == label).unwrap_or_else(|| panic!("{offers:?}"));
    let number = text[..text.find(CURSOR).expect("a cursor")].matches('\n').count();
    let plain = text.replacen(CURSOR, "", 1);
    let line = plain.lines().nth(number).unwrap_or_default();
    let edit = &offer["textEdit"];
    assert_eq!(edit["range"]["start"]["line"], number);
    let written = under(&plain, &edit["range"]);
    let start = edit["range"]["start"]["character"].as_u64().expect("a column");
    // The lines of these tests are ASCII.
    let (before, after) = line.split_at(usize::try_from(start).expect("small"));
    format!("{before}{}{}", edit["newText"].as_str().expect("text"), &after[written.len()..])
}

#[test]
fn keys_are_offered_where_they_fit_and_are_missing() {
    let top = labels("version: 1\n‸\napp: {}\n");
    assert!(
        top.contains(&"windows".to_owned()) && top.contains(&"permissions".to_owned()),
        "{top:?}"
    );
    assert!(!top.contains(&"version".to_owned()) && !top.contains(&"app".to_owned()), "{top:?}");
    let keys = ["name", "version", "frontend", "dev", "csp", "sites"];
    assert_eq!(labels("version: 1\napp: { id: a.b, ‸ }\n"), keys);
    assert_eq!(labels("version: 1\napp:\n  id: a.b\n  ‸\n"), keys);
    assert_eq!(labels("version: 1\napp:\n  id: a.b\n  na‸\n"), keys);
    let run = labels("version: 1\napp: {}\ncommands:\n  greet:\n    run:\n      ‸");
    for key in ["value", "process", "http", "native", "use"] {
        assert!(run.contains(&key.to_owned()), "{run:?}");
    }
}

#[test]
fn what_must_be_there_comes_first() {
    let text = "version: 1\napp: {}\ncommands:\n  greet:\n    ‸\n";
    assert_eq!(labels(text), ["run", "description", "args", "returns", "limits"]);
}

#[test]
fn a_key_brings_room_for_its_value() {
    assert_eq!(taken("version: 1\napp: {}\nwin‸", "windows"), "windows:\n  $0");
    assert_eq!(
        taken("version: 1\napp: {}\npermissions: { a: { win‸ } }", "windows"),
        "permissions: { a: { windows: [$0] } }"
    );
    assert_eq!(taken("version: 1\napp: {}\nun‸", "unlisted"), "unlisted: ${1|deny,additive|}");
    assert_eq!(taken("version: 1\napp: { id‸ }\n", "id"), "app: { id:  }");
    assert_eq!(taken("version: 1\nap‸: {}\n", "app"), "app: {}");
}

#[test]
fn a_key_is_described() {
    let offers = offered("version: 1\napp: {}\n‸");
    let windows = offers.iter().find(|it| it["label"] == "windows").expect("it");
    assert!(windows["documentation"]["value"].as_str().expect("text").contains("by label"));
}

#[test]
fn the_words_of_a_value_are_offered() {
    assert_eq!(labels("version: 1\napp: {}\nunlisted: ‸"), ["deny", "additive"]);
    let text = "version: 1\napp: {}\ncommands: { a: { run: { process: { output: ‸ } } } }";
    assert_eq!(labels(text), ["text", "lines", "json", "raw"]);
    let text = "version: 1\napp: {}\ncommands: { a: { args: { b: { type: ‸ } } } }";
    assert!(labels(text).contains(&"integer".to_owned()));
    assert_eq!(taken("version: 1\napp: {}\nunlisted:‸", "deny"), "unlisted: deny");
}

#[test]
fn names_are_offered_where_permissions_name_them() {
    let commands =
        ["greet", "wipe", "plugin:git|log", "plugin:git|push", "plugin:git|*", "@core", "*"];
    assert_eq!(labels(&permission("  more: { windows: [main], allow: [‸")), commands);
    assert_eq!(
        labels(&permission("  more:\n    windows: [main]\n    allow:\n      - gr‸\n")),
        // An item in a line of its own may also become a mapping.
        [&commands[..], &["commands", "scope"]].concat()
    );
    assert_eq!(labels(&permission("  more: { windows: [‸] }")), ["main", "viewer"]);
    assert_eq!(labels(&permission("  more: { webviews: [main, ‸] }")), ["main", "viewer"]);
    assert_eq!(
        labels(&permission("  more: { origins: [‸] }")),
        ["docs", "tenants", "app", "remote"]
    );
    let grouped = permission("  more: { allow: [‸] }\ngroups: { read: [greet] }\n");
    assert!(labels(&grouped).contains(&"@read".to_owned()));
}

#[test]
fn a_name_gets_the_quotes_that_it_needs() {
    let name = "plugin:git|log";
    let with = |list: &str| permission(&format!("  more: {{ allow: [{list}] }}"));
    assert_eq!(taken(&with("plu‸"), name), "  more: { allow: [\"plugin:git|log\"] }");
    assert_eq!(taken(&with("\"plugin:g‸\""), name), "  more: { allow: [\"plugin:git|log\"] }");
    assert_eq!(taken(&with("gr‸"), "greet"), "  more: { allow: [greet] }");
    assert_eq!(taken(&permission("  more: { allow: ['gr‸"), "greet"), "  more: { allow: ['greet'");
}

#[test]
fn arguments_are_offered_in_placeholders() {
    let with = |run: &str| MANIFEST.replace("run: { value: \"Hello, {name}! {times}\" }", run);
    let text = with("run: { value: \"Hello, {‸");
    assert_eq!(labels(&text), ["name", "times", "origin:"]);
    assert_eq!(taken(&text, "name"), "    run: { value: \"Hello, {name}");
    assert_eq!(taken(&with("run: { value: \"{na‸}\" }"), "name"), "    run: { value: \"{name}\" }");
    assert!(labels(&with("run: { value: \"{{‸\" }")).is_empty());
    let text = MANIFEST.replace("when: author", "when: ‸");
    assert_eq!(labels(&text), ["author"]);
}

#[test]
fn nothing_is_offered_where_anything_may_stand() {
    for text in [
        "version: 1\napp: { name: ‸ }\n",
        "version: 1\napp: {}\n# wi‸\n",
        "version: 1\napp: {}\nwindows: { ‸ }\n",
        "version: 1\napp: {} ‸\n",
    ] {
        assert!(labels(text).is_empty(), "{text:?}: {:?}", labels(text));
    }
}
