//! `tests/conversations`: each file is a script of calls, which every lane that exists here answers alike.

use crate::support::gateway::{APP, Call, Gateway, Lane, Settled};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use portcullis::{
    Registry,
    channel::PageCall,
    gateway::Mode,
    ipc::InvokeResponse,
    serde_json::{self, Value, json},
};
use serde::Deserialize;
use std::{collections::BTreeMap, fs, path::Path};

/// One file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Conversation {
    /// What it shows.
    name: String,
    manifest: String,
    #[serde(default)]
    production: bool,
    steps: Vec<Step>,
}

/// One call, and what it comes to. Without `json`, `text` and `base64` it has no body.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    command: String,
    #[serde(default = "main_webview")]
    webview: String,
    /// The document's origin; `null` for none.
    #[serde(default = "app_origin")]
    origin: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    content_type: Option<String>,
    json: Option<Value>,
    text: Option<String>,
    base64: Option<String>,
    /// The key that is sent, in place of the webview's own.
    key: Option<String>,
    expect: Expect,
    /// What goes over channels meanwhile, as `CHANNEL.INDEX JSON`, with bytes as `base64:…`, and `end` for the end.
    #[serde(default)]
    messages: Vec<String>,
}

/// What the page's promise comes to.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Expect {
    /// It resolves with this value.
    Json(Value),
    /// It resolves with these bytes.
    Base64(String),
    /// The gateway rejects it with this code.
    Code(String),
    /// The gateway rejects it with exactly this object.
    Rejection(Value),
    /// The command rejects it with this value.
    Error(Value),
    /// The key was wrong: nothing is said.
    Silence(bool),
}

fn main_webview() -> String {
    "main".to_owned()
}

#[expect(clippy::unnecessary_wraps, reason = "the field's default")]
fn app_origin() -> Option<String> {
    Some(APP.to_owned())
}

impl Step {
    fn call(&self) -> Call {
        let mut call = Call::new(&self.command).origin(self.origin.as_deref());
        for (name, value) in &self.headers {
            call = call.header(name, value);
        }
        if let Some(key) = &self.key {
            call = call.key(key);
        }
        let (kind, body) = match (&self.json, &self.text, &self.base64) {
            (None, None, None) => ("application/json", Vec::new()),
            (Some(value), None, None) => ("application/json", value.to_string().into_bytes()),
            (None, Some(text), None) => ("application/json", text.clone().into_bytes()),
            (None, None, Some(bytes)) => {
                ("application/octet-stream", STANDARD.decode(bytes).unwrap())
            }
            _ => panic!("a step has one body: {self:?}"),
        };
        call.body(self.content_type.as_deref().unwrap_or(kind), &body)
    }

    fn is_as_expected(&self, answer: &Settled) -> bool {
        match (&self.expect, answer) {
            (Expect::Json(expected), Settled::Json(value)) => expected == value,
            (Expect::Base64(expected), Settled::Raw(bytes)) => *expected == STANDARD.encode(bytes),
            (Expect::Code(expected), Settled::Rejected(object)) => {
                object["code"] == **expected && object["command"].is_string()
            }
            (Expect::Rejection(expected) | Expect::Error(expected), Settled::Rejected(value)) => {
                expected == value
            }
            (Expect::Silence(true), Settled::Silence) => true,
            _ => false,
        }
    }
}

fn read(file: &Path) -> Conversation {
    // JSON is YAML too.
    let value: Value = serde_yaml::from_str(&fs::read_to_string(file).unwrap())
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    serde_json::from_value(value).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The stock functions, `who`, which says who calls and with which headers, and `fail`, which gives its arguments as
/// its error.
fn registry() -> Registry {
    Registry::standard()
        .invocation("who", |invocation| async move {
            InvokeResponse::json(&json!({
                "command": invocation.command,
                "caller": invocation.caller.to_string(),
                "headers": invocation.headers.into_iter().collect::<BTreeMap<_, _>>(),
            }))
        })
        .function("fail", |arguments: Value| Err::<(), _>(arguments))
}

/// Runs a script over one lane, each in a gateway of its own.
async fn run(conversation: &Conversation, lane: Lane) -> Vec<(Settled, Vec<String>)> {
    let mode = if conversation.production { Mode::Production } else { Mode::Development };
    let gateway = Gateway::start(&conversation.manifest, registry(), mode);
    let webviews: BTreeMap<_, _> = conversation
        .steps
        .iter()
        .map(|step| step.webview.clone())
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .map(|label| (label.clone(), gateway.open(&label)))
        .collect();
    let mut answers = Vec::new();
    for step in &conversation.steps {
        let webview = &webviews[&step.webview];
        let answer = gateway.call_over(lane, webview, &step.call()).await;
        answers.push((answer, webview.page.take().iter().map(message).collect()));
    }
    answers
}

fn message(call: &PageCall) -> String {
    match call {
        PageCall::Message { channel, index, payload: InvokeResponse::Json(text) } => {
            format!("{channel}.{index} {text}")
        }
        PageCall::Message { channel, index, payload: InvokeResponse::Raw(bytes) } => {
            format!("{channel}.{index} base64:{}", STANDARD.encode(bytes))
        }
        PageCall::Fetch { channel, index, .. } => format!("{channel}.{index} waits"),
        PageCall::End { channel, index } => format!("{channel}.{index} end"),
        PageCall::Events(events) => format!("{events:?}"),
    }
}

#[tokio::test]
async fn every_lane_answers_alike() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/conversations");
    let mut files: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    let mut names = std::collections::BTreeSet::new();
    for file in &files {
        let kind = file.extension().and_then(|kind| kind.to_str());
        assert!(matches!(kind, Some("yaml" | "json")), "{}: no conversation", file.display());
        let conversation = read(file);
        assert!(!conversation.steps.is_empty(), "{}: no steps", file.display());
        assert!(names.insert(conversation.name.clone()), "{}: the name is taken", file.display());
        let answers = run(&conversation, Lane::Protocol).await;
        for lane in Lane::ALL {
            assert_eq!(run(&conversation, lane).await, answers, "{}: {lane:?}", file.display());
        }
        for (number, (step, (answer, messages))) in
            conversation.steps.iter().zip(&answers).enumerate()
        {
            assert!(
                step.is_as_expected(answer),
                "{}, step {} (`{}`):\nexpected {:?}\n     got {answer:?}",
                file.display(),
                number + 1,
                step.command,
                step.expect
            );
            assert_eq!(*messages, step.messages, "{}, step {}", file.display(), number + 1);
        }
    }
}
