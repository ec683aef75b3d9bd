//! Hover: what a command does and who may call it, and what a key is for.

use super::MANIFEST;
use crate::support::lsp::{Editor, under};
use serde_json::Value;

/// The text of the hover at a mark, and what it is about.
fn hover(text: &str) -> Option<(String, String)> {
    let mut editor = Editor::start();
    let place = editor.open_at_cursor(text);
    let found = editor.ask("textDocument/hover", place);
    let text = text.replacen('‸', "", 1);
    let value = found["contents"]["value"].as_str()?.to_owned();
    assert_eq!(found["contents"]["kind"], "markdown");
    Some((value, under(&text, &found["range"]).to_owned()))
}

#[track_caller]
fn at(what: &str, with: &str) -> String {
    assert_eq!(MANIFEST.matches(what).count(), 1, "{what}");
    hover(&MANIFEST.replace(what, with)).expect("a hover").0
}

const GREET: &str = "\
**command** `greet`

Greets by name. 😀

- `name` string, required
- `times` integer, default `1`

It answers with `Hello, {name}! {times}`.

**Who may call it**
- `main` at `app`, `docs`
- `viewer` at `app`
- allowed by `main-window` (gateway.yaml:30)
- allowed by `everybody` (gateway.yaml:34)";

#[test]
fn a_command_says_what_it_does_and_who_may_call_it() {
    assert_eq!(at("  greet:", "  gr‸eet:"), GREET);
    assert_eq!(at("allow: [greet]", "allow: [‸greet]"), GREET);
}

#[test]
fn a_command_of_a_plugin_is_named_as_pages_call_it() {
    let expected = "\
**command** `plugin:git|log`

- `author` one of `ada`, `bob`, optional

It starts `git log …` and answers with its output as lines.

**Who may call it**
- `main` at `app`, `docs`
- allowed by `main-window` (gateway.yaml:30)";
    assert_eq!(at("      log:", "      l‸og:"), expected);
}

#[test]
fn a_denied_command_says_by_whom() {
    let text = at("  wipe:", "  wi‸pe:");
    assert!(text.contains("calls the registered function `count`"), "{text}");
    let who = text.split("**Who may call it**\n").nth(1).expect("who");
    // A deny is for the origins of its permission, like an allow.
    let expected = "\
- `main` at `docs`
- allowed by `main-window` (gateway.yaml:30)
- denied by `everybody` (gateway.yaml:34)";
    assert_eq!(who, expected);
    let text = at("[app, docs]\n    allow: [greet, wipe", "[app]\n    allow: [greet, wi‸pe");
    assert!(text.contains("**Who may call it**\n- no page of a declared window\n"), "{text}");
}

#[test]
fn an_origin_pattern_is_asked_by_one_of_its_origins() {
    let with = MANIFEST.replace("origins: [app, docs]", "origins: [tenants, remote]");
    let (text, _) = hover(&with.replace("  greet:", "  gr‸eet:")).expect("a hover");
    // What is of a named origin is remote as well.
    assert!(text.contains("- `main` at `app`, `docs`, `tenants`, `remote`"), "{text}");
}

#[test]
fn nobody_is_named_while_the_manifest_has_errors() {
    let text =
        MANIFEST.replace("windows: [main]", "windows: [mian]").replace("  greet:", "  gr‸eet:");
    let (text, about) = hover(&text).expect("a hover");
    assert!(text.ends_with("Who may call it is known when the manifest has no errors."), "{text}");
    assert_eq!(about, "greet");
}

#[test]
fn a_key_says_what_the_schema_says() {
    assert!(at("  main: {}", "  main: { si‸ze: [1, 2] }").contains("Width and height"));
    assert!(at("program: git\n", "pro‸gram: git\n").contains("looked up"));
    assert!(at("commands:\n  greet", "com‸mands:\n  greet").contains("What pages may invoke"));
    assert!(at("output: lines", "output: li‸nes").contains("one a line"));
}

#[test]
fn a_pattern_says_what_it_stands_for() {
    assert_eq!(at("|*\"", "|*‸\""), "It stands for `log`, `push`.");
}

#[test]
fn a_pattern_that_stands_for_very_much_counts_it() {
    let many = (0..30).map(|number| {
        format!(
            "  c{number}: {{ run: {{ value: 1 }} }}
"
        )
    });
    let many = many.collect::<Vec<_>>().concat();
    let text = MANIFEST.replace("commands:\n  greet", &format!("commands:\n{many}  greet"));
    let (text, _) = hover(&text.replace("allow: [greet]", "allow: [\"*‸\"]")).expect("a hover");
    assert!(text.starts_with("It stands for `c0`, `c1`, "), "{text}");
    assert!(text.ends_with("`c19` and 12 more."), "{text}");
}

#[test]
fn a_placeholder_says_what_its_argument_is() {
    assert_eq!(at("{name}!", "{na‸me}!"), "`name` string, required");
}

#[test]
fn where_nothing_is_known_nothing_is_said() {
    for text in ["‸", "version: 1\n\n‸\napp: {}\n", "version: 1\napp: {}\nnonsense: { de‸ep: 1 }\n"]
    {
        let mut editor = Editor::start();
        let place = editor.open_at_cursor(text);
        assert_eq!(editor.ask("textDocument/hover", place), Value::Null, "{text:?}");
    }
}
