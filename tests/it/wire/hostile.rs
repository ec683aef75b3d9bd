//! Whatever a page sends: the gateway does not panic, and answers nothing that the manifest does not allow.

use super::Ticks;
use crate::support::{
    gateway::{APP, Call, Gateway, Settled, Webview},
    property::config,
};
use http::{HeaderName, HeaderValue, Request, StatusCode, Uri};
use percent_encoding::percent_decode_str;
use portcullis::{
    serde_json::{Value, json},
    transport::{Message, answer_message},
};
use proptest::{prelude::*, test_runner::TestRunner};
use std::cell::Cell;

const MANIFEST: &str = "
limits: { payload: 64B, rate: 4000000000/s }
commands:
  open: { run: { value: 1 } }
  openly: { run: { native: tick } }
  sized: { args: { n: { type: integer } }, run: { value: \"{n}\" } }
  tick: { run: { native: tick } }
plugins: { open: { commands: { tick: { run: { native: tick } }, open: { run: { value: 2 } } } } }
permissions:
  main: { windows: [main], allow: [open, sized, \"plugin:open|*\"], deny: [\"plugin:open|tick\"] }
  other: { windows: [other], allow: [\"*\"] }
";

/// What `main` may call.
const ALLOWED: [&str; 3] = ["open", "sized", "plugin:open|open"];

const NAMES: [&str; 7] = [
    "open",
    "openly",
    "sized",
    "tick",
    "plugin:open|tick",
    "plugin:open|open",
    "plugin:__TAURI_CHANNEL__|fetch",
];

struct Target {
    gateway: Gateway,
    main: Webview,
    ticks: Ticks,
    runtime: tokio::runtime::Runtime,
}

impl Target {
    fn new() -> Self {
        let ticks = Ticks::default();
        let gateway = Gateway::new(MANIFEST, ticks.registry());
        let main = gateway.open("main");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { gateway, main, ticks, runtime }
    }
}

fn runner() -> TestRunner {
    TestRunner::new(config(2000))
}

/// A known name, some of it percent-encoded, perhaps twice, perhaps with something around it; or anything at all.
fn path() -> impl Strategy<Value = String> {
    let name = (prop::sample::select(&NAMES[..]), prop::collection::vec(0_u8..8, 32));
    let encoded = name.prop_map(|(name, how)| {
        let encode = |(byte, how): (u8, &u8)| match how {
            0 => format!("%{byte:02x}"),
            1 => format!("%{byte:02X}"),
            2 if byte % 7 == 0 => format!("%25{byte:02x}"),
            _ => char::from(byte).to_string(),
        };
        name.bytes().zip(how.iter().cycle()).map(encode).collect::<String>()
    });
    let around =
        prop::sample::select(&["", "", "", "", "/", "%00", "..", "%2F", "|", "?x", "%20", "#"][..]);
    prop_oneof![
        3 => prop::sample::select(&NAMES[..]).prop_map(|name| format!("/{name}")),
        6 => (around.clone(), encoded, around).prop_map(|(a, name, b)| format!("/{a}{name}{b}")),
        1 => "[ -~]{0,40}".prop_map(|text| format!("/{text}")),
        1 => "(%[0-9a-fA-F]{2}|[a-z|:/.]){0,30}",
    ]
}

fn header() -> impl Strategy<Value = (&'static str, Vec<u8>)> {
    let name = prop::sample::select(
        &[
            "origin",
            "content-type",
            "tauri-invoke-key",
            "tauri-channel-id",
            "tauri-callback",
            "x-mine",
            "content-length",
        ][..],
    );
    let value = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..40),
        prop::sample::select(
            &[
                APP,
                "null",
                "https://docs.example.com",
                "application/json",
                "application/octet-stream",
                "1"
            ][..]
        )
        .prop_map(|text| text.as_bytes().to_vec()),
    ];
    (name, value)
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        prop::collection::vec(any::<u8>(), 0..80),
        Just(Vec::new()),
        prop::sample::select(
            &["", "{}", "null", "{\"n\":1}", "{\"n\":\"1\"}", "[[[[", "{\"n\":1,\"m\":2}"][..]
        )
        .prop_map(|text| text.as_bytes().to_vec()),
    ]
}

/// True nine times out of ten.
fn mostly() -> impl Strategy<Value = bool> {
    prop::bool::weighted(0.9)
}

/// What the path decodes to, once.
fn decoded(uri: &Uri) -> String {
    let path = uri.path();
    let path = path.strip_prefix('/').unwrap_or(path);
    percent_decode_str(path).decode_utf8_lossy().into_owned()
}

/// Method, path, whether key and origin are right, further headers, body.
type Attempt = (&'static str, String, [bool; 2], Vec<(&'static str, Vec<u8>)>, Vec<u8>);

/// The request, if it is one at all.
fn request(target: &Target, attempt: Attempt) -> Option<Request<Vec<u8>>> {
    let (method, path, [has_key, has_origin], headers, body) = attempt;
    let uri = format!("ipc://localhost{path}");
    let mut request = Request::builder().method(method).uri(uri).body(body).ok()?;
    let own = request.headers_mut();
    if has_key {
        own.insert("tauri-invoke-key", target.main.key().parse().unwrap());
    }
    if has_origin {
        own.insert("origin", HeaderValue::from_static(APP));
    }
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_bytes(&value) {
            own.append(HeaderName::from_static(name), value);
        }
    }
    Some(request)
}

#[test]
fn no_request_runs_what_is_not_allowed() {
    let target = Target::new();
    let passed = Cell::new(0);
    let method = prop::sample::select(&["POST", "POST", "POST", "POST", "GET", "OPTIONS", "X"][..]);
    let input = (
        method,
        path(),
        prop::array::uniform2(mostly()),
        prop::collection::vec(header(), 0..2),
        body(),
    );
    let run = |attempt: Attempt| {
        let (method, [has_key, _]) = (attempt.0, attempt.2);
        let Some(request) = request(&target, attempt) else { return Ok(()) };
        let name = decoded(request.uri());
        let answer = target.runtime.block_on(target.gateway.send(&target.main, request));
        match &answer {
            Settled::Json(_) | Settled::Raw(_) => {
                passed.set(passed.get() + 1);
                let is_allowed = ALLOWED.contains(&name.as_str());
                prop_assert!(is_allowed && method == "POST" && has_key, "{}", name);
            }
            Settled::Status(StatusCode::OK) => prop_assert_eq!(method, "OPTIONS"),
            Settled::Status(StatusCode::METHOD_NOT_ALLOWED) => prop_assert_ne!(method, "POST"),
            Settled::Status(other) => prop_assert!(false, "{}", other),
            Settled::Rejected(object) => prop_assert!(object["code"].is_string(), "{}", object),
            Settled::Silence => prop_assert_eq!(method, "POST"),
        }
        prop_assert_eq!(target.ticks.count(), 0);
        Ok(())
    };
    runner().run(&input, run).unwrap();
    assert!(passed.get() > 0, "nothing that is allowed was among them");
    assert_eq!(target.gateway.sessions.running(), 0);
}

#[test]
fn no_message_runs_what_is_not_allowed() {
    let target = Target::new();
    let passed = Cell::new(0);
    let name = prop_oneof![
        prop::sample::select(&NAMES[..]).prop_map(str::to_owned),
        path(),
        any::<String>()
    ];
    let kind = prop_oneof![
        3 => Just("application/json".to_owned()),
        1 => Just("application/octet-stream".to_owned()),
        1 => any::<String>(),
    ];
    let text = prop_oneof![
        1 => any::<String>(),
        3 => body().prop_map(|body| String::from_utf8_lossy(&body).into_owned())
    ];
    let page = prop_oneof![2 => Just(format!("{APP}/")), 1 => any::<String>()];
    let headers = prop::collection::btree_map(any::<String>(), any::<String>(), 0..3);
    let input = (name, kind, text, page, headers, mostly());
    let run =
        |(name, kind, text, page, headers, has_key): (String, String, String, String, _, bool)| {
            let mut message = Call::new(&name).message(&target.main);
            message["contentType"] = json!(kind);
            message["body"] = json!(text);
            message["headers"] = json!(headers);
            if !has_key {
                message["key"] = json!(text);
            }
            let answer = target.runtime.block_on(target.gateway.post(
                &target.main,
                &page,
                &message.to_string(),
            ));
            if answer.is_ok() {
                passed.set(passed.get() + 1);
                prop_assert!(ALLOWED.contains(&name.as_str()) && has_key, "{}", name);
            }
            prop_assert_eq!(target.ticks.count(), 0);
            Ok(())
        };
    runner().run(&input, run).unwrap();
    assert!(passed.get() > 0, "nothing that is allowed was among them");
}

#[test]
fn no_text_is_too_odd_to_be_read() {
    let target = Target::new();
    let good = Call::new("tick").message(&target.main).to_string();
    let input = (any::<prop::sample::Index>(), any::<char>(), any::<String>());
    let run = |(at, character, odd): (prop::sample::Index, char, String)| {
        let mut broken: Vec<char> = good.chars().collect();
        let place = at.index(broken.len());
        broken[place] = character;
        let broken: String = broken.into_iter().collect();
        for text in [broken, odd] {
            if let Some(message) = Message::parse(&text) {
                let answer =
                    answer_message(&target.gateway.pipeline, &target.main.session, APP, message);
                let script = target.runtime.block_on(answer);
                // A callback's number may be what has changed; a success would say `1`.
                prop_assert!(script.is_none_or(|script| script.contains("\\\"code\\\":")));
            }
        }
        prop_assert_eq!(target.ticks.count(), 0);
        Ok(())
    };
    runner().run(&input, run).unwrap();
    assert_eq!(portcullis::serde_json::from_str::<Value>(&good).unwrap()["command"], "tick");
}
