//! Events that no page sends: those of sidecars and of the program itself.

use crate::support::gateway::{Call, Gateway, Settled, Webview};
use portcullis::{
    Registry,
    channel::PageCall,
    command::AppHandle,
    commands,
    ipc::Rejection,
    serde_json::{self, Value, json},
};

/// A sidecar that answers each call after it has sent what the script says.
fn with_sidecar(script: &str) -> String {
    let script = format!(
        r#"while read -r l; do id=${{l#*\"id\":}}; {script} printf '{{"id":%s,"result":null}}\n' ${{id%%,*}}; done"#
    );
    let script = serde_json::to_string(&script).unwrap().replace('{', "{{").replace('}', "}}");
    format!(
        "
plugins:
  search: {{ sidecar: {{ program: sh, args: [-c, {script}] }}, commands: {{ go: {{}} }} }}
commands: {{ tell: {{ run: {{ native: tell }} }} }}
events:
  indexed: {{ payload: {{ type: integer }}, from: [search] }}
  saved: {{}}
permissions:
  main: {{ windows: [main], allow: [\"plugin:search|go\", tell, \"@core:event\"], listen: [indexed, saved] }}
  other: {{ windows: [other], allow: [\"@core:event\"], listen: [saved] }}
"
    )
}

/// What the program sends; the answer is what came of it.
#[portcullis::command]
fn tell(
    app: AppHandle,
    event: String,
    payload: Value,
    label: Option<String>,
) -> Result<(), Rejection> {
    match label {
        Some(label) => app.emit_to(&label, &event, payload),
        None => app.emit(&event, payload),
    }
}

async fn hear(gateway: &Gateway, webview: &Webview, event: &str, target: Value) {
    let arguments = json!({ "event": event, "target": target, "handler": 1 });
    let call = Call::new("plugin:event|listen").json(&arguments);
    assert_eq!(gateway.call(webview, &call).await, Settled::Json(json!(1)));
}

/// What a page was given since the last look.
fn heard(webview: &Webview) -> Vec<(String, String)> {
    let calls = webview.page.take().into_iter();
    let events = calls.flat_map(|call| match call {
        PageCall::Events(events) => events,
        other => panic!("{other:?}"),
    });
    events.map(|event| (event.event.to_string(), event.payload.to_string())).collect()
}

fn pair(event: &str, payload: &str) -> (String, String) {
    (event.to_owned(), payload.to_owned())
}

#[tokio::test]
async fn a_notification_of_a_sidecar_is_an_event_if_the_manifest_says_so() {
    // The second does not fit, `saved` is not the sidecar's to send, and nobody declares `other`.
    let script = r#"for p in 3 '"x"' 4; do printf '{"method":"indexed","params":%s}\n' "$p"; done; printf '{"method":"saved"}\n{"method":"other"}\n';"#;
    let gateway = Gateway::new(&with_sidecar(script), Registry::new().commands(commands![tell]));
    let (main, other) = (gateway.open("main"), gateway.open("other"));
    for event in ["indexed", "saved"] {
        hear(&gateway, &main, event, json!({ "kind": "Any" })).await;
    }
    hear(&gateway, &other, "saved", json!({ "kind": "Any" })).await;
    assert!(gateway.call(&main, &Call::new("plugin:search|go")).await.is_ok());
    assert_eq!(heard(&main), [pair("indexed", "3"), pair("indexed", "4")]);
    assert_eq!(heard(&other), []);
}

#[tokio::test]
async fn the_program_sends_what_is_declared_to_those_who_may_hear_it() {
    let gateway = Gateway::new(&with_sidecar(""), Registry::new().commands(commands![tell]));
    let (main, other) = (gateway.open("main"), gateway.open("other"));
    hear(&gateway, &main, "saved", json!({ "kind": "Window", "label": "main" })).await;
    hear(&gateway, &main, "indexed", json!({ "kind": "Any" })).await;
    hear(&gateway, &other, "saved", json!({ "kind": "Webview", "label": "other" })).await;
    let tell =
        async |arguments: Value| gateway.call(&main, &Call::new("tell").json(&arguments)).await;
    let ok = Settled::Json(json!(null));
    assert_eq!(tell(json!({ "event": "saved", "payload": [1] })).await, ok);
    // It needs no `from`.
    assert_eq!(tell(json!({ "event": "indexed", "payload": 5 })).await, ok);
    assert_eq!(heard(&main), [pair("saved", "[1]"), pair("indexed", "5")]);
    assert_eq!(heard(&other), [pair("saved", "[1]")]);
    assert_eq!(tell(json!({ "event": "saved", "payload": 2, "label": "other" })).await, ok);
    assert_eq!((heard(&main), heard(&other)), (vec![], vec![pair("saved", "2")]));
    for (arguments, code) in [
        (json!({ "event": "sved", "payload": 1 }), "unknown_event"),
        (json!({ "event": "indexed", "payload": "x" }), "invalid_argument"),
        (json!({ "event": "saved", "payload": 1, "label": "a b" }), "invalid_argument"),
    ] {
        let answer = tell(arguments).await;
        assert_eq!(answer.code(), code, "{answer:?}");
    }
    assert_eq!((heard(&main), heard(&other)), (vec![], vec![]));
}
