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
  path:    { args: { file: { path: file, within: [notes/**] } }, run: { native: tick } }
  channel: { args: { lines: { channel: { type: string } } }, run: { native: tick } }
  capture: { run: { value: \"{origin:tenant}\" } }
origins: { tenants: \"https://{tenant}.example.com\" }
permissions:
  main:
    windows: [main]
    allow:
      - open
      - path
      - channel
      - { commands: [scoped, both], scope: { args: { tenant: { const: acme } } } }
  others: { windows: [other], allow: [both] }
  tenants: { windows: [main], origins: [tenants], allow: [capture] }
";

#[tokio::test]
async fn what_nothing_enforces_yet_is_granted_and_never_runs() {
    let ticks = Ticks::default();
    let text =
        manifest(UNENFORCED).replacen("origins: { docs: \"https://docs.example.com\" }\n", "", 1);
    let gateway = Gateway::start(&text, ticks.registry(), Mode::Development);
    let (main, other) = (gateway.open("main"), gateway.open("other"));
    for lane in Lane::ALL {
        for (webview, command, given) in [
            (&main, "scoped", json!({"tenant": "evil"})),
            (&main, "scoped", json!({"tenant": "acme"})),
            (&main, "both", json!({"tenant": "evil"})),
            (&other, "both", json!({"tenant": "evil"})),
            (&main, "path", json!({"file": "/etc/passwd"})),
            (&main, "channel", json!({"lines": "__CHANNEL__:1"})),
        ] {
            let call = Call::new(command).json(&given);
            let answer = gateway.call_over(lane, webview, &call).await;
            assert_eq!(answer.code(), "unsupported", "{command}");
            let message = answer.rejection()["message"].as_str().unwrap();
            assert!(message.ends_with("which this build cannot enforce yet"), "{message}");
        }
        let tenant = Call::new("capture").origin(Some("https://acme.example.com"));
        assert_eq!(gateway.call_over(lane, &main, &tenant).await.code(), "unsupported");
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
    let edits = [
        ("native: tick", "http: { base: \"https://api.example.com\", get: / }"),
        ("a: { type: integer }", "a: { path: file, within: [notes/**] }"),
        ("native: tick", "native: nobody"),
    ];
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
backends: { ops: { http: { base: \"https://api.example.com\" } } }
windows: { main: { url: \"https://docs.example.com/\" } }
commands: { list: { run: { use: ops, get: /list } } }
permissions: { main: { windows: [main], allow: [list] } }
",
    );
    let codes = |args: &[&str]| program.run(args).stderr.matches("error[unsupported]").count();
    assert_eq!(codes(&["run"]), 2);
    assert_eq!(codes(&["run", "--production"]), 1);
    assert_eq!(program.run(&["run"]).code, 3);
    program.run(&["validate"]).expect(0, "1 file is valid\n", "");
    assert_eq!(program.run(&["explain", "list"]).code, 0);
    assert_eq!(program.run(&["call", "list"]).rejection()["code"], "unsupported");
}
