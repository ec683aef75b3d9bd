//! What the gateway adds to the work behind it: calls through the whole pipeline beside the same work without a gateway.
//!
//! Both sides take turns call by call, in one task of one runtime, each first in every second pair. What counts is the
//! middle one of the ratios of all pairs: what else the machine does meets both calls of a pair, or spoils few pairs.
//! `--bench backends -- http` makes that comparison alone.
//!
//! The bare side does what anybody has to do who does it by hand, and nothing for show. Each call has a time limit, and an
//! answer is held to a size and read as JSON once, without building values of it:
//!
//! - a program is started by `posix_spawn` at the head of a process group, with an empty environment, and ends with the
//!   call; both outputs are collected up to a limit, its status is looked at, and its output becomes a JSON text;
//! - a sidecar gets a line over its pipe, straight from the task that waits for the next line and compares its id;
//! - a service is asked by a reqwest client with the settings of the gateway's own.
//!
//! The gateway's side is a call as a page makes it: key, decision, limits, arguments read from JSON and held against their
//! schemas, the command, and the record of its end.

#![allow(clippy::expect_used, reason = "a benchmark that cannot be set up has nothing to measure")]

use portcullis::{
    Registry,
    app::{Services, build},
    channel::{Outbox, Page, PageCall},
    gateway::{Answer, InvokeKey, Mode, NoAudit, Pipeline, RequestHead, Session},
    ipc::{InvokeResponse, Room, SinkError},
    pattern::Origin,
    policy::PolicyStore,
    reload::load_content,
};
use serde_json::value::RawValue;
use std::{
    env,
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    path::Path,
    process::Stdio,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    process::{Child, ChildStdin, ChildStdout, Command},
    time::timeout,
};

/// What the sidecar and the service answer.
const ANSWER: &str = r#"{"found":[{"note":"tea","line":3}]}"#;
const ARGUMENTS: &str = r#"{"text":"tea","limit":50}"#;
/// The word that makes this program the sidecar.
const SIDECAR: &str = "answer-lines";
/// An answer that is longer fails a call.
const MOST: usize = 1 << 20;
/// The time limit of a call.
const PATIENCE: Duration = Duration::from_secs(30);
/// Pairs of calls that are not counted: they start what is to be warm.
const WARM: usize = 20;
/// What an app holds, in bytes.
const MEMORY: usize = 64 << 20;
/// The most that a call may take of what its work takes alone.
const TARGET: f64 = 1.10;

fn main() {
    if env::args().nth(1).as_deref() == Some(SIDECAR) {
        return answer_lines();
    }
    // As in the app: a call is a task, and so is what it waits for.
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let rows = runtime.block_on(async { tokio::spawn(rows()).await.expect("all rows") });
    let missed = rows.iter().filter(|ratio| **ratio > TARGET).count();
    println!("target: at most {TARGET:.2}; missed by {missed} of {}", rows.len());
}

async fn rows() -> Vec<f64> {
    let port = serve();
    let lane = Arc::new(Lane::new(port));
    let gateway = |command| Work::Gateway(Arc::clone(&lane), command);
    let address = format!("http://127.0.0.1:{port}/found");
    println!("{:10} {:>12} {:>12} {:>12} {:>7}", "", "bare", "gateway", "added", "ratio");
    let wanted = env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let is_wanted = |name: &str| wanted.as_ref().is_none_or(|wanted| name == wanted);
    let mut ratios = Vec::new();
    if is_wanted("process") {
        ratios.push(compare("process", 500, Work::Process, gateway("/process")).await);
        ratios.push(large_process(&lane).await);
    }
    if is_wanted("sidecar") {
        let pipe = Work::Pipe(Box::new(Pipe::start()));
        ratios.push(compare("sidecar", 20_000, pipe, gateway("/plugin%3Aside%7Cask")).await);
    }
    if is_wanted("http") {
        let service = Work::Http(client(), address);
        ratios.push(compare("http", 5_000, service, gateway("/http")).await);
    }
    ratios
}

/// The same when the gateway holds memory as apps do, whose page tables a fork would copy.
async fn large_process(lane: &Arc<Lane>) -> f64 {
    let memory = std::hint::black_box(vec![1_u8; MEMORY]);
    let gateway = Work::Gateway(Arc::clone(lane), "/process");
    let ratio = compare("… 64 MiB", 500, Work::Process, gateway).await;
    drop(memory);
    ratio
}

/// Makes so many pairs of calls, and prints what one call takes.
async fn compare(name: &str, pairs: usize, mut bare: Work, mut gateway: Work) -> f64 {
    let (mut alone, mut through, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for pair in 0..WARM + pairs {
        let (one, other) = if pair % 2 == 0 {
            let one = bare.timed().await;
            (one, gateway.timed().await)
        } else {
            let other = gateway.timed().await;
            (bare.timed().await, other)
        };
        if pair >= WARM {
            alone.push(one);
            through.push(other);
            ratios.push(other / one);
        }
    }
    let [alone, through, ratio] = [alone, through, ratios].map(middle);
    let [bare, gateway] = [alone, through].map(Duration::from_secs_f64);
    let added = gateway.saturating_sub(bare);
    println!("{name:10} {bare:>12.1?} {gateway:>12.1?} {added:>12.1?} {ratio:>7.2}");
    ratio
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// One kind of work.
enum Work {
    Process,
    Pipe(Box<Pipe>),
    Http(reqwest::Client, String),
    Gateway(Arc<Lane>, &'static str),
}

impl Work {
    /// Seconds that one call takes.
    async fn timed(&mut self) -> f64 {
        // What the call before has left to do is not this one's.
        tokio::task::yield_now().await;
        let started = Instant::now();
        match self {
            Self::Gateway(lane, path) => lane.call(path).await,
            bare => timeout(PATIENCE, bare.once()).await.expect("in time"),
        }
        started.elapsed().as_secs_f64()
    }

    /// One call without a gateway.
    async fn once(&mut self) {
        match self {
            Self::Process => run_program().await,
            Self::Pipe(pipe) => pipe.once().await,
            Self::Http(client, address) => ask(client, address).await,
            Self::Gateway(..) => unreachable!("it is called through its lane"),
        }
    }
}

async fn run_program() {
    // By its path: only then the standard library starts it without a fork.
    let mut command = Command::new("/bin/true");
    let command = command.env_clear().current_dir("/").process_group(0).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = command.spawn().expect("the program");
    let stdout = program.stdout.take().expect("standard output");
    let stderr = program.stderr.take().expect("standard error");
    let (out, err, status) = tokio::join!(collect(stdout), collect(stderr), program.wait());
    assert!(status.expect("the program ends").success() && err.is_empty());
    let text = String::from_utf8(out).expect("text");
    assert_eq!(serde_json::to_string(&text).expect("JSON"), "\"\"");
}

async fn collect(pipe: impl AsyncRead + Unpin) -> Vec<u8> {
    let mut bytes = Vec::new();
    pipe.take(MOST as u64).read_to_end(&mut bytes).await.expect("an output");
    bytes
}

async fn ask(client: &reqwest::Client, address: &str) {
    let mut response = client.get(address).send().await.expect("a response");
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.expect("a body") {
        bytes.extend_from_slice(&chunk);
        assert!(bytes.len() <= MOST);
    }
    let answer: &RawValue = serde_json::from_slice(&bytes).expect("JSON");
    assert_eq!(answer.get(), ANSWER);
}

/// What a sidecar answers.
#[derive(serde::Deserialize)]
struct Reply<'a> {
    id: u64,
    #[serde(borrow)]
    result: &'a RawValue,
}

/// The sidecar without a gateway: a line there, a line back.
struct Pipe {
    _program: Child,
    stdin: ChildStdin,
    stdout: tokio::io::BufReader<ChildStdout>,
    line: String,
    last_id: u64,
}

impl Pipe {
    fn start() -> Self {
        let program = env::current_exe().expect("this program");
        let mut command = Command::new(program);
        let command = command.arg(SIDECAR).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut program = command.kill_on_drop(true).spawn().expect("the sidecar");
        let stdin = program.stdin.take().expect("standard input");
        let stdout = tokio::io::BufReader::new(program.stdout.take().expect("standard output"));
        Self { _program: program, stdin, stdout, line: String::new(), last_id: 0 }
    }

    async fn once(&mut self) {
        self.last_id += 1;
        let id = self.last_id;
        let request = format!(
            "{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"ask\",\"params\":{ARGUMENTS}}}\n"
        );
        self.stdin.write_all(request.as_bytes()).await.expect("a request");
        self.line.clear();
        let mut answer = (&mut self.stdout).take(MOST as u64);
        answer.read_line(&mut self.line).await.expect("an answer");
        let reply: Reply<'_> = serde_json::from_str(&self.line).expect("JSON");
        assert_eq!((reply.id, reply.result.get()), (id, ANSWER));
    }
}

/// A sidecar that takes no time of its own.
fn answer_lines() {
    let mut out = std::io::stdout();
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("a line");
        let id = line.split("\"id\":").nth(1).and_then(|rest| rest.split(',').next());
        let id = id.expect("a request with an id");
        let answer = format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":{ANSWER}}}\n");
        if out.write_all(answer.as_bytes()).and_then(|()| out.flush()).is_err() {
            return;
        }
    }
}

/// A service that takes no time of its own; its port.
fn serve() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || answer_requests(stream));
        }
    });
    port
}

fn answer_requests(stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{ANSWER}",
        ANSWER.len()
    );
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    loop {
        line.clear();
        match stream.read_line(&mut line)? {
            0 => return Ok(()),
            2 => stream.get_mut().write_all(answer.as_bytes())?,
            _ => {}
        }
    }
}

/// With the settings of the gateway's own clients.
fn client() -> reqwest::Client {
    // Only one can be the first; nothing here is encrypted.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .user_agent(concat!("portcullis/", env!("CARGO_PKG_VERSION")))
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .no_proxy()
        .connect_timeout(Duration::from_secs(10))
        .pool_idle_timeout(Duration::from_secs(60))
        .build()
        .expect("a client")
}

/// What stands between a page and the pipeline, without a window.
struct Lane {
    pipeline: Pipeline,
    session: Session,
}

impl Lane {
    fn new(port: u16) -> Self {
        let program = env::current_exe().expect("this program");
        let arguments = "args: { text: { type: string }, limit: { type: integer } }";
        let text = format!(
            "version: 1
app: {{ id: dev.example.bench, frontend: . }}
windows: {{ main: {{}} }}
limits: {{ rate: 4000000000/s }}
commands:
  process: {{ {arguments}, run: {{ process: {{ program: /bin/true, cwd: / }} }} }}
  http: {{ {arguments}, run: {{ http: {{ base: \"http://127.0.0.1:{port}\", get: /found }} }} }}
plugins:
  side: {{ sidecar: {{ program: \"{}\", args: [{SIDECAR}] }}, commands: {{ ask: {{ {arguments} }} }} }}
permissions: {{ all: {{ windows: [main], allow: [\"*\", \"plugin:side|*\"] }} }}
",
            program.display()
        );
        let loaded = load_content(Path::new("gateway.yaml"), Ok(text.into_bytes()));
        assert!(loaded.manifest.is_some(), "{:?}", loaded.diagnostics);
        let manifest = loaded.manifest.as_ref().expect("a manifest");
        let (registry, services) = (Registry::new(), Services::default());
        let store = PolicyStore::new(|generation| {
            build(manifest, &loaded.sources, &registry, &services, generation)
        });
        let label = || "main".parse().expect("a label");
        let key = InvokeKey::generate().expect("a key");
        let outbox = Outbox::new(Arc::new(Nowhere), usize::MAX, usize::MAX);
        Self {
            pipeline: Pipeline::new(store, Mode::Production, Box::new(NoAudit)),
            session: Session::new(label(), label(), key, Arc::new(outbox)),
        }
    }

    async fn call(&self, path: &str) {
        let origin = Origin::app().to_string();
        let headers = [
            ("tauri-invoke-key", self.session.key().expose()),
            ("content-type", "application/json"),
            ("origin", origin.as_str()),
        ];
        let head = RequestHead::new(path, headers);
        let answer = self.pipeline.handle(&self.session, head, ARGUMENTS.as_bytes().to_vec()).await;
        let Answer::Ok(InvokeResponse::Json(text)) = answer else {
            unreachable!("{path}: {answer:?}")
        };
        assert!(text == ANSWER || text == "\"\"", "{path}: {text}");
    }
}

#[derive(Debug)]
struct Nowhere;

impl Page for Nowhere {
    fn run(&self, _: PageCall, _: Room) -> Result<(), SinkError> {
        Err(SinkError::Closed)
    }
}
