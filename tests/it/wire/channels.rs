//! Channels: what is pushed and what waits, who may fetch it and how often, order and end.

use crate::support::gateway::{Call, Gateway, Lane, Settled, Webview};
use portcullis::{
    Registry,
    channel::{Channel, PageCall},
    ipc::{InvokeResponse, SinkError},
    serde_json::{Value, json},
};
use std::sync::{Arc, Mutex};

pub(super) const FETCH: &str = "plugin:__TAURI_CHANNEL__|fetch";

/// Channels that calls of `open` have left open.
#[derive(Debug, Clone, Default)]
pub(super) struct Opened(Arc<Mutex<Vec<Pair>>>);

/// A channel of JSON and one of bytes.
type Pair = (Channel<Value>, Channel<Vec<u8>>);

impl Opened {
    /// The function `open`, which keeps its channels `text` and `bytes` after it has ended.
    pub(super) fn registry(&self) -> Registry {
        let opened = self.clone();
        Registry::standard().invocation("open", move |invocation| {
            let opened = opened.clone();
            async move {
                let text = Channel::from_argument(&invocation.body, "text", &invocation.sink)?;
                let bytes = Channel::from_argument(&invocation.body, "bytes", &invocation.sink)?;
                opened.0.lock().unwrap().push((text, bytes));
                InvokeResponse::json(&())
            }
        })
    }

    pub(super) fn take(&self) -> Pair {
        self.0.lock().unwrap().pop().unwrap()
    }
}

pub(super) const MANIFEST: &str = "
channels: { json_threshold: 10, raw_threshold: 4 }
commands: { open: { run: { native: open } }, count: { run: { native: count } } }
permissions: { both: { windows: [\"*\"], allow: [open, count] } }
";

pub(super) async fn open(gateway: &Gateway, from: &Webview) {
    let ids = json!({"text": "__CHANNEL__:1", "bytes": "__CHANNEL__:2"});
    assert!(gateway.call(from, &Call::new("open").json(&ids)).await.is_ok());
}

async fn opened(label: &str) -> (Gateway, Webview, Channel<Value>, Channel<Vec<u8>>) {
    let opened = Opened::default();
    let gateway = Gateway::new(MANIFEST, opened.registry());
    let webview = gateway.open(label);
    open(&gateway, &webview).await;
    let (text, bytes) = opened.take();
    (gateway, webview, text, bytes)
}

/// A JSON string that has this many bytes with its quotes.
pub(super) fn text_of(length: usize) -> Value {
    Value::from("x".repeat(length - 2))
}

async fn fetch(gateway: &Gateway, from: &Webview, id: &str) -> Settled {
    gateway.call(from, &Call::new(FETCH).header("Tauri-Channel-Id", id)).await
}

/// The id of the one message that waits.
fn waiting(webview: &Webview) -> String {
    match webview.page.take().as_slice() {
        [PageCall::Fetch { id, .. }] => id.to_string(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_message_below_its_threshold_is_pushed_and_any_other_waits() {
    let (gateway, main, text, bytes) = opened("main").await;
    text.send(&text_of(9)).unwrap();
    text.send(&text_of(10)).unwrap();
    text.send(&text_of(11)).unwrap();
    bytes.send_bytes(vec![1; 3]).unwrap();
    bytes.send_bytes(vec![2; 4]).unwrap();
    bytes.send_bytes(Vec::new()).unwrap();
    let calls = main.page.take();
    let json = |length| InvokeResponse::Json(text_of(length).to_string());
    assert_eq!(calls[0], PageCall::Message { channel: 1, index: 0, payload: json(9) });
    assert_eq!(
        calls[3],
        PageCall::Message { channel: 2, index: 0, payload: InvokeResponse::Raw(vec![1; 3]) }
    );
    assert_eq!(
        calls[5],
        PageCall::Message { channel: 2, index: 2, payload: InvokeResponse::Raw(vec![]) }
    );
    let expected = [
        (1, 1, 1, Settled::Json(text_of(10))),
        (2, 1, 2, Settled::Json(text_of(11))),
        (4, 2, 1, Settled::Raw(vec![2; 4])),
    ];
    for (at, on, number, message) in expected {
        let PageCall::Fetch { channel, index, id } = calls[at] else { panic!("{calls:?}") };
        assert_eq!((channel, index), (on, number));
        assert_eq!(fetch(&gateway, &main, &id.to_string()).await, message);
    }
}

#[tokio::test]
async fn a_waiting_message_is_fetched_once() {
    for lane in Lane::ALL {
        let (gateway, main, text, _bytes) = opened("main").await;
        text.send(&text_of(10)).unwrap();
        let call = Call::new(FETCH).header("Tauri-Channel-Id", &waiting(&main));
        assert_eq!(gateway.call_over(lane, &main, &call).await, Settled::Json(text_of(10)));
        for lane in Lane::ALL {
            assert_eq!(gateway.call_over(lane, &main, &call).await.code(), "channel_gone");
        }
    }
}

#[tokio::test]
async fn another_webview_cannot_fetch_a_message() {
    let (gateway, main, text, _bytes) = opened("main").await;
    let other = gateway.open("other");
    text.send(&text_of(10)).unwrap();
    let id = waiting(&main);
    assert_eq!(fetch(&gateway, &other, &id).await.code(), "channel_gone");
    let stolen = Call::new(FETCH).header("Tauri-Channel-Id", &id).key(other.key());
    assert_eq!(gateway.call(&main, &stolen).await, Settled::Silence);
    assert_eq!(fetch(&gateway, &main, &id).await, Settled::Json(text_of(10)));
}

#[tokio::test]
async fn a_fetch_names_its_message() {
    let (gateway, main, text, _bytes) = opened("main").await;
    text.send(&text_of(10)).unwrap();
    let id = waiting(&main);
    for wrong in ["", "-1", "x", "0", "99", "1.0", "18446744073709551616"] {
        assert_eq!(fetch(&gateway, &main, wrong).await.code(), "channel_gone", "{wrong}");
    }
    assert_eq!(gateway.call(&main, &Call::new(FETCH)).await.code(), "channel_gone");
    assert!(fetch(&gateway, &main, &id).await.is_ok());
}

#[tokio::test]
async fn messages_are_numbered_in_the_order_of_their_sending() {
    let (_gateway, main, text, _bytes) = opened("main").await;
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let text = text.clone();
            scope.spawn(move || (0..250).for_each(|_| text.send(&json!(0)).unwrap()));
        }
    });
    drop(text);
    let expected: Vec<u64> = (0..=1000).collect();
    let calls = main.page.take();
    let indices = calls.iter().map(|call| match call {
        PageCall::Message { index, .. }
        | PageCall::Fetch { index, .. }
        | PageCall::End { index, .. } => *index,
        PageCall::Events(_) => panic!("nobody listens"),
    });
    assert_eq!(indices.collect::<Vec<_>>(), expected);
    assert!(matches!(calls[1000], PageCall::End { .. }));
}

#[tokio::test]
async fn a_channel_ends_with_its_last_clone() {
    let (_gateway, main, text, bytes) = opened("main").await;
    let clone = text.clone();
    text.send(&json!(1)).unwrap();
    drop(text);
    clone.send(&json!(2)).unwrap();
    assert_eq!(main.page.take().len(), 2);
    drop(clone);
    assert_eq!(main.page.take(), [PageCall::End { channel: 1, index: 2 }]);
    drop(bytes);
    assert_eq!(main.page.take(), [PageCall::End { channel: 2, index: 0 }]);
}

#[tokio::test]
async fn a_refused_message_leaves_no_gap_in_the_numbers() {
    let (gateway, main, text, _bytes) = opened("main").await;
    let mut sent = 0;
    while text.send(&text_of(10)).is_ok() {
        sent += 1;
        assert!(sent < 1_000_000, "the queue has no end");
    }
    assert_eq!(sent, 1024);
    let calls = main.page.take();
    assert_eq!(calls.len(), sent);
    assert_eq!(text.send(&text_of(10)), Err(SinkError::Full));
    let PageCall::Fetch { id, .. } = calls[0] else { panic!("{calls:?}") };
    assert!(fetch(&gateway, &main, &id.to_string()).await.is_ok());
    text.send(&text_of(10)).unwrap();
    drop(text);
    let last = sent as u64;
    let [PageCall::Fetch { index, .. }, end] = &main.page.take()[..] else { panic!() };
    assert_eq!((*index, end), (last, &PageCall::End { channel: 1, index: last + 1 }));
}

#[tokio::test]
async fn a_channel_is_named_by_the_pages_own_form() {
    let opened = Opened::default();
    let gateway = Gateway::new(MANIFEST, opened.registry());
    let main = gateway.open("main");
    for (id, code) in [
        (json!(1), "invalid_argument"),
        (json!("1"), "invalid_argument"),
        (json!("__CHANNEL__:"), "invalid_argument"),
        (json!("__CHANNEL__:-1"), "invalid_argument"),
        (json!("__CHANNEL__:4294967296"), "invalid_argument"),
        (json!("__CHANNEL__:1);alert(1"), "invalid_argument"),
    ] {
        let call = Call::new("open").json(&json!({"text": id, "bytes": "__CHANNEL__:2"}));
        assert_eq!(gateway.call(&main, &call).await.code(), code, "{id}");
    }
    let call = Call::new("open").json(&json!({"bytes": "__CHANNEL__:2"}));
    assert_eq!(gateway.call(&main, &call).await.code(), "missing_argument");
    assert!(main.page.take().iter().all(|call| matches!(call, PageCall::End { index: 0, .. })));
}
