//! `tests/edit/format/NAME.yaml` is as somebody wrote it, `NAME.txt` beside it is its canonical layout.

use crate::support::manifest::{all_manifests, assert_text_beside, manifests, repository, text};
use portcullis::{
    document,
    edit::{FormatError, format},
    source::{Source, Sources},
};
use std::path::Path;

pub(super) fn formatted(text: &str) -> Result<String, FormatError> {
    let source = Source::new("gateway.yaml", text);
    let file = Sources::default().add(source.clone());
    format(&source, file)
}

/// Every comment of a text, found by another way than the formatter's: what no reading of the tree depends on.
pub(super) fn comments(text: &str) -> Vec<String> {
    let source = Source::new("gateway.yaml", text);
    let file = Sources::default().add(source.clone());
    let count = |text: &str| {
        let source = Source::new("gateway.yaml", text);
        let mut diagnostics = Vec::new();
        let root = document::parse(&source, file, &mut diagnostics);
        root.filter(|_| diagnostics.is_empty()).map(|root| root.to_json().to_string())
    };
    let whole = count(text);
    let mut found = Vec::new();
    for (at, _) in text.match_indices('#') {
        // A `#` begins a comment if what is behind it on its line can be anything at all.
        let end = text[at..].find(['\r', '\n']).map_or(text.len(), |end| at + end);
        let other = format!("{}# \"'{{[{}", &text[..at], &text[end..]);
        let is_inside = found.last().is_some_and(|(_, last)| at < *last);
        if !is_inside && count(&other) == whole {
            found.push((text[at..end].trim_end().to_owned(), end));
        }
    }
    found.into_iter().map(|(text, _)| text).collect()
}

#[test]
fn layouts_are_as_the_text_beside_them() {
    for path in manifests("tests/edit/format") {
        let before = text(&path);
        let after =
            formatted(&before).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_text_beside(&path, &after);
        assert_eq!(formatted(&after).unwrap(), after, "{}", path.display());
        assert_eq!(comments(&before), comments(&after), "{}", path.display());
    }
}

#[test]
fn manifests_without_hazards_can_be_formatted_and_stay_so() {
    let mut count = 0;
    for path in all_manifests() {
        let before = text(&path);
        match formatted(&before) {
            Ok(after) => {
                count += 1;
                assert_eq!(formatted(&after).unwrap(), after, "{}", path.display());
                assert_eq!(comments(&before), comments(&after), "{}", path.display());
            }
            Err(FormatError::Faults(faults)) => assert!(!faults.is_empty()),
            Err(error) => panic!("{}: {error}", path.display()),
        }
    }
    assert!(count > 30, "{count}");
}

#[test]
fn shipped_manifests_are_in_canonical_layout() {
    for path in manifests("config") {
        let text = text(&path);
        assert_eq!(formatted(&text).unwrap(), text, "{}", path.display());
    }
}

#[test]
fn line_ends_are_those_of_the_file() {
    let after = formatted("a:   1 # one\r\nb: [x,\r\n  y]\r\nc: |\r\n   text\r\n\r\n\r\n").unwrap();
    assert_eq!(after, "a: 1  # one\r\nb: [x, y]\r\nc: |\r\n  text\r\n");
}

#[test]
fn a_byte_order_mark_is_no_text() {
    assert_eq!(formatted("\u{feff}a:  1\n").unwrap(), "a: 1\n");
}

#[test]
fn a_text_that_ends_within_a_block_scalar_keeps_its_value() {
    assert_eq!(formatted("a: |\n    x\n    y").unwrap(), "a: |-\n  x\n  y\n");
    assert_eq!(formatted("a: |+\n  x\n\n\n").unwrap(), "a: |+\n  x\n\n\n");
}

#[test]
fn a_file_with_faults_is_not_formatted() {
    for text in ["", "# nothing\n", "a: 1\na: 2\n", "a: *x\n", "a: [1\n", "\ta: 1\n"] {
        assert!(matches!(formatted(text), Err(FormatError::Faults(_))), "{text}");
    }
}

/// A file of one line, and one that is as deep as it may be, take no longer for it.
#[test]
fn a_large_file_on_one_line_is_no_burden() {
    let items: Vec<String> = (0..40_000).map(|n| format!("k{n}: [a, {{b: c}}]")).collect();
    let after = formatted(&format!("{{{}}}", items.join(","))).unwrap();
    assert_eq!(after.lines().count(), 40_000);
    let deep = format!("{}1{}", "[".repeat(31), "]".repeat(31));
    let deep = format!("a: [{}]\n", vec![&deep[1..deep.len() - 1]; 5_000].join(", "));
    assert!(formatted(&deep).is_ok());
}

#[test]
fn every_fixture_has_its_text() {
    let folder = repository().join("tests/edit/format");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let twin = path.with_extension(if path.extension() == Some("txt".as_ref()) {
            "yaml"
        } else {
            "txt"
        });
        assert!(Path::new(&twin).is_file(), "{}", twin.display());
    }
}
