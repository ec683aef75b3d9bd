//! Where a call comes from: what the engine reported as its origin, and never what a page wrote.

use super::Ticks;
use crate::support::gateway::{APP, Call, Gateway, Settled, Webview};
use http::HeaderValue;

const MANIFEST: &str = "
commands: { app: { run: { native: tick } }, docs: { run: { native: tick } }, remote: { run: { native: tick } } }
permissions:
  app: { windows: [main], allow: [app] }
  docs: { windows: [main], origins: [docs], allow: [docs] }
  remote: { windows: [main], origins: [remote], allow: [remote] }
";

/// The commands that calls with these `Origin` headers may run.
async fn allowed(gateway: &Gateway, main: &Webview, origins: &[&[u8]]) -> Vec<&'static str> {
    let mut allowed = Vec::new();
    for command in ["app", "docs", "remote"] {
        let mut request = Call::new(command).origin(None).request(main);
        for origin in origins {
            request.headers_mut().append("origin", HeaderValue::from_bytes(origin).unwrap());
        }
        let answer = gateway.send(main, request).await;
        if answer.is_ok() {
            allowed.push(command);
        } else {
            assert_eq!(answer.code(), "not_allowed");
        }
    }
    allowed
}

#[tokio::test]
async fn the_origin_header_decides_for_whom_a_page_speaks() {
    let ticks = Ticks::default();
    let gateway = Gateway::new(MANIFEST, ticks.registry());
    let main = gateway.open("main");
    let cases: [(&str, &[&str]); 23] = [
        (APP, &["app"]),
        ("https://docs.example.com", &["docs", "remote"]),
        ("https://docs.example.com:443", &["docs", "remote"]),
        ("https://docs.example.com:8443", &["remote"]),
        ("http://docs.example.com", &["remote"]),
        ("https://docs.example.com.evil.example", &["remote"]),
        ("https://evil-docs.example.com", &["remote"]),
        ("http://localhost", &["remote"]),
        ("ipc://localhost", &["remote"]),
        ("app://localhost:1", &["remote"]),
        ("app://localhost.evil.example", &["remote"]),
        ("null", &[]),
        ("", &[]),
        ("app", &[]),
        ("app:localhost", &[]),
        ("app://", &[]),
        ("app://localhost/", &[]),
        ("app://localhost:", &[]),
        ("app://user@localhost", &[]),
        ("app://localhost https://docs.example.com", &[]),
        ("app://localhost, app://localhost", &[]),
        ("https://docs.example.com.", &[]),
        ("https://docs%2eexample.com", &[]),
    ];
    for (origin, expected) in cases {
        assert_eq!(allowed(&gateway, &main, &[origin.as_bytes()]).await, expected, "{origin:?}");
    }
    assert_eq!(ticks.count(), 1 + 2 + 2 + 8);
}

#[tokio::test]
async fn no_origin_is_nobodys() {
    let gateway = Gateway::new(MANIFEST, Ticks::default().registry());
    let main = gateway.open("main");
    assert!(allowed(&gateway, &main, &[]).await.is_empty());
    assert!(allowed(&gateway, &main, &[b"\xff"]).await.is_empty());
}

#[tokio::test]
async fn two_origins_are_none() {
    let gateway = Gateway::new(MANIFEST, Ticks::default().registry());
    let main = gateway.open("main");
    let docs = b"https://docs.example.com".as_slice();
    let app = APP.as_bytes();
    for origins in
        [[app, app], [app, docs], [docs, app], [app, b"\xff"], [b"\xff", app], [b"null", app]]
    {
        assert!(allowed(&gateway, &main, &origins).await.is_empty(), "{origins:?}");
    }
}

#[tokio::test]
async fn each_call_is_decided_for_its_own_origin() {
    let gateway = Gateway::new(MANIFEST, Ticks::default().registry());
    let main = gateway.open("main");
    for _ in 0..3 {
        assert_eq!(allowed(&gateway, &main, &[APP.as_bytes()]).await, ["app"]);
        assert_eq!(allowed(&gateway, &main, &[b"https://evil.example"]).await, ["remote"]);
        assert!(allowed(&gateway, &main, &[]).await.is_empty());
    }
    let callers = gateway.take_notes().into_iter().map(|note| note.caller);
    let mut callers: Vec<_> = callers.collect();
    callers.sort();
    callers.dedup();
    let expected = [
        "main/main at app://localhost",
        "main/main at https://evil.example",
        "main/main at no origin",
    ];
    assert_eq!(callers, expected);
}

#[tokio::test]
async fn a_message_has_the_origin_of_the_address_that_posted_it() {
    let gateway = Gateway::new(MANIFEST, Ticks::default().registry());
    let main = gateway.open("main");
    let cases: [(&str, &[&str]); 13] = [
        ("app://localhost/index.html?a#b", &["app"]),
        ("app://localhost", &["app"]),
        ("https://docs.example.com/a/app://localhost", &["docs", "remote"]),
        ("https://docs.example.com?app://localhost", &["docs", "remote"]),
        ("https://evil.example/#@docs.example.com", &["remote"]),
        ("https://docs.example.com@evil.example/", &[]),
        ("https://evil.example\\@docs.example.com/", &[]),
        ("blob:app://localhost/0d1f", &[]),
        ("about:blank", &[]),
        ("about:srcdoc", &[]),
        ("data:text/html,app://localhost", &[]),
        ("file:///index.html", &[]),
        ("", &[]),
    ];
    for (page, expected) in cases {
        let mut allowed = Vec::new();
        for command in ["app", "docs", "remote"] {
            // Whatever a page writes into its message, it is the address that counts.
            let call = Call::new(command).header("Origin", APP).header("ORIGIN", APP);
            let text = call.message(&main).to_string();
            if let Settled::Json(_) = gateway.post(&main, page, &text).await {
                allowed.push(command);
            }
        }
        assert_eq!(allowed, expected, "{page}");
    }
}
