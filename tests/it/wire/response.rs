//! What a response looks like: status, headers, the shape of rejections, and how much they tell to whom.

use super::Ticks;
use crate::support::gateway::{APP, Call, Gateway, Lane, Settled, Webview, manifest, settled};
use http::{Method, Request, Response, StatusCode};
use portcullis::{
    Registry,
    gateway::Mode,
    ipc::Rejection,
    serde_json::{Value, json},
    transport::{Body, answer_request},
};

const MANIFEST: &str = r"
commands:
  tick: { run: { native: tick } }
  sized: { args: { n: { type: integer } }, run: { native: tick } }
  hidden: { run: { native: tick } }
permissions:
  main: { windows: [main], origins: [app, docs], allow: [tick, sized] }
  other: { windows: [other], allow: [hidden] }
";

const DOCS: &str = "https://docs.example.com";

fn gateway() -> (Gateway, Webview, Ticks) {
    let ticks = Ticks::default();
    let gateway = Gateway::new(MANIFEST, ticks.registry());
    let main = gateway.open("main");
    (gateway, main, ticks)
}

async fn answer(
    gateway: &Gateway,
    from: Option<&Webview>,
    request: Request<Vec<u8>>,
) -> Response<Body> {
    answer_request(&gateway.pipeline, from.map(|webview| &*webview.session), request).await
}

/// All headers as `name: value`, in order of name.
fn headers(response: &Response<Body>) -> Vec<String> {
    let headers = response.headers().iter();
    let mut lines: Vec<_> =
        headers.map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
    lines.sort();
    lines
}

#[tokio::test]
async fn a_success_is_200_and_says_ok() {
    let (gateway, main, _) = gateway();
    for (call, kind) in [
        (Call::new("tick").json(&json!({"a": 1})), "application/json"),
        (Call::new("tick").raw(b"{\"a\":1}"), "application/octet-stream"),
    ] {
        let response = answer(&gateway, Some(&main), call.request(&main)).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(**response.body(), *b"{\"a\":1}");
        assert_eq!(
            headers(&response),
            [
                "access-control-allow-origin: app://localhost",
                "access-control-expose-headers: Tauri-Response",
                "cache-control: no-store",
                &format!("content-type: {kind}"),
                "tauri-response: ok",
                "vary: Origin",
            ]
        );
    }
}

#[tokio::test]
async fn a_rejection_is_400_and_says_error() {
    let (gateway, main, _) = gateway();
    let call = Call::new("hidden").origin(Some(DOCS));
    let response = answer(&gateway, Some(&main), call.request(&main)).await;
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert_eq!(
        headers(&response),
        [
            "access-control-allow-origin: https://docs.example.com",
            "access-control-expose-headers: Tauri-Response",
            "cache-control: no-store",
            "content-type: application/json",
            "tauri-response: error",
            "vary: Origin",
        ]
    );
}

#[tokio::test]
async fn a_response_may_be_read_by_the_origin_that_asked_alone() {
    let (gateway, main, _) = gateway();
    for (origin, allowed) in
        [(Some(APP), APP), (Some(DOCS), DOCS), (Some("null"), "null"), (None, "null")]
    {
        for method in [Method::POST, Method::OPTIONS, Method::GET] {
            let mut request = Call::new("tick").origin(origin).request(&main);
            *request.method_mut() = method;
            let response = answer(&gateway, Some(&main), request).await;
            assert_eq!(response.headers()["access-control-allow-origin"], allowed);
            assert_eq!(response.headers()["vary"], "Origin");
        }
    }
}

#[tokio::test]
async fn options_is_answered_with_the_cors_headers_alone() {
    let (gateway, main, ticks) = gateway();
    for (from, asked) in
        [(Some(&main), None), (None, None), (Some(&main), Some("X-Mine, Tauri-Invoke-Key"))]
    {
        let mut request = Request::options("ipc://localhost/tick").header("Origin", APP);
        if let Some(asked) = asked {
            request = request.header("Access-Control-Request-Headers", asked);
        }
        let response = answer(&gateway, from, request.body(b"{".to_vec()).unwrap()).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert!(response.body().is_empty());
        let own = "Content-Type, Tauri-Callback, Tauri-Error, Tauri-Invoke-Key, Tauri-Channel-Id";
        assert_eq!(
            headers(&response),
            [
                &format!("access-control-allow-headers: {}", asked.unwrap_or(own)),
                "access-control-allow-methods: POST, OPTIONS",
                "access-control-allow-origin: app://localhost",
                "access-control-expose-headers: Tauri-Response",
                "access-control-max-age: 86400",
                "vary: Origin",
            ]
        );
    }
    assert_eq!((ticks.count(), gateway.take_notes().len()), (0, 0));
}

#[tokio::test]
async fn other_methods_are_405() {
    let (gateway, main, ticks) = gateway();
    for method in ["GET", "HEAD", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "post", "POSTS"] {
        let mut request = Call::new("tick").request(&main);
        *request.method_mut() = method.parse().unwrap();
        let answer = gateway.send(&main, request).await;
        assert_eq!(answer, Settled::Status(StatusCode::METHOD_NOT_ALLOWED), "{method}");
    }
    assert_eq!(ticks.count(), 0);
}

#[tokio::test]
async fn an_unknown_webview_is_404() {
    let (gateway, main, ticks) = gateway();
    for method in [Method::POST, Method::GET] {
        let mut request = Call::new("tick").request(&main);
        *request.method_mut() = method;
        let response = answer(&gateway, None, request).await;
        assert_eq!(settled(response), Settled::Status(StatusCode::NOT_FOUND));
    }
    gateway.sessions.remove(&"main".parse().unwrap());
    assert!(gateway.sessions.find(&"main".parse().unwrap()).is_none());
    assert_eq!(ticks.count(), 0);
}

fn members(rejection: &Value) -> Vec<&str> {
    rejection.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn help_and_place_are_for_the_apps_own_pages_in_development() {
    let own = ["code", "message", "command", "help", "at"];
    let cases = [
        (Mode::Development, Some(APP), own.as_slice()),
        (Mode::Development, Some(DOCS), &own[..3]),
        (Mode::Development, Some("https://evil.example"), &own[..3]),
        (Mode::Development, Some("app://localhost:1"), &own[..3]),
        (Mode::Development, None, &own[..3]),
        (Mode::Production, Some(APP), &own[..3]),
        (Mode::Production, Some(DOCS), &own[..3]),
    ];
    for (mode, origin, expected) in cases {
        let gateway = Gateway::start(&manifest(MANIFEST), Ticks::default().registry(), mode);
        let main = gateway.open("main");
        for lane in Lane::ALL {
            let call = Call::new("hidden").origin(origin);
            let answer = gateway.call_over(lane, &main, &call).await;
            assert_eq!(members(answer.rejection()), expected, "{mode:?} {origin:?}");
            assert_eq!(answer.code(), "not_allowed");
            assert_eq!(answer.rejection()["message"], "`hidden` is not allowed for this page");
            assert_eq!(answer.rejection()["command"], "hidden");
        }
    }
}

#[tokio::test]
async fn help_and_place_say_what_to_do_where() {
    let (gateway, main, _) = gateway();
    let hidden = gateway.call(&main, &Call::new("hidden")).await;
    let help =
        "the permission `other` allows it, but only to the window `other`, and this one is `main`";
    assert_eq!(hidden.rejection()["help"], help);
    assert_eq!(hidden.rejection()["at"], "gateway.yaml:12:3");
    let unknown = gateway.call(&main, &Call::new("tik")).await;
    assert_eq!(unknown.rejection()["help"], "did you mean `tick`?");
    let unfit = gateway.call(&main, &Call::new("sized").json(&json!({"n": "1"}))).await;
    assert_eq!(
        (unfit.code(), &unfit.rejection()["at"]),
        ("invalid_argument", &json!("gateway.yaml:8:3"))
    );
    let unfit =
        gateway.call(&main, &Call::new("sized").json(&json!({"n": "1"})).origin(Some(DOCS))).await;
    assert_eq!(members(unfit.rejection()), ["code", "message", "command"]);
}

#[tokio::test]
async fn a_commands_own_error_passes_as_it_is() {
    let errors =
        [json!("mine"), json!(null), json!(7), json!({"code": "not_allowed", "n": [1]}), json!([])];
    for error in errors {
        let thrown = error.clone();
        let registry = Registry::new()
            .function("fail", move |_: Value| Err::<(), _>(thrown.clone()))
            .invocation("fail_async", {
                let error = error.clone();
                move |_| std::future::ready(Err(Rejection::Command(error.clone())))
            });
        let rest = "
commands: { fail: { run: { native: fail } }, fail_async: { run: { native: fail_async } } }
permissions: { main: { windows: [main], allow: [\"*\"] } }
";
        let gateway = Gateway::new(rest, registry);
        let main = gateway.open("main");
        for lane in Lane::ALL {
            for name in ["fail", "fail_async"] {
                let answer = gateway.call_over(lane, &main, &Call::new(name)).await;
                assert_eq!(answer, Settled::Rejected(error.clone()));
            }
        }
        let outcomes = gateway.take_notes().into_iter().map(|note| note.outcome.to_string());
        assert_eq!(outcomes.collect::<Vec<_>>(), ["command_error"; 4]);
    }
}

#[tokio::test]
async fn a_command_that_panics_is_a_rejection_like_any_other() {
    let registry = Registry::new()
        .function("function", |_: Value| -> Result<(), ()> { panic!("of its own") })
        .invocation("early", |_| -> std::future::Ready<_> { panic!("before it runs") })
        .invocation("late", |_| async { panic!("while it runs") });
    let rest = "
limits: { concurrency: 1 }
commands: { function: { run: { native: function } }, early: { run: { native: early } }, late: { run: { native: late } } }
permissions: { main: { windows: [main], allow: [\"*\"] } }
";
    let gateway = Gateway::new(rest, registry);
    let main = gateway.open("main");
    for name in ["function", "early", "late"] {
        let answer = gateway.call(&main, &Call::new(name)).await;
        assert_eq!(answer.code(), "internal", "{name}");
        assert_eq!(answer.rejection()["message"], "the command panicked");
    }
    assert_eq!(gateway.take_notes().len(), 3);
}
