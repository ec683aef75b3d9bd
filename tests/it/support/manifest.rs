//! Manifests that are files of this repository: where they are, and what `portcullis` says about them.

use portcullis::{
    diagnostic::{Code, Diagnostic},
    document,
    reload::{Loaded, load},
    source::{Source, Sources},
};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The folders of `tests/manifests`: what `validate` thinks of the files in each.
pub(crate) const FOLDERS: [&str; 5] = ["valid", "invalid", "warning", "start", "host"];

pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What is in a folder of the repository, as paths from the repository, sorted.
fn entries(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(repository().join(folder)).unwrap_or_else(|error| {
        panic!("{folder}: {error}");
    });
    let mut found: Vec<PathBuf> =
        entries.map(|entry| Path::new(folder).join(entry.expect(folder).file_name())).collect();
    found.sort();
    found
}

/// The files in a folder of the repository, as paths from the repository, sorted.
pub(crate) fn files(folder: &str) -> Vec<PathBuf> {
    let mut found = entries(folder);
    found.retain(|path| repository().join(path).is_file());
    found
}

/// The folders in a folder of the repository, as paths from the repository, sorted.
pub(crate) fn folders(folder: &str) -> Vec<PathBuf> {
    let mut found = entries(folder);
    found.retain(|path| repository().join(path).is_dir());
    found
}

/// The manifests of a folder, those that have a folder of their own included; there is at least one.
pub(crate) fn manifests(folder: &str) -> Vec<PathBuf> {
    let mut found = files(folder);
    found.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    let inner = folders(folder).into_iter().map(|inner| inner.join("gateway.yaml"));
    found.extend(inner.filter(|path| repository().join(path).is_file()));
    assert!(!found.is_empty(), "no manifest in {folder}");
    found
}

/// The manifests of all folders of `tests/manifests`, and those of `config`.
pub(crate) fn all_manifests() -> Vec<PathBuf> {
    let folders = FOLDERS.map(|folder| format!("tests/manifests/{folder}"));
    let mut found: Vec<PathBuf> = folders.iter().flat_map(|folder| manifests(folder)).collect();
    found.extend(manifests("config"));
    found
}

pub(crate) fn text(path: &Path) -> String {
    fs::read_to_string(repository().join(path)).unwrap_or_else(|error| {
        panic!("{}: {error}", path.display());
    })
}

/// A manifest of the repository through every stage. Cargo runs tests in the repository's folder.
pub(crate) fn load_manifest(path: &Path) -> Loaded {
    load(path)
}

/// The codes of some findings, sorted as a set.
pub(crate) fn codes(diagnostics: &[Diagnostic]) -> Vec<Code> {
    let mut codes: Vec<Code> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// What people are told on standard error after findings.
pub(crate) const HINT: &str = "for more about a code: `portcullis help CODE`\n";

/// A manifest's content as JSON, if its YAML can be told at all.
pub(crate) fn json(text: &str) -> Option<Value> {
    let source = Source::new("gateway.yaml", text);
    let file = Sources::default().add(source.clone());
    document::parse(&source, file, &mut Vec::new()).map(|root| root.to_json())
}

/// What a run of the program came to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

pub(crate) fn portcullis() -> Command {
    Command::new(env!("CARGO_BIN_EXE_portcullis"))
}

pub(crate) fn run(command: &mut Command) -> Run {
    let output = command.output().expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
    Run { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// `portcullis validate FILE` in a folder.
pub(crate) fn validate(folder: &Path, file: &Path) -> Run {
    run(portcullis().current_dir(folder).arg("validate").arg(file))
}

/// Compares a text with the committed one beside a manifest; with `UPDATE=1` writes it there.
#[track_caller]
pub(crate) fn assert_text_beside(manifest: &Path, found: &str) {
    let beside = manifest.with_extension("txt");
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        fs::write(repository().join(&beside), found).expect("the text can be written");
        return;
    }
    let committed = fs::read_to_string(repository().join(&beside)).unwrap_or_default();
    assert!(
        committed == found,
        "{} differs; with UPDATE=1 the tests rewrite it\n--- committed\n{committed}--- found\n{found}",
        beside.display(),
    );
}
