//! The reader that never gives up, held to the parser wherever that has a tree.

use super::*;
use crate::{
    document::parse,
    source::{Source, Sources},
};
use std::fs;

/// The parser's outline, if the text is YAML as manifests have it.
fn parsed(text: &str) -> Option<Outline> {
    let source = Source::new("a.yaml", text);
    let file = Sources::default().add(source.clone());
    let mut found = Vec::new();
    let root = parse(&source, file, &mut found)?;
    found.is_empty().then(|| Outline::of(&root))
}

/// What both must agree on: names, keys, and the places of what is written.
fn essence(outline: &Outline) -> Vec<String> {
    let line = |(index, entry): (usize, &Entry)| {
        let scalar = entry.scalar.as_deref();
        let value =
            scalar.filter(|text| !matches!(*text, "" | "null" | "~")).map(|_| entry.value.clone());
        format!("{:?} {:?} {value:?} {}", outline.path(index), entry.key, scalar.is_some())
    };
    outline.entries.iter().enumerate().map(line).collect()
}

#[track_caller]
fn agree(name: &str, text: &str) -> bool {
    let Some(expected) = parsed(text) else { return false };
    let found = outline(text);
    for (found, expected) in essence(&found).iter().zip(essence(&expected)) {
        assert_eq!(*found, expected, "{name}");
    }
    assert_eq!(found.entries.len(), expected.entries.len(), "{name}");
    true
}

#[test]
fn it_reads_manifests_as_the_parser_does() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut compared = 0;
    for folder in
        ["config", "tests/manifests/valid", "tests/manifests/warning", "tests/manifests/invalid"]
    {
        for entry in fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "yaml")
                && let Ok(text) = fs::read_to_string(&path)
            {
                compared += usize::from(agree(&path.display().to_string(), &text));
            }
        }
    }
    assert!(compared > 20, "{compared}");
}

#[test]
fn it_reads_what_is_rare_as_the_parser_does() {
    for text in [
        "a:\n- b\n- c: 1\n  d: 2\n-\n  e: 3\nf: g\n",
        "a: [b, {c: d, e: [f]}, \"g, h\"]\ni: {j: , k: l}\n",
        "{\n\"a\": 1,\n\"b\": [\n2\n]\n}\n",
        "a:\n  [b,\n   c]\nd: {e: f,\n  g: h}\n",
        "a: |\n  b: c\n\n  - d\ne: >-\n  f\n",
        "a: 'it''s: {x}' # b: c\nd: \"e # \\\" f\"\n",
        "a: b\n  c\nd:\n  e\n",
        "\"a b\": c\nd e: f:g\nh: -1\n",
        "- - a\n  - b\n- c\n",
        "a:\r\n  b: c\r\n  d: |\r\n    e\r\nf: g\r\n",
        "a: \"b\n  c\"\nd: e\n",
        "a: # b\n  c: d\n# e\n  f: g\n",
        "ä: ö\nü: [😀, b]\n",
    ] {
        assert!(agree(text, text), "not YAML: {text:?}");
    }
}

#[test]
fn a_broken_line_hides_nothing_below_it() {
    let text = "a:\n  b: [c, {d\n  e: 1\nf: \"g\nh: 2\ni: {j: [\nk: 3\n";
    let found = outline(text);
    for path in [["a", "e"].as_slice(), &["f"], &["h"], &["k"]] {
        assert!(found.find(path).is_some(), "{path:?}: {found:?}");
    }
}

/// The place of a bar: what a key would go into, and what a value would be of.
fn at(text: &str) -> (String, String) {
    let offset = text.find('|').unwrap();
    let text = text.replacen('|', "", 1);
    let place = place(&text, offset);
    let shown = |names: Option<Vec<String>>| {
        names.map_or("-".to_owned(), |names| "/".to_owned() + &names.join("/"))
    };
    (shown(place.keys), shown(place.value))
}

#[test]
fn the_place_of_typing_is_known_while_the_line_is_not_finished() {
    for (text, keys, value) in [
        ("|", "/", "-"),
        ("ver|", "/", "-"),
        ("a: 1\n|", "/", "-"),
        ("a:\n  |", "/a", "-"),
        ("a:\n  b|", "/a", "/a"),
        ("a:\n  b: 1\n  c|", "/a", "-"),
        ("a:\n  b: 1\n  |", "/a", "-"),
        ("a:\n  b:\n    c: 1\n  |", "/a", "-"),
        ("a:\n  b:\n    c: 1\n|", "/", "-"),
        ("a:\n  b: |", "-", "/a/b"),
        ("a:\n  b: c|", "-", "/a/b"),
        ("a: { |", "/a", "-"),
        ("a: { b|", "/a", "-"),
        ("a: { b: |", "-", "/a/b"),
        ("a: { b: c|", "-", "/a/b"),
        ("a: { b: c, |", "/a", "-"),
        ("a: [|", "-", "/a/0"),
        ("a: [b, c|", "-", "/a/1"),
        ("a: [b, \"c|", "-", "/a/1"),
        ("a: [b,\n  |", "-", "/a/1"),
        ("a:\n  - |", "/a/0", "/a/0"),
        ("a:\n  - b\n  - c|", "/a/1", "/a/1"),
        ("a:\n- |", "/a/0", "/a/0"),
        ("a:\n  - b: |", "-", "/a/0/b"),
        ("a:\n  - b: 1\n    |", "/a/0", "-"),
        ("a: |", "-", "/a"),
        ("a: b # c|", "-", "-"),
        ("# c|", "-", "-"),
        ("a: b |", "-", "-"),
        ("a: \"b\"|", "-", "-"),
        ("a: {b: {c: d}|", "-", "-"),
        ("a: [b] |", "-", "-"),
        ("a: b\n  |", "-", "-"),
    ] {
        assert_eq!(at(text), (keys.to_owned(), value.to_owned()), "{text:?}");
    }
}

#[test]
fn a_block_scalar_is_a_value_to_its_end() {
    let text = "a:\n  b: >\n    c {d";
    assert_eq!(place(text, text.len()).value.unwrap(), ["a", "b"]);
}

#[test]
fn no_prefix_of_a_text_is_too_much_for_it() {
    let text =
        fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/config/gateway.yaml")).unwrap();
    for (offset, _) in text.char_indices().step_by(13) {
        place(&text, offset);
        outline(&text[offset..]);
    }
}
