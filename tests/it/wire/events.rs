//! Events over the wire: who may listen and send, who receives what, and what a page that is gone or slow loses.

use crate::support::gateway::{Call, Gateway, Lane, Settled, Webview};
use portcullis::{
    Registry,
    channel::PageCall,
    gateway::Outcome,
    serde_json::{self, Value, json},
};

const DECLARED: &str = "
events:
  indexed: { payload: { type: integer }, from: [search] }
  saved: {}
  secret: {}
plugins: { search: { commands: {} } }
";

/// Two windows that may listen and send; `other` may not hear `secret`, nor send anything.
fn manifest(main: &str, other: &str) -> String {
    format!(
        "{DECLARED}
permissions:
  main: {{ windows: [main], origins: [app, docs], allow: [\"@core:event\"], {main} }}
  other: {{ windows: [other], allow: [\"@core:event\"], {other} }}
"
    )
}

fn usual() -> String {
    manifest(
        "listen: [indexed, saved, secret], emit: [indexed, saved, secret]",
        "listen: [indexed, saved]",
    )
}

fn gateway() -> Gateway {
    Gateway::new(&usual(), Registry::new())
}

fn any() -> Value {
    json!({ "kind": "Any" })
}

fn listen(event: &str, handler: u32, target: &Value) -> Call {
    Call::new("plugin:event|listen")
        .json(&json!({ "event": event, "target": target, "handler": handler }))
}

fn emit(event: &str, payload: &Value) -> Call {
    Call::new("plugin:event|emit").json(&json!({ "event": event, "payload": payload }))
}

fn emit_to(target: &Value, event: &str, payload: &Value) -> Call {
    Call::new("plugin:event|emit_to")
        .json(&json!({ "target": target, "event": event, "payload": payload }))
}

/// Has a page listen to anything that is sent under a name.
async fn hear(gateway: &Gateway, webview: &Webview, event: &str, handler: u32) {
    let answer = gateway.call(webview, &listen(event, handler, &any())).await;
    assert_eq!(answer, Settled::Json(json!(handler)));
}

/// Sends an event that must be taken.
async fn send(gateway: &Gateway, from: &Webview, event: &str, payload: &Value) {
    assert_eq!(gateway.call(from, &emit(event, payload)).await, Settled::Json(json!(null)));
}

/// What a page was given since the last look: event, listener, payload.
fn heard(webview: &Webview) -> Vec<(String, u32, Value)> {
    let mut heard = Vec::new();
    for call in webview.page.take() {
        let PageCall::Events(events) = call else { panic!("{call:?}") };
        for event in events {
            let payload: Value = serde_json::from_str(&event.payload).unwrap();
            let each = event.ids.iter();
            heard.extend(each.map(|id| (event.event.to_string(), *id, payload.clone())));
        }
    }
    heard
}

fn once(event: &str, id: u32, payload: &Value) -> Vec<(String, u32, Value)> {
    vec![(event.to_owned(), id, payload.clone())]
}

#[tokio::test]
async fn an_event_reaches_every_page_that_listens_over_every_lane() {
    for lane in Lane::ALL {
        let gateway = gateway();
        let (main, other) = (gateway.open("main"), gateway.open("other"));
        for (webview, handler) in [(&main, 7), (&other, 7), (&other, 8)] {
            let call = listen("saved", handler, &any());
            assert_eq!(
                gateway.call_over(lane, webview, &call).await,
                Settled::Json(json!(handler))
            );
        }
        let payload = json!({ "note": "ä\u{2028}</script>", "__proto__": 1 });
        let call = emit("saved", &payload);
        assert_eq!(gateway.call_over(lane, &main, &call).await, Settled::Json(json!(null)));
        assert_eq!(heard(&main), once("saved", 7, &payload), "{lane:?}");
        assert_eq!(heard(&other).iter().map(|(_, id, _)| *id).collect::<Vec<_>>(), [7, 8]);
    }
}

#[tokio::test]
async fn events_come_in_the_order_in_which_they_were_sent() {
    let gateway = gateway();
    let main = gateway.open("main");
    hear(&gateway, &main, "indexed", 1).await;
    hear(&gateway, &main, "saved", 2).await;
    for number in 0..100 {
        send(&gateway, &main, "indexed", &json!(number)).await;
        send(&gateway, &main, "saved", &json!(number)).await;
    }
    let numbers: Vec<Value> = heard(&main).into_iter().map(|(_, _, number)| number).collect();
    let expected: Vec<Value> = (0..100).flat_map(|number| [json!(number), json!(number)]).collect();
    assert_eq!(numbers, expected);
}

#[tokio::test]
async fn nothing_is_heard_without_the_permission_to_hear_it() {
    let gateway = gateway();
    let (main, other) = (gateway.open("main"), gateway.open("other"));
    let refused = gateway.call(&other, &listen("secret", 1, &any())).await;
    assert_eq!(refused.code(), "not_allowed");
    let rejection = refused.rejection();
    assert_eq!(rejection["message"], "this page may not hear the event `secret`");
    let help = rejection["help"].as_str().unwrap();
    assert!(
        help.contains("the permission `main` allows it, but only to the window `main`"),
        "{help}"
    );
    let target = json!({ "kind": "Webview", "label": "other" });
    for call in [emit("secret", &json!(1)), emit_to(&target, "secret", &json!(1))] {
        assert!(gateway.call(&main, &call).await.is_ok());
    }
    assert_eq!(heard(&other), []);
    // From another origin the window is another caller.
    let call = listen("saved", 1, &any()).origin(Some("https://docs.example.com"));
    assert_eq!(gateway.call(&other, &call).await.code(), "not_allowed");
}

#[tokio::test]
async fn nothing_is_sent_without_the_permission_to_send_it() {
    let gateway = gateway();
    let (main, other) = (gateway.open("main"), gateway.open("other"));
    hear(&gateway, &main, "saved", 1).await;
    let refused = gateway.call(&other, &emit("saved", &json!(1))).await;
    assert_eq!(refused.code(), "not_allowed");
    let refused = gateway.call(&other, &emit_to(&any(), "saved", &json!(1))).await;
    assert_eq!(refused.code(), "not_allowed");
    assert_eq!(heard(&main), []);
    let told: Vec<Outcome> = gateway.take_notes().iter().map(|note| note.outcome).collect();
    assert_eq!(told.iter().filter(|outcome| outcome.is_refusal()).count(), 2, "{told:?}");
}

#[tokio::test]
async fn the_commands_themselves_need_a_permission() {
    let text = format!(
        "{DECLARED}
permissions:
  main: {{ windows: [main], listen: [saved], emit: [saved] }}
  other: {{ windows: [other], allow: [\"plugin:event|emit\"], listen: [saved], emit: [saved] }}
"
    );
    let gateway = Gateway::new(&text, Registry::new());
    let (main, other) = (gateway.open("main"), gateway.open("other"));
    for call in [listen("saved", 1, &any()), emit("saved", &json!(1))] {
        assert_eq!(gateway.call(&main, &call).await.code(), "not_allowed");
    }
    assert_eq!(gateway.call(&other, &listen("saved", 1, &any())).await.code(), "not_allowed");
    send(&gateway, &other, "saved", &json!(1)).await;
    assert_eq!((heard(&main), heard(&other)), (vec![], vec![]));
}

/// Such a scope passes where a group also has commands that heed it.
#[tokio::test]
async fn a_scope_on_events_is_refused_rather_than_forgotten() {
    let text = "
events: { saved: {} }
plugins: { fs: { use: fs } }
groups: { mine: [\"plugin:event|emit\", \"plugin:fs|read_text_file\"] }
permissions:
  main:
    windows: [main]
    allow: [{ commands: [\"@mine\"], scope: { allow: [{ path: \"$DOCUMENT/**\" }] } }]
    emit: [saved]
";
    let gateway = Gateway::new(text, Registry::new());
    let refused = gateway.call(&gateway.open("main"), &emit("saved", &json!(1))).await;
    assert_eq!(refused.code(), "unsupported");
}

#[tokio::test]
async fn a_target_chooses_among_those_who_listen() {
    let gateway = gateway();
    let (main, other) = (gateway.open("main"), gateway.open("other"));
    let of = |kind: &str, label: &str| json!({ "kind": kind, "label": label });
    for (webview, label) in [(&main, "main"), (&other, "other")] {
        let kinds = ["AnyLabel", "Window", "Webview", "WebviewWindow"];
        for (kind, handler) in kinds.into_iter().zip(1..) {
            let call = listen("saved", handler, &of(kind, label));
            assert!(gateway.call(webview, &call).await.is_ok());
        }
        let app = listen("saved", 5, &json!({ "kind": "App" }));
        assert!(gateway.call(webview, &app).await.is_ok());
    }
    let ids = |webview: &Webview| heard(webview).iter().map(|(_, id, _)| *id).collect::<Vec<_>>();
    let cases = [
        (any(), vec![1, 2, 3, 4, 5], vec![1, 2, 3, 4, 5]),
        (json!({ "kind": "App" }), vec![5], vec![5]),
        (of("AnyLabel", "other"), vec![], vec![1, 2, 3, 4]),
        (of("Window", "other"), vec![], vec![1, 2]),
        (of("Webview", "main"), vec![1, 3], vec![]),
        (of("WebviewWindow", "main"), vec![1, 4], vec![]),
        (of("AnyLabel", "nobody"), vec![], vec![]),
    ];
    for (target, by_main, by_other) in cases {
        assert!(gateway.call(&main, &emit_to(&target, "saved", &json!(1))).await.is_ok());
        assert_eq!((ids(&main), ids(&other)), (by_main, by_other), "{target}");
    }
}

#[tokio::test]
async fn who_listens_no_more_hears_no_more() {
    let gateway = gateway();
    let main = gateway.open("main");
    hear(&gateway, &main, "saved", 1).await;
    hear(&gateway, &main, "saved", 2).await;
    let unlisten = |event: &str, id: u32| {
        Call::new("plugin:event|unlisten").json(&json!({ "event": event, "eventId": id }))
    };
    // Twice, of another event, and of another page: none of it is a fault, and none does more.
    for call in [unlisten("saved", 1), unlisten("saved", 1), unlisten("indexed", 2)] {
        assert_eq!(gateway.call(&main, &call).await, Settled::Json(json!(null)));
    }
    let other = gateway.open("other");
    assert!(gateway.call(&other, &unlisten("saved", 2)).await.is_ok());
    send(&gateway, &main, "saved", &json!(1)).await;
    assert_eq!(heard(&main), once("saved", 2, &json!(1)));
}

#[tokio::test]
async fn a_reload_that_takes_the_permission_away_stops_delivery_at_once() {
    let gateway = gateway();
    let (main, other) = (gateway.open("main"), gateway.open("other"));
    hear(&gateway, &other, "saved", 1).await;
    let sender = "listen: [], emit: [saved]";
    gateway.accept(&manifest(sender, "listen: [indexed]"));
    send(&gateway, &main, "saved", &json!(1)).await;
    assert_eq!(heard(&other), []);
    // An edit with faults changes nothing, in either direction.
    gateway.edit("permissions: 1");
    send(&gateway, &main, "saved", &json!(2)).await;
    assert_eq!(heard(&other), []);
    // Nor does it hear without the command, whatever `listen` says.
    gateway.accept(&manifest(sender, "listen: [saved]").replace(
        "windows: [other], allow: [\"@core:event\"]",
        "windows: [other], allow: [\"plugin:event|emit\"]",
    ));
    send(&gateway, &main, "saved", &json!(3)).await;
    assert_eq!(heard(&other), []);
    gateway.accept(&manifest(sender, "listen: [saved]"));
    send(&gateway, &main, "saved", &json!(4)).await;
    assert_eq!(heard(&other), once("saved", 1, &json!(4)));
    // An event that is declared no more is sent by nobody.
    gateway.accept("permissions: { main: { windows: [main], allow: [\"@core:event\"] } }");
    assert_eq!(gateway.call(&main, &emit("saved", &json!(5))).await.code(), "unknown_event");
    assert_eq!(heard(&other), []);
}

#[tokio::test]
async fn a_document_that_ends_loses_its_listeners() {
    let gateway = gateway();
    let (main, other) = (gateway.open("main"), gateway.open("other"));
    hear(&gateway, &other, "saved", 1).await;
    other.session.end_document();
    send(&gateway, &main, "saved", &json!(1)).await;
    assert_eq!(heard(&other), []);
    // The next document begins anew, also with the same numbers.
    hear(&gateway, &other, "saved", 1).await;
    send(&gateway, &main, "saved", &json!(2)).await;
    assert_eq!(heard(&other), once("saved", 1, &json!(2)));
    gateway.sessions.remove(&"other".parse().unwrap());
    send(&gateway, &main, "saved", &json!(3)).await;
    assert_eq!(heard(&other), []);
}

#[tokio::test]
async fn what_is_no_event_is_refused_with_a_code() {
    let gateway = gateway();
    let main = gateway.open("main");
    let of = |command: &str, arguments: Value| {
        Call::new(&format!("plugin:event|{command}")).json(&arguments)
    };
    let long = "x".repeat(257);
    for name in ["", "a b", "a.b", "ä", "a\n", "a|b", &long] {
        for call in
            [listen(name, 1, &any()), emit(name, &json!(1)), emit_to(&any(), name, &json!(1))]
        {
            assert_eq!(gateway.call(&main, &call).await.code(), "invalid_argument", "{name:?}");
        }
    }
    let target =
        |target: Value| of("listen", json!({ "event": "saved", "handler": 1, "target": target }));
    let handler = |handler: Value| {
        of("listen", json!({ "event": "saved", "handler": handler, "target": any() }))
    };
    for (call, code) in [
        (listen("nothing", 1, &any()), "unknown_event"),
        (emit("tauri://resize", &json!(1)), "unknown_event"),
        (of("listen", json!({})), "missing_argument"),
        (of("listen", json!({ "event": "saved", "handler": 1 })), "missing_argument"),
        (of("emit", json!({ "event": 1 })), "invalid_argument"),
        (of("emit", json!([])), "invalid_argument"),
        (of("emit", json!({ "event": "saved", "payloud": 1 })), "unknown_argument"),
        (of("unlisten", json!({ "event": "saved" })), "missing_argument"),
        (Call::new("plugin:event|emit").raw(b"x"), "raw_body"),
        (target(json!({ "kind": "Everything" })), "invalid_argument"),
        (target(json!({ "kind": "Window" })), "invalid_argument"),
        (target(json!("main")), "invalid_argument"),
        (handler(json!(-1)), "invalid_argument"),
        (handler(json!(4_294_967_296_u64)), "invalid_argument"),
        (handler(json!("1")), "invalid_argument"),
        (emit("indexed", &json!("many")), "invalid_argument"),
        (of("emit", json!({ "event": "indexed" })), "invalid_argument"),
        (emit("saved", &json!("x".repeat(1 << 20))), "payload_too_large"),
    ] {
        let answer = gateway.call(&main, &call).await;
        assert_eq!(answer.code(), code, "{answer:?}");
        assert!(!answer.rejection().to_string().contains("many"), "{answer:?}");
    }
    // Nothing of it made a listener.
    send(&gateway, &main, "saved", &json!(1)).await;
    assert_eq!(heard(&main), []);
}

#[tokio::test]
async fn a_payload_that_was_left_out_is_null() {
    let gateway = gateway();
    let main = gateway.open("main");
    hear(&gateway, &main, "saved", 1).await;
    let call = Call::new("plugin:event|emit").json(&json!({ "event": "saved" }));
    assert!(gateway.call(&main, &call).await.is_ok());
    assert_eq!(heard(&main), once("saved", 1, &json!(null)));
}

#[tokio::test]
async fn ten_thousand_listeners_are_refused_and_nothing_is_lost() {
    let gateway =
        Gateway::new(&format!("limits: {{ rate: 1000000/s }}{}", usual()), Registry::new());
    let (main, other) = (gateway.open("main"), gateway.open("other"));
    hear(&gateway, &other, "saved", 1).await;
    for number in 0..10_000_u32 {
        let answer = gateway.call(&main, &listen("saved", number, &any())).await;
        if number < 1024 {
            assert_eq!(answer, Settled::Json(json!(number)));
        } else {
            assert_eq!(answer.code(), "too_many_listeners");
        }
    }
    send(&gateway, &main, "saved", &json!(1)).await;
    let ids: Vec<u32> = heard(&main).iter().map(|(_, id, _)| *id).collect();
    assert_eq!(ids, (0..1024).collect::<Vec<_>>());
    assert_eq!(heard(&other), once("saved", 1, &json!(1)));
    // Each that goes makes room for one.
    let unlisten =
        Call::new("plugin:event|unlisten").json(&json!({ "event": "saved", "eventId": 5 }));
    assert!(gateway.call(&main, &unlisten).await.is_ok());
    hear(&gateway, &main, "saved", 5000).await;
    // And a callback listens to an event once.
    gateway.call(&main, &unlisten).await;
    let again = gateway.call(&main, &listen("saved", 5000, &any())).await;
    assert_eq!(again.code(), "too_many_listeners");
    let unlisten =
        Call::new("plugin:event|unlisten").json(&json!({ "event": "saved", "eventId": 6 }));
    assert!(gateway.call(&main, &unlisten).await.is_ok());
    let again = gateway.call(&main, &listen("saved", 5000, &any())).await;
    assert_eq!(again.code(), "invalid_argument");
}

#[tokio::test]
async fn a_page_that_takes_nothing_loses_the_oldest_and_nobody_waits_for_it() {
    let gateway =
        Gateway::new(&format!("limits: {{ rate: 1000000/s }}{}", usual()), Registry::new());
    let (main, other) = (gateway.open("main"), gateway.open("other"));
    hear(&gateway, &main, "indexed", 1).await;
    hear(&gateway, &other, "indexed", 1).await;
    other.page.hold();
    gateway.take_notes();
    for number in 0..3000 {
        send(&gateway, &main, "indexed", &json!(number)).await;
    }
    assert_eq!(heard(&main).len(), 3000);
    let lost: Vec<_> = gateway.take_notes();
    let lost: Vec<_> = lost.iter().filter(|note| note.outcome == Outcome::EventsLost).collect();
    assert_eq!(lost.len(), 1);
    assert_eq!(lost[0].caller, "other/other at app://localhost");
    // The first had left already; of the rest the newest are there, in their order.
    other.page.release();
    let numbers: Vec<u64> =
        heard(&other).iter().map(|(_, _, number)| number.as_u64().unwrap()).collect();
    let expected: Vec<u64> = [0].into_iter().chain(3000 - 1024..3000).collect();
    assert_eq!(numbers, expected);
    send(&gateway, &main, "indexed", &json!(1)).await;
    assert_eq!(heard(&other), once("indexed", 1, &json!(1)));
}

#[tokio::test]
async fn what_waited_for_a_document_does_not_reach_the_next_one() {
    let gateway = gateway();
    let (main, other) = (gateway.open("main"), gateway.open("other"));
    hear(&gateway, &other, "saved", 1).await;
    other.page.hold();
    send(&gateway, &main, "saved", &json!("left")).await;
    send(&gateway, &main, "saved", &json!("waits")).await;
    assert_eq!(heard(&other), once("saved", 1, &json!("left")));
    other.session.end_document();
    hear(&gateway, &other, "saved", 2).await;
    // It does not wait for what the last document never took, and that does no harm when it comes.
    send(&gateway, &main, "saved", &json!("new")).await;
    assert_eq!(heard(&other), once("saved", 2, &json!("new")));
    other.page.release();
    assert_eq!(heard(&other), []);
}
