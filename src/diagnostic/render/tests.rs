//! What people and programs get to see, and that no span and no text can break it.

mod limits;

use super::*;
use crate::{
    diagnostic::{Code, has_errors, summary_line},
    source::{FileId, Source, Span},
};
use proptest::prelude::*;
use serde_json::json;

const PLAIN: Style = Style { color: false };
const COLOR: Style = Style { color: true };

/// A finding without advice, so that the tests see what they give it.
fn bare(code: Code, span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic { help: None, ..Diagnostic::new(code, span, message) }
}

fn sources(texts: &[&str]) -> (Sources, Vec<FileId>) {
    let mut sources = Sources::default();
    let ids = texts
        .iter()
        .enumerate()
        .map(|(number, text)| sources.add(Source::new(format!("{number}.yaml"), text)))
        .collect();
    (sources, ids)
}

/// Two files, and findings in the wrong order.
fn sample() -> (Sources, Vec<Diagnostic>) {
    let (sources, ids) = sources(&["a: 1\r\nä: *\r\na: 2\r\n", "\u{feff}windows: {}\n"]);
    let diagnostics = vec![
        bare(Code::UnreachableCommand, Span::new(ids[1], 0, 7), "nothing calls it"),
        bare(Code::DuplicateKey, Span::new(ids[0], 13, 14), "the key `a` stands twice")
            .help("remove one\nor rename it")
            .related(Span::new(ids[0], 0, 1), "first defined here")
            .related(Span::new(ids[1], 0, 7), "and this one"),
        bare(Code::UnquotedGlob, Span::new(ids[0], 10, 11), "`*` without quotes")
            .help("quote it: \"*\""),
    ];
    (sources, diagnostics)
}

#[test]
fn human_is_drawn_like_a_compiler_error() {
    let (sources, diagnostics) = sample();
    let expected = r#"error[unquoted-glob]: `*` without quotes
 --> 0.yaml:2:4
  |
2 | ä: *
  |    ^
  |
  = help: quote it: "*"

error[duplicate-key]: the key `a` stands twice
 --> 0.yaml:3:1
  |
1 | a: 1
  | - first defined here
2 | ä: *
3 | a: 2
  | ^
  |
 ::: 1.yaml:1:1
  |
1 | windows: {}
  | ------- and this one
  |
  = help: remove one
          or rename it

warning[unreachable-command]: nothing calls it
 --> 1.yaml:1:1
  |
1 | windows: {}
  | ^^^^^^^

"#;
    assert_eq!(render(&diagnostics, &sources, Format::Human, PLAIN), expected);
    let colored = render(&diagnostics, &sources, Format::Human, COLOR);
    assert!(colored.contains("\u{1b}["));
    assert!(!render(&diagnostics, &sources, Format::Plain, COLOR).contains('\u{1b}'));
}

#[test]
fn plain_is_exactly_one_line_a_finding() {
    let (sources, diagnostics) = sample();
    let expected = "\
0.yaml:2:4: error[unquoted-glob]: `*` without quotes; help: quote it: \"*\"
0.yaml:3:1: error[duplicate-key]: the key `a` stands twice; help: remove one or rename it; \
see 0.yaml:1:1: first defined here; see 1.yaml:1:1: and this one
1.yaml:1:1: warning[unreachable-command]: nothing calls it
";
    assert_eq!(render(&diagnostics, &sources, Format::Plain, PLAIN), expected);
}

#[test]
fn json_is_versioned_and_counts_from_one() {
    let (sources, diagnostics) = sample();
    let value = to_json(&diagnostics, &sources);
    assert_eq!(value["version"], 1);
    assert_eq!(value["files"], json!(["0.yaml", "1.yaml"]));
    let expected = json!({
        "code": "duplicate-key", "severity": "error", "message": "the key `a` stands twice",
        "file": "0.yaml", "line": 3, "column": 1, "end_line": 3, "end_column": 2,
        "help": "remove one\nor rename it",
        "related": [
            {"file": "0.yaml", "line": 1, "column": 1, "message": "first defined here"},
            {"file": "1.yaml", "line": 1, "column": 1, "message": "and this one"},
        ],
        "fix": null,
    });
    assert_eq!(value["diagnostics"][1], expected);
    assert_eq!(value["diagnostics"][2]["help"], Value::Null);
    assert_eq!(value["diagnostics"][2]["related"], json!([]));
    let text = render(&diagnostics, &sources, Format::Json, COLOR);
    assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON"), value);
    assert!(text.ends_with("}\n"));
}

#[test]
fn the_summary_counts_in_words() {
    let (_, diagnostics) = sample();
    assert!(has_errors(&diagnostics));
    assert_eq!(summary_line(&diagnostics, 2), "2 errors, 1 warning in 2 files");
    assert_eq!(summary_line(&diagnostics[..1], 1), "1 warning in 1 file");
    assert_eq!(summary_line(&diagnostics[1..2], 1), "1 error in 1 file");
    assert_eq!(summary_line(&[], 1), "1 file is valid");
    assert_eq!(summary_line(&[], 3), "3 files are valid");
    assert_eq!(summary_line(&[], 0), "0 files are valid");
}

#[test]
fn the_users_control_characters_never_reach_the_terminal() {
    let evil = "k\u{1b}[2J: \u{9b}31m\u{202e}\u{7f}\u{8}\n";
    let (sources, ids) = sources(&[evil]);
    let finding = bare(Code::UnknownKey, Span::new(ids[0], 0, 5), format!("`{evil}`"))
        .help(format!("one\n{evil}"))
        .related(Span::new(ids[0], 1, 2), evil);
    for format in Format::ALL {
        let text = render(std::slice::from_ref(&finding), &sources, format, PLAIN);
        let raw: Vec<char> =
            text.chars().filter(|c| (c.is_control() && *c != '\n') || is_hidden(*c)).collect();
        assert!(raw.is_empty(), "{format:?}: {raw:?}");
    }
    let plain = render(std::slice::from_ref(&finding), &sources, Format::Plain, PLAIN);
    let first = plain.lines().next().expect("a line");
    let start = "0.yaml:1:1: error[unknown-key]: `k␛[2J: \u{fffd}31m\u{fffd}␡␈␊`; help: one k␛[2J";
    assert!(first.starts_with(start), "{first}");
    let value: Value =
        serde_json::from_str(&render(&[finding], &sources, Format::Json, PLAIN)).expect("JSON");
    assert_eq!(value["diagnostics"][0]["message"], format!("`{evil}`"));
}

#[test]
fn far_places_and_tall_spans_stay_small() {
    let lines: Vec<String> = (0..5_000).map(|line| format!("key{line}: 1\n")).collect();
    let text = lines.concat();
    let (sources, ids) = sources(&[&text]);
    let last = text.len() - 2;
    let finding = bare(Code::DuplicateKey, Span::new(ids[0], last, last + 1), "far")
        .related(Span::new(ids[0], 0, 4), "here");
    let tall = bare(Code::MissingKey, Span::new(ids[0], 0, last), "tall");
    let text = render(&[finding, tall], &sources, Format::Human, PLAIN);
    let expected = "error[missing-key]: tall
 --> 0.yaml:1:1
  |
1 | key0: 1
  | ^^^^^^^

error[duplicate-key]: far
    --> 0.yaml:5000:10
     |
5000 | key4999: 1
     |          ^
     |
    ::: 0.yaml:1:1
     |
   1 | key0: 1
     | ---- here

";
    assert_eq!(text, expected);
}

#[test]
fn overlong_lines_are_named_and_not_drawn() {
    let (sources, ids) = sources(&[&format!("{{a: {}, a: 1}}", "x".repeat(9_000))]);
    let finding = bare(Code::DuplicateKey, Span::new(ids[0], 9_006, 9_007), "twice")
        .related(Span::new(ids[0], 1, 2), "first")
        .help("remove one");
    let text = render(&[finding], &sources, Format::Human, PLAIN);
    let expected = "error[duplicate-key]: twice
--> 0.yaml:1:9007
::: 0.yaml:1:2
 = note: first
 = help: remove one

";
    assert_eq!(text, expected);
}

#[test]
fn a_file_without_text_and_a_file_that_is_not_known_have_a_place_too() {
    let (known, ids) = sources(&[""]);
    let finding = bare(Code::EmptyFile, Span::new(ids[0], 0, 0), "the file is empty");
    let text = render(std::slice::from_ref(&finding), &known, Format::Human, PLAIN);
    assert_eq!(text, "error[empty-file]: the file is empty\n--> 0.yaml:1:1\n\n");
    let text = render(&[finding], &Sources::default(), Format::Human, PLAIN);
    assert_eq!(text, "error[empty-file]: the file is empty\n\n");
}

#[test]
fn the_end_of_a_file_is_on_its_own_line() {
    let (sources, ids) = sources(&["a: 1\n"]);
    let finding = bare(Code::MissingKey, Span::new(ids[0], 5, 5), "more is missing");
    let text = render(&[finding], &sources, Format::Human, PLAIN);
    assert!(text.contains("0.yaml:2:1\n  |\n2 |"), "{text}");
}

fn text() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "a",
        "key: value",
        " ",
        "\t",
        "\n",
        "\r\n",
        "\r",
        "ä",
        "日本",
        "🦀",
        "👩‍👩‍👧",
        "e\u{301}",
        "\u{1b}[31m",
        "\u{0}",
        "\u{200d}",
        "\u{202e}",
        "\u{feff}",
        "\u{85}",
        "\u{2028}",
        "-",
        "# x",
    ]);
    let parts = prop::collection::vec(
        prop_oneof![9 => part.prop_map(str::to_owned), 1 => any::<String>()],
        0..30,
    );
    parts.prop_map(|parts| parts.concat())
}

fn span() -> impl Strategy<Value = (usize, usize)> {
    let offset = || prop_oneof![9 => 0..120_usize, 1 => prop::num::usize::ANY];
    (offset(), offset())
}

fn mark() -> impl Strategy<Value = (bool, (usize, usize), String)> {
    (any::<bool>(), span(), text())
}

proptest! {
    #![proptest_config(crate::property::config(256))]

    #[test]
    fn no_span_breaks_a_renderer(
        texts in prop::collection::vec(text(), 1..3),
        findings in prop::collection::vec((mark(), prop::collection::vec(mark(), 0..4)), 1..4),
    ) {
        let mut all = Sources::default();
        let ids: Vec<FileId> =
            texts.iter().map(|text| all.add(Source::new("päth\u{1b}.yaml", text))).collect();
        let file = |is_last: bool| if is_last { ids[ids.len() - 1] } else { ids[0] };
        let diagnostics: Vec<Diagnostic> = findings
            .iter()
            .map(|((is_last, (start, end), text), related)| {
                let span = Span::new(file(*is_last), *start, *end);
                let finding = bare(Code::WrongType, span, text.clone()).help(text.clone());
                related.iter().fold(finding, |finding, (is_last, (start, end), text)| {
                    finding.related(Span::new(file(*is_last), *start, *end), text.clone())
                })
            })
            .collect();
        for format in Format::ALL {
            let text = render(&diagnostics, &all, format, PLAIN);
            let raw = text.chars().find(|c| (c.is_control() && *c != '\n') || is_hidden(*c));
            prop_assert_eq!(raw, None, "{:?}", text);
            render(&diagnostics, &all, format, COLOR);
        }
        // Drawing and JSON name the same places.
        let drawn = render(&diagnostics[..1], &all, Format::Human, PLAIN);
        let place = &to_json(&diagnostics[..1], &all)["diagnostics"][0];
        let place = format!("--> päth␛.yaml:{}:{}\n", place["line"], place["column"]);
        prop_assert!(drawn.contains(&place), "{}\n{}", drawn, place);
    }
}
