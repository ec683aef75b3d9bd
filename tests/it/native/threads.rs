//! Where functions run: one that blocks keeps nobody else waiting.

use super::Native;
use crate::support::gateway::Settled;
use portcullis::{Registry, command::State, commands, serde_json::json};
use std::{
    sync::{
        Mutex,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

/// Holds up one call until another lets it go.
struct Gate {
    open: SyncSender<()>,
    opened: Mutex<Receiver<()>>,
}

#[portcullis::command]
fn wait(gate: State<Gate>) -> bool {
    gate.opened.lock().unwrap().recv().is_ok()
}

#[portcullis::command]
fn open(gate: State<Gate>) -> bool {
    gate.open.send(()).is_ok()
}

#[portcullis::command]
async fn open_soon(gate: State<Gate>) -> bool {
    gate.open.try_send(()).is_ok()
}

fn gated() -> Native {
    let (open_gate, opened) = sync_channel(1);
    let gate = Gate { open: open_gate, opened: Mutex::new(opened) };
    Native::with(Registry::new().commands(commands![wait, open, open_soon]).manage(gate))
}

/// On one thread: if a function ran on it, the second call would never begin.
#[tokio::test]
async fn a_function_that_blocks_leaves_other_calls_responsive() {
    for opener in ["open", "open_soon"] {
        let native = gated();
        let (waited, opened) =
            tokio::join!(native.call("wait", json!({})), native.call(opener, json!({})));
        assert_eq!((waited, opened), (Settled::Json(json!(true)), Settled::Json(json!(true))));
    }
}

#[portcullis::command]
fn name_of_thread() -> Option<String> {
    thread::current().name().map(str::to_owned)
}

#[portcullis::command]
async fn name_of_worker() -> Option<String> {
    thread::current().name().map(str::to_owned)
}

#[tokio::test]
async fn a_function_never_runs_on_the_thread_that_answers() {
    let native = Native::new(commands![name_of_thread, name_of_worker]);
    let own = Settled::Json(json!(thread::current().name()));
    assert_eq!(native.call("name_of_worker", json!({})).await, own);
    assert_ne!(native.call("name_of_thread", json!({})).await, own);
}
