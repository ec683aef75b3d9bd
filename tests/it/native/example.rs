//! The example is a program of its own around a manifest: it has every verb, and its functions are known to them.

use crate::support::{
    cli::{Portcullis, Run},
    manifest::repository,
};
use portcullis::serde_json::{self, Value, json};
use std::{path::Path, process::Command};

const NOTE: &str =
    "note: calling as main/main at app://localhost; choose with --window, --webview and --origin\n";

/// The example, started in a folder.
fn notes_in(folder: &Path, words: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--manifest-path"]).arg(repository().join("Cargo.toml"));
    if !cfg!(feature = "webview") {
        command.arg("--no-default-features");
    }
    command.args(["--example", "notes", "--"]).args(words).env_remove("NO_COLOR");
    Run::of(command.current_dir(folder), b"")
}

fn notes(words: &[&str]) -> Run {
    notes_in(&repository().join("examples/notes"), words)
}

#[test]
fn its_manifest_fits_its_functions() {
    notes(&["validate"]).expect(0, "1 file is valid\n", "");
}

#[test]
fn its_functions_run() {
    notes(&["call", "list"]).expect(0, "[{\"title\":\"Welcome\",\"text\":null}]\n", NOTE);
    notes(&["call", "add", r#"{"title":"Milk"}"#]).expect(0, "2\n", NOTE);
    let taken = notes(&["call", "add", r#"{"title":"Welcome"}"#]).rejection();
    assert_eq!(taken, json!({"code": "taken", "title": "Welcome"}));
    let misspelt = notes(&["call", "add", r#"{"titel":"Milk"}"#]).rejection();
    assert_eq!(misspelt["message"], "`titel` is not an argument; did you mean `title`?");
    // What comes over a channel is printed first.
    let printed = "{\"title\":\"Welcome\",\"text\":null}\n1\n";
    notes(&["call", "export", r#"{"onNote":"__CHANNEL__:1"}"#]).expect(0, printed, NOTE);
}

/// A manifest that names a function that is not there, and does not name one that is.
fn with_faults() -> Portcullis {
    let path = repository().join("examples/notes/gateway.yaml");
    let text = std::fs::read_to_string(path).expect("the manifest");
    let text: String = text
        .replace("native: list_notes", "native: list_note")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .fold(String::new(), |text, line| text + line + "\n");
    Portcullis::with_manifest(&text)
}

/// What is said of it, one line a finding.
fn faults() -> String {
    let code = include_str!("../../../examples/notes/main.rs");
    let line = |text: &str| 1 + code.lines().take_while(|line| !line.contains(text)).count();
    let function = line("fn list_notes") - 1;
    let list = line("commands![");
    format!(
        "\
gateway.yaml:8:1: error[undeclared-native]: no command runs the Rust function `list_notes` of examples/notes/main.rs:{function}; \
help: declare it: `list_notes: {{ run: {{ native: list_notes }} }}`, or take it out of `commands![…]` at examples/notes/main.rs:{list}
gateway.yaml:17:20: error[unregistered-native]: no Rust function is registered as `list_note`; \
help: did you mean `list_notes`? It is at examples/notes/main.rs:{function}
2 errors in 1 file
"
    )
}

#[test]
fn what_the_manifest_and_the_program_do_not_share_is_said_with_both_places() {
    let folder = with_faults();
    notes_in(folder.folder(), &["validate", "--format", "plain"]).expect(1, &faults(), "");
    let human = notes_in(folder.folder(), &["validate"]);
    // It answers by its own name.
    assert_eq!(human.stderr, "for more about a code: `notes help CODE`\n");
    // Windows do not open with it either.
    let run = notes_in(folder.folder(), &["run", "--format", "plain"]);
    let faults = faults();
    let without_verdict = faults.rsplit_once("2 errors").expect("a verdict").0;
    assert!(run.code == 3 && run.stderr.starts_with(without_verdict), "{run:?}");
}

#[test]
fn the_stock_binary_checks_with_what_the_program_wrote() {
    let folder = with_faults();
    // What it does not know it does not judge.
    folder.run(&["validate"]).expect(0, "1 file is valid\n", "");
    let path = folder.folder().join("portcullis.registry.json");
    let out = path.to_str().expect("UTF-8");
    notes(&["registry", "--out", out]).expect(0, "", "");
    let words = ["validate", "--registry", "portcullis.registry.json", "--format", "plain"];
    folder.run(&words).expect(1, &faults(), "");
    let written: Value =
        serde_json::from_slice(&std::fs::read(&path).expect("the file")).expect("JSON");
    assert_eq!(written["version"], 1);
    let add = &written["commands"][0];
    assert_eq!(add["name"], "add_note");
    assert_eq!(add["description"], "Keeps a note, and gives back how many there are.");
    assert_eq!(add["arguments"], json!(["title", "text"]));
    assert_eq!(add["file"], "examples/notes/main.rs");
    assert_eq!(notes(&["registry"]).json(), written);
}

#[test]
fn a_registry_that_cannot_be_read_decides_nothing() {
    let folder = with_faults().file("other.json", "{\"version\": 7}").file("none.json", "[]");
    for (file, why) in [
        ("absent.json", "No such file or directory (os error 2)"),
        ("other.json", "it has version 7, and this program reads version 1"),
    ] {
        let help = format!(
            "error: {file} cannot be read: {why}\n  help: write it with the program that has the commands: `registry --out {file}`\n"
        );
        folder.run(&["validate", "--registry", file]).expect(3, "", &help);
    }
    let none = folder.run(&["validate", "--registry", "none.json"]);
    assert!(
        none.code == 3 && none.stderr.contains("it is not a list of native commands"),
        "{none:?}"
    );
}
