//! Random small edits of the valid fixtures, as a person who types makes them: never a panic, always a place.

use super::{agreement::validator, fuzzed::hold};
use crate::support::{
    manifest::{all_manifests, codes, json, text},
    property::config,
};
use portcullis::{
    diagnostic::{Code, Format, Style, has_errors, render, summary_line, to_json},
    reload::{Loaded, load_content},
    source::Source,
};
use proptest::{prelude::*, sample::Index};
use std::{path::Path, sync::LazyLock};

static TEXTS: LazyLock<Vec<String>> = LazyLock::new(|| {
    all_manifests().iter().map(|path| text(path)).filter(|text| text.len() < 4096).collect()
});

static VALIDATOR: LazyLock<jsonschema::Validator> = LazyLock::new(validator);

const SCALARS: [&str; 12] = [
    "1",
    "-1",
    "1.5",
    "true",
    "~",
    "[]",
    "{}",
    "[a, b]",
    "{ a: 1 }",
    "\"{name}\"",
    "text",
    "99999999999",
];

const JUNK: [&str; 24] = [
    "*", "{x}", "&a ", "!t ", "\t", "\"", "'", ": ", ":", "- ", "[", "]", "{", "}", ",", "#",
    "|\n", "\n", "---\n", "\u{feff}", "é", "🦀", "\0", "`",
];

#[derive(Debug, Clone)]
enum Edit {
    DeleteLine(Index),
    DuplicateLine(Index),
    DeleteKey(Index),
    DeleteCharacter(Index),
    ReplaceScalar(Index, &'static str),
    InsertJunk(Index, &'static str),
    Truncate(Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        any::<Index>().prop_map(Edit::DeleteLine),
        any::<Index>().prop_map(Edit::DuplicateLine),
        any::<Index>().prop_map(Edit::DeleteKey),
        any::<Index>().prop_map(Edit::DeleteCharacter),
        (any::<Index>(), prop::sample::select(SCALARS.to_vec()))
            .prop_map(|(at, scalar)| Edit::ReplaceScalar(at, scalar)),
        (any::<Index>(), prop::sample::select(JUNK.to_vec()))
            .prop_map(|(at, junk)| Edit::InsertJunk(at, junk)),
        any::<Index>().prop_map(Edit::Truncate),
    ]
}

/// Words of the text with the places where they start: what looks like a key or a plain scalar.
fn words(text: &str, is_wanted: impl Fn(&str) -> bool) -> Vec<(usize, usize)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    let mut found = Vec::new();
    let mut start = None;
    for (at, character) in text.char_indices().chain([(text.len(), ' ')]) {
        match (start, is_part(character)) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                if is_wanted(&text[at..]) {
                    found.push((from, at));
                }
                start = None;
            }
            _ => {}
        }
    }
    found
}

fn boundary(text: &str, at: Index) -> usize {
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    places[at.index(places.len())]
}

fn apply(text: &str, edit: &Edit) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let replaced =
        |(from, to): (usize, usize), with: &str| format!("{}{with}{}", &text[..from], &text[to..]);
    match edit {
        Edit::DeleteLine(at) if !lines.is_empty() => {
            lines.remove(at.index(lines.len()));
            lines.concat()
        }
        Edit::DuplicateLine(at) if !lines.is_empty() => {
            let at = at.index(lines.len());
            lines.insert(at, lines[at]);
            lines.concat()
        }
        Edit::DeleteKey(at) => {
            let keys = words(text, |rest| rest.starts_with(": ") || rest.starts_with(":\n"));
            if keys.is_empty() { text.to_owned() } else { replaced(keys[at.index(keys.len())], "") }
        }
        Edit::ReplaceScalar(at, scalar) => {
            let scalars = words(text, |rest| !rest.starts_with(':'));
            if scalars.is_empty() {
                text.to_owned()
            } else {
                replaced(scalars[at.index(scalars.len())], scalar)
            }
        }
        Edit::DeleteCharacter(at) => {
            let from = boundary(text, *at);
            let width = text[from..].chars().next().map_or(0, char::len_utf8);
            replaced((from, from + width), "")
        }
        Edit::InsertJunk(at, junk) => {
            let at = boundary(text, *at);
            replaced((at, at), junk)
        }
        Edit::Truncate(at) => text[..boundary(text, *at)].to_owned(),
        _ => text.to_owned(),
    }
}

fn mutated() -> impl Strategy<Value = String> {
    (any::<Index>(), prop::collection::vec(edit(), 1..4)).prop_map(|(at, edits)| {
        edits.iter().fold(TEXTS[at.index(TEXTS.len())].clone(), |text, edit| apply(&text, edit))
    })
}

fn check(text: &str) -> Result<(), TestCaseError> {
    let loaded = load_content(Path::new("gateway.yaml"), Ok(text.as_bytes().to_vec()));
    let Loaded { sources, diagnostics, manifest, .. } = &loaded;
    prop_assert_eq!(manifest.is_none(), has_errors(diagnostics), "{:?}", diagnostics);
    for diagnostic in diagnostics {
        let spans = diagnostic.related.iter().map(|(span, _)| *span).chain([diagnostic.span]);
        for span in spans {
            let source = sources.find(span.file).map(Source::text);
            let is_inside = source.is_some_and(|text| text.get(span.range()).is_some());
            prop_assert!(is_inside, "{:?}", diagnostic);
        }
    }
    if let Some(manifest) = manifest {
        // What is said to be valid was read whole.
        let broken = &manifest.broken;
        let sections = [
            &broken.commands,
            &broken.plugins,
            &broken.origins,
            &broken.windows,
            &broken.permissions,
        ];
        prop_assert!(
            !broken.app && sections.iter().all(|section| section.is_empty()),
            "{:?}",
            broken
        );
    }
    for format in Format::ALL {
        let rendered = render(diagnostics, sources, format, Style { color: false });
        let has_all = diagnostics.iter().all(|found| rendered.contains(found.code.as_str()));
        prop_assert!(has_all, "{}", rendered);
        prop_assert!(!rendered.contains(['\0', '\u{1b}', '\t']), "{}", rendered);
    }
    prop_assert_eq!(
        to_json(diagnostics, sources)["diagnostics"].as_array().map(Vec::len),
        Some(diagnostics.len())
    );
    prop_assert!(!summary_line(diagnostics, 1).is_empty());
    if let Some(json) = json(text) {
        let is_told = [Code::UnknownKey, Code::MissingKey, Code::WrongType]
            .iter()
            .any(|code| codes(diagnostics).contains(code));
        let is_refused = !VALIDATOR.is_valid(&json);
        prop_assert!(is_refused || !is_told, "the schema lets pass {:?}", diagnostics);
        prop_assert!(!is_refused || has_errors(diagnostics), "the program lets pass {}", json);
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(1000))]

    #[test]
    fn an_edited_manifest_is_told_about_and_never_a_panic(text in mutated()) {
        check(&text)?;
        hold(text.as_bytes());
    }
}

#[test]
fn every_fixture_itself_passes_the_same_checks() {
    for text in TEXTS.iter() {
        check(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    }
}
