//! Scopes of native commands: arguments are held to them before the function runs, and what is for it to decide it sees.

use super::Native;
use crate::support::gateway::{Call, Gateway, Settled};
use portcullis::{
    Registry,
    app::{misfits, obstacles},
    command::CommandScope,
    commands,
    diagnostic::Code,
    gateway::Mode,
    reload::load_content,
    serde_json::{Value, json},
};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// One item of a scope.
#[derive(Debug, Serialize, Deserialize)]
struct Folder {
    folder: String,
}

#[portcullis::command]
fn scope(
    tenant: Option<String>,
    scope: CommandScope<Folder>,
) -> (Option<String>, Vec<String>, Vec<String>) {
    let names = |folders: &[Folder]| folders.iter().map(|it| it.folder.clone()).collect();
    (tenant, names(scope.allows()), names(scope.denies()))
}

#[portcullis::command]
fn plain(tenant: Option<String>) -> Option<String> {
    tenant
}

const MANIFEST: &str = "
commands:
  scope:
    args: { tenant: { type: string, optional: true } }
    run: { native: scope }
  plain:
    args: { tenant: { type: string, optional: true } }
    run: { native: plain }
permissions:
  acme:
    windows: [main]
    allow:
      - commands: [scope]
        scope: { args: { tenant: { const: acme } }, allow: [{ folder: a }], deny: [{ folder: z }] }
      - { commands: [plain], scope: { args: { tenant: { enum: [acme, globex] } } } }
  globex:
    windows: [\"*\"]
    allow:
      - commands: [scope]
        scope: { args: { tenant: { enum: [acme, globex] } }, allow: [{ folder: b }] }
";

fn registry() -> Registry {
    Registry::new().commands(commands![scope, plain])
}

#[tokio::test]
async fn a_function_sees_what_the_permissions_allow_with_these_arguments() {
    let native = Native::declared(MANIFEST, registry());
    let other = native.gateway.open("other");
    let expected = json!(["acme", ["a", "b"], ["z"]]);
    assert_eq!(native.call("scope", json!({"tenant": "acme"})).await, Settled::Json(expected));
    // What is refused is refused with any arguments.
    let expected = json!(["globex", ["b"], ["z"]]);
    assert_eq!(native.call("scope", json!({"tenant": "globex"})).await, Settled::Json(expected));
    let call = Call::new("scope").json(&json!({"tenant": "acme"}));
    let answer = native.gateway.call(&other, &call).await;
    assert_eq!(answer, Settled::Json(json!(["acme", ["b"], []])));
}

#[tokio::test]
async fn arguments_that_no_permission_allows_run_nothing() {
    let native = Native::declared(MANIFEST, registry());
    assert_eq!(
        native.call("plain", json!({"tenant": "globex"})).await,
        Settled::Json(json!("globex"))
    );
    for command in ["scope", "plain"] {
        // What is left out fits nothing, though the command itself does not need it.
        for given in [json!({"tenant": "evil"}), json!({})] {
            let (code, message) = native.refused(command, given).await;
            assert_eq!(code, "not_allowed");
            assert_eq!(
                message,
                format!("`{command}` is not allowed for this page with this `tenant`")
            );
        }
    }
}

#[tokio::test]
async fn without_a_scope_nothing_is_covered() {
    let native = Native::with(registry());
    let answer = native.call("scope", json!({})).await;
    assert_eq!(answer, Settled::Json(json!([null, [], []])));
}

#[tokio::test]
async fn a_scope_that_is_not_what_the_function_reads_lets_nobody_in() {
    let manifest = MANIFEST.replace("{ folder: b }", "{ path: b }");
    let native = Native::declared(&manifest, registry());
    let (code, message) = native.refused("scope", json!({"tenant": "acme"})).await;
    assert_eq!(code, "internal");
    assert_eq!(message, "the scope of the command does not fit it: missing field `folder`");
}

#[tokio::test]
async fn an_edit_of_a_scope_applies_to_the_next_call() {
    let native = Native::declared(MANIFEST, registry());
    native.gateway.accept(&MANIFEST.replace("folder: a }", "folder: c }"));
    let answer = native.call("scope", json!({"tenant": "acme"})).await;
    assert_eq!(answer, Settled::Json(json!(["acme", ["c", "b"], ["z"]])));
}

#[tokio::test]
async fn a_function_that_takes_no_scope_is_not_run_as_if_it_did() {
    let manifest = MANIFEST.replace(
        "enum: [acme, globex] } } } }\n  globex",
        "const: acme } }, allow: [{ folder: a }] } }\n  globex",
    );
    assert_ne!(manifest, MANIFEST);
    let whole = crate::support::gateway::manifest(&manifest);
    let loaded = load_content(Path::new("gateway.yaml"), Ok(whole.clone().into_bytes()));
    let checked = loaded.manifest.as_ref().expect("a valid manifest");
    let found = misfits(checked, &registry().declarations());
    let [finding] = &found[..] else { panic!("{found:?}") };
    assert_eq!(finding.code, Code::ScopeNotEnforced);
    assert_eq!(
        finding.message,
        "`plain` would not see this scope: the Rust function `plain` takes none"
    );
    assert_eq!(obstacles(&loaded, &registry(), Mode::Production), found);
    // What does not ask before it starts runs the rest.
    let gateway = Gateway::start(&whole, registry(), Mode::Development);
    let main = gateway.open("main");
    let call = |name: &str, given: Value| Call::new(name).json(&given);
    let refused = gateway.call(&main, &call("plain", json!({"tenant": "acme"}))).await;
    assert_eq!(refused.code(), "unsupported");
    assert!(gateway.call(&main, &call("scope", json!({"tenant": "acme"}))).await.is_ok());
}
