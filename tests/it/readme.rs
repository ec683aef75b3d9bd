//! The README is a test: its files are written as they stand there, and its commands must print what it shows.

use crate::support::markdown::blocks;
use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Splits a command line as a shell does, for words and single quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (index, part) in line.split('\'').enumerate() {
        if index % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_ascii_whitespace().map(str::to_owned));
        }
    }
    words
}

fn run(line: &str, folder: &Path) -> String {
    let words = words(line);
    assert_eq!(words[0], "portcullis", "only portcullis runs in a console block: {line}");
    let output = Command::new(env!("CARGO_BIN_EXE_portcullis"))
        .args(&words[1..])
        .current_dir(folder)
        .output()
        .expect("portcullis starts");
    let text = [output.stdout, output.stderr].concat();
    String::from_utf8(text).expect("text")
}

/// Does what a document says, in its order; how many files it writes, and how many commands it runs.
fn follow(document: &str, folder: &Path) -> (usize, usize) {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(document));
    let (mut files, mut commands) = (0, 0);
    for block in blocks(&text.expect(document)) {
        match block.info.split_once(' ') {
            Some((_, name)) => {
                let path = folder.join(name);
                fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
                fs::write(path, block.text).expect("a file");
                files += 1;
            }
            None if block.info == "console" => {
                let steps = block.text.split("$ ").filter(|step| !step.is_empty());
                for step in steps {
                    let (line, expected) = step.split_once('\n').expect("a command and its output");
                    let printed = run(line, folder);
                    assert_eq!(printed.trim_end(), expected.trim_end(), "{document}: {line}");
                    commands += 1;
                }
            }
            None => {}
        }
    }
    (files, commands)
}

/// The documents for people, the README first.
fn documents() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let paths = fs::read_dir(folder).expect("docs").map(|entry| entry.expect("an entry").path());
    let pages = paths.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let name = |path: PathBuf| path.file_name().expect("a name").to_string_lossy().into_owned();
    let mut found: Vec<String> = pages.map(|path| format!("docs/{}", name(path))).collect();
    found.sort();
    assert!(found.len() >= 3, "{found:?}");
    found.insert(0, "README.md".to_owned());
    found
}

#[test]
fn the_tutorial_works_as_written() {
    let folder = tempfile::tempdir().expect("a folder");
    let (files, commands) = follow("README.md", folder.path());
    assert!(files >= 4 && commands >= 7, "{files} files and {commands} commands were found");
}

#[test]
fn the_other_pages_work_as_written() {
    for document in documents().iter().skip(1) {
        let folder = tempfile::tempdir().expect("a folder");
        follow(document, folder.path());
    }
}

#[test]
fn every_fence_is_one_that_something_tests_or_a_person_types() {
    let mut names = documents();
    names.push("ARCHITECTURE.md".to_owned());
    for name in &names {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        for block in blocks(&fs::read_to_string(path).expect("a document")) {
            let language = block.info.split(' ').next().unwrap_or_default();
            // `rust` blocks are doc tests of the crate, `sh` and editors' settings are for people, `text` for pictures.
            let known =
                ["html", "js", "json", "lua", "toml", "yaml", "console", "rust", "sh", "text"];
            assert!(known.contains(&language), "{name}: ```{}", block.info);
        }
    }
}
