//! `tests/formats`: three manifests in every format, whole; `UPDATE=1` writes the texts. And each document is one.

use crate::support::{cli::Portcullis, manifest::repository};
use serde_json::Value;
use std::fs;

/// In a folder of a repository, one of the files with a name that addresses must escape.
fn program() -> Portcullis {
    let text = |name: &str| {
        fs::read_to_string(repository().join("tests/formats").join(name)).expect("a manifest")
    };
    Portcullis::new()
        .file(".git/HEAD", "")
        .file("app/my nötes.yaml", &text("notes.yaml"))
        .file("app/warning.yaml", &text("warning.yaml"))
        .file("app/valid.yaml", &text("valid.yaml"))
}

fn printed(program: &Portcullis, format: &str) -> String {
    let files = ["my nötes.yaml", "warning.yaml", "../app/./valid.yaml"];
    let mut command = program.command(&["validate", "--format", format]);
    let command = command.args(files).current_dir(program.folder().join("app"));
    let run = crate::support::cli::Run::of(command, b"");
    assert_eq!(run.code, 1, "{run:?}");
    run.text().replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

#[test]
fn every_format_prints_what_is_committed() {
    let program = program();
    for (format, extension) in [
        ("human", "txt"),
        ("plain", "txt"),
        ("json", "json"),
        ("sarif", "json"),
        ("github", "txt"),
        ("junit", "xml"),
    ] {
        let path = repository().join(format!("tests/formats/{format}.{extension}"));
        let found = printed(&program, format);
        if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
            fs::write(&path, found).expect("the text can be written");
            continue;
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(found, committed, "{format}: with UPDATE=1 the test rewrites it");
    }
}

#[test]
fn sarif_fits_the_official_schema() {
    let path = repository().join("tests/data/sarif-schema-2.1.0.json");
    // One of its patterns, which no log of ours meets, has a bracket too many and is no regular expression.
    let text = fs::read_to_string(path).expect("the schema").replace("{2}]?$", "{2}$");
    let schema: Value = serde_json::from_str(&text).expect("JSON");
    let options = jsonschema::options().should_validate_formats(true);
    let validator = options.build(&schema).expect("a schema");
    let check = |text: &str| {
        let log: Value = serde_json::from_str(text).expect("JSON");
        let faults: Vec<String> = validator
            .iter_errors(&log)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(faults.is_empty(), "{faults:#?}");
        log
    };
    let log = check(&printed(&program(), "sarif"));
    let results = log["runs"][0]["results"].as_array().expect("results");
    assert!(results.iter().any(|result| result["fixes"].is_array()));
    assert!(results.iter().any(|result| result["relatedLocations"].is_array()));
    check(Portcullis::new().run(&["validate", "--format", "sarif", "missing.yaml"]).text());
    let sound = Portcullis::with_manifest("version: 1\napp: { id: dev.example.notes }\n");
    check(sound.run(&["validate", "--format", "sarif"]).text());
    assert!(!validator.is_valid(&serde_json::json!({ "version": "2.1.0", "runs": [{}] })));
}

#[test]
fn fingerprints_stay_when_lines_move() {
    let before = "version: 1\napp: { id: dev.example.notes, nmae: 1 }\nwindws: {}\n";
    let after = format!("# new\n\n{}# more\n", before.replace("windws: {}", "\nwindws:   {}"));
    let prints = |text: &str| -> Vec<Value> {
        let log = Portcullis::with_manifest(text).run(&["validate", "--format", "sarif"]).json();
        let results = log["runs"][0]["results"].as_array().expect("results").clone();
        results
            .iter()
            .map(|result| result["partialFingerprints"]["portcullis/v1"].clone())
            .collect()
    };
    let found = prints(before);
    assert_eq!(found, prints(&after));
    assert!(found.len() == 2 && found[0] != found[1] && found[0].is_string(), "{found:?}");
    assert_ne!(found, prints(&before.replace("windws", "wndows")));
}

#[test]
fn warnings_that_are_denied_fail_their_test_case() {
    let program =
        program().file("gateway.yaml", "version: 1\napp: { id: a.b }\nwindows: { main: {} }\n");
    let failures = |args: &[&str]| {
        let run = program.run(&[&["validate", "--format", "junit"], args].concat());
        (run.code, run.text().contains("failures=\"1\""))
    };
    assert_eq!(failures(&[]), (0, false));
    assert_eq!(failures(&["--deny-warnings"]), (1, true));
}

#[test]
fn formats_for_findings_fit_no_other_verb() {
    let program = Portcullis::with_manifest(super::MANIFEST);
    for verb in [&["call", "echo"][..], &["explain", "echo"], &["schema"], &["help"], &["run"]] {
        for format in ["sarif", "github", "junit"] {
            let run = program.run(&[verb, &["--format", format]].concat());
            assert_eq!((run.code, run.text()), (2, ""), "{verb:?} {format}");
            assert!(run.stderr.contains("`validate`"), "{}", run.stderr);
        }
    }
}
