//! `call`: the result on standard output as it is, a rejection as one object on standard error.

use super::{MANIFEST, NOTE};
use crate::support::cli::Portcullis;
use serde_json::{Value, json};

#[test]
fn a_result_is_all_that_standard_output_holds() {
    let program = Portcullis::with_manifest(MANIFEST);
    program.run(&["call", "greet", r#"{"name":"you"}"#]).expect(0, "\"Hello, you!\"\n", NOTE);
    program.run(&["call", "save"]).expect(0, "null\n", NOTE);
    let echo = ["call", "echo", r#"{"a":[1,"ä"]}"#];
    program.run(&[&echo[..], &["--window", "main", "--origin", "app"]].concat()).expect(
        0,
        "{\"a\":[1,\"ä\"]}\n",
        "",
    );
}

#[test]
fn a_program_that_asks_for_json_gets_no_notes() {
    let program = Portcullis::with_manifest(MANIFEST);
    program.run(&["call", "greet", r#"{"name":"you"}"#, "--format", "json"]).expect(
        0,
        "\"Hello, you!\"\n",
        "",
    );
    let run = program.run(&["call", "greet", "--format", "json"]);
    let rejection: Value =
        serde_json::from_str(&run.stderr).expect("the whole of standard error is one object");
    assert_eq!((run.code, run.text(), &rejection["code"]), (1, "", &json!("missing_argument")));
}

#[test]
fn a_rejection_is_the_last_line_of_standard_error() {
    let program = Portcullis::with_manifest(MANIFEST);
    let run = program.run(&["call", "greet", r#"{"name":"you"}"#, "--window", "viewer"]);
    let rejection = json!({
        "code": "not_allowed",
        "message": "`greet` is not allowed for this page",
        "command": "greet",
        "help": "the permission `main-window` allows it, but only to the window `main`, and this one is `viewer`",
        "at": "gateway.yaml:14:3",
    });
    assert_eq!(run.rejection(), rejection);
    assert_eq!(run.stderr.lines().count(), 2, "a note and the rejection: {run:?}");
}

#[test]
fn a_page_of_another_origin_is_told_nothing_of_the_manifest() {
    let program = Portcullis::with_manifest(MANIFEST);
    for origin in ["docs", "https://example.com", "null"] {
        let run = program.run(&["call", "save", "--window", "main", "--origin", origin]);
        let rejection = json!({
            "code": "not_allowed",
            "message": "`save` is not allowed for this page",
            "command": "save",
        });
        assert_eq!(run.rejection(), rejection, "{origin}");
    }
}

#[test]
fn arguments_are_held_against_their_declaration() {
    let program = Portcullis::with_manifest(MANIFEST);
    let cases = [
        ("{}", "missing_argument", "`name` is missing"),
        (
            r#"{"name":"you","nmae":1}"#,
            "unknown_argument",
            "`nmae` is not an argument; did you mean `name`?",
        ),
        (
            r#"{"name":7}"#,
            "invalid_argument",
            "`name` does not fit: the value is not of type \"string\"",
        ),
        (
            r#"{"name":"nine characters"}"#,
            "invalid_argument",
            "`name` does not fit: the value is longer than 8 characters",
        ),
        (r#"["you"]"#, "invalid_argument", "arguments are an object, by name"),
        ("null", "missing_argument", "`name` is missing"),
    ];
    for (arguments, code, message) in cases {
        let rejection = program.run(&["call", "greet", arguments]).rejection();
        assert_eq!(
            (&rejection["code"], &rejection["message"]),
            (&json!(code), &json!(message)),
            "{arguments}"
        );
        assert_eq!(rejection["at"], "gateway.yaml:8:3");
    }
}

#[test]
fn what_is_no_command_is_refused_by_name() {
    let program = Portcullis::with_manifest(MANIFEST);
    let code = |command| program.run(&["call", command]).rejection()["code"].clone();
    assert_eq!(code("gret"), "unknown_command");
    assert_eq!(code("plugin:fs|read"), "unknown_command");
    for malformed in ["a b", "..", "", "plugin:fs", "a%62", "*"] {
        assert_eq!(code(malformed), "invalid_request", "{malformed}");
    }
}

#[test]
fn words_that_do_not_fit_the_manifest_are_usage_errors() {
    let program = Portcullis::with_manifest(MANIFEST);
    let unusable: [&[&str]; 4] = [
        &["call", "echo", "{"],
        &["call", "echo", "--window", "a b"],
        &["call", "echo", "--webview", ""],
        &["call", "echo", "--origin", "nowhere"],
    ];
    for args in unusable {
        let run = program.run(args);
        assert_eq!((run.code, run.text()), (2, ""), "{run:?}");
        assert!(run.stderr.starts_with("error: "), "{run:?}");
    }
}

#[test]
fn a_manifest_without_windows_needs_one_to_be_named() {
    let program = Portcullis::with_manifest(
        "version: 1
app: { id: dev.example.cli, frontend: dist }
commands: { save: { run: { value: 1 } } }
permissions: { all: { windows: [\"*\"], allow: [save] } }
",
    );
    program.run(&["call", "save"]).expect(
        2,
        "",
        "error: the manifest declares no window; give one with --window\n",
    );
    program.run(&["call", "save", "--window", "any", "--origin", "app"]).expect(0, "1\n", "");
}

#[test]
fn what_goes_over_channels_comes_before_the_result() {
    let manifest = MANIFEST.replacen(
        "commands:",
        "commands:
  follow:
    args: { lines: { channel: { type: string } } }
    run: { process: { program: printf, args: [\"one\\\\ntwo\\\\n\"], stream: { to: lines } } }",
        1,
    );
    let program = Portcullis::with_manifest(&manifest);
    program.run(&["call", "follow"]).expect(0, "\"one\"\n\"two\"\nnull\n", NOTE);
}
