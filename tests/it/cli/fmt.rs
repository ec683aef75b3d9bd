//! `fmt`: what is written, what is printed, and how it ends.

use crate::support::cli::Portcullis;
use std::fs;

const UGLY: &str = "version:   1 # always\napp: {id: dev.example.fmt}\n";
const NEAT: &str = "version: 1  # always\napp: { id: dev.example.fmt }\n";

fn text(program: &Portcullis, file: &str) -> String {
    fs::read_to_string(program.folder().join(file)).unwrap()
}

#[test]
fn the_nearest_manifest_is_written_and_then_there_is_nothing_to_do() {
    let program = Portcullis::with_manifest(UGLY);
    program.run(&["fmt"]).expect(0, "formatted gateway.yaml\n", "");
    assert_eq!(text(&program, "gateway.yaml"), NEAT);
    program.run(&["fmt"]).expect(0, "1 file is in canonical layout\n", "");
}

#[test]
fn check_and_diff_write_nothing() {
    let program = Portcullis::with_manifest(UGLY).file("neat.yaml", NEAT);
    let files = ["gateway.yaml", "neat.yaml"];
    let run = program.run(&[&["fmt", "--check"], &files[..]].concat());
    run.expect(1, "would format gateway.yaml\n", "");
    let diff = "--- gateway.yaml\n+++ gateway.yaml\n@@ -1,2 +1,2 @@\n-version:   1 # always\n\
                -app: {id: dev.example.fmt}\n+version: 1  # always\n+app: { id: dev.example.fmt }\n";
    program.run(&[&["fmt", "--diff"], &files[..]].concat()).expect(0, diff, "");
    program.run(&["fmt", "--diff", "--check"]).expect(1, diff, "");
    program.run(&["fmt", "--check", "neat.yaml"]).expect(0, "1 file is in canonical layout\n", "");
    assert_eq!(text(&program, "gateway.yaml"), UGLY);
    let json = program.run(&[&["fmt", "--check", "--format", "json"], &files[..]].concat());
    assert_eq!(json.code, 1);
    assert_eq!(json.json()["files"][0]["changed"], true);
    assert_eq!(json.json()["files"][1]["changed"], false);
}

#[test]
fn standard_input_goes_to_standard_output() {
    let program = Portcullis::new();
    program.run_with_input(&["fmt", "-"], UGLY.as_bytes()).expect(0, NEAT, "");
    let marked = format!("\u{feff}{UGLY}");
    let run = program.run_with_input(&["fmt", "-"], marked.as_bytes());
    run.expect(0, &format!("\u{feff}{NEAT}"), "");
    let run = program.run_with_input(&["fmt", "-", "--check"], UGLY.as_bytes());
    run.expect(1, "would format <stdin>\n", "");
}

#[test]
fn a_file_with_faults_is_reported_and_stays_while_others_are_formatted() {
    let broken = "version: 1\napp:  {id: *x}\n";
    let program = Portcullis::with_manifest(UGLY).file("broken.yaml", broken);
    let run = program.run(&["fmt", "broken.yaml", "gateway.yaml"]);
    assert_eq!((run.code, run.text()), (1, "formatted gateway.yaml\n"));
    assert!(run.stderr.contains("error[unquoted-glob]"), "{run:?}");
    assert_eq!(text(&program, "broken.yaml"), broken);
    assert_eq!(text(&program, "gateway.yaml"), NEAT);
}

#[test]
fn what_cannot_be_read_or_kept_is_3() {
    let program = Portcullis::new().file("latin.yaml", "a: 1\n");
    let run = program.run(&["fmt", "missing.yaml"]);
    assert_eq!((run.code, run.text()), (3, ""));
    assert!(run.stderr.contains("error[missing-file]"), "{run:?}");
    fs::write(program.folder().join("latin.yaml"), b"a: \xe9\n").unwrap();
    assert_eq!(program.run(&["fmt", "latin.yaml"]).code, 1);
    // Nothing says how far a text of blanks is indented.
    let blanks = "a: |2\n      \nb:  1\n";
    let program = Portcullis::with_manifest(blanks);
    let run = program.run(&["fmt"]);
    let message =
        "error: gateway.yaml: its layout cannot be changed without changing its meaning\n";
    run.expect(3, "", message);
    assert_eq!(text(&program, "gateway.yaml"), blanks);
}
