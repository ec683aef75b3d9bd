//! The gateway's side: a manifest over all backends, calls through the whole pipeline, and what is killed or left.

use crate::{fate::Plan, helpers::Ledger};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use portcullis::{
    Registry,
    app::{Services, build},
    channel::{Outbox, Page, PageCall},
    gateway::{Answer, InvokeKey, Mode, NoAudit, Pipeline, RequestHead, Session},
    ipc::{InvokeResponse, Room, SinkError},
    pattern::Origin,
    policy::PolicyStore,
    reload::load_content,
    serde_json::{Value, json},
};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::Child,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// More than a pipe holds.
const PADDING: usize = 128 * 1024;

fn manifest(folder: &Path, service: &str) -> String {
    let program = std::env::current_exe().unwrap();
    let (program, folder) = (program.display(), folder.display());
    let run = |helper| format!("program: \"{program}\", args: [{helper}, \"{folder}\"");
    let (once, many) = (run("soak-program"), run("soak-sidecar"));
    let soon = "limits: { timeout: 300ms }";
    let n = "args: { n: { type: integer } }";
    let once = format!("{n}, run: {{ process: {{ {once}, \"{{n}}\"], output: json }} }}");
    let post = format!("{n}, run: {{ use: upstream, post: \"/{{n}}\", body: {{}} }}");
    let get = format!("{n}, run: {{ use: upstream, get: \"/{{n}}\" }}");
    let ask = "args: { n: { type: integer }, padding: { type: string } }";
    format!(
        "version: 1
app: {{ id: dev.portcullis.soak, frontend: . }}
windows: {{ main: {{}} }}
limits: {{ rate: 4000000000/s, concurrency: 1000, payload: 256KiB, timeout: 100s }}
backends: {{ upstream: {{ http: {{ base: \"http://127.0.0.1:{service}\" }} }} }}
commands:
  value: {{ {n}, run: {{ value: \"{{n}}\" }} }}
  native: {{ {n}, run: {{ native: count }} }}
  program: {{ {once} }}
  program_silent: {{ {once}, {soon} }}
  post: {{ {post} }}
  post_silent: {{ {post}, {soon} }}
  get: {{ {get} }}
  get_silent: {{ {get}, {soon} }}
plugins:
  helper:
    sidecar: {{ {many}] }}
    commands: {{ ask: {{ {ask} }}, silent: {{ {ask}, run: {{ method: ask }}, {soon} }} }}
permissions: {{ main: {{ windows: [main], allow: [\"*\", \"plugin:helper|*\"] }} }}
"
    )
}

/// What stands between a page and the pipeline, without a window.
pub(crate) struct Lane {
    pipeline: Pipeline,
    session: Session,
}

impl Lane {
    pub(crate) fn new(folder: &Path, upstream: &mut Child) -> Self {
        let mut port = String::new();
        BufReader::new(upstream.stdout.take().unwrap()).read_line(&mut port).unwrap();
        let text = manifest(folder, port.trim());
        let loaded = load_content(Path::new("gateway.yaml"), Ok(text.into_bytes()));
        let checked = loaded.manifest.as_ref();
        let checked = checked.unwrap_or_else(|| panic!("{:#?}", loaded.diagnostics));
        let ledger = Mutex::new(Ledger::open(folder, "native"));
        let registry = Registry::new().function("count", move |arguments: Value| {
            let n = arguments["n"].as_u64().ok_or("no number")?;
            ledger.lock().unwrap().count(usize::try_from(n).unwrap());
            Ok::<_, &str>(n)
        });
        let services = Services::default();
        let store = PolicyStore::new(|generation| {
            build(checked, &loaded.sources, &registry, &services, generation)
        });
        let label = || "main".parse().unwrap();
        let outbox = Outbox::new(Arc::new(Nowhere), usize::MAX, usize::MAX);
        Self {
            pipeline: Pipeline::new(store, Mode::Production, Box::new(NoAudit)),
            session: Session::new(
                label(),
                label(),
                InvokeKey::generate().unwrap(),
                Arc::new(outbox),
            ),
        }
    }

    /// How the call ends: `ok` if it is answered with its number, else the code of its rejection.
    pub(crate) async fn call(&self, plan: Plan, n: usize) -> String {
        let padding = if plan.is_padded { "x".repeat(PADDING) } else { String::new() };
        let arguments = if plan.command().starts_with("plugin:") {
            json!({ "n": n, "padding": padding })
        } else {
            json!({ "n": n })
        };
        let path = utf8_percent_encode(plan.command(), NON_ALPHANUMERIC).to_string();
        let origin = Origin::app().to_string();
        let headers = [
            ("tauri-invoke-key", self.session.key().expose()),
            ("content-type", "application/json"),
            ("origin", origin.as_str()),
        ];
        let head = RequestHead::new(&path, headers);
        match self.pipeline.handle(&self.session, head, arguments.to_string().into_bytes()).await {
            Answer::Ok(InvokeResponse::Json(text)) if text == n.to_string() => "ok".to_owned(),
            Answer::Ok(other) => format!("another call's answer: {other:?}"),
            Answer::Rejected(error) => match &error["code"] {
                Value::String(code) => code.clone(),
                code => code.to_string(),
            },
            Answer::Silence => "silence".to_owned(),
        }
    }
}

#[derive(Debug)]
struct Nowhere;

impl Page for Nowhere {
    fn run(&self, _: PageCall, _: Room) -> Result<(), SinkError> {
        Err(SinkError::Closed)
    }
}

/// Kills the sidecar in the middle of whatever it does.
pub(crate) fn kill_sidecar(folder: &Path) {
    let Ok(pid) = fs::read_to_string(folder.join("pid")) else { return };
    // The number may be another process's by now.
    if belongs(Path::new("/proc").join(&pid).as_path(), folder)
        && let Some(pid) = pid.parse().ok().and_then(Pid::from_raw)
    {
        let _ = kill_process(pid, Signal::KILL);
    }
}

/// Whether a process was started by this run.
fn belongs(process: &Path, folder: &Path) -> bool {
    ["cmdline", "environ"].iter().any(|file| {
        let text = fs::read(process.join(file)).unwrap_or_default();
        String::from_utf8_lossy(&text).contains(folder.to_str().unwrap())
    })
}

/// How many processes of this run are still there when they had the time to end.
pub(crate) fn left_behind(folder: &Path, patience: Duration) -> usize {
    let started = Instant::now();
    loop {
        let processes = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
        let left = processes.filter(|process| belongs(process, folder)).count();
        if left == 0 || started.elapsed() > patience {
            return left;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
