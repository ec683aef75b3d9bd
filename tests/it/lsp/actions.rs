//! Code actions and formatting: edits that the client may make without a second thought.

use super::MANIFEST;
use crate::support::lsp::Editor;
use serde_json::{Value, json};

/// A text after edits of it; lines and columns are ASCII's.
fn edited(text: &str, edits: &Value) -> String {
    let byte = |position: &Value| {
        let number =
            |key: &str| usize::try_from(position[key].as_u64().expect("a number")).expect("small");
        let lines = text.split_inclusive('\n').take(number("line"));
        lines.map(str::len).sum::<usize>() + number("character")
    };
    let mut edits: Vec<(usize, usize, &str)> = edits
        .as_array()
        .expect("a list")
        .iter()
        .map(|edit| {
            let text = edit["newText"].as_str().expect("text");
            (byte(&edit["range"]["start"]), byte(&edit["range"]["end"]), text)
        })
        .collect();
    edits.sort_unstable();
    let mut text = text.to_owned();
    for (start, end, new) in edits.into_iter().rev() {
        text.replace_range(start..end, new);
    }
    text
}

fn actions(editor: &mut Editor, name: &str, lines: [u32; 2], only: &Value) -> Vec<Value> {
    let [start, end] = lines.map(|line| json!({ "line": line, "character": 0 }));
    let params = json!({
        "textDocument": { "uri": editor.uri(name) },
        "range": { "start": start, "end": end },
        "context": { "diagnostics": [], "only": only },
    });
    serde_json::from_value(editor.ask("textDocument/codeAction", params)).expect("a list")
}

#[test]
fn a_misspelt_name_can_be_mended() {
    let text = MANIFEST.replace("allow: [greet]", "allow: [gret]");
    let mut editor = Editor::start();
    editor.open("gateway.yaml", &text);
    let found = actions(&mut editor, "gateway.yaml", [35, 36], &json!(["quickfix"]));
    assert_eq!(found.len(), 1, "{found:?}");
    let action = &found[0];
    assert_eq!((&action["title"], &action["isPreferred"]), (&json!("write `greet`"), &json!(true)));
    assert_eq!(action["diagnostics"][0]["code"], "undefined-command");
    let change = &action["edit"]["documentChanges"][0];
    let document = json!({ "uri": editor.uri("gateway.yaml"), "version": 1 });
    assert_eq!(change["textDocument"], document);
    assert_eq!(edited(&text, &change["edits"]), MANIFEST);
    let elsewhere = actions(&mut editor, "gateway.yaml", [0, 9], &json!(["quickfix"]));
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
}

#[test]
fn a_client_without_versions_gets_plain_changes() {
    let mut editor = Editor::silent(crate::support::cli::Portcullis::new());
    editor.ask("initialize", json!({ "capabilities": {} }));
    let text = MANIFEST.replace("allow: [greet]", "allow: [gret]");
    editor.open("gateway.yaml", &text);
    let found = actions(&mut editor, "gateway.yaml", [35, 36], &json!(["quickfix"]));
    let changes = &found[0]["edit"]["changes"][editor.uri("gateway.yaml")];
    assert_eq!(edited(&text, changes), MANIFEST);
}

#[test]
fn every_fix_of_a_file_is_one_action() {
    let text = MANIFEST.replace("allow: [greet", "allow: [gret").replace("[main]", "[mian]");
    let mut editor = Editor::start();
    editor.open("gateway.yaml", &text);
    let found = actions(&mut editor, "gateway.yaml", [0, 0], &json!(["source.fixAll"]));
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["kind"], "source.fixAll.portcullis");
    let edits = &found[0]["edit"]["documentChanges"][0]["edits"];
    assert_eq!(edits.as_array().expect("a list").len(), 3);
    assert_eq!(edited(&text, edits), MANIFEST);
    // Any kind but those that it has.
    assert!(actions(&mut editor, "gateway.yaml", [0, 40], &json!(["refactor"])).is_empty());
    assert_eq!(actions(&mut editor, "gateway.yaml", [0, 40], &Value::Null).len(), 4);
}

#[test]
fn a_manifest_without_faults_has_no_actions() {
    let mut editor = Editor::start();
    editor.open("gateway.yaml", MANIFEST);
    assert!(actions(&mut editor, "gateway.yaml", [0, 40], &Value::Null).is_empty());
}

#[test]
fn an_include_has_actions_of_its_own() {
    let mut editor = Editor::start();
    editor.open("gateway.yaml", &format!("{MANIFEST}include: [more.yaml]\n"));
    let text = "permissions:\r\n  more: { windows: [mian], allow: [gret] }\r\n";
    editor.open("more.yaml", text);
    let found = actions(&mut editor, "more.yaml", [0, 9], &json!(["source.fixAll.portcullis"]));
    let change = &found[0]["edit"]["documentChanges"][0];
    assert_eq!(change["textDocument"]["uri"], editor.uri("more.yaml"));
    let mended = text.replace("mian", "main").replace("gret", "greet");
    assert_eq!(edited(text, &change["edits"]), mended);
}

#[test]
fn no_action_is_for_a_text_that_has_changed() {
    let mut editor = Editor::start();
    editor.open("gateway.yaml", &MANIFEST.replace("allow: [greet]", "allow: [gret]"));
    editor.findings("gateway.yaml");
    editor.change("gateway.yaml", &json!([{ "text": MANIFEST }]));
    assert!(actions(&mut editor, "gateway.yaml", [0, 40], &Value::Null).is_empty());
}

fn format(editor: &mut Editor, text: &str) -> Value {
    editor.open("gateway.yaml", text);
    let params = json!({
        "textDocument": { "uri": editor.uri("gateway.yaml") },
        "options": { "tabSize": 8, "insertSpaces": false },
    });
    editor.ask("textDocument/formatting", params)
}

#[test]
fn formatting_changes_the_lines_that_differ_and_no_others() {
    let mut editor = Editor::start();
    for (text, lines) in [
        ("version: 1\napp:   {id: dev.example}\n# the end\n", [1, 2]),
        ("version: 1\r\napp:   {id: dev.example}\r\n# the end\r\n", [1, 2]),
        ("version:    1\napp: { id: dev.example }\n", [0, 1]),
        ("version: 1\napp: { id: dev.example }   ", [1, 1]),
        ("version: 1\n\n\n\napp: { id: dev.example }\n", [2, 4]),
    ] {
        let edits = format(&mut editor, text);
        assert_eq!(edits.as_array().expect("a list").len(), 1, "{text:?}: {edits}");
        let range = &edits[0]["range"];
        let [start, end] = lines.map(Value::from);
        assert_eq!((&range["start"]["line"], &range["end"]["line"]), (&start, &end), "{text:?}");
        let result = edited(text, &edits);
        assert_eq!(format(&mut editor, &result), json!([]), "{result:?}");
    }
}

#[test]
fn what_is_no_yaml_keeps_its_layout() {
    let mut editor = Editor::start();
    assert_eq!(format(&mut editor, "version:   1\napp: {id: [\n"), Value::Null);
    assert_eq!(format(&mut editor, MANIFEST), json!([]));
}
