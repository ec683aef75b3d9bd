//! Behaviour of the session that cannot be told from outside of the process: what waits, what is dropped, what breaks.

use super::{
    analysis::{Analyse, analyse},
    overlay::Overlay,
    server::Server,
    wire::{self, Incoming},
};
use crate::reload::Loaded;
use serde_json::{Value, json};
use std::{
    io::Write as _,
    path::Path,
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    },
};

/// Serves messages that have all arrived before the first is looked at; what is answered, and the session's end.
fn serve(analyse: Analyse, messages: &[Value]) -> (Vec<Value>, bool) {
    let mut input = Vec::new();
    for message in messages {
        let text = message.to_string();
        write!(input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
    }
    let (sender, receiver) = mpsc::channel::<Incoming>();
    let mut input = input.as_slice();
    while let Some(incoming) = wire::read(&mut input).unwrap() {
        sender.send(incoming).unwrap();
    }
    drop(sender);
    let mut output = Vec::new();
    let is_clean = Server::new(&mut output, analyse).run(&receiver).unwrap();
    let text = String::from_utf8(output).unwrap();
    let frames = text.split("Content-Length: ").skip(1);
    let bodies = frames.map(|frame| frame.split_once("\r\n\r\n").unwrap().1);
    (bodies.map(|body| serde_json::from_str(body).unwrap()).collect(), is_clean)
}

fn request(id: i32, method: &str, params: Value) -> Value {
    let mut message = notification(method, params);
    message["id"] = id.into();
    message
}

fn notification(method: &str, params: Value) -> Value {
    let mut message = json!({ "jsonrpc": "2.0", "method": method });
    message["params"] = params;
    message
}

const URI: &str = "untitled:gateway.yaml";

/// A session with one open document.
fn opened(text: &str) -> Vec<Value> {
    vec![
        request(0, "initialize", json!({ "capabilities": {} })),
        notification("initialized", json!({})),
        notification(
            "textDocument/didOpen",
            json!({ "textDocument": { "uri": URI, "languageId": "yaml", "version": 0, "text": text } }),
        ),
    ]
}

fn typed(version: i32, text: &str) -> Value {
    notification(
        "textDocument/didChange",
        json!({ "textDocument": { "uri": URI, "version": version }, "contentChanges": [{ "text": text }] }),
    )
}

fn place() -> Value {
    json!({ "textDocument": { "uri": URI }, "position": { "line": 0, "character": 0 } })
}

fn published(answers: &[Value]) -> Vec<&Value> {
    let is_it = |it: &&Value| it["method"] == "textDocument/publishDiagnostics";
    answers.iter().filter(is_it).map(|it| &it["params"]).collect()
}

static COUNT: AtomicUsize = AtomicUsize::new(0);

#[test]
fn a_burst_of_edits_is_analysed_once() {
    fn counted(overlay: &Overlay, path: &Path) -> Loaded {
        COUNT.fetch_add(1, Ordering::Relaxed);
        analyse(overlay, path)
    }
    let mut messages = opened("version: 1\napp: {}\n");
    messages.extend(
        (1..200).map(|version| typed(version, &format!("version: {version}\napp: {{}}\n"))),
    );
    let (answers, _) = serve(counted, &messages);
    let published = published(&answers);
    assert_eq!((published.len(), COUNT.load(Ordering::Relaxed)), (1, 1), "{published:?}");
    assert_eq!(published[0]["version"], 199);
}

#[test]
fn a_request_sees_the_edits_before_it_and_not_those_behind() {
    let mut messages = opened("version: 1\napp: {}\n");
    messages.push(typed(1, "version: 1\napp: {}\nwindows: {}\n"));
    messages.push(request(
        1,
        "textDocument/documentSymbol",
        json!({ "textDocument": { "uri": URI } }),
    ));
    messages.push(typed(2, "version: 1\napp: {}\n"));
    let (answers, _) = serve(analyse, &messages);
    let symbols = answers.iter().find(|answer| answer["id"] == 1).unwrap();
    assert_eq!(symbols["result"].as_array().unwrap().len(), 3, "{symbols}");
}

#[test]
fn a_cancelled_request_that_still_waits_is_not_worked_on() {
    let mut messages = opened("version: 1\napp: {}\n");
    messages.push(request(1, "textDocument/hover", place()));
    messages.push(request(2, "textDocument/hover", place()));
    messages.push(notification("$/cancelRequest", json!({ "id": 1 })));
    let (answers, _) = serve(analyse, &messages);
    let by_id =
        |id: i32| answers.iter().filter(move |answer| answer["id"] == id).collect::<Vec<_>>();
    assert_eq!(by_id(1).len(), 1, "{answers:?}");
    assert_eq!(by_id(1)[0]["error"]["code"], -32800);
    assert!(by_id(2)[0]["error"].is_null());
}

#[test]
fn a_panic_costs_one_answer_and_not_the_session() {
    fn fragile(overlay: &Overlay, path: &Path) -> Loaded {
        assert!(!overlay.find(path).unwrap().as_str().contains("boom"), "as the test has it");
        analyse(overlay, path)
    }
    let mut messages = opened("version: 1\napp: {}\n# boom\n");
    messages.push(request(1, "textDocument/hover", place()));
    messages.push(typed(1, "version: 1\napp: {}\n"));
    messages.push(request(2, "textDocument/hover", place()));
    messages.push(request(3, "shutdown", Value::Null));
    messages.push(notification("exit", Value::Null));
    let (answers, is_clean) = serve(fragile, &messages);
    assert_eq!(answers.iter().find(|it| it["id"] == 1).unwrap()["result"], Value::Null);
    assert!(answers.iter().find(|it| it["id"] == 2).unwrap()["result"].is_object(), "{answers:?}");
    assert!(is_clean);
}

#[test]
fn a_document_that_failed_is_not_tried_again_until_it_changes() {
    fn broken(_: &Overlay, _: &Path) -> Loaded {
        panic!("as the test has it");
    }
    let (answers, is_clean) = serve(broken, &opened("version: 1\napp: {}\n"));
    assert!(published(&answers).is_empty() && !is_clean);
}
