//! `tests/fixes`: what `validate --fix` makes of each file, byte by byte, and that it leaves nothing to do.

use crate::support::{
    cli::Portcullis,
    manifest::{all_manifests, files, load_manifest, text as manifest_text},
};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// The files before fixing, by what the test is about, and after it.
fn cases() -> Vec<(String, String, String)> {
    let all = files("tests/fixes");
    let fixed: Vec<_> =
        all.iter().filter(|path| path.to_string_lossy().ends_with(".fixed.yaml")).collect();
    assert!(fixed.len() >= 5 && all.len() == 2 * fixed.len(), "{all:?}");
    let case = |after: &&PathBuf| {
        let name = after.to_string_lossy().replace(".fixed.yaml", "");
        (name.clone(), manifest_text(Path::new(&format!("{name}.yaml"))), manifest_text(after))
    };
    fixed.iter().map(case).collect()
}

/// What is in the file after fixing it, and once more.
fn fixed(text: &str) -> String {
    let program = Portcullis::with_manifest(text);
    let once = program.run(&["validate", "--fix"]);
    let read = || fs::read_to_string(program.folder().join("gateway.yaml")).expect("a text");
    let found = read();
    let twice = program.run(&["validate", "--fix"]);
    assert!(!twice.text().contains("fixed "), "{}", twice.text());
    assert_eq!((read(), once.code), (found.clone(), twice.code));
    found
}

#[test]
fn files_become_what_stands_beside_them() {
    for (name, before, after) in cases() {
        assert_eq!(fixed(&before), after, "{name}");
    }
}

#[test]
fn line_ends_byte_order_marks_and_wide_characters_stay() {
    let disguise = |text: &str| format!("\u{feff}# 🦀 é\n{text}").replace('\n', "\r\n");
    for (name, before, after) in cases() {
        assert_eq!(fixed(&disguise(&before)), disguise(&after), "{name}");
    }
}

/// How many errors of each code `validate --format json` reports, with some more arguments.
fn errors(program: &Portcullis, args: &[&str]) -> BTreeMap<String, usize> {
    let report = program.run(&[&["validate", "--format", "json"], args].concat()).json();
    let mut count = BTreeMap::new();
    for found in report["diagnostics"].as_array().expect("findings") {
        if found["severity"] == "error" {
            *count.entry(found["code"].as_str().expect("a code").to_owned()).or_default() += 1;
        }
    }
    count
}

#[test]
fn no_manifest_has_more_errors_after_fixing_it() {
    let mut mended = 0;
    for path in all_manifests() {
        let program = Portcullis::with_manifest(&manifest_text(&path));
        let before = errors(&program, &[]);
        let after = errors(&program, &["--fix"]);
        let is_less = after.iter().all(|(code, count)| before.get(code) >= Some(count));
        assert!(is_less, "{}: {before:?} became {after:?}", path.display());
        mended += usize::from(after != before);
    }
    assert!(mended > 15, "{mended}");
}

#[test]
fn edits_stay_inside_their_file() {
    let mut count = 0;
    for path in all_manifests() {
        let loaded = load_manifest(&path);
        for fix in loaded.diagnostics.iter().filter_map(|found| found.fix.as_ref()) {
            assert!(!fix.edits.is_empty() && !fix.title.is_empty(), "{}", path.display());
            for edit in &fix.edits {
                let source = loaded.sources.find(edit.span.file).expect("a file");
                let is_inside = source.text().get(edit.span.range()).is_some();
                assert!(is_inside, "{}: {fix:?}", path.display());
                count += 1;
            }
        }
    }
    assert!(count > 20, "{count}");
}
