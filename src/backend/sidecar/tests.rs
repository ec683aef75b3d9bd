//! Sidecars under a shell: what they answer, and each way in which they can fail those who ask.

mod channels;
mod faults;
mod health;
mod life;

use super::*;
use crate::{
    backend::tests::invocation,
    ipc::{EventSink, EventSource, EventTarget, InvokeBody, InvokeResponse},
    plan::{Framing, Restart, SecretText},
};
use serde_json::json;
use std::{future::Future, time::Duration};

/// What a test's sidecar begins with: `next` reads a request, `ok` and `say` write.
const PRELUDE: &str = r#"
next() { read -r line || exit "${1:-0}"; id=${line#*\"id\":}; id=${id%%[,\}]*}; }
say() { printf '%s\n' "$1"; }
ok() { say "{\"jsonrpc\":\"2.0\",\"id\":$id,\"result\":$1}"; }
"#;

/// Takes the event `indexed`, and refuses `saved`.
#[derive(Debug, Default)]
struct Pages(Mutex<Vec<String>>);

impl EventSink for Pages {
    fn publish(
        &self,
        source: EventSource<'_>,
        event: &str,
        _: &EventTarget,
        payload: &Value,
    ) -> Result<(), Rejection> {
        let code = match event {
            "indexed" => {
                self.0.lock().unwrap().push(format!("{source:?} {payload}"));
                return Ok(());
            }
            "saved" => RejectionCode::NotAllowed,
            _ => RejectionCode::UnknownEvent,
        };
        Err(Rejection::new(code, "no"))
    }
}

/// A sidecar that runs a script, and what it says.
struct Fixture {
    sidecars: Sidecars,
    plan: SidecarPlan,
    secrets: SecretStore,
    said: Arc<Mutex<Vec<String>>>,
    pages: Arc<Pages>,
    folder: tempfile::TempDir,
}

impl Fixture {
    fn new(script: &str) -> Self {
        let said = Arc::<Mutex<Vec<String>>>::default();
        let log = Arc::clone(&said);
        let folder = tempfile::tempdir().unwrap();
        let plan = SidecarPlan {
            name: "search".parse().unwrap(),
            program: "sh".to_owned(),
            args: vec!["-c".to_owned(), format!("{PRELUDE}{script}")],
            framing: Framing::Ndjson,
            restart: Restart::OnFailure,
            start: Start::OnDemand,
            health: None,
            env: vec!["PATH".to_owned()],
            set: Vec::new(),
            root: folder.path().to_owned(),
            cwd: folder.path().to_owned(),
        };
        let log = SidecarLog::new(move |name, text| {
            log.lock().unwrap().push(format!("{name}: {text}"));
        });
        let events = EventOutlet::default();
        let pages = Arc::<Pages>::default();
        events.connect(&(pages.clone() as Arc<dyn EventSink>));
        let sidecars = Sidecars::new(log, events);
        Self { sidecars, plan, secrets: SecretStore::default(), said, pages, folder }
    }

    fn with(mut self, change: impl FnOnce(&mut SidecarPlan)) -> Self {
        change(&mut self.plan);
        self
    }

    fn find(&self) -> Arc<Sidecar> {
        self.sidecars.find(&self.plan, &self.secrets, LIMIT).unwrap()
    }

    fn said(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }

    /// Lines that the script wrote into a file.
    fn noted(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.folder.path().join("noted")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}

const LIMIT: usize = 10_000;

/// A failure guard, never a measurement: nothing that passes takes nearly as long.
const PATIENCE: Duration = Duration::from_secs(60);

async fn within_patience<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it hangs")
}

async fn until(is_so: impl Fn() -> bool) {
    within_patience(async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

/// A call, and what it came to in one line.
async fn call(sidecar: &Arc<Sidecar>, method: &str, arguments: Value) -> String {
    let command = SidecarCall::new(Arc::clone(sidecar), method.to_owned(), LIMIT);
    match within_patience(command.call(invocation(InvokeBody::Json(arguments)))).await {
        Ok(InvokeResponse::Json(text)) => text,
        Ok(other) => panic!("{other:?}"),
        Err(rejection) => rejection.to_json("c", false).to_string(),
    }
}

#[tokio::test]
async fn a_request_is_a_line_and_its_result_passes_as_it_is() {
    let fixture = Fixture::new(r#"while next; do ok "{\"b\":1.00, \"line\":$line}"; done"#);
    let sidecar = fixture.find();
    let line = r#"{"jsonrpc":"2.0","id":1,"method":"query","params":{"text":"ä\n"}}"#;
    assert_eq!(
        call(&sidecar, "query", json!({"text": "ä\n"})).await,
        format!(r#"{{"b":1.00, "line":{line}}}"#)
    );
    let line = r#"{"jsonrpc":"2.0","id":2,"method":"a/b","params":{}}"#;
    assert_eq!(call(&sidecar, "a/b", Value::Null).await, format!(r#"{{"b":1.00, "line":{line}}}"#));
    let list = call(&sidecar, "a", json!([1])).await;
    assert!(list.contains("invalid_request"), "{list}");
}

#[tokio::test]
async fn answers_find_their_calls_in_any_order() {
    let script = "next; first=$id; next; ok 2; id=$first; ok 1; while next; do ok 3; done";
    let fixture = Fixture::new(script);
    let sidecar = fixture.find();
    let (one, two) =
        tokio::join!(call(&sidecar, "one", json!({})), call(&sidecar, "two", json!({})));
    assert_eq!((one.as_str(), two.as_str()), ("1", "2"));
}

#[tokio::test]
async fn messages_with_a_length_are_read_by_it() {
    let script = r#"
while read -r header; do
  length=${header#*: }; length=${length%?}; read -r blank; line=$(head -c "$length")
  id=${line#*\"id\":}; id=${id%%,*}
  answer="{\"jsonrpc\":\"2.0\",\"id\":$id,\"result\":$line}"
  printf 'Content-Length: %s\r\nContent-Type: x\r\n\r\n%s' ${#answer} "$answer"
done"#;
    let fixture = Fixture::new(script).with(|plan| plan.framing = Framing::ContentLength);
    let sidecar = fixture.find();
    for id in [1, 2] {
        let line = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"m","params":{{"a":"b\nc"}}}}"#);
        assert_eq!(call(&sidecar, "m", json!({"a": "b\nc"})).await, line);
    }
}

#[tokio::test]
async fn an_error_of_the_sidecar_is_the_commands_own() {
    let fixture = Fixture::new(
        r#"while next; do say "{\"id\":$id,\"error\":{\"code\":-7,\"message\":\"no index\",\"data\":[1]}}"; done"#,
    );
    let error = json!({"code": -7, "message": "no index", "data": [1]});
    assert_eq!(call(&fixture.find(), "m", json!({})).await, error.to_string());
}

#[tokio::test]
async fn what_nobody_asked_for_is_counted_and_calls_of_its_own_are_answered() {
    let script = r#"
next; for n in 1 2 3; do say '{"jsonrpc":"2.0","method":"progress","params":{}}'; done
say '{"jsonrpc":"2.0","id":"x","method":"window/close"}'; read -r answer; ok "$answer"
while next; do ok 0; done"#;
    let fixture = Fixture::new(script);
    let sidecar = fixture.find();
    let answer: Value = serde_json::from_str(&call(&sidecar, "m", json!({})).await).unwrap();
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!("x"), &json!(-32601)));
    assert_eq!((sidecar.ignored(), sidecar.notifications()), (4, 3));
    assert_eq!(fixture.said(), ["search: nobody takes its notifications `progress`"]);
}

#[tokio::test]
async fn notifications_are_events_and_one_that_is_refused_is_told_once() {
    let script = r#"
next; for n in 1 2; do say "{\"method\":\"indexed\",\"params\":$n}"; say '{"method":"saved"}'; done; ok 0
while next; do ok 0; done"#;
    let fixture = Fixture::new(script);
    let sidecar = fixture.find();
    assert_eq!(call(&sidecar, "m", json!({})).await, "0");
    let taken = fixture.pages.0.lock().unwrap().clone();
    assert_eq!(taken, [r#"Service("search") 1"#, r#"Service("search") 2"#]);
    assert_eq!((sidecar.ignored(), sidecar.notifications()), (2, 2));
    assert_eq!(fixture.said(), ["search: its event `saved` is not sent: not_allowed: no"]);
}

#[tokio::test]
async fn what_no_page_can_be_sent_is_told_and_a_name_stays_in_its_line() {
    let script = r#"
next; printf '%s\n' '{"method":"indexed","params":{"x":"\ud83d"}}' '{"method":"saved\nforged"}'; ok 0
while next; do ok 0; done"#;
    let fixture = Fixture::new(script);
    let sidecar = fixture.find();
    assert_eq!(call(&sidecar, "m", json!({})).await, "0");
    assert_eq!(fixture.pages.0.lock().unwrap().len(), 0);
    let said = fixture.said();
    assert!(
        said[0].starts_with("search: its event `indexed` is not sent: invalid_output: "),
        "{said:?}"
    );
    assert!(said[1].contains(r"`saved\nforged`"), "{said:?}");
    assert!(said.len() == 2 && !said.concat().contains('\n'), "{said:?}");
}

#[tokio::test]
async fn its_environment_is_what_the_plan_names_and_a_secret_in_it_is_not_logged() {
    let script =
        r#"next; echo "the token is $TOKEN" >&2; ok "\"$TOKEN $HOME\""; while next; do ok 0; done"#;
    let mut fixture = Fixture::new(script);
    let missing = "{secret:ops}".parse().unwrap();
    fixture.plan.set.push(("TOKEN".to_owned(), missing));
    let refused = fixture.sidecars.find(&fixture.plan, &fixture.secrets, LIMIT).unwrap_err();
    assert_eq!(refused.code(), Some(RejectionCode::MissingSecret));
    let secret = ("ops".parse().unwrap(), SecretText::new("hunter2"));
    fixture.secrets = [secret].into_iter().collect();
    let sidecar = fixture.find();
    assert_eq!(call(&sidecar, "m", json!({})).await, r#""hunter2 ""#);
    assert!(!format!("{sidecar:?} {:?}", fixture.sidecars).contains("hunter2"));
    until(|| !fixture.said().is_empty()).await;
    assert_eq!(fixture.said(), ["search: the token is ••"]);
}
