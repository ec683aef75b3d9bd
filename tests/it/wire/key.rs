//! The key comes first: without the right one a call leaves a record, and nothing else.

use super::Ticks;
use crate::support::gateway::{Call, Gateway, Lane, Settled, Webview};
use http::HeaderValue;
use portcullis::{
    gateway::{Counts, Outcome},
    transport::answer_request,
};

const MANIFEST: &str = "
commands: { tick: { run: { native: tick } } }
permissions: { main: { windows: [main], allow: [tick] } }
";

fn gateway() -> (Gateway, Webview, Ticks) {
    let ticks = Ticks::default();
    let gateway = Gateway::new(MANIFEST, ticks.registry());
    let main = gateway.open("main");
    (gateway, main, ticks)
}

/// Keys that are not this webview's.
fn wrong_keys(main: &Webview, other: &Webview) -> Vec<String> {
    let key = main.key();
    let last = if key.ends_with('A') { "B" } else { "A" };
    vec![
        String::new(),
        key[..42].to_owned(),
        key[1..].to_owned(),
        format!("{key}A"),
        format!("{key} "),
        format!("{key}="),
        format!("{}{last}", &key[..42]),
        key.chars().rev().collect(),
        format!("{key}, {key}"),
        other.key().to_owned(),
        "null".to_owned(),
    ]
}

#[tokio::test]
async fn a_wrong_key_is_counted_and_recorded_and_nothing_more() {
    let (gateway, main, ticks) = gateway();
    let other = gateway.open("other");
    let mut calls = 0;
    for lane in Lane::ALL {
        for key in wrong_keys(&main, &other) {
            // Not JSON: whoever looks at the body has something to complain of.
            let call = Call::new("tick").key(&key).body("application/json", b"{");
            assert_eq!(gateway.call_over(lane, &main, &call).await, Settled::Silence, "{key:?}");
            calls += 1;
        }
    }
    assert_eq!(gateway.counts(), Counts { wrong_key: calls, ..Counts::default() });
    assert_eq!(ticks.count(), 0);
    let notes = gateway.take_notes();
    assert_eq!(notes.len() as u64, calls);
    for note in notes {
        assert_eq!((note.outcome, note.generation, note.bytes), (Outcome::WrongKey, None, 0));
        assert_eq!(
            (note.command.as_str(), note.caller.as_str()),
            ("tick", "main/main at no origin")
        );
    }
}

#[tokio::test]
async fn a_missing_key_is_a_wrong_one() {
    let (gateway, main, ticks) = gateway();
    let mut request = Call::new("tick").request(&main);
    request.headers_mut().remove("tauri-invoke-key");
    assert_eq!(gateway.send(&main, request).await, Settled::Silence);
    let mut request = Call::new("tick").request(&main);
    let garbled = HeaderValue::from_bytes(b"\xff").unwrap();
    request.headers_mut().insert("tauri-invoke-key", garbled);
    assert_eq!(gateway.send(&main, request).await, Settled::Silence);
    assert_eq!((gateway.counts().wrong_key, ticks.count()), (2, 0));
}

#[tokio::test]
async fn a_key_given_twice_is_a_wrong_one() {
    let (gateway, main, ticks) = gateway();
    for values in [[main.key(), "x"], ["x", main.key()]] {
        let mut request = Call::new("tick").request(&main);
        request.headers_mut().remove("tauri-invoke-key");
        for value in values {
            request.headers_mut().append("tauri-invoke-key", value.parse().unwrap());
        }
        assert_eq!(gateway.send(&main, request).await, Settled::Silence);
    }
    assert_eq!(ticks.count(), 0);
}

#[tokio::test]
async fn a_wrong_key_hides_every_other_fault() {
    let (gateway, main, _) = gateway();
    let calls = [
        Call::new(".."),
        Call::new("unknown"),
        Call::new("plugin:__TAURI_CHANNEL__|fetch").header("Tauri-Channel-Id", "1"),
        Call::new("tick").body("text/plain", b"x"),
        Call::new("tick").origin(None),
        Call::new("tick").origin(Some("https://evil.example")),
    ];
    for lane in Lane::ALL {
        for call in &calls {
            let call = call.clone().key("wrong");
            assert_eq!(gateway.call_over(lane, &main, &call).await, Settled::Silence, "{call:?}");
        }
    }
}

#[tokio::test]
async fn every_silence_is_the_same() {
    let (gateway, main, _) = gateway();
    let other = gateway.open("other");
    let mut answers = Vec::new();
    for key in wrong_keys(&main, &other) {
        let request = Call::new("tick").key(&key).request(&main);
        let response = answer_request(&gateway.pipeline, Some(&main.session), request).await;
        answers.push(format!("{response:?}"));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1);
}

#[tokio::test]
async fn the_right_key_is_right_on_every_lane() {
    let (gateway, main, ticks) = gateway();
    for lane in Lane::ALL {
        assert!(gateway.call_over(lane, &main, &Call::new("tick")).await.is_ok());
    }
    assert_eq!((ticks.count(), gateway.counts()), (2, Counts { ok: 2, ..Counts::default() }));
}
