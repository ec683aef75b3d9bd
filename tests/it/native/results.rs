//! What a function gives back, what the manifest says of it, and what is known of it without calling it.

use super::Native;
use crate::support::gateway::Settled;
use portcullis::{
    Registry, commands,
    ipc::{Rejection, RejectionCode},
    serde_json::json,
};
use serde::Serialize;
use std::sync::atomic::{AtomicUsize, Ordering};

/// An error with a form of its own.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Fault {
    Missing { name: String },
}

/// A `Result` under another name.
type Outcome<T> = Result<T, Fault>;

#[portcullis::command]
fn plain() -> Option<u8> {
    None
}

#[portcullis::command]
fn nothing() {}

#[portcullis::command]
fn fallible(name: String) -> Outcome<Vec<String>> {
    if name == "x" { Err(Fault::Missing { name }) } else { Ok(vec![name]) }
}

#[portcullis::command]
async fn later(code: bool) -> Result<(), Rejection> {
    tokio::task::yield_now().await;
    if code { Err(Rejection::new(RejectionCode::InvalidRequest, "not now")) } else { Ok(()) }
}

#[portcullis::command]
fn described() -> impl Serialize {
    [1, 2]
}

#[tokio::test]
async fn values_resolve_the_promise_and_errors_reject_it() {
    let native = Native::new(commands![plain, nothing, fallible, later, described]);
    assert_eq!(native.call("plain", json!({})).await, Settled::Json(json!(null)));
    assert_eq!(native.call("nothing", json!({})).await, Settled::Json(json!(null)));
    assert_eq!(native.call("described", json!({})).await, Settled::Json(json!([1, 2])));
    let answer = native.call("fallible", json!({"name": "a"})).await;
    assert_eq!(answer, Settled::Json(json!(["a"])));
    let answer = native.call("fallible", json!({"name": "x"})).await;
    assert_eq!(answer, Settled::Rejected(json!({"kind": "missing", "name": "x"})));
    assert_eq!(native.call("later", json!({"code": false})).await, Settled::Json(json!(null)));
    let (code, message) = native.refused("later", json!({"code": true})).await;
    assert_eq!((code.as_str(), message.as_str()), ("invalid_request", "not now"));
}

static SUMS: AtomicUsize = AtomicUsize::new(0);

#[portcullis::command]
fn sum(of: Vec<i64>) -> i64 {
    SUMS.fetch_add(1, Ordering::SeqCst);
    of.iter().sum()
}

#[tokio::test]
async fn the_manifests_contracts_hold_for_functions_too() {
    let manifest = "
commands:
  sum:
    args: { of: { type: array, items: { type: integer }, maxItems: 3 } }
    returns: { type: integer, maximum: 10 }
    run: { native: sum }
permissions: { main: { windows: [main], allow: [sum] } }
";
    let native = Native::declared(manifest, Registry::new().commands(commands![sum]));
    assert_eq!(native.call("sum", json!({"of": [1, 2]})).await, Settled::Json(json!(3)));
    let before = SUMS.load(Ordering::SeqCst);
    for (given, code) in [
        (json!({"of": [1, "2"]}), "invalid_argument"),
        (json!({"of": [1, 2, 3, 4]}), "invalid_argument"),
        (json!({}), "missing_argument"),
        (json!({"of": [], "off": []}), "unknown_argument"),
    ] {
        assert_eq!(native.refused("sum", given).await.0, code);
    }
    assert_eq!(SUMS.load(Ordering::SeqCst), before, "it ran with arguments that do not fit");
    let (code, message) = native.refused("sum", json!({"of": [10, 1]})).await;
    assert_eq!(code, "invalid_result");
    assert!(message.contains("does not fit `returns`"), "{message}");
}

mod elsewhere {
    /// Greets by name.
    ///
    /// In two paragraphs.
    #[portcullis::command]
    pub(super) fn greet(first_name: String, _window: portcullis::command::Window) -> String {
        first_name
    }
}

#[test]
fn what_is_known_of_a_function_is_its_documentation_its_arguments_and_its_place() {
    use elsewhere::greet;
    assert_eq!(Registry::new().commands(commands![elsewhere::greet]).names().count(), 1);
    let registry =
        Registry::new().function("by_hand", |(): ()| Ok::<_, ()>(())).commands(commands![greet]);
    let declared = registry.declarations();
    let by_hand = declared.find("by_hand").unwrap();
    assert_eq!((&by_hand.place, &by_hand.arguments), (&None, &None));
    let greet = declared.find("greet").unwrap();
    assert_eq!(greet.description, "Greets by name.\n\nIn two paragraphs.");
    assert_eq!(greet.arguments.as_deref(), Some(&["firstName".to_owned()][..]));
    let place = greet.place.as_ref().unwrap();
    assert_eq!(place.file, "tests/it/native/results.rs");
    let text = include_str!("results.rs");
    let line = text.lines().nth(place.line as usize - 1).unwrap();
    assert_eq!(line.trim(), "#[portcullis::command]");
}
