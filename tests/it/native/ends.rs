//! How a call to a function ends when it does not end well: panics, time limits, pages that go.

use super::Native;
use crate::support::gateway::Settled;
use portcullis::{
    Registry,
    command::{AppHandle, CancellationToken, State},
    commands,
    serde_json::json,
};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};
use tokio::sync::Semaphore;

#[portcullis::command]
fn break_down(why: String) -> String {
    panic!("{why}")
}

#[portcullis::command]
async fn break_down_later(why: String) -> String {
    tokio::task::yield_now().await;
    panic!("{why}")
}

#[portcullis::command]
fn fine() -> u8 {
    1
}

#[tokio::test]
async fn a_panic_rejects_its_call_and_nothing_else() {
    let native = Native::new(commands![break_down, break_down_later, fine]);
    for name in ["break_down", "break_down_later"] {
        let expected = ("internal".to_owned(), "the command panicked".to_owned());
        assert_eq!(native.refused(name, json!({"why": "a secret"})).await, expected);
        assert_eq!(native.call("fine", json!({})).await, Settled::Json(json!(1)));
    }
}

/// What commands tell of how they fared.
struct Seen {
    /// They have begun.
    begun: Semaphore,
    /// They were told that nobody waits.
    given_up: Semaphore,
}

impl Seen {
    fn new() -> Self {
        Self { begun: Semaphore::new(0), given_up: Semaphore::new(0) }
    }
}

#[portcullis::command]
fn work(seen: State<Seen>, token: CancellationToken) {
    seen.begun.add_permits(1);
    while !token.is_cancelled() {
        thread::yield_now();
    }
    seen.given_up.add_permits(1);
}

/// What it began goes on without it, until it is told.
#[portcullis::command]
async fn delegate(seen: State<Seen>, token: CancellationToken) {
    tokio::spawn({
        let (seen, token) = (seen.clone(), token.clone());
        async move {
            token.cancelled().await;
            seen.given_up.add_permits(1);
        }
    });
    seen.begun.add_permits(1);
    std::future::pending::<()>().await;
}

/// Gives its token away, and is answered.
#[portcullis::command]
async fn answer(tokens: State<Mutex<Vec<CancellationToken>>>, token: CancellationToken) -> u8 {
    tokens.lock().unwrap().push(token);
    1
}

fn working(limits: &str) -> (Native, Registry) {
    let declared: String = ["work", "delegate"]
        .map(|name| format!("  {name}: {{ run: {{ native: {name} }}, limits: {{ {limits} }} }}\n"))
        .concat();
    let rest = format!(
        "commands:\n{declared}permissions: {{ main: {{ windows: [main], allow: [\"*\"] }} }}\n"
    );
    let registry = Registry::new().manage(Seen::new()).commands(commands![work, delegate]);
    (Native::declared(&rest, registry.clone()), registry)
}

fn seen(registry: &Registry) -> State<Seen> {
    registry.state().expect("it is managed")
}

#[tokio::test]
async fn a_call_whose_time_is_up_tells_its_command() {
    let (native, registry) = working("timeout: 20ms");
    for name in ["work", "delegate"] {
        assert_eq!(native.refused(name, json!({})).await.0, "timeout");
        seen(&registry).given_up.acquire().await.unwrap().forget();
    }
}

#[tokio::test]
async fn a_page_that_goes_tells_the_commands_of_its_calls() {
    let (native, registry) = working("timeout: 3600s");
    for name in ["work", "delegate"] {
        let seen = seen(&registry);
        let page_goes = async {
            seen.begun.acquire().await.unwrap().forget();
            native.page.session.end_document();
        };
        let (refused, ()) = tokio::join!(native.refused(name, json!({})), page_goes);
        assert_eq!(refused.0, "cancelled");
        seen.given_up.acquire().await.unwrap().forget();
    }
}

#[tokio::test]
async fn a_call_that_was_answered_is_never_given_up() {
    let registry = Registry::new()
        .manage(Mutex::<Vec<CancellationToken>>::default())
        .commands(commands![answer]);
    let native = Native::with(registry.clone());
    assert_eq!(native.call("answer", json!({})).await, Settled::Json(json!(1)));
    native.page.session.end_document();
    let tokens = registry.state::<Mutex<Vec<CancellationToken>>>().unwrap();
    let tokens = tokens.lock().unwrap();
    assert_eq!(tokens.iter().map(CancellationToken::is_cancelled).collect::<Vec<_>>(), [false]);
}

#[portcullis::command]
fn quit(app: AppHandle) {
    app.exit();
}

#[tokio::test]
async fn a_command_can_end_the_app_where_there_is_one() {
    let registry = Registry::new().commands(commands![quit]);
    let native = Native::with(registry.clone());
    // As in `call`: there is no window to close.
    assert_eq!(native.call("quit", json!({})).await, Settled::Json(json!(null)));
    let ended = Arc::new(AtomicBool::new(false));
    let end = Arc::clone(&ended);
    registry.on_exit(move || end.store(true, Ordering::SeqCst));
    assert_eq!(native.call("quit", json!({})).await, Settled::Json(json!(null)));
    assert!(ended.load(Ordering::SeqCst));
}
