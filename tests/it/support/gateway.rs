//! A gateway without windows: a manifest given as text, webviews that record, and calls over every lane that exists
//! here. What each answer of a lane must look like is asserted here, so that every test of a call checks it too.

use super::page::Recorder;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use portcullis::{
    Registry,
    app::{Editor, Notice, Services, build, connect},
    channel::Outbox,
    gateway::{
        Audit, Counts, InvokeKey, Loss, Mode, Outcome, Pipeline, Record, Session, Sessions,
        Snapshot,
    },
    policy::PolicyStore,
    reload::{Change, Content, Disk, FileSnapshot, Files, LoadOptions, Watch, load_from},
    serde_json::{self, Value, json},
    transport::{Body, Message, answer_message, answer_request},
};
use std::{
    path::Path,
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, channel},
    },
};

/// The origin of the app's own pages.
pub(crate) const APP: &str = "app://localhost";

/// The start of a manifest with two windows; commands and permissions follow.
const HEAD: &str = "\
version: 1
app: { id: dev.portcullis.test, frontend: . }
windows: { main: {}, other: {} }
origins: { docs: \"https://docs.example.com\" }
";

/// A manifest with two windows, and what else is given.
pub(crate) fn manifest(rest: &str) -> String {
    format!("{HEAD}{rest}")
}

/// A running gateway.
#[derive(Debug, Clone)]
pub(crate) struct Gateway {
    pub(crate) pipeline: Arc<Pipeline>,
    pub(crate) sessions: Arc<Sessions>,
    editor: Arc<Editor>,
    notes: Notes,
}

impl Gateway {
    /// In development, with the given functions; `rest` follows the head of the manifest.
    pub(crate) fn new(rest: &str, registry: Registry) -> Self {
        Self::start(&manifest(rest), registry, Mode::Development)
    }

    pub(crate) fn start(text: &str, registry: Registry, mode: Mode) -> Self {
        let path = Path::new("gateway.yaml");
        let files = FileSnapshot::of(path, Ok(text.as_bytes().to_vec()));
        Self::load(path, &LoadOptions::default(), &files, registry, mode).0
    }

    /// A gateway whose manifest lies in a folder and is watched, and what it tells of edits.
    pub(crate) fn watched(path: &Path, options: LoadOptions) -> (Self, Watch, Receiver<Notice>) {
        let mode = Mode::Development;
        let (gateway, snapshot) = Self::load(path, &options, &Disk, Registry::standard(), mode);
        let (told, notices) = channel();
        let editor = Arc::clone(&gateway.editor);
        let on_change = move |change| match change {
            Change::Content(snapshot) => told.send(editor.apply(&snapshot)).unwrap_or_default(),
            Change::Mode(mode) => panic!("the mode became {mode:?}"),
        };
        let watch = Watch::start(path, options, snapshot, on_change).unwrap();
        (gateway, watch, notices)
    }

    fn load(
        path: &Path,
        options: &LoadOptions,
        files: &dyn Files,
        registry: Registry,
        mode: Mode,
    ) -> (Self, FileSnapshot) {
        let mut loaded = load_from(path, options, files);
        let checked = loaded.manifest.take();
        let checked = checked.unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics));
        let services = Arc::<Services>::default();
        let store = PolicyStore::new(|generation| {
            build(&checked, &loaded.sources, &registry, &services, generation)
        });
        let notes = Notes::default();
        let pipeline = Arc::new(Pipeline::new(store, mode, Box::new(notes.clone())));
        connect(&pipeline, &registry, &services);
        let sessions = Arc::<Sessions>::default();
        let editor = Editor {
            path: path.to_owned(),
            options: options.clone(),
            registry,
            services,
            pipeline: Arc::clone(&pipeline),
            sessions: Arc::clone(&sessions),
            app: checked.app.clone(),
            windows: checked.windows.clone(),
        };
        (Self { pipeline, sessions, editor: Arc::new(editor), notes }, loaded.snapshot)
    }

    /// What is in force.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.pipeline.store().snapshot()
    }

    pub(crate) fn generation(&self) -> u64 {
        self.snapshot().policy.generation
    }

    pub(crate) fn counts(&self) -> Counts {
        self.pipeline.counts()
    }

    /// What the audit was told, and is not told again.
    pub(crate) fn take_notes(&self) -> Vec<Note> {
        std::mem::take(&mut *self.notes.calls.lock().unwrap())
    }

    /// What the audit was told of channels that drop messages, and is not told again.
    pub(crate) fn take_losses(&self) -> Vec<String> {
        std::mem::take(&mut *self.notes.losses.lock().unwrap())
    }

    /// Opens a window with one webview.
    pub(crate) fn open(&self, label: &str) -> Webview {
        let page = Arc::<Recorder>::default();
        let channels = self.snapshot().policy.channels;
        let outbox = Outbox::new(page.clone(), channels.json_threshold, channels.raw_threshold);
        let (window, webview) = (label.parse().unwrap(), label.parse().unwrap());
        let key = InvokeKey::generate().unwrap();
        let session = Arc::new(Session::new(window, webview, key, Arc::new(outbox)));
        self.sessions.insert(Arc::clone(&session));
        Webview { session, page }
    }

    /// An edit of the manifest; `rest` follows the same head.
    pub(crate) fn edit(&self, rest: &str) -> Notice {
        self.apply(Ok(manifest(rest).into_bytes()))
    }

    pub(crate) fn apply(&self, content: Content) -> Notice {
        self.editor.apply(&FileSnapshot::of(&self.editor.path, content))
    }

    /// An edit that must be accepted.
    pub(crate) fn accept(&self, rest: &str) -> u64 {
        match self.edit(rest) {
            Notice::EditAccepted { generation, .. } => generation,
            other => panic!("{other:?}"),
        }
    }

    /// One call over the protocol lane.
    pub(crate) async fn call(&self, from: &Webview, call: &Call) -> Settled {
        self.call_over(Lane::Protocol, from, call).await
    }

    pub(crate) async fn call_over(&self, lane: Lane, from: &Webview, call: &Call) -> Settled {
        match lane {
            Lane::Protocol => self.send(from, call.request(from)).await,
            Lane::Message => {
                let page = call.origin.as_ref().map(|origin| format!("{origin}/index.html"));
                let page = page.as_deref().unwrap_or("about:blank");
                self.post(from, page, &call.message(from).to_string()).await
            }
        }
    }

    /// One request over the protocol lane, as it is.
    pub(crate) async fn send(&self, from: &Webview, request: Request<Vec<u8>>) -> Settled {
        settled(answer_request(&self.pipeline, Some(&from.session), request).await)
    }

    /// One text over the message lane, as it is, from the document at the address `page`.
    pub(crate) async fn post(&self, from: &Webview, page: &str, text: &str) -> Settled {
        let message = Message::parse(text).expect("the bridge's own form");
        let script = answer_message(&self.pipeline, &from.session, page, message).await;
        script.map_or(Settled::Silence, |script| settled_by(&script))
    }
}

/// A webview and what its page was told.
#[derive(Debug, Clone)]
pub(crate) struct Webview {
    pub(crate) session: Arc<Session>,
    pub(crate) page: Arc<Recorder>,
}

impl Webview {
    pub(crate) fn key(&self) -> &str {
        self.session.key().expose()
    }
}

/// One record of the audit, kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) command: String,
    pub(crate) caller: String,
    pub(crate) generation: Option<u64>,
    pub(crate) outcome: Outcome,
    pub(crate) bytes: usize,
    pub(crate) debug: String,
}

#[derive(Debug, Clone, Default)]
struct Notes {
    calls: Arc<Mutex<Vec<Note>>>,
    losses: Arc<Mutex<Vec<String>>>,
}

impl Audit for Notes {
    fn record(&self, record: &Record<'_>) {
        self.calls.lock().unwrap().push(Note {
            command: record.command.to_owned(),
            caller: record.caller.to_string(),
            generation: record.generation,
            outcome: record.outcome,
            bytes: record.bytes,
            debug: format!("{record:?}"),
        });
    }

    fn dropping(&self, loss: &Loss<'_>) {
        let Loss { command, caller, argument } = loss;
        self.losses.lock().unwrap().push(format!("{command} {argument} {caller}"));
    }
}

/// The ways from a page to the pipeline that need no window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lane {
    Protocol,
    Message,
}

impl Lane {
    pub(crate) const ALL: [Self; 2] = [Self::Protocol, Self::Message];
}

/// One call, whatever lane it takes. Without more it has no body and comes from the app's own page.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    command: String,
    origin: Option<String>,
    headers: Vec<(String, String)>,
    content_type: String,
    body: Vec<u8>,
    key: Option<String>,
}

impl Call {
    pub(crate) fn new(command: &str) -> Self {
        Self {
            command: command.to_owned(),
            origin: Some(APP.to_owned()),
            headers: Vec::new(),
            content_type: "application/json".to_owned(),
            body: Vec::new(),
            key: None,
        }
    }

    pub(crate) fn json(self, arguments: &Value) -> Self {
        self.body("application/json", arguments.to_string().as_bytes())
    }

    pub(crate) fn raw(self, bytes: &[u8]) -> Self {
        self.body("application/octet-stream", bytes)
    }

    pub(crate) fn body(mut self, content_type: &str, bytes: &[u8]) -> Self {
        (self.content_type, self.body) = (content_type.to_owned(), bytes.to_owned());
        self
    }

    pub(crate) fn origin(mut self, origin: Option<&str>) -> Self {
        self.origin = origin.map(str::to_owned);
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn key(mut self, key: &str) -> Self {
        self.key = Some(key.to_owned());
        self
    }

    /// The call as the protocol lane gets it.
    pub(crate) fn request(&self, from: &Webview) -> Request<Vec<u8>> {
        let command = utf8_percent_encode(&self.command, NON_ALPHANUMERIC);
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(format!("ipc://localhost/{command}"))
            .header("Content-Type", &self.content_type)
            .header("Tauri-Callback", "1")
            .header("Tauri-Error", "2")
            .header("Tauri-Invoke-Key", self.key.as_deref().unwrap_or(from.key()));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(origin) = &self.origin {
            request = request.header("Origin", origin);
        }
        request.body(self.body.clone()).unwrap()
    }

    /// The call as the bridge posts it.
    pub(crate) fn message(&self, from: &Webview) -> Value {
        let is_raw = self.content_type.to_ascii_lowercase().starts_with("application/octet-stream");
        let body = if is_raw {
            STANDARD.encode(&self.body)
        } else {
            String::from_utf8(self.body.clone()).unwrap()
        };
        json!({
            "command": self.command,
            "callback": 1,
            "error": 2,
            "key": self.key.as_deref().unwrap_or(from.key()),
            "headers": self.headers.iter().cloned().collect::<std::collections::BTreeMap<_, _>>(),
            "contentType": self.content_type,
            "body": body,
        })
    }
}

/// What the page's promise comes to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Settled {
    Json(Value),
    Raw(Vec<u8>),
    Rejected(Value),
    /// Nothing was said.
    Silence,
    /// Another status than a call has: an unknown webview, or a method that is no call.
    Status(StatusCode),
}

impl Settled {
    /// The code of a rejection.
    pub(crate) fn code(&self) -> &str {
        self.rejection()["code"].as_str().unwrap_or_else(|| panic!("{self:?}"))
    }

    /// The rejection's object.
    pub(crate) fn rejection(&self) -> &Value {
        match self {
            Self::Rejected(value) => value,
            other => panic!("not rejected: {other:?}"),
        }
    }

    pub(crate) fn is_ok(&self) -> bool {
        matches!(self, Self::Json(_) | Self::Raw(_))
    }
}

/// Reads a response of the protocol lane; what the design's table says of every response is asserted.
pub(crate) fn settled(response: Response<Body>) -> Settled {
    let (parts, body) = response.into_parts();
    let text = |name: &str| parts.headers.get(name).map(|value| value.to_str().unwrap());
    let has_cors = parts.headers.contains_key("access-control-allow-origin");
    if parts.status == StatusCode::FORBIDDEN {
        assert!(!says_anything(&parts.headers) && body.is_empty(), "{parts:?}");
        return Settled::Silence;
    }
    assert!(has_cors, "{parts:?}");
    assert_eq!(text("access-control-expose-headers"), Some("Tauri-Response"));
    let (outcome, kind) = (text("tauri-response"), text("content-type"));
    match (parts.status, outcome, kind) {
        (StatusCode::OK, Some("ok"), Some("application/json")) => {
            Settled::Json(serde_json::from_slice(&body).unwrap())
        }
        (StatusCode::OK, Some("ok"), Some("application/octet-stream")) => {
            Settled::Raw(body.into_owned())
        }
        (StatusCode::BAD_REQUEST, Some("error"), Some("application/json")) => {
            Settled::Rejected(serde_json::from_slice(&body).unwrap())
        }
        (status, None, _) => Settled::Status(status),
        _ => panic!("{parts:?}"),
    }
}

/// Whether a response has a header that a page, or the engine on its behalf, could act on.
fn says_anything(headers: &HeaderMap) -> bool {
    headers.keys().any(|name| {
        name.as_str().starts_with("access-control") || name.as_str().starts_with("tauri")
    })
}

/// Reads the script that settles a call of the message lane.
fn settled_by(script: &str) -> Settled {
    let inner = script.strip_prefix("globalThis.__TAURI_INTERNALS__?.runCallback(");
    let inner = inner.and_then(|rest| rest.strip_suffix("\");")).expect(script);
    let (id, rest) = inner.split_once(',').expect(script);
    let (payload, kind) = rest.rsplit_once(",\"").expect(script);
    let mut payload: Value = serde_json::from_str(payload).expect(script);
    if kind == "json" {
        // The bridge parses it once more.
        payload = serde_json::from_str(payload.as_str().expect(script)).expect(script);
    }
    match (id, kind) {
        ("1", "json") => Settled::Json(payload),
        ("1", "bytes") => Settled::Raw(STANDARD.decode(payload.as_str().unwrap()).unwrap()),
        ("2", "json") => Settled::Rejected(payload),
        _ => panic!("{script}"),
    }
}
