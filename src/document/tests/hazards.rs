//! YAML that a manifest may not use: each hazard with its place, and the tree that is left.

use super::{check, read, slice};
use crate::{diagnostic::Code, document::Node};
use serde_json::json;

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
