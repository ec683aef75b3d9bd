//! `validate`: a verdict as exit code, and findings for people, for logs and for programs.

use super::MANIFEST;
use crate::support::{
    cli::{Portcullis, Run},
    manifest::{HINT, repository},
};
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

const NEEDY: &str = "version: 1
app: { id: dev.example.cli, frontend: dist, sites: { docs: { root: site } } }
windows:
  main: { url: \"notes.html?new#top\" }
  split: { webviews: { left: {}, right: { url: sub/ } } }
secrets: { ops: { env: PORTCULLIS_TEST_SECRET }, key: { file: key } }
commands:
  tool: { run: { process: { program: ./tool, cwd: work, env: [\"TOKEN={secret:ops}\", \"KEY={secret:key}\"] } } }
permissions: { main: { windows: [main], allow: [tool] } }
";

#[test]
fn what_the_machine_lacks_is_told_where_it_is_asked_for() {
    let program = Portcullis::with_manifest(NEEDY);
    program.run(&["validate"]).expect(0, "1 file is valid\n", "");
    let places = |program: &Portcullis, secret: Option<&str>| {
        let mut command = program.command(&["validate", "--host", "--format", "json"]);
        command.env_remove("PORTCULLIS_TEST_SECRET");
        command.envs(secret.map(|secret| ("PORTCULLIS_TEST_SECRET", secret)));
        let run = Run::of(&mut command, b"");
        let found = run.json()["diagnostics"].as_array().expect("findings").clone();
        let place = |found: &Value| {
            let word = |key: &str| found[key].to_string().replace('"', "");
            format!("{} {}:{}", word("code"), word("line"), word("column"))
        };
        (run.code, found.iter().map(place).collect::<Vec<_>>())
    };
    let all = [
        "missing-frontend 2:39",
        "missing-frontend 2:68",
        "missing-secret 6:24",
        "missing-secret 6:63",
        "missing-program 8:38",
        "missing-file 8:51",
    ];
    assert_eq!(places(&program, None), (1, all.map(str::to_owned).to_vec()));
    let program = program
        .file("dist/other.html", "")
        .file("site/index.html", "")
        .file("key", "k")
        .file("tool", "")
        .file("work/file", "");
    let pages = ["missing-frontend 4:16", "missing-frontend 5:24", "missing-frontend 5:48"];
    assert_eq!(places(&program, Some("s")), (0, pages.map(str::to_owned).to_vec()));
    assert_eq!(places(&program, Some("")).1[3], "missing-secret 6:24");
    let program = program
        .file("dist/notes.html", "")
        .file("dist/index.html", "")
        .file("dist/sub/index.html", "");
    assert_eq!(places(&program, Some("s")), (0, Vec::new()));
}

#[test]
fn no_format_prints_a_secret() {
    let path = repository().join("tests/manifests/invalid/literal-secret-places.yaml");
    let text = std::fs::read_to_string(path).expect("a manifest");
    let secrets = ["5e884898da28", "hunter2", "correct-horse", "ghp_0123456789abcdefABCD"];
    let program = Portcullis::with_manifest(&text);
    for format in ["human", "plain", "json", "sarif", "github", "junit"] {
        let run = program.run(&["validate", "--format", format]);
        assert_eq!(run.code, 1);
        for secret in secrets {
            assert!(text.contains(secret), "{secret}");
            let is_told = run.text().contains(secret) || run.stderr.contains(secret);
            assert!(!is_told, "{format}: {run:?}");
        }
        assert!(run.text().contains("literal-secret"), "{format}");
    }
    // Nor does what a result is recognised by depend on it.
    let prints = |program: &Portcullis| {
        let report = program.run(&["validate", "--format", "sarif"]).json();
        let results = report["runs"][0]["results"].as_array().expect("results").clone();
        results
            .into_iter()
            .map(|mut result| result["partialFingerprints"].take())
            .collect::<Vec<_>>()
    };
    let other = secrets
        .iter()
        .fold(text, |text, secret| text.replace(secret, &secret.chars().rev().collect::<String>()));
    let other = other.replace("DCBAfedcba9876543210_phg", "ghp_DCBAfedcba9876543210");
    assert_eq!(prints(&program), prints(&Portcullis::with_manifest(&other)));
}

#[test]
fn a_part_of_a_manifest_names_the_manifest() {
    let part = "commands: { greet: { run: { value: 1 } } }\n";
    let whole = format!("{}include: [parts/*.yaml]\n", FAULTY.replace("commands: {", "groups: {"));
    let program = Portcullis::with_manifest(&whole).file("parts/greet.yaml", part);
    let found = program.run(&["validate", "parts/greet.yaml", "--format", "plain"]);
    let help = "help: this is a part of `gateway.yaml`; check that one\n";
    assert_eq!((found.code, found.text().matches(help).count()), (1, 2), "{found:?}");
    let inside = Run::of(
        program.command(&["validate", "greet.yaml"]).current_dir(program.folder().join("parts")),
        b"",
    );
    assert!(inside.text().contains("part of `../gateway.yaml`; check that one"), "{inside:?}");
    // What nobody includes is a manifest that lacks something.
    let program = Portcullis::with_manifest(FAULTY).file("parts/greet.yaml", part);
    let found = program.run(&["validate", "parts/greet.yaml"]);
    assert!(found.code == 1 && !found.text().contains("this is a part"), "{found:?}");
}

#[test]
fn the_summary_counts_the_files_with_findings() {
    let main = "version: 1\napp: { id: dev.example.cli }\nreleod: {}\ninclude: [one.yaml]\n";
    let program = Portcullis::with_manifest(main)
        .file("one.yaml", "commands: { a: { runs: { value: 1 } } }\n")
        .file("valid.yaml", MANIFEST);
    let found = program.run(&["validate", "gateway.yaml", "valid.yaml", "--format", "plain"]);
    assert!(
        found.text().contains("one.yaml:1:") && found.text().contains(" in 2 files\n"),
        "{found:?}"
    );
}
