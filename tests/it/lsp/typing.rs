//! Random edits: after each of them the server has the text that the client has, and says of it what `validate` says.

use super::MANIFEST;
use crate::support::{cli::Portcullis, lsp::Editor, property::config};
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Value, json};

/// One edit: where it begins and ends, as parts of the text, and what is written.
type Edit = (f64, f64, &'static str);

const PIECES: [&str; 24] = [
    "",
    "",
    "",
    "x",
    "😀",
    "ä",
    "\n",
    "\r\n",
    "\r",
    "  ",
    "\t",
    "- ",
    ": ",
    ", ",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'",
    "# ",
    "*",
    "greet",
    "\nunlisted: 😀\n",
];

fn edits() -> impl Strategy<Value = Vec<Vec<Edit>>> {
    // Most edits are small, as typing is.
    let edit = (
        0.0..1.0_f64,
        prop_oneof![4 => Just(0.0), 2 => 0.0..0.01, 1 => 0.0..0.3],
        select(&PIECES[..]),
    );
    vec(vec(edit, 1..4), 1..8)
}

/// A byte of the text that a client can name: no inside of a character, and none of a line's end.
fn byte(text: &str, part: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a part of a text"
    )]
    let mut at = (text.len() as f64 * part.min(1.0)) as usize;
    while !text.is_char_boundary(at) || (text[..at].ends_with('\r') && text[at..].starts_with('\n'))
    {
        at -= 1;
    }
    at
}

fn width(encoding: &str, text: &str) -> usize {
    match encoding {
        "utf-8" => text.len(),
        "utf-16" => text.encode_utf16().count(),
        _ => text.chars().count(),
    }
}

/// The lines of a text with their beginnings, by the protocol's rule: `\n`, `\r\n` and `\r` end one.
fn lines(text: &str) -> Vec<(usize, &str)> {
    let mut lines = Vec::new();
    let mut start = 0;
    while let Some(length) = text[start..].find(['\n', '\r']) {
        let end = start + length;
        lines.push((start, &text[start..end]));
        start = end + if text[end..].starts_with("\r\n") { 2 } else { 1 };
    }
    lines.push((start, &text[start..]));
    lines
}

fn position(text: &str, at: usize, encoding: &str) -> Value {
    let lines = lines(text);
    let (number, (start, _)) =
        lines.iter().enumerate().rfind(|(_, (start, _))| *start <= at).expect("a line");
    json!({ "line": number, "character": width(encoding, &text[*start..at]) })
}

/// The byte of a position that the server gave; it must be one that a client can name.
fn back(text: &str, position: &Value, encoding: &str) -> usize {
    let number = usize::try_from(position["line"].as_u64().expect("a line")).expect("small");
    let (start, line) = lines(text)[number];
    let wanted = usize::try_from(position["character"].as_u64().expect("a column")).expect("small");
    let mut ends = line.char_indices().map(|(at, _)| at).chain([line.len()]);
    start
        + ends
            .find(|at| width(encoding, &line[..*at]) == wanted)
            .expect("a place between characters")
}

/// What both say, without the way in which they say it.
type Finding = (String, String, usize, usize);

fn from_server(findings: &[Value], text: &str, encoding: &str) -> Vec<Finding> {
    let one = |it: &Value| {
        let place = |end: &str| back(text, &it["range"][end], encoding);
        (
            it["code"].to_string(),
            it["message"].as_str().expect("text").to_owned(),
            place("start"),
            place("end"),
        )
    };
    findings.iter().map(one).collect()
}

fn from_validate(report: &Value, text: &str) -> Vec<Finding> {
    // `validate` counts lines by `\n` alone, and characters.
    let byte = |line: &Value, column: &Value| {
        let [line, column] = [line, column]
            .map(|it| usize::try_from(it.as_u64().expect("a number")).expect("small"));
        let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
        text[start..].chars().take(column - 1).map(char::len_utf8).sum::<usize>() + start
    };
    let one = |it: &Value| {
        let message = it["message"].as_str().expect("text");
        let message = it["help"]
            .as_str()
            .map_or(message.to_owned(), |help| format!("{message}\nhelp: {help}"));
        let start = byte(&it["line"], &it["column"]);
        (it["code"].to_string(), message, start, byte(&it["end_line"], &it["end_column"]))
    };
    report["diagnostics"].as_array().expect("a list").iter().map(one).collect()
}

fn type_and_compare(steps: &[Vec<Edit>], encoding: &str) {
    let program = Portcullis::with_manifest("on disk: something else\n");
    let mut editor = Editor::with(program, &json!({ "positionEncodings": [encoding] }));
    let mut text = MANIFEST.to_owned();
    editor.open("gateway.yaml", &text);
    assert!(editor.findings("gateway.yaml").is_empty());
    for step in steps {
        let mut changes = Vec::new();
        for (start, length, new) in step {
            let (start, end) = (byte(&text, *start), byte(&text, start + length));
            let [from, to] = [start, end].map(|at| position(&text, at, encoding));
            changes.push(json!({ "range": { "start": from, "end": to }, "text": new }));
            text.replace_range(start..end, new);
        }
        editor.change("gateway.yaml", &Value::from(changes));
        let found = editor.findings("gateway.yaml");
        std::fs::write(editor.program.folder().join("copy.yaml"), &text).expect("a file");
        let report = editor.program.run(&["validate", "--format", "json", "copy.yaml"]).json();
        assert_eq!(from_server(&found, &text, encoding), from_validate(&report, &text), "{text:?}");
        ask_everything(&mut editor, &text, step, encoding);
    }
    // A fault of the server would stand on its standard error.
    assert_eq!(editor.shut_down(), (0, String::new()), "{text:?}");
}

/// No text and no place in it is too much for a request.
fn ask_everything(editor: &mut Editor, text: &str, step: &[Edit], encoding: &str) {
    let document = json!({ "uri": editor.uri("gateway.yaml") });
    editor.ask("textDocument/documentSymbol", json!({ "textDocument": document }));
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    let params = json!({ "textDocument": document, "options": options });
    editor.ask("textDocument/formatting", params);
    let (start, end) = (position(text, 0, encoding), position(text, text.len(), encoding));
    let range = json!({ "start": start, "end": end });
    let params =
        json!({ "textDocument": document, "range": range, "context": { "diagnostics": [] } });
    editor.ask("textDocument/codeAction", params);
    for (start, length, _) in step {
        for part in [*start, start + length, start + 0.01] {
            let at = byte(text, part);
            let place = json!({
                "textDocument": document,
                "position": position(text, at, encoding),
                "context": { "includeDeclaration": true },
            });
            for method in ["hover", "completion", "definition", "references"] {
                editor.ask(&format!("textDocument/{method}"), place.clone());
            }
        }
    }
}

proptest! {
    #![proptest_config(config(12))]

    #[test]
    fn random_edits_leave_both_sides_with_one_text(steps in edits(), encoding in select(&["utf-8", "utf-16", "utf-32"][..])) {
        type_and_compare(&steps, encoding);
    }
}

#[test]
fn edits_around_an_emoji_and_in_line_ends_are_understood() {
    let steps = [
        vec![(0.0, 0.0, "😀"), (0.3, 0.0, "\r")],
        vec![(0.0, 0.0, "😀\r\n"), (0.0, 1.0, "a: 😀 *b\r\n")],
    ];
    for encoding in ["utf-8", "utf-16", "utf-32"] {
        type_and_compare(&steps, encoding);
    }
}
