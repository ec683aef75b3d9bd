//! What a request may look like: the command in its path, the body by its content type, the page's own headers.

use super::Ticks;
use crate::support::gateway::{APP, Call, Gateway, Lane, Settled, Webview};
use http::{HeaderValue, Request};
use portcullis::{Registry, ipc::InvokeResponse, serde_json::json};

const MANIFEST: &str = r#"
commands: { tick: { run: { native: tick } } }
plugins:
  notes: { commands: { list: { run: { value: [Milk] } } } }
  tasks: { commands: { show: { run: { value: [] } } } }
permissions: { main: { windows: [main], allow: ["*", "plugin:notes|*", "plugin:tasks|*"] } }
"#;

fn gateway() -> (Gateway, Webview, Ticks) {
    let ticks = Ticks::default();
    let gateway = Gateway::new(MANIFEST, ticks.registry());
    let main = gateway.open("main");
    (gateway, main, ticks)
}

/// A call whose path is written as it is, after `ipc://localhost`.
fn request(from: &Webview, path: &str) -> Request<Vec<u8>> {
    Request::post(format!("ipc://localhost{path}"))
        .header("Tauri-Invoke-Key", from.key())
        .header("Origin", APP)
        .body(Vec::new())
        .unwrap()
}

#[tokio::test]
async fn the_command_is_the_path_decoded_once() {
    let (gateway, main, ticks) = gateway();
    for path in ["/tick", "/%74ick", "/%74%69%63%6b", "/%74%69%63%6B", "/tick?query=1"] {
        assert_eq!(
            gateway.send(&main, request(&main, path)).await,
            Settled::Json(json!(null)),
            "{path}"
        );
    }
    assert_eq!(ticks.count(), 5);
    for path in ["/plugin%3Anotes%7Clist", "/plugin:notes|list", "/plugin:notes%7clist"] {
        let answer = gateway.send(&main, request(&main, path)).await;
        assert_eq!(answer, Settled::Json(json!(["Milk"])), "{path}");
    }
}

#[tokio::test]
async fn a_path_that_is_no_name_is_an_invalid_request() {
    let (gateway, main, ticks) = gateway();
    let long = format!("/{}", "t".repeat(60_000));
    let paths = [
        "",
        "/",
        "//tick",
        "/tick/",
        "/%00",
        "/tick%00",
        "/..",
        "/../tick",
        "/%2e%2e",
        "/%2E%2E%2Ftick",
        "/a/tick",
        "/a%2Ftick",
        "/%2Ftick",
        "/%2574ick",
        "/%252e",
        "/tick%20",
        "/%ff",
        "/tick%",
        "/%7",
        "/%C3%A4",
        "/plugin%3Anotes",
        "/plugin:|list",
        "/plugin:notes|",
        "/plugin:notes|list|x",
        "/plugin%3Anotes%7Clist%7C",
        "/plugin:notes%257Clist",
        "/notes|list",
        "/a:b",
        &long,
    ];
    for path in paths {
        let answer = gateway.send(&main, request(&main, path)).await;
        assert_eq!(answer.code(), "invalid_request", "{path}");
        assert_eq!(answer.rejection()["command"], "", "{path}");
    }
    assert_eq!(ticks.count(), 0);
    let notes = gateway.take_notes();
    assert_eq!(notes.len(), paths.len());
    assert!(
        notes
            .iter()
            .all(|note| note.command.is_empty() && note.outcome.to_string() == "invalid_request")
    );
}

#[tokio::test]
async fn a_posted_name_is_not_decoded_at_all() {
    let (gateway, main, ticks) = gateway();
    let long = "t".repeat(60_000);
    for name in [
        "",
        "/tick",
        "\0",
        "tick\0",
        "..",
        "%2e%2e",
        "%74ick",
        "a/b",
        "a%2Fb",
        "plugin:notes|list|x",
        &long,
    ] {
        let answer = gateway.call_over(Lane::Message, &main, &Call::new(name)).await;
        assert_eq!(answer.code(), "invalid_request", "{name:?}");
    }
    assert_eq!(ticks.count(), 0);
}

#[tokio::test]
async fn a_name_has_at_most_256_bytes() {
    let (gateway, main, _) = gateway();
    for lane in Lane::ALL {
        for (length, code) in [(256, "unknown_command"), (257, "invalid_request")] {
            let app = Call::new(&"t".repeat(length));
            assert_eq!(gateway.call_over(lane, &main, &app).await.code(), code, "{length}");
            let plugin = Call::new(&format!("plugin:n|{}", "t".repeat(length - "plugin:n|".len())));
            assert_eq!(gateway.call_over(lane, &main, &plugin).await.code(), code, "{length}");
        }
    }
}

#[tokio::test]
async fn a_namespace_has_its_own_commands_and_no_others() {
    let (gateway, main, _) = gateway();
    for name in [
        "list",
        "notes",
        "plugin:tasks|list",
        "plugin:notes|show",
        "plugin:Notes|list",
        "plugin:notes|lis",
    ] {
        assert_eq!(gateway.call(&main, &Call::new(name)).await.code(), "unknown_command", "{name}");
    }
}

#[tokio::test]
async fn the_content_type_says_what_the_body_is() {
    let (gateway, main, ticks) = gateway();
    for kind in [
        "application/json",
        "application/json; charset=utf-8",
        "Application/JSON ;x=y",
        " application/json",
    ] {
        for lane in Lane::ALL {
            let call = Call::new("tick").body(kind, b"{\"a\":1}");
            let answer = gateway.call_over(lane, &main, &call).await;
            assert_eq!(answer, Settled::Json(json!({"a": 1})), "{lane:?} {kind}");
        }
    }
    for kind in
        ["application/octet-stream", "APPLICATION/Octet-Stream", "application/octet-stream; x=1"]
    {
        for lane in Lane::ALL {
            let call = Call::new("tick").body(kind, b"{\0\xff}");
            let answer = gateway.call_over(lane, &main, &call).await;
            assert_eq!(answer, Settled::Raw(b"{\0\xff}".to_vec()), "{lane:?} {kind}");
        }
    }
    assert_eq!(ticks.count(), 14);
    let unknown = [
        "",
        "text/plain",
        "application/jsonx",
        "application/json,text/html",
        "json",
        "multipart/form-data",
    ];
    for kind in unknown {
        for lane in Lane::ALL {
            let call = Call::new("tick").body(kind, b"{}");
            let answer = gateway.call_over(lane, &main, &call).await;
            assert_eq!(answer.code(), "invalid_request", "{lane:?} {kind}");
        }
    }
    assert_eq!(ticks.count(), 14);
}

#[tokio::test]
async fn without_a_content_type_a_body_is_json() {
    let (gateway, main, _) = gateway();
    let mut call = request(&main, "/tick");
    *call.body_mut() = b"[1]".to_vec();
    assert_eq!(gateway.send(&main, call).await, Settled::Json(json!([1])));
}

#[tokio::test]
async fn a_content_type_that_is_not_text_is_not_taken_for_none() {
    let (gateway, main, ticks) = gateway();
    let mut call = request(&main, "/tick");
    let garbled = HeaderValue::from_bytes(b"application/octet-stream; \xff").unwrap();
    call.headers_mut().insert("content-type", garbled);
    assert_eq!(gateway.send(&main, call).await.code(), "invalid_request");
    assert_eq!(ticks.count(), 0);
}

#[tokio::test]
async fn a_json_body_is_json_or_nothing() {
    let (gateway, main, ticks) = gateway();
    for lane in Lane::ALL {
        let empty = gateway.call_over(lane, &main, &Call::new("tick")).await;
        assert_eq!(empty, Settled::Json(json!(null)));
    }
    let deep = "[".repeat(100_000);
    for text in [
        "{",
        "{} {}",
        "{'a':1}",
        "\u{feff}{}",
        "undefined",
        "NaN",
        "{\"a\":1,}",
        " ",
        deep.as_str(),
    ] {
        for lane in Lane::ALL {
            let call = Call::new("tick").body("application/json", text.as_bytes());
            let answer = gateway.call_over(lane, &main, &call).await;
            assert_eq!(answer.code(), "invalid_json", "{lane:?} {text:.20}");
        }
    }
    let bytes = Call::new("tick").body("application/json", b"\"\xff\"");
    assert_eq!(gateway.call(&main, &bytes).await.code(), "invalid_json");
    assert_eq!(ticks.count(), 2);
}

#[tokio::test]
async fn posted_bytes_that_are_not_base64_reach_no_command() {
    let (gateway, main, ticks) = gateway();
    for body in ["%", "AA=", "AAA", "AA==\n", "AB==", "AA-_"] {
        let mut message = Call::new("tick").raw(b"").message(&main);
        message["body"] = json!(body);
        let answer = gateway.post(&main, APP, &message.to_string()).await;
        assert_eq!(answer.code(), "invalid_request", "{body:?}");
    }
    assert_eq!(ticks.count(), 0);
}

#[tokio::test]
async fn a_command_gets_the_pages_headers_and_not_the_gateways() {
    let registry = Registry::new().invocation("headers", |invocation| async move {
        InvokeResponse::json(&invocation.headers)
    });
    let rest = "
commands: { headers: { run: { native: headers } } }
permissions: { main: { windows: [main], allow: [headers] } }
";
    let gateway = Gateway::new(rest, registry);
    let main = gateway.open("main");
    let call = Call::new("headers").header("X-Mine", "1").header("Accept-Language", "de");
    for lane in Lane::ALL {
        let Settled::Json(headers) = gateway.call_over(lane, &main, &call).await else { panic!() };
        let mut headers: Vec<(String, String)> =
            portcullis::serde_json::from_value(headers).unwrap();
        headers.sort();
        let own = [("accept-language", "de"), ("x-mine", "1")];
        assert_eq!(
            headers,
            own.map(|(name, value)| (name.to_owned(), value.to_owned())),
            "{lane:?}"
        );
    }
}

#[tokio::test]
async fn what_is_not_the_bridges_form_is_no_message() {
    use portcullis::transport::Message;
    let (_, main, _) = gateway();
    let good = Call::new("tick").message(&main);
    assert!(Message::parse(&good.to_string()).is_some());
    for missing in ["command", "callback", "error", "key", "contentType", "body"] {
        let mut bad = good.clone();
        bad.as_object_mut().unwrap().remove(missing);
        assert!(Message::parse(&bad.to_string()).is_none(), "{missing}");
    }
    let wrong = [
        ("callback", json!(-1)),
        ("callback", json!("1);alert(1")),
        ("error", json!(4_294_967_296_u64)),
        ("command", json!(1)),
        ("key", json!(null)),
        ("headers", json!([])),
        ("origin", json!(APP)),
    ];
    for (name, value) in wrong {
        let mut bad = good.clone();
        bad[name] = value;
        assert!(Message::parse(&bad.to_string()).is_none(), "{name}");
    }
    for text in ["", "null", "[]", "\"tick\"", "ready", "{}"] {
        assert!(Message::parse(text).is_none(), "{text}");
    }
}
