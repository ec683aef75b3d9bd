//! Findings while somebody types: what `validate` says, at the places of the editor's text.

use super::MANIFEST;
use crate::support::{
    cli::Portcullis,
    lsp::{Editor, under},
};
use serde_json::{Value, json};

fn codes(findings: &[Value]) -> Vec<&str> {
    findings.iter().map(|finding| finding["code"].as_str().expect("a code")).collect()
}

#[test]
fn a_manifest_without_faults_has_no_findings() {
    let mut editor = Editor::start();
    editor.open("gateway.yaml", MANIFEST);
    assert_eq!(editor.findings("gateway.yaml"), Vec::<Value>::new());
}

#[test]
fn a_finding_says_what_is_wrong_where_and_what_to_do() {
    let mut editor = Editor::start();
    let text = MANIFEST.replace("allow: [greet]", "allow: [gret]");
    editor.open("gateway.yaml", &text);
    let findings = editor.findings("gateway.yaml");
    let expected = json!([{
        "range": { "start": { "line": 35, "character": 12 }, "end": { "line": 35, "character": 16 } },
        "severity": 1,
        "code": "undefined-command",
        "source": "portcullis",
        "message": "the command `gret` is not declared\nhelp: did you mean `greet`?",
    }]);
    assert_eq!(Value::from(findings), expected);
}

#[test]
fn columns_behind_an_emoji_are_counted_as_the_client_counts() {
    let text = "version: 1\napp: { id: dev.example.lsp, name: \"😀ä\", nam: x }\n";
    for (offered, column) in [
        (json!({}), 41),
        (json!({ "positionEncodings": ["utf-16"] }), 41),
        (json!({ "positionEncodings": ["utf-32", "utf-16"] }), 40),
        (json!({ "positionEncodings": ["utf-8", "utf-16"] }), 44),
    ] {
        let mut editor = Editor::with(Portcullis::new(), &offered);
        editor.open("gateway.yaml", text);
        let findings = editor.findings("gateway.yaml");
        assert_eq!(codes(&findings), ["unknown-key"]);
        assert_eq!(findings[0]["range"]["start"], json!({ "line": 1, "character": column }));
    }
}

#[test]
fn other_places_that_take_part_are_shown() {
    let mut editor = Editor::start();
    let text = "version: 1\napp: { id: dev.example.lsp }\nwindows: {}\nwindows: {}\n";
    editor.open("gateway.yaml", text);
    let findings = editor.findings("gateway.yaml");
    assert_eq!(codes(&findings), ["duplicate-key"]);
    assert_eq!(under(text, &findings[0]["range"]), "windows");
    let related = &findings[0]["relatedInformation"][0];
    assert_eq!(related["location"]["uri"], editor.uri("gateway.yaml"));
    assert_eq!(related["location"]["range"]["start"]["line"], 2);
    assert!(related["message"].is_string());
}

#[test]
fn warnings_are_not_errors() {
    let mut editor = Editor::start();
    editor.open("gateway.yaml", &MANIFEST.replace(", \"plugin:git|*\"", ""));
    let findings = editor.findings("gateway.yaml");
    assert_eq!(codes(&findings), ["unreachable-command"]);
    assert_eq!(findings[0]["severity"], 2);
}

#[test]
fn what_is_typed_counts_and_not_what_is_on_disk() {
    let mut editor = Editor::with(Portcullis::with_manifest("not: [yaml"), &json!({}));
    editor.open("gateway.yaml", MANIFEST);
    assert!(editor.findings("gateway.yaml").is_empty());
    let changes =
        json!([{ "text": "nonsense: 1\n" }, { "text": MANIFEST.replace("viewer", "viewers") }]);
    editor.change("gateway.yaml", &changes);
    assert!(editor.findings("gateway.yaml").is_empty());
    editor.change("gateway.yaml", &json!([{ "text": "nonsense: 1\n" }]));
    assert!(codes(&editor.findings("gateway.yaml")).contains(&"unknown-key"));
}

#[test]
fn saving_looks_again() {
    let mut editor = Editor::start();
    editor.open("gateway.yaml", "version: 1\n");
    let first = editor.findings("gateway.yaml");
    editor.tell(
        "textDocument/didSave",
        json!({ "textDocument": { "uri": editor.uri("gateway.yaml") } }),
    );
    assert_eq!(editor.findings("gateway.yaml"), first);
}

#[test]
fn closing_clears_the_findings() {
    let mut editor = Editor::start();
    editor.open("gateway.yaml", "version: 1\n");
    assert_eq!(codes(&editor.findings("gateway.yaml")), ["missing-key"]);
    editor.close("gateway.yaml");
    assert!(editor.next_findings("gateway.yaml", None).is_empty());
}

#[test]
fn other_yaml_is_left_alone_until_it_is_a_manifest() {
    let mut editor = Editor::start();
    editor.open("compose.yaml", "version: 3\nservices: {}\n");
    let place = json!({
        "textDocument": { "uri": editor.uri("compose.yaml") },
        "position": { "line": 0, "character": 2 },
    });
    for method in ["textDocument/hover", "textDocument/completion", "textDocument/definition"] {
        assert_eq!(editor.ask(method, place.clone()), Value::Null, "{method}");
    }
    assert_eq!(editor.told, Vec::<Value>::new());
    editor.change("compose.yaml", &json!([{ "text": "version: 3\napp: {}\n" }]));
    assert!(codes(&editor.findings("compose.yaml")).contains(&"invalid-value"));
    editor.change("compose.yaml", &json!([{ "text": "version: 3\nservices: {}\n" }]));
    assert!(editor.findings("compose.yaml").is_empty());
}

#[test]
fn a_document_too_large_has_one_finding_until_it_is_smaller() {
    let mut editor = Editor::start();
    editor.open("gateway.yaml", &format!("{MANIFEST}#{}\n", "x".repeat(1 << 20)));
    assert_eq!(codes(&editor.findings("gateway.yaml")), ["file-too-large"]);
    let lines = MANIFEST.lines().count();
    let end = json!({ "line": lines, "character": 1 << 21 });
    let range = json!({ "start": { "line": lines, "character": 0 }, "end": end });
    editor.change("gateway.yaml", &json!([{ "range": range, "text": "" }]));
    assert!(editor.findings("gateway.yaml").is_empty());
}

#[test]
fn line_ends_tabs_and_a_byte_order_mark_move_nothing() {
    let mut editor = Editor::start();
    let text = "\u{feff}version: 1\r\napp: { id: dev.example.lsp }\r\nwindows:\r\n\tmain: {}\r\n";
    editor.open("gateway.yaml", text);
    let findings = editor.findings("gateway.yaml");
    assert!(codes(&findings).contains(&"tab-indentation"), "{findings:?}");
    let tab = findings.iter().find(|it| it["code"] == "tab-indentation").expect("it");
    let start = json!({ "line": 3, "character": 0 });
    assert_eq!(tab["range"], json!({ "start": start, "end": { "line": 3, "character": 1 } }));
    editor.change("gateway.yaml", &json!([{ "text": "\u{feff}versio: 1\r\n" }]));
    let findings = editor.findings("gateway.yaml");
    let first = findings.iter().find(|it| it["code"] == "unknown-key").expect("it");
    assert_eq!(first["range"]["start"], json!({ "line": 0, "character": 1 }));
}
