//! The command line through the binary: exit codes, what goes to which stream, and the shapes that programs read.

mod allow;
mod apps;
mod call;
#[cfg(unix)]
mod examples;
mod explain;
mod fix;
mod fmt;
mod formats;
mod help;
mod hooks;
mod init;
#[cfg(target_os = "linux")]
mod killed;
#[cfg(unix)]
mod process;
mod profiles;
mod schema;
mod show;
mod validate;

use crate::support::cli::Portcullis;

/// Two windows, of which one may do everything, and one is read-only.
const MANIFEST: &str = r#"version: 1
app: { id: dev.example.cli, frontend: dist }
origins:
  docs: https://docs.example.com
  tenants: "https://{tenant}.example.com"
windows: { main: {}, viewer: {} }
commands:
  greet:
    args: { name: { type: string, maxLength: 8 } }
    run: { value: "Hello, {name}!" }
  save: { run: { value: null } }
  echo: { run: { native: echo } }
permissions:
  main-window: { windows: [main], allow: ["*"] }
  read-only:
    windows: [viewer]
    deny: [save]
"#;

/// What `explain` and `call` say when nobody chose the caller.
const NOTE: &str =
    "note: calling as main/main at app://localhost; choose with --window, --webview and --origin\n";

#[test]
fn words_that_are_no_verb_option_or_format_are_usage_errors() {
    let program = Portcullis::with_manifest(MANIFEST);
    let unusable: [&[&str]; 9] = [
        &[],
        &["frobnicate"],
        &["validate", "--frobnicate"],
        &["validate", "--format", "xml"],
        &["call"],
        &["explain"],
        &["explain", "save", "--stdin"],
        &["call", "greet", "{}", "one too many"],
        &["schema", "-m", "gateway.yaml"],
    ];
    for args in unusable {
        let run = program.run(args);
        assert_eq!((run.code, run.text()), (2, ""), "{args:?}");
        assert!(!run.stderr.is_empty(), "{args:?} is refused without a word");
    }
}

#[test]
fn help_and_version_are_no_faults() {
    let program = Portcullis::new();
    for args in [&["--help"][..], &["--version"], &["call", "--help"]] {
        let run = program.run(args);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{args:?}");
        assert!(run.text().contains("portcullis"), "{run:?}");
    }
}

#[test]
fn the_nearest_manifest_upward_is_the_one_that_counts() {
    let program = Portcullis::with_manifest(MANIFEST)
        .file("near/gateway.yaml", &MANIFEST.replace("Hello", "Near"))
        .file("near/deep/down/page.html", "");
    let call = |folder: &str| {
        let mut command = program.command(&["call", "greet", r#"{"name":"you"}"#]);
        crate::support::cli::Run::of(command.current_dir(program.folder().join(folder)), b"")
    };
    call(".").expect(0, "\"Hello, you!\"\n", NOTE);
    call("near").expect(0, "\"Near, you!\"\n", NOTE);
    call("near/deep/down").expect(0, "\"Near, you!\"\n", NOTE);
    let named = program.run(&["call", "-m", "near/gateway.yaml", "greet", r#"{"name":"you"}"#]);
    named.expect(0, "\"Near, you!\"\n", NOTE);
}

#[test]
fn without_a_manifest_nothing_can_run() {
    let program = Portcullis::new();
    for args in
        [&["validate"][..], &["call", "greet"], &["explain", "greet"], &["explain", "--stdin"]]
    {
        program.run(args).expect(
            3,
            "",
            "error: no gateway.yaml here or in a folder above\n  help: name the manifest: `-m FILE`\n",
        );
    }
}

#[test]
fn a_manifest_with_a_fault_decides_and_runs_nothing() {
    let program = Portcullis::with_manifest(&MANIFEST.replace("deny: [save]", "deny: [saev]"));
    for args in [&["call", "echo"][..], &["explain", "echo"], &["explain", "--stdin"]] {
        let run = program
            .run_with_input(&[args, &["--format", "plain"]].concat(), b"{\"command\":\"echo\"}\n");
        run.expect(
            3,
            "",
            "gateway.yaml:17:12: error[undefined-command]: the command `saev` is not declared; \
             help: did you mean `save`?\n",
        );
        let run = program.run(&[args, &["--format", "json"]].concat());
        let faults: serde_json::Value = serde_json::from_str(&run.stderr).expect("one JSON value");
        assert_eq!((run.code, run.text()), (3, ""), "{args:?}");
        assert_eq!(faults["diagnostics"][0]["code"], "undefined-command");
    }
}

#[test]
fn nothing_on_the_command_line_steers_the_terminal() {
    let program = Portcullis::with_manifest(MANIFEST);
    for word in ["sa\u{1b}[31mve", "save\n::error::forged", "sa\u{202e}ve"] {
        for args in
            [&["explain", word, "--window", "main"][..], &["fmt", word], &["init", "--from", word]]
        {
            let run = program.run(args);
            assert_eq!(run.code, 2, "{args:?}");
            let printed = run.stderr.clone() + run.text();
            assert!(printed.contains("steer a terminal"), "{printed}");
            let is_plain = |c: char| c == '\n' || !(c.is_control() || c == '\u{202e}');
            assert!(printed.chars().all(is_plain) && !printed.contains("\n::"), "{printed:?}");
        }
    }
    let pretty = "{\n  \"name\": \"you\"\n}";
    program.run(&["call", "greet", pretty]).expect(0, "\"Hello, you!\"\n", NOTE);
}
