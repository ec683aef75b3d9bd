//! What the manifest says about a command beyond its arguments: kept, or else the command does not run.

use super::Ticks;
use crate::support::{
    cli::Portcullis,
    gateway::{Call, Gateway, Lane, Settled, manifest},
};
use portcullis::{
    app::Notice,
    gateway::Mode,
    ipc::InvokeResponse,
    serde_json::{Value, json},
};

const RETURNS: &str = "
commands:
  tick: { returns: { type: object, required: [id] }, run: { native: tick } }
  bytes: { returns: { type: string }, run: { native: bytes } }
permissions: { main: { windows: [main], allow: [\"*\"] } }
";

#[tokio::test]
async fn a_result_is_held_against_what_the_command_returns_during_development_alone() {
    for mode in [Mode::Development, Mode::Production] {
        let registry = Ticks::default()
            .registry()
            .invocation("bytes", |_| async { Ok(InvokeResponse::Raw(vec![1])) });
        let gateway = Gateway::start(&manifest(RETURNS), registry, mode);
        let main = gateway.open("main");
        for lane in Lane::ALL {
            let call = |command: &str, given: Value| {
                let (gateway, main) = (&gateway, &main);
                let call = Call::new(command).json(&given);
                async move { gateway.call_over(lane, main, &call).await }
            };
            assert_eq!(call("tick", json!({"id": 1})).await, Settled::Json(json!({"id": 1})));
            let misfit = call("tick", json!({"name": "secret text"})).await;
            let bytes = call("bytes", json!({})).await;
            if mode == Mode::Production {
                assert!(misfit.is_ok() && bytes.is_ok());
                continue;
            }
            assert_eq!((misfit.code(), bytes.code()), ("invalid_result", "invalid_result"));
            let told = misfit.rejection();
            assert!(told["message"].as_str().unwrap().contains("does not fit `returns`"), "{told}");
            assert!(!told.to_string().contains("secret text"), "{told}");
            assert_eq!(told["at"], "gateway.yaml:7:3");
        }
    }
}

/// Every command would run without what is not enforced yet, and give away more than the file says.
const UNENFORCED: &str = "
commands:
  open:    { run: { native: tick } }
  scoped:  { args: { tenant: { type: string } }, run: { value: \"{tenant}\" } }
  both:    { args: { tenant: { type: string } }, run: { value: \"{tenant}\" } }
permissions:
  main:
    windows: [main]
    allow:
      - open
      - { commands: [scoped, both], scope: { args: { tenant: { const: acme } } } }
  others: { windows: [other], allow: [both] }
";

#[tokio::test]
async fn what_nothing_enforces_yet_is_granted_and_never_runs() {
    let ticks = Ticks::default();
    let gateway = Gateway::start(&manifest(UNENFORCED), ticks.registry(), Mode::Development);
    let (main, other) = (gateway.open("main"), gateway.open("other"));
    for lane in Lane::ALL {
        for (webview, command, given) in [
            (&main, "scoped", json!({"tenant": "evil"})),
            (&main, "scoped", json!({"tenant": "acme"})),
            (&main, "both", json!({"tenant": "evil"})),
            (&other, "both", json!({"tenant": "evil"})),
        ] {
            let call = Call::new(command).json(&given);
            let answer = gateway.call_over(lane, webview, &call).await;
            assert_eq!(answer.code(), "unsupported", "{command}");
            let message = answer.rejection()["message"].as_str().unwrap();
            assert!(message.ends_with("which this build cannot enforce yet"), "{message}");
        }
        assert_eq!(ticks.count(), 0);
    }
    assert!(gateway.call(&main, &Call::new("open")).await.is_ok());
    assert_eq!(ticks.count(), 1);
}

#[tokio::test]
async fn an_edit_that_needs_what_is_not_there_changes_nothing() {
    let first = "
commands: { tick: { run: { native: tick } } }
permissions: { main: { windows: [main], allow: [tick] } }
";
    let gateway = Gateway::new(first, Ticks::default().registry());
    let main = gateway.open("main");
    let edits =
        [("type: integer", "path: file, within: [picked]"), ("native: tick", "native: nobody")];
    for (from, to) in edits {
        let edit = first.replace("{ run:", "{ args: { a: { type: integer } }, run:");
        match gateway.edit(&edit.replace(from, to)) {
            Notice::EditRejected(loaded) => assert!(!loaded.diagnostics.is_empty()),
            other => panic!("{to}: {other:?}"),
        }
        assert_eq!(gateway.generation(), 1);
        assert!(gateway.call(&main, &Call::new("tick")).await.is_ok());
    }
}

#[test]
fn run_does_not_start_with_what_this_build_cannot_do_and_the_other_verbs_do_not_mind() {
    let program = Portcullis::with_manifest(
        "version: 1
app: { id: dev.example.cli, dev: { url: \"http://localhost:5173\" } }
origins: { docs: https://docs.example.com }
windows: { main: { url: \"https://docs.example.com/\" } }
commands:
  list: { args: { name: { type: string } }, run: { value: \"{name}\" } }
permissions:
  main:
    windows: [main]
    origins: [docs]
    allow: [{ commands: [list], scope: { args: { name: { const: a } } } }]
",
    );
    let codes = |args: &[&str]| program.run(args).stderr.matches("error[unsupported]").count();
    assert_eq!(codes(&["run"]), 2);
    assert_eq!(codes(&["run", "--production"]), 1);
    assert_eq!(program.run(&["run"]).code, 3);
    program.run(&["validate"]).expect(0, "1 file is valid\n", "");
    assert_eq!(program.run(&["explain", "list"]).code, 0);
    let call = program.run(&["call", "list", r#"{"name": "a"}"#]);
    assert_eq!(call.rejection()["code"], "unsupported");
}

#[test]
fn run_says_at_once_which_secrets_are_missing_and_what_else_it_lacks() {
    let program = Portcullis::with_manifest(
        "version: 1
app: { id: dev.example.cli, dev: { url: \"http://localhost:5173\" } }
secrets: { ops: { env: PORTCULLIS_TEST_UNSET }, disk: { file: no-such-file } }
origins: { docs: https://docs.example.com }
windows: { main: { url: \"https://docs.example.com/\" } }
commands:
  list: { run: { http: { base: \"http://127.0.0.1:1\", get: /, headers: { a: \"{secret:ops}{secret:disk}\" } } } }
permissions: { main: { windows: [main], origins: [docs], allow: [list] } }
",
    );
    let count = |text: &str, code: &str| text.matches(&format!("error[{code}]")).count();
    let run = program.run(&["run"]);
    assert_eq!((run.code, count(&run.stderr, "missing-secret")), (3, 2), "{}", run.stderr);
    assert_eq!(count(&run.stderr, "unsupported"), 1, "{}", run.stderr);
    let host = program.run(&["validate", "--host"]);
    assert_eq!((host.code, count(host.text(), "missing-secret")), (1, 2), "{host:?}");
    program.run(&["validate"]).expect(0, "1 file is valid\n", "");
    assert_eq!(program.run(&["call", "list"]).rejection()["code"], "missing_secret");
}
