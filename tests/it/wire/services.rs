//! Sidecars and HTTP services behind a gateway: what a call becomes, what an edit restarts, and who is whose tenant.

use crate::support::gateway::{Call, Gateway, Lane, Settled};
use portcullis::{
    Registry,
    channel::PageCall,
    gateway::Mode,
    ipc::InvokeResponse,
    serde_json::{self, Value, json},
};
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

/// A sidecar that answers with the number of its process.
const PIDS: &str = r#"[-c, "while read -r l; do id=${{l#*\\\"id\\\":}}; printf '{{\"id\":%s,\"result\":%s}}\\n' ${{id%%,*}} $$; done"]"#;

fn sidecar(first: &str, second: &str) -> String {
    format!(
        "
plugins:
  one: {{ sidecar: {{ program: sh, args: {PIDS}{first} }}, commands: {{ pid: {{}} }} }}
  two: {{ sidecar: {{ program: sh, args: {PIDS}{second} }}, commands: {{ pid: {{}} }} }}
permissions: {{ main: {{ windows: [main], allow: [\"plugin:*|pid\"] }} }}
"
    )
    .replace("plugin:*|pid\"", "plugin:one|pid\", \"plugin:two|pid\"")
}

#[tokio::test]
async fn an_edit_restarts_the_sidecar_that_it_changes_and_no_other() {
    let gateway = Gateway::new(&sidecar("", ""), Registry::new());
    let main = gateway.open("main");
    let pid = async |plugin: &str| match gateway
        .call(&main, &Call::new(&format!("plugin:{plugin}|pid")))
        .await
    {
        Settled::Json(pid) => pid,
        other => panic!("{other:?}"),
    };
    let (one, two) = (pid("one").await, pid("two").await);
    assert_ne!(one, two);
    gateway.accept(&sidecar("", ", env: [HOME]"));
    assert_eq!(pid("one").await, one);
    let changed = pid("two").await;
    assert_ne!(changed, two);
    // An edit with errors leaves both alone.
    gateway.edit("plugins: 1");
    assert_eq!((pid("one").await, pid("two").await), (one, changed));
}

/// A service that answers with the line of each request, and with a header of it.
struct Service {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Service {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::<Mutex<Vec<String>>>::default();
        let all = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = BufReader::new(stream.unwrap());
                let mut head = String::new();
                while stream.read_line(&mut head).unwrap() > 2 {}
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
                stream.read_exact(&mut body).unwrap();
                all.lock().unwrap().push(head.clone());
                let line = head.lines().next().unwrap();
                let status = if line.contains("missing") {
                    "404 Not Found"
                } else if line.contains("away") {
                    "302 Found\r\nLocation: http://127.0.0.1:1/"
                } else {
                    "200 OK"
                };
                let text = json!({ "line": line, "body": String::from_utf8(body).unwrap() });
                let text = text.to_string();
                write!(
                    stream.get_mut(),
                    "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{text}",
                    text.len()
                )
                .unwrap();
            }
        });
        Self { address, seen }
    }
}

fn json_of(answer: Settled) -> Value {
    match answer {
        Settled::Json(value) | Settled::Rejected(value) => value,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_tenant_is_the_one_of_the_callers_own_origin() {
    let service = Service::new();
    let text = format!(
        "
version: 1
app: {{ id: dev.portcullis.test, frontend: . }}
windows: {{ main: {{}} }}
origins: {{ tenants: \"https://{{tenant}}.ops.example.com\" }}
backends: {{ ops: {{ http: {{ base: \"http://{}\", query: {{ t: \"{{origin:tenant}}\" }} }} }} }}
commands:
  incidents: {{ run: {{ use: ops, get: \"/t/{{origin:tenant}}/incidents\" }} }}
  whoami: {{ run: {{ value: \"{{origin:tenant}}\" }} }}
permissions:
  tenants: {{ windows: [main], origins: [tenants], allow: [incidents, whoami] }}
",
        service.address
    );
    let gateway = Gateway::start(&text, Registry::new(), Mode::Development);
    let main = gateway.open("main");
    for tenant in ["acme", "xn--bcher-kva"] {
        let origin = format!("https://{tenant}.ops.example.com");
        let call = async |command| {
            json_of(gateway.call(&main, &Call::new(command).origin(Some(&origin))).await)
        };
        assert_eq!(call("whoami").await, tenant);
        let line = format!("GET /t/{tenant}/incidents?t={tenant} HTTP/1.1");
        assert_eq!(call("incidents").await["line"], line);
    }
    let app = gateway.call(&main, &Call::new("incidents")).await;
    assert_eq!(app.code(), "not_allowed");
    assert_eq!(service.seen.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_service_is_asked_alike_over_every_lane() {
    let service = Service::new();
    let rest = format!(
        "
backends: {{ ops: {{ http: {{ base: \"http://{}\" }} }} }}
commands:
  list: {{ args: {{ q: {{}} }}, run: {{ use: ops, get: /list, query: {{ q: \"{{q}}\" }} }} }}
  add: {{ args: {{ title: {{}} }}, run: {{ use: ops, post: /add, body: {{ title: \"{{title}}\" }} }} }}
  bytes: {{ run: {{ use: ops, get: /bytes, output: raw }} }}
  lost: {{ run: {{ use: ops, get: /missing }} }}
  away: {{ run: {{ use: ops, get: /away }} }}
  gone: {{ run: {{ http: {{ base: \"http://127.0.0.1:1\", post: / }} }} }}
permissions: {{ main: {{ windows: [main], allow: [\"*\"] }} }}
",
        service.address
    );
    let gateway = Gateway::new(&rest, Registry::new());
    let main = gateway.open("main");
    for lane in Lane::ALL {
        let call = async |command: &str, arguments: Value| {
            gateway.call_over(lane, &main, &Call::new(command).json(&arguments)).await
        };
        let list = json_of(call("list", json!({"q": "ä"})).await);
        assert_eq!(list, json!({"line": "GET /list?q=%C3%A4 HTTP/1.1", "body": ""}));
        let add = json_of(call("add", json!({"title": {"a": 1.5}})).await);
        assert_eq!(add["body"], r#"{"title":{"a":1.5}}"#);
        let Settled::Raw(bytes) = call("bytes", json!({})).await else { panic!("{lane:?}") };
        assert!(bytes.starts_with(b"{\"line\":\"GET /bytes "), "{lane:?}");
        for (command, code) in [
            ("lost", "upstream_status"),
            ("away", "upstream_redirected"),
            ("gone", "upstream_failed"),
        ] {
            assert_eq!(call(command, json!({})).await.code(), code, "{lane:?}");
        }
    }
}

#[tokio::test]
async fn a_secret_reaches_the_service_and_nobody_else() {
    let service = Service::new();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "hunter2\n").unwrap();
    let rest = format!(
        "
secrets: {{ ops: {{ file: \"{}\" }} }}
backends: {{ ops: {{ http: {{ base: \"http://{}\", headers: {{ Authorization: \"Bearer {{secret:ops}}\" }} }} }} }}
commands:
  list: {{ args: {{ q: {{ optional: true }} }}, run: {{ use: ops, get: /list, query: {{ q: \"{{q}}\" }} }} }}
  missing: {{ run: {{ use: ops, get: /missing, status: {{ 404: {{ error: no_such_thing }} }} }} }}
  lost: {{ run: {{ use: ops, get: /missing }} }}
  away: {{ run: {{ use: ops, get: /away }} }}
  add: {{ args: {{ title: {{}} }}, run: {{ use: ops, post: /add, body: {{ title: \"{{title}}\" }} }} }}
  program: {{ run: {{ process: {{ program: sh, args: [-c, 'printf %s \"$TOKEN\"'], env: [\"TOKEN={{secret:ops}}\"] }} }} }}
  leaks: {{ run: {{ process: {{ program: sh, args: [-c, 'echo \"bad token $TOKEN\" >&2; exit 1'], env: [\"TOKEN={{secret:ops}}\"] }} }} }}
permissions: {{ main: {{ windows: [main], allow: [\"*\"] }} }}
",
        file.display(),
        service.address
    );
    let gateway = Gateway::new(&rest, Registry::new());
    let main = gateway.open("main");
    let call = async |command: &str, arguments: Value| {
        json_of(gateway.call(&main, &Call::new(command).json(&arguments)).await)
    };
    assert_eq!(call("list", json!({"q": "a&b"})).await["line"], "GET /list?q=a%26b HTTP/1.1");
    assert_eq!(call("list", json!({})).await["line"], "GET /list HTTP/1.1");
    assert_eq!(call("add", json!({"title": [1]})).await["body"], r#"{"title":[1]}"#);
    let error = call("missing", json!({})).await;
    assert_eq!((&error["code"], &error["status"]), (&json!("no_such_thing"), &json!(404)));
    assert_eq!(call("lost", json!({})).await["code"], "upstream_status");
    assert_eq!(call("away", json!({})).await["code"], "upstream_redirected");
    for head in service.seen.lock().unwrap().iter() {
        assert!(head.contains("authorization: Bearer hunter2\r\n"), "{head}");
    }
    assert_eq!(call("program", json!({})).await, "hunter2");
    let leaked = call("leaks", json!({})).await;
    let message = "`sh` ended with exit code 1: bad token ••";
    assert_eq!(
        (&leaked["message"], &leaked["stderr"]),
        (&json!(message), &json!("bad token ••\n"))
    );
    let shown = format!("{gateway:?} {:?} {:?}", gateway.snapshot(), gateway.take_notes());
    assert!(shown.contains("secret") && !shown.contains("hunter2"));
    // Another token is read with the next edit, and an edit without one is kept out.
    std::fs::write(&file, "another").unwrap();
    gateway.accept(&format!("{rest}\n"));
    assert_eq!(call("program", json!({})).await, "another");
    std::fs::remove_file(&file).unwrap();
    let notice = serde_json::to_string(&gateway.edit(&format!("{rest}\n\n")).to_json()).unwrap();
    assert!(notice.contains("missing-secret") && notice.contains("does not exist"), "{notice}");
    assert_eq!(call("program", json!({})).await, "another");
}

#[tokio::test]
async fn a_command_whose_secret_is_not_there_says_so_and_others_run() {
    let gateway = Gateway::new(
        "
secrets: { ops: { env: PORTCULLIS_TEST_UNSET } }
commands:
  fine: { run: { value: 1 } }
  ask: { run: { http: { base: \"http://127.0.0.1:1\", headers: { a: \"{secret:ops}\" }, get: / } } }
  start: { run: { process: { program: sh, env: [\"A={secret:ops}\"] } } }
plugins: { side: { sidecar: { program: sh, env: [\"A={secret:ops}\"] }, commands: { call: {} } } }
permissions: { main: { windows: [main], allow: [\"*\", \"plugin:side|call\"] } }
",
        Registry::new(),
    );
    let main = gateway.open("main");
    for command in ["ask", "start", "plugin:side|call"] {
        let answer = gateway.call(&main, &Call::new(command)).await;
        assert_eq!(answer.code(), "missing_secret", "{command}");
    }
    assert!(gateway.call(&main, &Call::new("fine")).await.is_ok());
}

/// A service that sends one line, and each further one when it is told to; the end closes the connection.
fn talking() -> (SocketAddr, mpsc::Sender<&'static str>, mpsc::Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (say, words) = mpsc::channel::<&str>();
    let (gone, is_gone) = mpsc::channel();
    thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut head = String::new();
        while reader.read_line(&mut head).unwrap() > 2 {}
        let mut stream = stream;
        write!(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").unwrap();
        for word in words {
            write!(stream, "{:x}\r\n{word}\r\n", word.len()).unwrap();
            stream.flush().unwrap();
        }
        // Nothing comes any more, until the other side closes.
        let _ = reader.read(&mut [0]);
        let _ = gone.send(());
    });
    (address, say, is_gone)
}

fn following(address: SocketAddr) -> String {
    format!(
        "
commands:
  follow:
    args: {{ lines: {{ channel: {{ type: object }} }} }}
    run: {{ http: {{ base: \"http://{address}\", get: /logs, stream: {{ to: lines, framing: ndjson }} }} }}
permissions: {{ main: {{ windows: [main], allow: [follow] }} }}
"
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_goes_through_a_channel_while_it_comes_and_ends_with_its_document() {
    let (address, say, is_gone) = talking();
    let gateway = Gateway::new(&following(address), Registry::new());
    let main = gateway.open("main");
    let running = tokio::spawn({
        let (gateway, main) = (gateway.clone(), main.clone());
        let call = Call::new("follow").json(&json!({"lines": "__CHANNEL__:3"}));
        async move { gateway.call(&main, &call).await }
    });
    let mut seen = Vec::new();
    for (words, number) in [("{\"a\":1}\n{\"b\"", 1), (":2}\n", 2)] {
        say.send(words).unwrap();
        while seen.len() < number {
            seen.extend(main.page.take());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
    let json = |text: &str| InvokeResponse::Json(text.to_owned());
    let message = |index, text| PageCall::Message { channel: 3, index, payload: json(text) };
    assert_eq!(seen, [message(0, "{\"a\":1}"), message(1, "{\"b\":2}")]);
    main.session.end_document();
    assert_eq!(running.await.unwrap().code(), "cancelled");
    drop(say);
    assert_eq!(is_gone.recv_timeout(Duration::from_secs(60)), Ok(()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_is_not_what_the_stream_says_rejects_its_call() {
    let (address, say, _is_gone) = talking();
    say.send("{}\nno\n").unwrap();
    let gateway = Gateway::new(&following(address), Registry::new());
    let main = gateway.open("main");
    let call = Call::new("follow").json(&json!({"lines": "__CHANNEL__:3"}));
    assert_eq!(gateway.call(&main, &call).await.code(), "invalid_output");
    let calls = main.page.take();
    assert!(matches!(calls[..], [PageCall::Message { .. }, PageCall::End { index: 1, .. }]));
}
