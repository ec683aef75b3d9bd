//! A document that ends takes its channels along: nothing of them reaches the next document of the webview.

use super::channels::{FETCH, MANIFEST, Opened, open, text_of};
use crate::support::gateway::{Call, Gateway};
use portcullis::{channel::PageCall, ipc::SinkError, serde_json::json};

#[tokio::test]
async fn an_open_channel_is_closed_without_a_word() {
    let opened = Opened::default();
    let gateway = Gateway::new(MANIFEST, opened.registry());
    let main = gateway.open("main");
    open(&gateway, &main).await;
    let (text, bytes) = opened.take();
    text.send(&json!(1)).unwrap();
    main.page.take();
    main.session.end_document();
    assert_eq!(text.send(&json!(2)), Err(SinkError::Closed));
    assert_eq!(text.send(&text_of(10)), Err(SinkError::Closed));
    drop((text, bytes));
    assert_eq!(main.page.take(), []);
}

#[tokio::test]
async fn a_channel_that_has_not_spoken_yet_is_closed_too() {
    let opened = Opened::default();
    let gateway = Gateway::new(MANIFEST, opened.registry());
    let main = gateway.open("main");
    open(&gateway, &main).await;
    main.session.end_document();
    let (text, bytes) = opened.take();
    assert_eq!(text.send(&json!(1)), Err(SinkError::Closed));
    assert_eq!(bytes.send_bytes(vec![1]), Err(SinkError::Closed));
    drop((text, bytes));
    assert_eq!(main.page.take(), []);
}

#[tokio::test]
async fn what_waited_is_forgotten() {
    let opened = Opened::default();
    let gateway = Gateway::new(MANIFEST, opened.registry());
    let main = gateway.open("main");
    open(&gateway, &main).await;
    let (text, _bytes) = opened.take();
    text.send(&text_of(10)).unwrap();
    let calls = main.page.take();
    let [PageCall::Fetch { id, .. }] = calls.as_slice() else { panic!("{calls:?}") };
    main.session.end_document();
    let fetch = Call::new(FETCH).header("Tauri-Channel-Id", &id.to_string());
    assert_eq!(gateway.call(&main, &fetch).await.code(), "channel_gone");
}

#[tokio::test]
async fn the_next_document_opens_channels_of_its_own() {
    let opened = Opened::default();
    let gateway = Gateway::new(MANIFEST, opened.registry());
    let main = gateway.open("main");
    open(&gateway, &main).await;
    let old = opened.take();
    main.session.end_document();
    open(&gateway, &main).await;
    let (text, _bytes) = opened.take();
    assert_eq!(old.0.send(&json!("old")), Err(SinkError::Closed));
    text.send(&json!("new")).unwrap();
    drop(old);
    let calls = main.page.take();
    assert!(
        matches!(calls.as_slice(), [PageCall::Message { channel: 1, index: 0, .. }]),
        "{calls:?}"
    );
}

#[tokio::test]
async fn a_webview_that_closes_ends_its_document() {
    let opened = Opened::default();
    let gateway = Gateway::new(MANIFEST, opened.registry());
    let main = gateway.open("main");
    open(&gateway, &main).await;
    let (text, _bytes) = opened.take();
    text.send(&json!(1)).unwrap();
    gateway.sessions.remove(&"main".parse().unwrap());
    assert_eq!(text.send(&json!(2)), Err(SinkError::Closed));
}
