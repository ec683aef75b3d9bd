//! What the reader must find, and where: hazards one by one, then properties over generated documents.

use super::{Kind, Node, parse, to_yaml};
use crate::{
    diagnostic::{Code, Diagnostic},
    source::{Source, Sources, Span},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::{fs, path::Path};

mod spans;

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn read(text: &str) -> (Source, Option<Node>, Vec<Diagnostic>) {
    let source = Source::new("gateway.yaml", text);
    let file = Sources::default().add(source.clone());
    let mut diagnostics = Vec::new();
    let root = parse(&source, file, &mut diagnostics);
    (source, root, diagnostics)
}

fn slice(source: &Source, span: Span) -> &str {
    source.text().get(span.range()).expect("a span inside the text")
}

/// Reads a text and compares its findings, as code and underlined text, and its value.
#[track_caller]
fn check(text: &str, expected: &[(Code, &str)], value: impl Into<Option<Value>>) {
    let (source, root, diagnostics) = read(text);
    let found: Vec<_> = diagnostics.iter().map(|d| (d.code, slice(&source, d.span))).collect();
    assert_eq!(found, expected, "{text:?}");
    assert_eq!(root.map(|root| root.to_json()), value.into(), "{text:?}");
}

#[track_caller]
fn check_wording(text: &str, message: &str, help: &str) {
    let (_, _, diagnostics) = read(text);
    let [diagnostic] = diagnostics.as_slice() else { panic!("{text:?}: {diagnostics:?}") };
    assert_eq!(
        (diagnostic.message.as_str(), diagnostic.help.as_deref()),
        (message, Some(help)),
        "{text:?}"
    );
}

#[test]
fn a_sound_file_has_no_findings() {
    let text = "\u{feff}a: [1, -2.5e3, yes]\r\nb:\r\n  - {c: ~, 'd': \"x\\ty\"}\r\n  -\r\n  - |\r\n    e\r\n";
    let value = json!({"a": [1, -2500.0, "yes"], "b": [{"c": null, "d": "x\ty"}, null, "e\n"]});
    check(text, &[], value);
}

#[test]
fn a_file_without_content_is_empty() {
    for text in ["", "\n", "# only a comment\n", "---\n", "---\n...\n", " \t\n"] {
        check(text, &[(Code::EmptyFile, "")], None);
    }
    check(" ~ # nothing", &[(Code::EmptyFile, "~")], None);
    check("null\n", &[(Code::EmptyFile, "null")], None);
}

#[test]
fn the_second_of_equal_keys_is_refused() {
    let text = "a: 1\n\"a\": 2\nb: {c: 1, 'c': 2}\na: 3\n";
    let expected =
        [(Code::DuplicateKey, "\"a\""), (Code::DuplicateKey, "'c'"), (Code::DuplicateKey, "a")];
    check(text, &expected, json!({"a": 1, "b": {"c": 1}}));
    let (source, _, diagnostics) = read("a: 1\nä: 2\nä: 3\n");
    let (first, label) = &diagnostics[0].related[0];
    assert_eq!((slice(&source, *first), label.as_str()), ("ä", "first defined here"));
    assert_eq!(source.position(first.start as usize).line, 2);
    // A key is known even if its value was refused.
    check(
        "a: &x 1\nb: *x\nb: 2",
        &[(Code::YamlAnchor, "&x"), (Code::YamlAlias, "*x"), (Code::DuplicateKey, "b")],
        json!({"a": 1}),
    );
}

#[test]
fn anchors_aliases_and_merge_keys_are_refused() {
    let text =
        "base: &base\n  x: 1\nuse: *base\nlist: [&one 1, *one, 2]\nmap:\n  <<: *base\n  y: 2\n";
    let expected = [
        (Code::YamlAnchor, "&base"),
        (Code::YamlAlias, "*base"),
        (Code::YamlAnchor, "&one"),
        (Code::YamlAlias, "*one"),
        (Code::YamlMergeKey, "<<"),
        (Code::YamlAlias, "*base"),
    ];
    check(text, &expected, json!({"base": {"x": 1}, "list": [1, 2], "map": {"y": 2}}));
    check("'<<': 1", &[], json!({"<<": 1}));
}

#[test]
fn tags_are_refused() {
    let text = "a: !x 1\nb: !!str\n  c: 2\n!t d: !<tag:y> e\nf: !un!known g\n";
    let expected = [
        (Code::YamlTag, "!x"),
        (Code::YamlTag, "!!str"),
        (Code::YamlTag, "!t"),
        (Code::YamlTag, "!<tag:y>"),
        (Code::YamlTag, "!un!known g"),
    ];
    check(text, &expected, json!({"a": 1, "b": {"c": 2}, "d": "e", "f": "!un!known g"}));
    check("a: !**/x\nb: 1", &[(Code::YamlTag, "!**/x")], json!({"b": 1}));
}

#[test]
fn a_second_document_is_refused() {
    check("a: 1\n---\nb: 2\n---\n[", &[(Code::MultipleDocuments, "---")], json!({"a": 1}));
    check("a: 1\n...\nb: 2", &[(Code::MultipleDocuments, "b")], json!({"a": 1}));
    check("--- # one\na: 1\n...\n# end\n", &[], json!({"a": 1}));
}

#[test]
fn tabs_for_indentation_are_refused() {
    let tab = |text| (Code::TabIndentation, text);
    check("a:\n\tb: 1\n\tc:\n\t\td: 2\ne: 3", &[tab("\t"), tab("\t"), tab("\t\t")], None);
    check("a: b\n\tc: d", &[tab("\t")], None);
    check("a:\n  - b\n  \t- c", &[tab("\t")], None);
    check("a: |\n\ttext", &[tab("\t")], None);
    check("-\t- a", &[tab("\t")], None);
    // Where the scanner lets a tab pass, the tree is the user's.
    check("\ta: b", &[tab("\t")], json!({"a": "b"}));
    check("a: [\n\t1,\n \t{b: 2}\n]", &[tab("\t"), tab("\t")], json!({"a": [1, {"b": 2}]}));
    // Tabs that indent nothing.
    check(
        "a:\t1\t# x\nb: \"x\n\ty\"\n\t\n\t# c\nc: |\n  x\n  \ty\n",
        &[],
        json!({"a": 1, "b": "x y", "c": "x\n\ty\n"}),
    );
}

#[test]
fn nesting_ends_at_32() {
    let nested =
        |open: &str, close: &str, levels: usize| open.repeat(levels) + "x" + &close.repeat(levels);
    let (_, root, diagnostics) = read(&nested("[", "]", 32));
    assert!(root.is_some() && diagnostics.is_empty());
    let (source, root, diagnostics) = read(&format!("a: {}\nb: 1\nb: 2", nested("{a: ", "}", 40)));
    let found: Vec<_> = diagnostics.iter().map(|d| (d.code, slice(&source, d.span))).collect();
    assert_eq!(found, [(Code::TooDeep, "{"), (Code::DuplicateKey, "b")]);
    assert_eq!(diagnostics[0].span.start as usize, "a: ".len() + 31 * "{a: ".len());
    assert_eq!(root.and_then(|root| root.find("b").map(Node::to_json)), Some(json!(1)));
    for (open, close) in
        [("[", "]"), ("{a: ", "}"), ("- ", ""), ("? ", ""), ("[{a: ", "}]"), ("{", "}")]
    {
        let (source, _, diagnostics) = read(&nested(open, close, 100_000));
        let codes: Vec<_> = diagnostics.iter().map(|d| d.code).collect();
        assert_eq!(codes, [Code::TooDeep], "{open}");
        assert!(!slice(&source, diagnostics[0].span).is_empty());
    }
}

#[test]
fn a_key_is_a_word() {
    let text = "? [a]\n: 1\n{b: c}: 2\n~: 3\n: 4\n5: x\ntrue: y\n0x1: z\n";
    let complex = |text| (Code::ComplexKey, text);
    let expected = [complex("[a]"), complex("{b: c}"), complex("~"), complex(":")];
    check(text, &expected, json!({"5": "x", "true": "y", "0x1": "z"}));
}

#[test]
fn unquoted_globs_are_read_as_meant() {
    let glob = |text| (Code::UnquotedGlob, text);
    check("webviews: *", &[glob("*")], json!({"webviews": "*"}));
    check("- *.example.com\n- x", &[glob("*.example.com")], json!(["*.example.com", "x"]));
    check("windows: [*]", &[glob("*")], json!({"windows": ["*"]}));
    check(
        "- [ * , **, \"a\",*-b ]",
        &[glob("*"), glob("**"), glob("*-b")],
        json!([["*", "**", "a", "*-b"]]),
    );
    check(
        "*: 1\nb: *  # all\n*.c: 2",
        &[glob("*"), glob("*"), glob("*.c")],
        json!({"*": 1, "b": "*", "*.c": 2}),
    );
    check(
        "a: {*: b, *x : *y z}",
        &[glob("*"), glob("*x"), glob("*y z")],
        json!({"a": {"*": "b", "*x": "*y z"}}),
    );
    check("a: [*.{a,b}/**]", &[glob("*.{a,b}/**")], json!({"a": ["*.{a,b}/**"]}));
    check_wording(
        "- *.example.com",
        "`*.example.com` without quotes is an alias in YAML",
        "quote it: \"*.example.com\"",
    );
}

#[test]
fn unquoted_placeholders_are_read_as_meant() {
    let slot = |text| (Code::UnquotedPlaceholder, text);
    check("a: {repo}", &[slot("{repo}")], json!({"a": "{repo}"}));
    check(
        "a: [-C, {repo}, {paths...}]",
        &[slot("{repo}"), slot("{paths...}")],
        json!({"a": ["-C", "{repo}", "{paths...}"]}),
    );
    check("- {repo}/sub\n- x", &[slot("{repo}/sub")], json!(["{repo}/sub", "x"]));
    check("key: {a}-{b}", &[slot("{a}-{b}")], json!({"key": "{a}-{b}"}));
    check(
        "[--x={a}, {a}{b}, {c} d]",
        &[slot("--x={a}"), slot("{a}{b}"), slot("{c} d")],
        json!(["--x={a}", "{a}{b}", "{c} d"]),
    );
    check("{a}: {{b}}", &[slot("{a}"), slot("{{b}}")], json!({"{a}": "{{b}}"}));
    check("a: {b}/c:\n", &[slot("{b}/c"), (Code::YamlSyntax, ":")], None);
    check(
        "a: {b: }\nc: {d: {}, e}\nf: {'g'}",
        &[],
        json!({
            "a": {"b": null}, "c": {"d": {}, "e": null}, "f": {"g": null}
        }),
    );
    check_wording(
        "- {repo}/\"x\"",
        "`{repo}/\"x\"` without quotes is a mapping in YAML",
        "quote it: '{repo}/\"x\"'",
    );
    check_wording(
        "a: {type:string}",
        "`{type:string}` without quotes is a mapping in YAML",
        "quote it: \"{type:string}\", or put a space after the `:`",
    );
}

#[test]
fn one_run_reports_what_stops_the_scanner_and_what_follows() {
    let text = "a: *\nb: [{x}/y, @read]\na: `z`\nc: &n 1\n";
    let expected = [
        (Code::UnquotedGlob, "*"),
        (Code::UnquotedPlaceholder, "{x}/y"),
        (Code::YamlSyntax, "@read"),
        (Code::DuplicateKey, "a"),
        (Code::YamlSyntax, "`z`"),
        (Code::YamlAnchor, "&n"),
    ];
    check(text, &expected, json!({"a": "*", "b": ["{x}/y", "@read"], "c": 1}));
    let many: String = (0..100).map(|n| format!("k{n}: *\n")).collect();
    assert_eq!(read(&many).2.len(), 100);
}

#[test]
fn syntax_faults_point_at_the_cause() {
    let cases = [
        ("a: \"open\nb: 1", "\""),
        ("a: 'open", "'"),
        ("a: [1, 2", "["),
        ("a: [1}", "["),
        ("a: ]", "]"),
        ("a: {b: 1}}", "}"),
        ("a: b: c", ":"),
        ("a: 1\n b: 2", ":"),
        ("b: 1\nno colon here", "no colon here"),
        ("- a\nb: 1", "b"),
        ("b: 1\n- a", "-"),
        ("a: - b", "-"),
        ("a: [x] y", "y"),
        ("a: [1, , 2]", ","),
        ("a: \"x\" y", "y"),
        ("a: \"C:\\path\\dir\"", "\\"),
        ("a: \"\\x4\"", "\""),
        (" a: 1\nb: 2", "b"),
        ("a:\n    b: 1\n  c: 2", "c"),
        ("%YAML 1.1\n---\na: yes", "%"),
        ("a: x\u{1b}[31m", "\u{1b}"),
        ("ä: \u{0}", "\u{0}"),
        ("a: 1\nb: \u{feff}x", "\u{feff}"),
        ("a: {b: 1, c", "{"),
    ];
    for (text, underlined) in cases {
        check(text, &[(Code::YamlSyntax, underlined)], None);
    }
    check_wording(
        "a: \"C:\\path\"",
        "this escape does not exist",
        "write `\\\\` for a backslash, or put the text in single quotes",
    );
    check_wording(
        "allow: [@read]",
        "a value without quotes cannot start with `@`",
        "quote it: \"@read\"",
    );
    check_wording("a: [1", "`[` is never closed", "close it with `]`");
}

#[test]
fn two_mebibytes_are_read_in_good_time() {
    let size = 2 * 1024 * 1024;
    let texts = [
        "k: {a}\n".repeat(size / 7),
        format!("a: \"{}\"", "x".repeat(size)),
        format!("[{}]", "*x, ".repeat(size / 4)),
        format!("[{}]", "{x}, ".repeat(size / 5)),
        "- *\n".repeat(size / 4),
        "\t".repeat(size),
        "*".repeat(size),
        "{".repeat(size),
    ];
    for text in texts {
        let begin = std::time::Instant::now();
        let (_, _, diagnostics) = read(&text);
        assert!(!diagnostics.is_empty() || text.starts_with("a:"));
        assert!(begin.elapsed().as_secs() < 60, "{}", text.get(..20).unwrap_or(""));
    }
}

/// JSON with text that is awkward in YAML. Numbers are finite: JSON has no others. `<<` is no key: the writer leaves
/// it without quotes, and so it is a merge key, which a manifest may not use.
fn value() -> impl Strategy<Value = Value> {
    let awkward = prop::sample::select(vec![
        "",
        "~",
        "null",
        "true",
        "no",
        "0777",
        "1_000",
        "0x1f",
        "1e3",
        "+1",
        ".5",
        "1.",
        "-",
        "- a",
        "a: b",
        "a #b",
        "#",
        "*",
        "&a",
        "!t",
        "{a}",
        "[",
        "@x",
        "`",
        "%",
        "|",
        ">",
        "?",
        ":",
        "<<",
        "---",
        "...",
        "a\nb",
        "a\n",
        "\n",
        " a",
        "a ",
        "\t",
        "\"",
        "'",
        "\u{feff}",
        "\u{85}",
        "\u{2028}",
        "\r\n",
        "\u{1b}",
        "2024-01-02",
        ".inf",
        ".nan",
        "0o7",
        "-0",
        "1:30",
        "=",
        "y",
        "日本",
        "🦀",
    ]);
    let text = prop_oneof![
        awkward.clone().prop_map(str::to_owned),
        any::<String>(),
        prop::collection::vec(prop_oneof![awkward, Just("a"), Just(" ")], 0..6)
            .prop_map(|parts| parts.concat()),
    ];
    // The writer follows YAML 1.1, where these three break lines, and folds them; in YAML 1.2 they are text.
    let text = text.prop_map(|text| text.replace(['\u{85}', '\u{2028}', '\u{2029}'], " "));
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Value::from),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec(
                (text.clone().prop_filter("no merge key", |key| key != "<<"), inner),
                0..6
            )
            .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn what_is_emitted_is_read_back(value in value()) {
        let text = to_yaml(&value);
        let (_, root, diagnostics) = read(&text);
        if value.is_null() {
            prop_assert_eq!(diagnostics[0].code, Code::EmptyFile);
        } else {
            prop_assert!(diagnostics.is_empty(), "{:?}\n{}", diagnostics, text);
            prop_assert_eq!(root.map(|root| root.to_json()), Some(value), "{}", text);
        }
    }

    #[test]
    fn any_text_is_read_without_a_panic_and_with_spans_inside_it(
        parts in prop::collection::vec(prop::sample::select(vec![
            "a", "b", ": ", ":", "- ", "\n", "\r\n", "\r", "  ", " ", "\t", "{", "}", "[", "]", ", ", "*", "&a ",
            "*a ", "!t ", "!", "<<", "'", "\"", "\\", "|\n", ">-\n", "# c", "---\n", "...\n", "? ", "%", "@", "`",
            "ä", "🦀", "\u{feff}", "\u{0}", "{a}", "{b...}", "1", "~", "?", "-",
        ]), 0..40),
    ) {
        let text = parts.concat();
        let (source, root, diagnostics) = read(&text);
        prop_assert!(root.is_some() || diagnostics.iter().any(Diagnostic::is_error), "{:?}", text);
        for diagnostic in &diagnostics {
            let spans = diagnostic.related.iter().map(|(span, _)| *span).chain([diagnostic.span]);
            for span in spans {
                prop_assert!(source.text().get(span.range()).is_some(), "{:?} {:?}", text, diagnostic);
            }
            prop_assert!(diagnostic.help.is_some());
            prop_assert!(diagnostic.code == Code::EmptyFile || !diagnostic.span.range().is_empty()
                || source.text().get(..diagnostic.span.start as usize).is_some_and(|t| t.trim().is_empty()),
                "{:?} {:?}", text, diagnostic);
        }
        if let Some(root) = root {
            inside(&root, &source);
        }
    }
}

/// Children lie inside their parents, one after the other.
fn inside(node: &Node, source: &Source) {
    assert!(source.text().get(node.span.range()).is_some(), "{node:?}");
    let mut at = node.span.start;
    let spans: Vec<Span> = match &node.kind {
        Kind::Seq(items) => items.iter().map(|item| item.span).collect(),
        Kind::Map(entries) => {
            entries.values().flat_map(|entry| [entry.key, entry.value.span]).collect()
        }
        _ => Vec::new(),
    };
    for span in spans {
        assert!(at <= span.start && span.end <= node.span.end, "{node:?} {:?}", source.text());
        at = span.end;
    }
    node.items().iter().for_each(|item| inside(item, source));
    node.entries().for_each(|(_, entry)| inside(&entry.value, source));
}

#[track_caller]
fn agrees_with_serde_yaml(text: &str, name: &str) {
    let (_, root, diagnostics) = read(text);
    assert_eq!(diagnostics, [], "{name}");
    let theirs: Value = serde_yaml::from_str(text).expect(name);
    assert_eq!(root.map(|root| root.to_json()), Some(theirs), "{name}");
}

#[test]
fn manifests_mean_what_another_reader_says() {
    let manifests = [
        "version: 1\napp: { id: dev.portcullis.demo, name: Demo, frontend: ../frontend/demo }\nwindows:\n  main: {}\n",
        "commands:\n  greet:\n    args: { name: { type: string, minLength: 1, maxLength: 64 } }\n    run: { native: greet }\n",
        "git:\n  use: git\n  args: [log, \"--max-count={max}\", { when: author, args: [\"--author={author}\"] }]\n",
        "# c\nlimits: { payload: 64MiB, timeout: 30s, rate: 1000/s } # d\nbounds: [\"0%\", '50%', 0.5, -1]\n",
        "text: |\n  one\n   two\n\nfolded: >-\n  a\n  b\n\n  c\nlast: \"x\\u00e4\n  y\"\n",
        "a:\n- b: 1\n  c:\n  - d\n-\n- []\n",
    ];
    for manifest in manifests {
        agrees_with_serde_yaml(manifest, manifest);
        agrees_with_serde_yaml(&manifest.replace('\n', "\r\n"), manifest);
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["config", "tests/manifests/valid"] {
        let Ok(entries) = fs::read_dir(root.join(folder)) else { continue };
        for path in entries.map(|entry| entry.expect("an entry").path()) {
            if path.extension().is_some_and(|extension| extension == "yaml") {
                let text = fs::read_to_string(&path).expect("text");
                agrees_with_serde_yaml(&text, &path.display().to_string());
            }
        }
    }
}
