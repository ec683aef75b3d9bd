//! The protocol's own rules, and clients that break them.

use super::MANIFEST;
use crate::support::{cli::Portcullis, lsp::Editor};
use serde_json::{Value, json};

#[test]
fn a_session_that_ends_in_order_is_a_yes_and_says_nothing_else() {
    let mut editor = Editor::start();
    editor.open("gateway.yaml", MANIFEST);
    editor.findings("gateway.yaml");
    assert_eq!(editor.shut_down(), (0, String::new()));
}

#[test]
fn an_exit_without_a_shutdown_is_a_no() {
    let mut editor = Editor::start();
    editor.tell("exit", Value::Null);
    assert_eq!(editor.end().0, 1);
    let mut editor = Editor::silent(Portcullis::new());
    editor.tell("exit", Value::Null);
    assert_eq!(editor.end().0, 1);
}

#[test]
fn a_client_that_goes_away_ends_the_server() {
    assert_eq!(Editor::start().end().0, 1);
}

#[test]
fn nothing_is_answered_before_the_session_begins_and_after_it_ends() {
    let mut editor = Editor::silent(Portcullis::new());
    editor.tell("textDocument/didOpen", json!({ "nonsense": true }));
    let early = editor.answer("textDocument/hover", json!({}));
    assert_eq!(early["error"]["code"], -32002);
    editor.ask("initialize", json!({ "capabilities": {} }));
    assert_eq!(editor.answer("initialize", json!({ "capabilities": {} }))["error"]["code"], -32600);
    editor.ask("shutdown", Value::Null);
    assert_eq!(editor.answer("textDocument/hover", json!({}))["error"]["code"], -32600);
    editor.tell("exit", Value::Null);
    assert_eq!(editor.end().0, 0);
}

#[test]
fn a_malformed_message_costs_an_answer_and_nothing_else() {
    let mut editor = Editor::start();
    editor.write(b"Content-Length: 5\r\n\r\n{\"a\":");
    assert_eq!(editor.read().expect("an answer")["error"]["code"], -32700);
    editor.write(b"Content-Length: 9\r\n\r\n{\"id\": 7}");
    let answer = editor.read().expect("an answer");
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(7), &json!(-32600)));
    editor.write(b"no header at all\r\n\r\n");
    assert_eq!(editor.read().expect("an answer")["error"]["code"], -32700);
    editor.write(b"Content-Length: 2\r\nContent-Type: application/vscode-jsonrpc; charset=utf-8\r\n\r\n\xff\xfe");
    assert_eq!(editor.read().expect("an answer")["error"]["code"], -32700);
    assert_eq!(editor.answer("no/such/method", json!({}))["error"]["code"], -32601);
    assert_eq!(editor.answer("textDocument/hover", json!({}))["error"]["code"], -32602);
    editor.open("gateway.yaml", MANIFEST);
    assert!(editor.findings("gateway.yaml").is_empty());
    assert_eq!(editor.shut_down().0, 0);
}

#[test]
fn malformed_notifications_are_told_on_standard_error_alone() {
    let mut editor = Editor::start();
    editor.tell("textDocument/didOpen", json!({ "textDocument": 1 }));
    editor.tell("$/unknown", json!([1, 2]));
    editor.change("gateway.yaml", &json!([{ "text": "never opened" }]));
    editor.close("gateway.yaml");
    let (code, complaint) = editor.shut_down();
    assert_eq!(code, 0);
    assert!(complaint.contains("textDocument/didOpen"), "{complaint}");
    assert!(complaint.contains("not open"), "{complaint}");
    assert_eq!(complaint.lines().count(), 2, "{complaint}");
}

#[test]
fn positions_outside_of_the_text_are_put_inside() {
    let mut editor = Editor::start();
    editor.open("gateway.yaml", "version: 1\n");
    for (line, character) in [(0, 99_999), (99_999, 0), (u32::MAX, u32::MAX)] {
        let place = json!({
            "textDocument": { "uri": editor.uri("gateway.yaml") },
            "position": { "line": line, "character": character },
        });
        for method in ["hover", "definition", "completion"] {
            editor.ask(&format!("textDocument/{method}"), place.clone());
        }
    }
    let end = json!({ "line": 9, "character": 9 });
    let changes = json!([{ "range": { "start": end, "end": end }, "text": "app: { id: dev.example.lsp }\n" }]);
    editor.change("gateway.yaml", &changes);
    assert!(editor.findings("gateway.yaml").is_empty());
}

#[test]
fn a_document_that_is_no_file_is_served_too() {
    let mut editor = Editor::start();
    let document = json!({ "uri": "untitled:Untitled-1", "languageId": "yaml", "version": 3, "text": MANIFEST });
    editor.tell("textDocument/didOpen", json!({ "textDocument": document }));
    let params = json!({ "textDocument": { "uri": "untitled:Untitled-1" } });
    let symbols = editor.ask("textDocument/documentSymbol", params);
    assert_eq!(symbols.as_array().expect("a list").len(), 7);
    let told = editor.told.pop().or_else(|| editor.read()).expect("findings");
    assert_eq!(
        told["params"],
        json!({ "uri": "untitled:Untitled-1", "diagnostics": [], "version": 3 })
    );
}
