//! `help`: codes and verbs explained, and what is neither.

use crate::support::cli::Portcullis;
use portcullis::diagnostic::Code;
use serde_json::Value;

#[test]
fn a_code_is_explained_with_wrong_and_right() {
    let expected = "\
error[undefined-window]: A permission names a window or webview that is not declared.

A permission for a window that no window is called has no effect. A pattern with a wildcard, such as `editor-*`, may
match nothing.

wrong:

    version: 1
    app: { id: dev.example.notes, frontend: dist }
    windows: { main: {} }
    commands: { version: { run: { value: \"1.0.0\" } } }
    permissions: { main-window: { windows: [mian], allow: [version] } }

right:

    version: 1
    app: { id: dev.example.notes, frontend: dist }
    windows: { main: {} }
    commands: { version: { run: { value: \"1.0.0\" } } }
    permissions: { main-window: { windows: [main], allow: [version] } }
";
    Portcullis::new().run(&["help", "undefined-window"]).expect(0, expected, "");
}

#[test]
fn every_verb_and_every_code_is_listed() {
    let program = Portcullis::new();
    let run = program.run(&["help"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    for verb in ["run", "validate", "schema", "call", "explain", "help"] {
        assert!(run.text().contains(&format!("\n  {verb} ")), "{verb}: {}", run.text());
    }
    assert!(!run.text().contains("unknown-key"), "{}", run.text());
    let run = program.run(&["help", "codes"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    for code in Code::ALL {
        let line = run.text().lines().find(|line| line.trim().starts_with(&format!("{code} ")));
        assert!(line.is_some_and(|line| line.ends_with(code.summary())), "{code}");
    }
    let json = program.run(&["help", "--format", "json"]).json();
    assert_eq!(json["codes"].as_array().map(Vec::len), Some(Code::ALL.len()));
    let one = program.run(&["help", "unknown-key", "--format", "json"]).json();
    assert_eq!((&one["code"], &one["severity"]), (&"unknown-key".into(), &"error".into()));
    assert!(one["explanation"].as_str().is_some_and(|text| text.contains("```yaml wrong\n")));
    assert!(json["codes"].as_array().is_some_and(|codes: &Vec<Value>| codes.contains(&one)));
}

#[test]
fn a_verb_is_explained_by_its_options() {
    let program = Portcullis::new();
    let run = program.run(&["help", "explain"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(run.text().contains("Usage: portcullis explain"), "{}", run.text());
    assert_eq!(run.text(), program.run(&["explain", "--help"]).text());
}

#[test]
fn formats_are_listed_where_they_fit() {
    let program = Portcullis::new();
    for verb in ["explain", "fmt", "run", "validate"] {
        let run = program.run(&[verb, "--help"]);
        let has_all = ["sarif", "github", "junit"].map(|format| run.text().contains(format));
        assert_eq!(has_all, [verb == "validate"; 3], "{}", run.text());
        assert!(run.text().contains("`plain`") && run.text().contains("`json`"), "{}", run.text());
    }
    let run = program.run(&["validate", "--format", "xml"]);
    assert!(run.code == 2 && run.stderr.contains("sarif"), "{run:?}");
}

#[test]
fn a_topic_that_does_not_exist_is_a_usage_error_with_a_guess() {
    let program = Portcullis::new();
    let unknown = |topic: &str, help: &str| {
        let expected =
            format!("error: `{topic}` is neither a code nor a key nor a verb\n  help: {help}\n");
        program.run(&["help", topic]).expect(2, "", &expected);
    };
    unknown("unkown-key", "did you mean `unknown-key`?");
    unknown("explian", "did you mean `explain`?");
    unknown("windows.sise", "did you mean `windows.size`?");
    unknown(
        "zebra",
        "`portcullis help` lists the verbs, `help codes` the codes, and `portcullis schema` has every key",
    );
}

#[test]
fn a_key_is_explained_by_the_schema() {
    let program = Portcullis::new();
    let size = "windows.size: a list\n\n\
                Width and height of the content in logical pixels. Defaults to `[960, 640]`.\n\n\
                example:\n\n    size: [960, 640]\n";
    program.run(&["help", "windows.size"]).expect(0, size, "");
    // The name of an entry may stand in the path.
    let named = size.replace("windows.size", "windows.main.size");
    program.run(&["help", "windows.main.size"]).expect(0, &named, "");
    let permissions = program.run(&["help", "permissions"]);
    for words in ["permissions: a mapping\n", "keys of an entry:\n\n", "\n  allow        "] {
        assert!(permissions.text().contains(words), "{}", permissions.text());
    }
    let options = program.run(&["help", "windows.create"]);
    assert!(options.text().starts_with("windows.create: `start` or `on-demand`\n"), "{options:?}");
    let item = program.run(&["help", "permissions.allow.scope"]);
    assert!(item.text().starts_with("permissions.allow.scope: a mapping\n"), "{item:?}");
}
