//! What the gateway adds to the work behind it: calls through the whole pipeline, and the same work without a gateway,
//! in turns.

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
    io::{AsyncBufReadExt as _, AsyncWriteExt as _},
    process::{Child, ChildStdin, ChildStdout, Command},
};

/// What the sidecar and the service answer.
const ANSWER: &str = r#"{"found":[{"note":"tea","line":3}]}"#;
const ARGUMENTS: &str = r#"{"text":"tea","limit":50}"#;
/// The word that makes this program the sidecar.
const SIDECAR: &str = "answer-lines";
/// Turns of each, of which the middle one counts.
const TURNS: usize = 21;
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
    vec![
        compare("process", 40, Work::Process, gateway("/process")).await,
        large_process(&lane).await,
        compare(
            "sidecar",
            1_000,
            Work::Pipe(Box::new(Pipe::start())),
            gateway("/plugin%3Aside%7Cask"),
        )
        .await,
        compare("http", 500, Work::Http(client(), address), gateway("/http")).await,
    ]
}

/// The same when the gateway holds memory as apps do. A program that is to end with its parent can only be started by a
/// fork, which copies the tables of all that memory.
async fn large_process(lane: &Arc<Lane>) -> f64 {
    let memory = std::hint::black_box(vec![1_u8; MEMORY]);
    let gateway = Work::Gateway(Arc::clone(lane), "/process");
    let ratio = compare("… 64 MiB", 40, Work::Process, gateway).await;
    drop(memory);
    ratio
}

/// Takes turns of so many calls, and prints what one call takes.
async fn compare(name: &str, calls: u32, mut bare: Work, mut gateway: Work) -> f64 {
    let mut turns = [Vec::new(), Vec::new()];
    // The first turn starts what is to be warm.
    for turn in 0..=TURNS {
        for (work, times) in [&mut bare, &mut gateway].into_iter().zip(&mut turns) {
            let started = Instant::now();
            for _ in 0..calls {
                work.once().await;
            }
            if turn > 0 {
                times.push(started.elapsed() / calls);
            }
        }
    }
    let [bare, gateway] = turns.map(|mut times| {
        times.sort_unstable();
        times.get(TURNS / 2).copied().unwrap_or_default()
    });
    let ratio = gateway.as_secs_f64() / bare.as_secs_f64();
    let added = gateway.saturating_sub(bare);
    println!("{name:10} {bare:>12.1?} {gateway:>12.1?} {added:>12.1?} {ratio:>7.2}");
    ratio
}

/// One kind of work.
enum Work {
    Process,
    Pipe(Box<Pipe>),
    Http(reqwest::Client, String),
    Gateway(Arc<Lane>, &'static str),
}

impl Work {
    async fn once(&mut self) {
        match self {
            Self::Process => {
                // By its path: only then the standard library starts it without a fork.
                let mut command = Command::new("/bin/true");
                let command = command.env_clear().current_dir("/").stdin(Stdio::null());
                let output = command.process_group(0).kill_on_drop(true).output().await;
                assert!(output.expect("the program runs").status.success());
            }
            Self::Pipe(pipe) => pipe.once().await,
            Self::Http(client, address) => {
                let response = client.get(address.as_str()).send().await.expect("a response");
                assert_eq!(response.bytes().await.expect("a body"), ANSWER);
            }
            Self::Gateway(lane, path) => lane.call(path).await,
        }
    }
}

/// The sidecar without a gateway: a line there, a line back.
struct Pipe {
    _program: Child,
    stdin: ChildStdin,
    stdout: tokio::io::BufReader<ChildStdout>,
    line: String,
}

impl Pipe {
    fn start() -> Self {
        let program = env::current_exe().expect("this program");
        let mut command = Command::new(program);
        let command = command.arg(SIDECAR).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut program = command.kill_on_drop(true).spawn().expect("the sidecar");
        let stdin = program.stdin.take().expect("standard input");
        let stdout = tokio::io::BufReader::new(program.stdout.take().expect("standard output"));
        Self { _program: program, stdin, stdout, line: String::new() }
    }

    async fn once(&mut self) {
        let request = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ask","params":{ARGUMENTS}}}"#);
        self.stdin.write_all(format!("{request}\n").as_bytes()).await.expect("a request");
        self.line.clear();
        self.stdout.read_line(&mut self.line).await.expect("an answer");
        assert!(self.line.contains(ANSWER));
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
