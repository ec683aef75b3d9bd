//! What the reader must find, and where: one reading and its findings.

use super::{Node, parse};
use crate::{
    diagnostic::{Code, Diagnostic},
    source::{Source, Sources, Span},
};
use serde_json::Value;
use std::{fs, path::Path};

mod hazards;
mod properties;
mod quoting;
mod spans;

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
