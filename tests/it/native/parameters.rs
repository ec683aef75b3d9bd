//! What a function's parameters are made of, and what is said when they cannot be.

use super::Native;
use crate::support::gateway::{Call, Settled};
use portcullis::{
    Registry,
    channel::PageCall,
    command::{AppHandle, Channel, CommandArg, CommandItem, Request, State, Webview, Window},
    commands,
    ipc::{Caller, InvokeBody, InvokeResponse, Rejection, RejectionCode},
    serde_json::{Value, json},
};
use serde::Deserialize;
use std::sync::{
    Mutex,
    atomic::{AtomicUsize, Ordering},
};

#[derive(Debug, Deserialize)]
struct Point {
    x: f64,
    y: f64,
}

#[portcullis::command]
fn distance(from: Point, to_point: Option<Point>, digits: u8) -> String {
    let to = to_point.unwrap_or(Point { x: 0.0, y: 0.0 });
    format!("{:.*}", usize::from(digits), (from.x - to.x).hypot(from.y - to.y))
}

#[tokio::test]
async fn parameters_are_arguments_of_their_name_in_camel_case() {
    let native = Native::new(commands![distance]);
    let given = json!({"from": {"x": 3, "y": 4}, "toPoint": {"x": 0, "y": 0}, "digits": 1});
    assert_eq!(native.call("distance", given).await, Settled::Json(json!("5.0")));
    let without = json!({"from": {"x": 3, "y": 4}, "digits": 0});
    assert_eq!(native.call("distance", without).await, Settled::Json(json!("5")));
    let null = json!({"from": {"x": 3, "y": 4}, "toPoint": null, "digits": 0});
    assert_eq!(native.call("distance", null).await, Settled::Json(json!("5")));
}

#[tokio::test]
async fn an_error_names_the_argument_what_was_expected_and_what_came() {
    let native = Native::new(commands![distance]);
    let point = json!({"x": 3, "y": 4});
    let cases = [
        (
            json!({"from": point}),
            "missing_argument",
            "`digits` is missing: expected a whole number from 0 to 255",
        ),
        (json!({"digits": 1}), "missing_argument", "`from` is missing: expected struct Point"),
        (json!(null), "missing_argument", "`from` is missing: expected struct Point"),
        (
            json!({"from": point, "digits": "two"}),
            "invalid_argument",
            "`digits` does not fit: invalid type: string \"two\", expected a whole number from 0 to 255",
        ),
        (
            json!({"from": point, "digits": 256}),
            "invalid_argument",
            "`digits` does not fit: invalid value: integer `256`, expected a whole number from 0 to 255",
        ),
        (
            json!({"from": {"x": 3}, "digits": 1}),
            "invalid_argument",
            "`from` does not fit: missing field `y`",
        ),
        (
            json!({"from": point, "digits": 1, "to_point": point}),
            "unknown_argument",
            "`to_point` is not an argument; did you mean `toPoint`?",
        ),
        (json!([1]), "invalid_argument", "arguments are an object, by name"),
    ];
    for (given, code, message) in cases {
        let expected = (code.to_owned(), message.to_owned());
        assert_eq!(native.refused("distance", given).await, expected);
    }
    let raw = native.gateway.call(&native.page, &Call::new("distance").raw(b"{}")).await;
    assert_eq!(raw.code(), "raw_body");
}

#[portcullis::command(rename = "list-all", rename_all = "snake_case")]
fn list(per_page: usize, _max_age: Option<u32>) -> usize {
    per_page
}

#[tokio::test]
async fn names_of_commands_and_arguments_can_be_others() {
    let native = Native::new(commands![list]);
    let answer = native.call("list-all", json!({"per_page": 7, "max_age": 1})).await;
    assert_eq!(answer, Settled::Json(json!(7)));
    let (code, message) = native.refused("list-all", json!({"perPage": 7})).await;
    assert_eq!(code, "unknown_argument");
    assert_eq!(message, "`perPage` is not an argument; did you mean `per_page`?");
}

/// A counter behind a type parameter.
struct Counter<T>(T);

#[portcullis::command]
fn next(
    counter: State<Counter<AtomicUsize>>,
    names: State<Mutex<Vec<String>>>,
    name: String,
) -> usize {
    names.lock().unwrap().push(name);
    counter.0.fetch_add(1, Ordering::SeqCst)
}

#[portcullis::command]
async fn names(app: AppHandle) -> Option<Vec<String>> {
    Some(app.state::<Mutex<Vec<String>>>()?.lock().unwrap().clone())
}

#[tokio::test]
async fn commands_share_what_the_program_manages() {
    let registry = Registry::new()
        .commands(commands![next, names])
        .manage(Counter(AtomicUsize::new(5)))
        .manage(Mutex::<Vec<String>>::default());
    let native = Native::with(registry);
    for (name, number) in [("a", 5), ("b", 6)] {
        let answer = native.call("next", json!({"name": name})).await;
        assert_eq!(answer, Settled::Json(json!(number)));
    }
    assert_eq!(native.call("names", json!({})).await, Settled::Json(json!(["a", "b"])));
    // State is no argument: a page cannot bring its own.
    let (code, _) = native.refused("next", json!({"name": "c", "counter": 0})).await;
    assert_eq!(code, "unknown_argument");
}

#[tokio::test]
async fn state_that_nobody_manages_fails_the_call_and_names_its_type() {
    let native = Native::with(
        Registry::new().commands(commands![next]).manage(Counter(AtomicUsize::new(0))),
    );
    let answer = native.call("next", json!({"name": "a"})).await;
    assert_eq!(answer.code(), "internal");
    let help = answer.rejection()["help"].as_str().unwrap();
    assert!(help.contains("Mutex<alloc::vec::Vec<alloc::string::String>>"), "{help}");
}

#[portcullis::command]
fn whoami(window: Window, webview: Webview, caller: Caller) -> [String; 3] {
    [window.label().to_owned(), webview.label().to_owned(), caller.to_string()]
}

#[tokio::test]
async fn a_command_knows_who_calls() {
    let native = Native::new(commands![whoami]);
    let expected = json!(["main", "main", "main/main at app://localhost"]);
    assert_eq!(native.call("whoami", json!({})).await, Settled::Json(expected));
}

#[portcullis::command]
async fn upload(request: Request, window: Window) -> Result<InvokeResponse, Rejection> {
    let name = request.header("x-name").unwrap_or("none").to_owned();
    match request.into_body() {
        InvokeBody::Raw(mut bytes) => {
            bytes.extend(name.bytes());
            bytes.extend(window.label().bytes());
            Ok(InvokeResponse::Raw(bytes))
        }
        InvokeBody::Json(value) => InvokeResponse::json(&[value, name.into()]),
    }
}

#[tokio::test]
async fn a_request_is_the_body_whatever_it_is_and_the_headers() {
    let native = Native::new(commands![upload]);
    let call = Call::new("upload").header("X-Name", "file").raw(&[0, 255]);
    let answer = native.gateway.call(&native.page, &call).await;
    assert_eq!(answer, Settled::Raw(b"\x00\xfffilemain".to_vec()));
    let answer = native.call("upload", json!({"any": [1]})).await;
    assert_eq!(answer, Settled::Json(json!([{"any": [1]}, "none"])));
}

#[portcullis::command]
fn ticks(to: u32, on_tick: Channel<u32>) -> usize {
    (1..=to).take_while(|number| on_tick.send(number).is_ok()).count()
}

#[tokio::test]
async fn a_channel_sends_to_the_page_and_ends_with_its_command() {
    let native = Native::new(commands![ticks]);
    let answer = native.call("ticks", json!({"to": 2, "onTick": "__CHANNEL__:9"})).await;
    assert_eq!(answer, Settled::Json(json!(2)));
    let message = |index: u64, text: &str| PageCall::Message {
        channel: 9,
        index,
        payload: InvokeResponse::Json(text.to_owned()),
    };
    let expected = [message(0, "1"), message(1, "2"), PageCall::End { channel: 9, index: 2 }];
    assert_eq!(native.page.page.take(), expected);
    let (code, message) = native.refused("ticks", json!({"to": 2})).await;
    assert_eq!(
        (code.as_str(), message.as_str()),
        ("missing_argument", "`onTick` is missing: a channel")
    );
    let (code, _) = native.refused("ticks", json!({"to": 2, "onTick": 9})).await;
    assert_eq!(code, "invalid_argument");
}

/// Not an argument: made of the headers.
struct Language(String);

impl CommandArg for Language {
    fn from_command(item: CommandItem<'_>) -> Result<Self, Rejection> {
        let missing = || Rejection::new(RejectionCode::InvalidRequest, "no language was asked for");
        item.header("accept-language").map(|text| Self(text.to_owned())).ok_or_else(missing)
    }
}

#[portcullis::command]
fn hello(language: Language) -> String {
    language.0
}

#[tokio::test]
async fn programs_have_parameters_of_their_own_kinds() {
    let native = Native::new(commands![hello]);
    let call = Call::new("hello").header("Accept-Language", "de");
    assert_eq!(native.gateway.call(&native.page, &call).await, Settled::Json(json!("de")));
    let (code, message) = native.refused("hello", Value::Null).await;
    assert_eq!((code.as_str(), message.as_str()), ("invalid_request", "no language was asked for"));
}
