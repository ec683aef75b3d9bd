//! What the table of docs/patterns.md says about pattern characters, as patterns and what they match.

use portcullis::pattern::{
    CommandPattern, LabelPattern, LabelTemplate, OriginPattern, PathPattern, PatternError, Root,
};
use serde::Deserialize;
use std::{collections::BTreeSet, fs, path::Path};

const KINDS: [&str; 5] = ["label", "command", "origin", "path", "template"];

/// One pattern: what it matches, or why it is none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    /// The row of that table that it proves.
    row: Option<String>,
    pattern: String,
    #[serde(default)]
    matches: Vec<String>,
    #[serde(default)]
    refuses: Vec<String>,
    /// What it matches as an entry of `deny`.
    #[serde(default)]
    denies: Vec<String>,
    /// The beginning of the message.
    error: Option<String>,
    /// The beginning of the help, where it matters.
    help: Option<String>,
}

fn root(root: Root) -> Option<String> {
    match root {
        Root::Home => Some("/home/ada".into()),
        Root::Data => Some("/home/ada/.local/demo[1]".into()),
        _ => None,
    }
}

/// Whether a pattern stands for a text, in `deny` or otherwise.
type Matcher = Box<dyn Fn(&str, bool) -> bool>;

fn matcher(kind: &str, pattern: &str) -> Result<Matcher, PatternError> {
    Ok(match kind {
        "label" => {
            let pattern: LabelPattern = pattern.parse()?;
            Box::new(move |text, _| pattern.matches(&text.parse().expect(text)))
        }
        "template" => {
            let pattern: LabelTemplate = pattern.parse()?;
            Box::new(move |text, _| pattern.matches(&text.parse().expect(text)).is_some())
        }
        "command" => {
            let pattern: CommandPattern = pattern.parse()?;
            Box::new(move |text, deny| {
                let name = text.parse().expect(text);
                if deny { pattern.denies(&name) } else { pattern.allows(&name) }
            })
        }
        "origin" => {
            let pattern: OriginPattern = pattern.parse()?;
            Box::new(move |text, _| pattern.matches(&text.parse().expect(text)))
        }
        _ => {
            let pattern: PathPattern = pattern.parse()?;
            let glob = pattern.expand("/work", &root).expect("a known root");
            Box::new(move |text, deny| if deny { glob.denies(text) } else { glob.matches(text) })
        }
    })
}

fn vectors(kind: &str) -> Vec<Vector> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/patterns");
    let text = fs::read_to_string(folder.join(format!("{kind}.yaml"))).expect(kind);
    serde_yaml::from_str(&text).expect(kind)
}

#[test]
fn patterns_match_what_their_vectors_say() {
    for kind in KINDS {
        for vector in vectors(kind) {
            let name = format!("{kind} `{}`", vector.pattern);
            match (matcher(kind, &vector.pattern), &vector.error) {
                (Ok(_), Some(error)) => panic!("{name} is no error: {error}"),
                (Err(error), None) => panic!("{name}: {error}"),
                (Err(error), Some(message)) => {
                    assert!(error.message.starts_with(message), "{name}: {error}");
                    if let Some(help) = &vector.help {
                        let found = error.help.expect("a help");
                        assert!(found.starts_with(help), "{name}: {found}");
                    }
                }
                (Ok(is_match), None) => {
                    assert!(!vector.matches.is_empty(), "{name} matches nothing");
                    for text in &vector.matches {
                        assert!(is_match(text, false) && is_match(text, true), "{name}: {text}");
                    }
                    for text in &vector.refuses {
                        assert!(!is_match(text, false), "{name}: {text}");
                    }
                    for text in &vector.denies {
                        assert!(is_match(text, true), "{name}: {text}");
                    }
                }
            }
        }
    }
}

#[test]
fn every_cell_of_the_documented_table_has_a_vector() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/patterns.md");
    let page = fs::read_to_string(path).expect("a page");
    let lines: Vec<_> = page.lines().filter(|line| line.starts_with('|')).collect();
    let first = |line: &str| line.split(" | ").next().expect("a cell").to_owned();
    let rows: BTreeSet<String> = lines[2..]
        .iter()
        .map(|line| first(line).trim_start_matches("| ").trim_matches('`').to_owned())
        .collect();
    assert_eq!(rows.len(), 6, "{rows:?}");
    for kind in KINDS {
        let column = kind == "template" || lines[0].contains(&format!("| {kind} ("));
        assert!(column, "{kind} is no column");
        let proved: BTreeSet<_> =
            vectors(kind).into_iter().filter_map(|vector| vector.row).collect();
        assert_eq!(proved, rows, "{kind}");
    }
}

#[test]
fn every_file_of_vectors_is_read() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/patterns");
    let files = fs::read_dir(folder).expect("the folder").map(|file| file.expect("a file"));
    let names: BTreeSet<_> =
        files.map(|file| file.file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(names, KINDS.iter().map(|kind| format!("{kind}.yaml")).collect());
}
