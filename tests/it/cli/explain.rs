//! `explain`: the decision, its cause with its line, the nearest miss, and what would change it.

use super::{MANIFEST, NOTE};
use crate::support::cli::Portcullis;
use serde_json::{Value, json};

#[test]
fn the_exit_code_is_the_decision() {
    let program = Portcullis::with_manifest(MANIFEST);
    program.run(&["explain", "save"]).expect(
        0,
        "allow: `save` for main/main at app://localhost\n  because `main-window` allows it (gateway.yaml:14:3)\n",
        NOTE,
    );
    program.run(&["explain", "save", "--window", "viewer", "--origin", "app"]).expect(
        1,
        "deny: `save` for viewer/viewer at app://localhost\n  because `read-only` denies it (gateway.yaml:15:3)\n",
        "",
    );
    program.run(&["explain", "svae", "--window", "main", "--origin", "app"]).expect(
        1,
        "deny: `svae` for main/main at app://localhost\n  because the manifest declares no such command\n  \
         help: did you mean `save`?\n",
        "",
    );
}

#[test]
fn events_are_explained_like_commands() {
    let manifest = "\
version: 1
app: { id: dev.example.notes, frontend: . }
windows: { main: {}, viewer: {} }
events: { saved: {} }
permissions:
  main-window: { windows: [main], listen: [saved] }
  viewer: { windows: [viewer], allow: [\"@core:event\"], emit: [saved] }
";
    let program = Portcullis::with_manifest(manifest);
    let check = |args: &[&str], code: i32, expected: &str| {
        let run =
            program.run(&[&["explain", "--window", "main", "--origin", "app"], args].concat());
        run.expect(code, expected, "");
    };
    check(
        &["--listen", "saved"],
        0,
        "allow: listen `saved` for main/main at app://localhost\n  because `main-window` allows it (gateway.yaml:6:3)\n",
    );
    check(
        &["--emit", "saved"],
        1,
        "deny: emit `saved` for main/main at app://localhost\n  \
         because no permission that matches this caller allows it\n  \
         nearest: `viewer` allows it to the window `viewer`, and this one is `main` (gateway.yaml:7:3)\n",
    );
    check(
        &["--emit", "sved"],
        1,
        "deny: emit `sved` for main/main at app://localhost\n  \
         because the manifest declares no such event\n  help: did you mean `saved`?\n",
    );
    let run = program.run(&["explain", "--listen", "saved", "--format", "json"]);
    assert_eq!(run.json()["reason"], "allowed-by-permission");
    for args in [["save", "--listen", "saved"], ["--stdin", "--emit", "saved"]] {
        assert_eq!(program.run(&[&["explain"], &args[..]].concat()).code, 2, "{args:?}");
    }
}

#[test]
fn json_is_one_object_and_nothing_else() {
    let program = Portcullis::with_manifest(MANIFEST);
    let check = |args: &[&str], code: i32, expected: Value| {
        let run = program.run(&[&["explain", "--format", "json"], args].concat());
        assert_eq!((run.code, run.json(), run.stderr.as_str()), (code, expected, ""), "{args:?}");
    };
    let allowed = json!({
        "decision": "allow",
        "causes": [{ "permission": "main-window", "file": "gateway.yaml", "line": 14 }],
        "reason": "allowed-by-permission",
        "nearest": null,
    });
    check(&["save"], 0, allowed);
    let denied = json!({
        "decision": "deny",
        "causes": [{ "permission": "read-only", "file": "gateway.yaml", "line": 15 }],
        "reason": "denied-by-permission",
        "nearest": null,
    });
    check(&["save", "--window", "viewer"], 1, denied);
    let missed = json!({
        "decision": "deny",
        "causes": [],
        "reason": "no-matching-permission",
        "nearest": {
            "permission": "main-window",
            "file": "gateway.yaml",
            "line": 14,
            "dimension": "origin",
            "expected": ["app"],
            "found": "https://docs.example.com",
        },
    });
    check(&["save", "--origin", "docs"], 1, missed);
    let unknown =
        json!({ "decision": "deny", "causes": [], "reason": "unknown-command", "nearest": null });
    check(&["nowhere"], 1, unknown);
}

#[test]
fn queries_are_answered_line_by_line() {
    let program = Portcullis::with_manifest(MANIFEST);
    let queries = br#"{"command":"save"}

{"command":"save","window":"viewer","webview":"viewer","origin":"app"}
{"command":"save","origin":"null"}
{"command":"nowhere"}
"#;
    let run = program.run_with_input(&["explain", "--stdin"], queries);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let answers: Vec<Value> = run
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).expect("one object a line"))
        .collect();
    let reasons: Vec<_> = answers
        .iter()
        .map(|answer| (&answer["decision"], &answer["reason"]))
        .map(|(a, b)| json!([a, b]))
        .collect();
    assert_eq!(
        json!(reasons),
        json!([
            ["allow", "allowed-by-permission"],
            ["deny", "denied-by-permission"],
            ["deny", "no-matching-permission"],
            ["deny", "unknown-command"],
        ])
    );
    assert_eq!(answers[1]["causes"][0]["permission"], "read-only");
    assert_eq!(answers[2]["nearest"]["found"], "none");
}

#[test]
fn flags_are_the_callers_of_queries_that_name_none() {
    let program = Portcullis::with_manifest(MANIFEST);
    let queries = b"{\"command\":\"save\"}\n{\"command\":\"save\",\"window\":\"main\"}\n";
    let run = program.run_with_input(&["explain", "--stdin", "--window", "viewer"], queries);
    let decisions: Vec<_> = run.text().lines().map(|line| line.contains("\"allow\"")).collect();
    assert_eq!((run.code, decisions), (0, vec![false, true]));
}

#[test]
fn a_malformed_query_costs_its_own_line_alone() {
    let program = Portcullis::with_manifest(MANIFEST);
    let queries = b"no json\n{}\n{\"command\":\"save\",\"windwo\":\"main\"}\n{\"command\":\"\xff\"}\n\
        {\"command\":\"save\",\"origin\":\"nowhere\"}\n{\"command\":\"save\",\"window\":\"a b\"}\n{\"command\":\"save\"}";
    let run = program.run_with_input(&["explain", "--stdin", "--format", "json"], queries);
    let answers: Vec<Value> = run
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).expect("one object a line"))
        .collect();
    let (last, errors) = answers.split_last().expect("answers");
    assert_eq!((run.code, errors.len(), &last["decision"]), (2, 6, &json!("allow")), "{answers:?}");
    for error in errors {
        assert!(
            error["error"].is_string() && error.as_object().is_some_and(|o| o.len() == 1),
            "{error}"
        );
    }
}

#[test]
fn an_origin_is_a_declared_name_or_an_address() {
    let program = Portcullis::with_manifest(MANIFEST);
    let explain =
        |origin| program.run(&["explain", "save", "--window", "main", "--origin", origin]);
    assert_eq!(explain("app").code, 0);
    for other in ["docs", "https://acme.example.com", "null", "https://not.an.origin/path"] {
        assert_eq!(explain(other).code, 1, "{other}");
    }
    explain("tenants").expect(
        2,
        "",
        "error: the origin `tenants` stands for many: `https://{tenant}.example.com`; give one of them\n",
    );
    explain("dosc").expect(
        2,
        "",
        "error: `dosc` is neither a declared origin nor a URL such as https://example.com\n",
    );
}

/// The YAML of a denial's help, ready to be joined with a manifest that has neither of its sections.
fn suggested(text: &str) -> String {
    let (_, yaml) =
        text.split_once(", or add to the manifest:\n").unwrap_or_else(|| panic!("{text}"));
    let lines = yaml.lines().map(|line| line.strip_prefix("    ").expect("indented"));
    lines.fold(String::new(), |text, line| text + line + "\n")
}

#[test]
fn what_is_suggested_turns_the_denial_around() {
    const BARE: &str = "version: 1
app: { id: dev.example.cli, frontend: dist }
windows: { main: {}, 'tools/diff:1': {} }
commands: { save: { run: { value: 1 } } }
";
    let callers: [&[&str]; 4] = [
        &[],
        &["--window", "tools/diff:1"],
        &[
            "--window",
            "tools/diff:1",
            "--webview",
            "main",
            "--origin",
            "https://docs.example.com:8443",
        ],
        &["--window", "main", "--origin", "http://[::1]:80"],
    ];
    for caller in callers {
        let explain = [&["explain", "save"], caller].concat();
        let before = Portcullis::with_manifest(BARE).run(&explain);
        assert_eq!(before.code, 1, "{caller:?}");
        let yaml = suggested(before.text());
        let after = Portcullis::with_manifest(&format!("{BARE}{yaml}")).run(&explain);
        assert_eq!(after.code, 0, "{caller:?}\n{yaml}{after:?}");
    }
}

#[test]
fn a_suggestion_uses_the_names_that_are_there_and_takes_no_other() {
    let manifest = MANIFEST.replace("read-only:", "viewer-more:");
    let program = Portcullis::with_manifest(&manifest);
    let run = program.run(&["explain", "greet", "--window", "viewer", "--origin", "docs"]);
    // The section is there: it is not to be written again.
    let expected = "  help: run `portcullis allow greet --window viewer --origin https://docs.example.com`, or add to `permissions`:
    viewer-more-2:
      windows:
      - viewer
      origins:
      - docs
      allow:
      - greet
";
    assert!(run.text().ends_with(expected), "{run:?}");
}

/// Both make the same edit, and what `explain` says to run is what makes it.
#[test]
fn what_is_said_to_run_is_what_allow_writes() {
    let manifest = MANIFEST.replace("main: {}, viewer: {}", "main: {}, viewer: {}, 'a:b': {}");
    let program = Portcullis::with_manifest(&manifest).file("dist/index.html", "");
    for (args, expected) in [
        (
            &["greet", "--window", "viewer"][..],
            "add `greet` to `allow` of `read-only` (gateway.yaml:15:3)",
        ),
        (&["echo", "--window", "a:b", "--origin", "docs"], "add to `permissions`:\n    a-b-more:"),
        (
            &["greet", "--window", "main", "--origin", "https://a.example"],
            "add to `origins`:\n    a-example: https://a.example\n  and to `permissions`:\n    main-more:",
        ),
    ] {
        let run = program.run(&[&["explain"], args].concat());
        assert!(run.code == 1 && run.text().contains(expected), "{run:?}");
        let (_, line) = run.text().split_once("help: run `portcullis ").expect("a command");
        let (line, _) = line.split_once('`').expect("its end");
        let words: Vec<&str> = line.split(' ').chain(["--dry-run"]).collect();
        let edit = program.run(&words);
        assert!(edit.code == 0 && edit.text().contains("+++ gateway.yaml"), "{line}: {edit:?}");
    }
}

#[test]
fn the_command_to_run_is_quoted_and_names_what_was_asked_about() {
    let manifest = format!(
        "{}plugins: {{ notes: {{ commands: {{ save: {{ run: {{ value: 1 }} }} }} }} }}\nprofiles: {{ dev: {{}} }}\n",
        MANIFEST.replace("viewer: {}", "viewer: { url: 'https://docs.example.com/' }"),
    );
    let program = Portcullis::new().file("my app.yaml", &manifest).file("dist/index.html", "");
    let args = ["explain", "plugin:notes|save", "--window", "viewer", "--origin", "app"];
    let run = program.run(&[&args[..], &["-m", "my app.yaml", "--profile", "dev"]].concat());
    let expected = "run `portcullis allow 'plugin:notes|save' --window viewer --origin app -m 'my app.yaml' --profile dev`";
    assert!(run.code == 1 && run.text().contains(expected), "{run:?}");
}

#[test]
fn a_window_calls_from_the_page_that_it_starts_with() {
    let manifest = MANIFEST.replace("viewer: {}", "viewer: { url: 'https://docs.example.com/a' }");
    let program = Portcullis::with_manifest(&manifest);
    let run = program.run(&["explain", "greet", "--window", "viewer"]);
    assert!(
        run.text().starts_with("deny: `greet` for viewer/viewer at https://docs.example.com\n")
    );
    assert!(run.stderr.starts_with("note: calling as viewer/viewer at https://docs.example.com;"));
    let app = program.run(&["explain", "greet", "--window", "viewer", "--origin", "app"]);
    assert!(
        app.text().starts_with("deny: `greet` for viewer/viewer at app://localhost\n"),
        "{app:?}"
    );
    let template = MANIFEST.replace(
        "viewer: {}",
        "viewer: { template: 'viewer-*', url: 'https://{name}.example.com/' }",
    );
    let template = template.replace("windows: [viewer]", "windows: ['viewer-*']");
    let run =
        Portcullis::with_manifest(&template).run(&["explain", "greet", "--window", "viewer-a"]);
    assert!(run.text().contains("viewer-a/viewer-a at https://a.example.com\n"), "{run:?}");
}

#[test]
fn nothing_is_suggested_that_would_not_help() {
    let program = Portcullis::with_manifest(MANIFEST);
    let last = |args: &[&str]| {
        let run = program.run(&[&["explain", "save"], args].concat());
        (run.code, run.text().lines().last().map(str::to_owned))
    };
    let help = |text: &str| (1, Some(format!("  help: {text}")));
    assert_eq!(
        last(&["--origin", "null"]),
        help("nothing can allow it to a page without an origin")
    );
    assert_eq!(last(&["--window", "mian"]), help("the manifest declares no window `mian`"));
    assert_eq!(
        last(&["--window", "viewer", "--webview", "side", "--origin", "docs"]),
        help("the manifest declares no webview `side`")
    );
}
