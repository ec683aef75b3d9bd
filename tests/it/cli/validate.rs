//! `validate`: a verdict as exit code, and findings for people, for logs and for programs.

use super::MANIFEST;
use crate::support::{cli::Portcullis, manifest::HINT};
use serde_json::{Value, json};

const FAULTY: &str = "version: 1
app: { id: dev.example.cli, frontend: dist }
windows: { main: {} }
commands: { greet: { run: { value: 1 } } }
permissions:
  main-window:
    windows: [mian]
    allow: [greet, gret]
";

/// Nothing allows its command: a warning, and no error.
const SUSPICIOUS: &str = "version: 1
app: { id: dev.example.cli, frontend: dist }
windows: { main: {} }
commands: { greet: { run: { value: 1 } } }
";

#[test]
fn a_valid_manifest_is_a_yes() {
    let program = Portcullis::with_manifest(MANIFEST).file("other.yaml", MANIFEST);
    program.run(&["validate"]).expect(0, "1 file is valid\n", "");
    program.run(&["validate", "gateway.yaml", "other.yaml"]).expect(0, "2 files are valid\n", "");
    program.run(&["validate", "-m", "other.yaml"]).expect(0, "1 file is valid\n", "");
}

#[test]
fn every_fault_is_shown_in_its_line() {
    let program = Portcullis::with_manifest(FAULTY);
    let expected = "\
error[undefined-window]: the window `mian` is not declared
 --> gateway.yaml:7:15
  |
7 |     windows: [mian]
  |               ^^^^
  |
  = help: did you mean `main`?

error[undefined-command]: the command `gret` is not declared
 --> gateway.yaml:8:20
  |
8 |     allow: [greet, gret]
  |                    ^^^^
  |
  = help: did you mean `greet`?

2 errors in 1 file
";
    program.run(&["validate"]).expect(1, expected, HINT);
}

#[test]
fn plain_findings_begin_with_their_place() {
    let program = Portcullis::with_manifest(FAULTY);
    let expected = "\
gateway.yaml:7:15: error[undefined-window]: the window `mian` is not declared; help: did you mean `main`?
gateway.yaml:8:20: error[undefined-command]: the command `gret` is not declared; help: did you mean `greet`?
2 errors in 1 file
";
    program.run(&["validate", "--format", "plain"]).expect(1, expected, "");
}

#[test]
fn json_is_one_object_over_all_files() {
    let program = Portcullis::with_manifest(MANIFEST).file("faulty.yaml", FAULTY);
    let run = program.run(&["validate", "--format", "json", "faulty.yaml", "gateway.yaml"]);
    let expected = json!({
        "version": 1,
        "files": ["faulty.yaml", "gateway.yaml"],
        "diagnostics": [
            {
                "code": "undefined-window",
                "severity": "error",
                "message": "the window `mian` is not declared",
                "file": "faulty.yaml",
                "line": 7,
                "column": 15,
                "end_line": 7,
                "end_column": 19,
                "help": "did you mean `main`?",
                "related": [],
                "fix": { "title": "write `main`", "edits": [{
                    "file": "faulty.yaml",
                    "line": 7, "column": 15, "end_line": 7, "end_column": 19,
                    "text": "main",
                }] },
            },
            {
                "code": "undefined-command",
                "severity": "error",
                "message": "the command `gret` is not declared",
                "file": "faulty.yaml",
                "line": 8,
                "column": 20,
                "end_line": 8,
                "end_column": 24,
                "help": "did you mean `greet`?",
                "related": [],
                "fix": { "title": "write `greet`", "edits": [{
                    "file": "faulty.yaml",
                    "line": 8, "column": 20, "end_line": 8, "end_column": 24,
                    "text": "greet",
                }] },
            },
        ],
    });
    assert_eq!((run.code, run.json(), run.stderr.as_str()), (1, expected, ""));
    let run = program.run(&["validate", "--format", "json"]);
    let expected = json!({ "version": 1, "files": ["gateway.yaml"], "diagnostics": [] });
    assert_eq!((run.code, run.json(), run.stderr.as_str()), (0, expected, ""));
}

#[test]
fn what_cannot_be_read_is_a_finding_like_any_other() {
    let program = Portcullis::new().file("folder/file", "");
    for (file, code) in [("missing.yaml", "missing-file"), ("folder", "not-a-file")] {
        let run = program.run(&["validate", "--format", "json", file]);
        assert_eq!(
            (run.code, &run.json()["diagnostics"][0]["code"]),
            (1, &Value::from(code)),
            "{file}"
        );
    }
}

#[test]
fn warnings_are_a_no_only_on_request() {
    let program = Portcullis::with_manifest(SUSPICIOUS);
    let run = program.run(&["validate", "--format", "json"]);
    assert_eq!((run.code, &run.json()["diagnostics"][0]["severity"]), (0, &Value::from("warning")));
    let run = program.run(&["validate"]);
    assert!(run.text().ends_with("\n1 warning in 1 file\n"), "{run:?}");
    assert_eq!((run.code, program.run(&["validate", "--deny-warnings"]).code), (0, 1));
}

/// `script` runs a command on a terminal of its own.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_is_coloured_unless_no_color_says_otherwise() {
    use crate::support::cli::Run;

    let program = Portcullis::with_manifest(FAULTY);
    let on_terminal = |no_color: Option<&str>| {
        let mut command = std::process::Command::new("script");
        command.args(["-qec", concat!(env!("CARGO_BIN_EXE_portcullis"), " validate"), "/dev/null"]);
        command.current_dir(program.folder()).env_remove("NO_COLOR");
        no_color.map(|value| command.env("NO_COLOR", value));
        let run = Run::of(&mut command, b"");
        assert_eq!(run.code, 1, "{run:?}");
        assert!(run.text().contains("undefined-window"), "{run:?}");
        run.text().contains('\u{1b}')
    };
    assert!(on_terminal(None));
    assert!(!on_terminal(Some("1")));
    // An empty value is none: https://no-color.org
    assert!(on_terminal(Some("")));
    assert!(!program.run(&["validate"]).text().contains('\u{1b}'), "a pipe is not coloured");
}
