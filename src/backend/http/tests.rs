//! Requests to a server that does as it is told: what it gets, what comes back, and each way in which it can fail.

use super::{
    address::{LookUp, Resolver},
    *,
};
use crate::{
    backend::tests::invocation,
    ipc::{InvokeBody, InvokeResponse},
    plan::{Addresses, JsonTemplate, Method, Outcome, Output},
};
use serde_json::{Value, json};
use std::{
    collections::VecDeque,
    future::Future,
    net::SocketAddr,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// A failure guard, never a measurement.
const PATIENCE: Duration = Duration::from_secs(60);

async fn within_patience<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it hangs")
}

/// What the server does with one request.
#[derive(Debug, Clone)]
enum Act {
    Say(String),
    /// Says something, and breaks the connection off.
    Break(String),
    /// Says nothing, and waits until the client has gone.
    Wait,
}

/// A response with a body.
fn response(status: &str, kind: &str, body: &str) -> Act {
    let length = body.len();
    Act::Say(format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n{body}"
    ))
}

fn ok(body: &str) -> Act {
    response("200 OK", "application/json", body)
}

#[derive(Debug, Default)]
struct Seen {
    requests: Mutex<Vec<String>>,
    connections: AtomicUsize,
    abandoned: AtomicUsize,
}

/// A server with a list of acts; after the last one it answers `"more"`.
struct Server {
    address: SocketAddr,
    seen: Arc<Seen>,
}

impl Server {
    async fn new(acts: impl IntoIterator<Item = Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::<Seen>::default();
        let acts = Arc::new(Mutex::new(acts.into_iter().collect::<VecDeque<_>>()));
        let all = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                all.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, Arc::clone(&all), Arc::clone(&acts)));
            }
        });
        Self { address, seen }
    }

    fn requests(&self) -> Vec<String> {
        self.seen.requests.lock().unwrap().clone()
    }

    fn plan(&self, method: Method, path: &str) -> HttpPlan {
        HttpPlan {
            base: format!("http://{}", self.address).parse().unwrap(),
            addresses: Addresses::Public,
            method,
            path: path.parse().unwrap(),
            query: std::collections::BTreeMap::new(),
            headers: std::collections::BTreeMap::new(),
            body: None,
            output: Output::Json,
            stream: None,
            status: std::collections::BTreeMap::new(),
        }
    }
}

async fn serve(mut stream: TcpStream, seen: Arc<Seen>, acts: Arc<Mutex<VecDeque<Act>>>) {
    while let Some(request) = read_request(&mut stream).await {
        seen.requests.lock().unwrap().push(request);
        let act = acts.lock().unwrap().pop_front();
        match act.unwrap_or_else(|| ok("\"more\"")) {
            Act::Say(text) => stream.write_all(text.as_bytes()).await.unwrap(),
            Act::Break(text) => {
                stream.write_all(text.as_bytes()).await.unwrap();
                return;
            }
            Act::Wait => {
                let _ = stream.read(&mut [0]).await;
                seen.abandoned.fetch_add(1, Ordering::SeqCst);
                return;
            }
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return Some(text.into_owned());
            }
        }
        match stream.read_buf(&mut bytes).await {
            Ok(0) | Err(_) => return None,
            Ok(_) => {}
        }
    }
}

const LIMIT: usize = 100;

fn command(plan: HttpPlan) -> Http {
    Http::new(plan, HttpClients::default(), Arc::default(), LIMIT)
}

/// What a call comes to, as the page gets it.
async fn ask(command: &Http, arguments: Value) -> Value {
    match within_patience(command.call(invocation(InvokeBody::Json(arguments)))).await {
        Ok(InvokeResponse::Json(text)) => serde_json::from_str(&text).unwrap(),
        Ok(InvokeResponse::Raw(bytes)) => json!({ "raw": bytes }),
        Err(rejection) => rejection.to_json("c", false),
    }
}

/// What one GET comes to that is answered so, and how often it was sent.
async fn get(acts: impl IntoIterator<Item = Act>) -> (Value, usize) {
    let server = Server::new(acts).await;
    let answer = ask(&command(server.plan(Method::Get, "/")), json!({})).await;
    (answer, server.requests().len())
}

#[tokio::test]
async fn the_request_is_the_plans_with_the_arguments_in_place() {
    let server = Server::new([ok(r#"{"id": 1.50}"#)]).await;
    let mut plan = server.plan(Method::Post, "/items/{id}");
    plan.query.insert("q".to_owned(), "{q}".parse().unwrap());
    plan.headers.insert("x-tenant".to_owned(), "t-{id}".parse().unwrap());
    plan.body = Some(JsonTemplate::parse(&json!({"n": "{n}"})).unwrap());
    let answer = ask(&command(plan), json!({"id": "a/b", "q": "x y", "n": [1]})).await;
    assert_eq!(answer, json!({"id": 1.5}));
    let requests = server.requests();
    let (head, body) = requests[0].split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    assert_eq!(lines.next(), Some("POST /items/a%2Fb?q=x+y HTTP/1.1"));
    let mut headers: Vec<_> = lines.collect();
    headers.sort_unstable();
    let (agent, host) = (
        concat!("user-agent: portcullis/", env!("CARGO_PKG_VERSION")),
        format!("host: {}", server.address),
    );
    assert_eq!(
        headers,
        [
            "accept: */*",
            "content-length: 9",
            "content-type: application/json",
            &host,
            agent,
            "x-tenant: t-a/b"
        ]
    );
    assert_eq!(body, r#"{"n":[1]}"#);
}

#[tokio::test]
async fn connections_are_used_again() {
    let server = Server::new([]).await;
    let command = command(server.plan(Method::Get, "/"));
    for _ in 0..3 {
        assert_eq!(ask(&command, json!({})).await, "more");
    }
    assert_eq!((server.requests().len(), server.seen.connections.load(Ordering::SeqCst)), (3, 1));
}

#[tokio::test]
async fn the_body_is_what_output_says() {
    for (output, body, expect) in [
        (Output::Json, "[1.0]", json!([1.0])),
        (Output::Text, "a\n", json!("a\n")),
        (Output::Lines, "a\nb\n", json!(["a", "b"])),
        (Output::Raw, "ab", json!({"raw": [97, 98]})),
        (Output::Text, "", json!("")),
    ] {
        let server = Server::new([ok(body)]).await;
        let mut plan = server.plan(Method::Get, "/");
        plan.output = output;
        assert_eq!(ask(&command(plan), json!({})).await, expect, "{output:?}");
    }
    let none = Act::Say("HTTP/1.1 204 No Content\r\n\r\n".to_owned());
    assert_eq!(get([none]).await, (json!(null), 1));
    let server = Server::new([ok("")]).await;
    assert_eq!(ask(&command(server.plan(Method::Head, "/")), json!({})).await, json!(null));
}

#[tokio::test]
async fn statuses_are_what_the_plan_says() {
    let server = Server::new([
        response("404 Not Found", "text/plain", "secret words"),
        response("409 Conflict", "text/plain", "x"),
        response("503 Busy", "text/plain", "x"),
        response("418 Teapot", "text/plain", "secret words"),
    ])
    .await;
    let mut plan = server.plan(Method::Get, "/");
    plan.status.insert(404, Outcome::Error("no_such_tenant".parse().unwrap()));
    plan.status.insert(409, Outcome::Result(json!({"is": "there"})));
    plan.status.insert(503, Outcome::Error("busy".parse().unwrap()));
    let command = command(plan);
    let error = json!({
        "code": "no_such_tenant",
        "message": "`127.0.0.1` answered with status 404",
        "command": "run",
        "status": 404,
    });
    assert_eq!(ask(&command, json!({})).await, error);
    assert_eq!(ask(&command, json!({})).await, json!({"is": "there"}));
    assert_eq!(ask(&command, json!({})).await["code"], "busy");
    let other = ask(&command, json!({})).await;
    let message = "`127.0.0.1` answered with status 418 I'm a teapot";
    let expect =
        json!({"code": "upstream_status", "message": message, "command": "c", "status": 418});
    assert_eq!(other, expect);
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn a_redirect_is_never_followed() {
    for status in ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"] {
        let elsewhere = Server::new([]).await;
        let text = format!(
            "HTTP/1.1 {status}\r\nLocation: http://{}/\r\nContent-Length: 0\r\n\r\n",
            elsewhere.address
        );
        let (answer, sent) = get([Act::Say(text)]).await;
        assert_eq!((answer["code"].as_str(), sent), (Some("upstream_redirected"), 1), "{status}");
        assert_eq!(elsewhere.seen.connections.load(Ordering::SeqCst), 0);
    }
    let (answer, _) = get([response("304 Not Modified", "x", "")]).await;
    assert_eq!(answer["code"], "upstream_status");
}

#[tokio::test]
async fn a_body_of_the_wrong_kind_is_refused() {
    let (answer, sent) = get([response("200 OK", "text/html", "<html>")]).await;
    assert_eq!((answer["code"].as_str(), sent), (Some("invalid_output"), 1));
    let message = answer["message"].as_str().unwrap();
    assert!(message.starts_with("the output of `127.0.0.1` is not JSON: "), "{message}");
    assert_eq!(get([ok("")]).await.0["code"], "invalid_output");
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_whatever_it_says_of_itself() {
    let long = "1".repeat(LIMIT + 1);
    let chunked =
        format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n{long}\r\n0\r\n\r\n");
    for act in [ok(&long), Act::Say(chunked)] {
        let (answer, sent) = get([act]).await;
        assert_eq!((answer["code"].as_str(), sent), (Some("output_too_large"), 1));
    }
    assert!(get([ok(&"1".repeat(LIMIT))]).await.0.is_number());
}

#[tokio::test]
async fn what_may_be_repeated_is_sent_once_more_when_it_fails() {
    let passing = || response("503 Busy", "text/plain", "");
    let broken = || Act::Break("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1".to_owned());
    for first in
        [Act::Break(String::new()), passing(), broken(), Act::Break("garbage\r\n\r\n".to_owned())]
    {
        assert_eq!(get([first]).await, (json!("more"), 2));
    }
    let (answer, sent) = get([passing(), passing(), passing(), passing()]).await;
    assert_eq!((answer["code"].as_str(), sent), (Some("upstream_status"), 3));
    let (answer, sent) = get([broken(), broken(), broken(), broken()]).await;
    assert_eq!((answer["code"].as_str(), sent), (Some("upstream_failed"), 3));
    for method in [Method::Post, Method::Patch] {
        for (act, code) in [
            (passing(), "upstream_status"),
            (broken(), "upstream_failed"),
            (Act::Break(String::new()), "upstream_failed"),
        ] {
            let server = Server::new([act]).await;
            let answer = ask(&command(server.plan(method, "/")), json!({})).await;
            assert_eq!(
                (answer["code"].as_str(), server.requests().len()),
                (Some(code), 1),
                "{method:?}"
            );
        }
    }
    for method in [Method::Put, Method::Delete, Method::Head] {
        let server = Server::new([passing()]).await;
        ask(&command(server.plan(method, "/")), json!({})).await;
        assert_eq!(server.requests().len(), 2, "{method:?}");
    }
}

#[tokio::test]
async fn a_service_that_is_not_there_is_told_without_the_address() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Server { address: listener.local_addr().unwrap(), seen: Arc::default() };
    drop(listener);
    let answer = ask(&command(server.plan(Method::Get, "/{id}")), json!({"id": "private"})).await;
    assert_eq!(answer["code"], "upstream_failed");
    let message = answer["message"].as_str().unwrap();
    assert!(message.starts_with("`127.0.0.1` could not be asked: "), "{message}");
    assert!(!message.contains("private"), "{message}");
    // A server that does not speak TLS.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let server = Server { address: listener.local_addr().unwrap(), seen: Arc::default() };
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut hello = Vec::new();
            while hello.len() < 5 && stream.read_buf(&mut hello).await.unwrap() > 0 {}
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let mut plan = server.plan(Method::Get, "/");
    plan.base = format!("https://{}", server.address).parse().unwrap();
    assert_eq!(ask(&command(plan), json!({})).await["code"], "upstream_failed");
}

#[tokio::test]
async fn a_failure_says_what_can_be_done_about_it() {
    let help = async |server: &Server, method| {
        let command = command(server.plan(method, "/"));
        let call = command.call(invocation(InvokeBody::Json(json!({}))));
        let rejection = within_patience(call).await.unwrap_err().to_json("c", true);
        assert_eq!(rejection["code"], "upstream_failed");
        rejection["help"].as_str().unwrap().to_owned()
    };
    let broken = || Act::Break(String::new());
    let server = Server::new([broken(), broken(), broken(), broken()]).await;
    assert!(help(&server, Method::Get).await.starts_with("it was asked three times"));
    assert!(help(&server, Method::Post).await.ends_with("why it is not asked again"));
    assert_eq!(server.requests().len(), 4);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let absent = Server { address: listener.local_addr().unwrap(), seen: Arc::default() };
    drop(listener);
    assert!(help(&absent, Method::Post).await.starts_with("start the service"));
}

#[tokio::test]
async fn dropping_the_call_ends_the_request() {
    let server = Server::new([Act::Wait]).await;
    let command = command(server.plan(Method::Get, "/"));
    let mut call = command.call(invocation(InvokeBody::Json(json!({}))));
    within_patience(async {
        tokio::select! {
            answer = &mut call => panic!("{answer:?}"),
            () = async {
                while server.requests().is_empty() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            } => {}
        }
        drop(call);
        while server.seen.abandoned.load(Ordering::SeqCst) == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    assert_eq!(server.requests().len(), 1);
}

/// One request to `api.example.com`, which stands for an address of the server's.
async fn named(addresses: Addresses) -> (Value, usize) {
    let server = Server::new([]).await;
    let mut plan = server.plan(Method::Get, "/");
    plan.base.set_host(Some("api.example.com")).unwrap();
    plan.addresses = addresses;
    let command = command(plan);
    let resolver = Resolver { addresses, look_up: LookUp::Fixed(vec![server.address]) };
    let client = client::client(resolver).unwrap();
    let none = serde_json::Map::new();
    let parts = request::parts(&command.plan, (&none).into(), (&none).into()).unwrap();
    let name = "c".parse().unwrap();
    let Attempt::Done(reply) = within_patience(command.send(&client, &name, &parts, None)).await
    else {
        panic!("it may not be tried again")
    };
    let answer = match reply {
        Ok(InvokeResponse::Json(text)) => serde_json::from_str(&text).unwrap(),
        Ok(other) => panic!("{other:?}"),
        Err(rejection) => rejection.to_json("c", true),
    };
    (answer, server.seen.connections.load(Ordering::SeqCst))
}

#[tokio::test]
async fn a_name_that_stands_for_this_machine_is_asked_only_where_that_is_said() {
    assert_eq!(named(Addresses::Any).await, (json!("more"), 1));
    let (refused, connections) = named(Addresses::Public).await;
    assert_eq!((refused["code"].as_str(), connections), (Some("address_not_allowed"), 0));
    let message = "`api.example.com` is not asked: its name stands for 127.0.0.1, which is not a public address";
    assert_eq!(refused["message"], message);
    assert!(refused["help"].as_str().unwrap().contains("addresses: any"));
}

#[tokio::test]
async fn localhost_may_be_named_where_addresses_are_public() {
    let server = Server::new([]).await;
    let mut plan = server.plan(Method::Get, "/");
    plan.base.set_host(Some("localhost")).unwrap();
    assert_eq!(ask(&command(plan), json!({})).await, "more");
}
