//! What runs behind the gateway: this program once more, as a program for one call, a sidecar or an HTTP service. Each
//! counts a call before it does anything else with it.

use crate::fate::{Fate, plan};
use portcullis::serde_json::{self, Value};
use std::{
    collections::HashSet,
    fs::{File, OpenOptions},
    io::{BufRead as _, BufReader, Read as _, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    thread::{self, sleep},
    time::Duration,
};

/// Longer than any patience.
const FOR_EVER: Duration = Duration::from_secs(100_000);
const LATE: Duration = Duration::from_millis(50);
/// Longer than an answer may be.
const LARGE: usize = 300 * 1024;

/// Where the calls of a backend are counted, a line each. Lines of several writers do not mix.
#[derive(Debug)]
pub(crate) struct Ledger(File);

impl Ledger {
    pub(crate) fn open(folder: &Path, backend: &str) -> Self {
        let file = folder.join(backend);
        Self(OpenOptions::new().append(true).create(true).open(file).unwrap())
    }

    pub(crate) fn count(&mut self, n: usize) {
        self.0.write_all(format!("{n}\n").as_bytes()).unwrap();
    }
}

/// A program for one call.
pub(crate) fn program(folder: &Path, n: usize) -> i32 {
    Ledger::open(folder, "program").count(n);
    let (mut out, fill) = (std::io::stdout(), "x".repeat(LARGE));
    match plan(n).fate {
        Fate::Fails => return 3,
        Fate::Dies => std::process::abort(),
        Fate::Large => out.write_all(fill.as_bytes()).unwrap_or_default(),
        Fate::Chatty => eprint!("{fill}"),
        Fate::Silent => sleep(FOR_EVER),
        Fate::Garbage => out.write_all(b"{").unwrap(),
        // It inherits the pipes, and says whose it is.
        Fate::Litters => {
            drop(Command::new("sleep").arg("1000").env("SOAK", folder).spawn().unwrap());
        }
        _ => {}
    }
    out.write_all(n.to_string().as_bytes()).unwrap_or_default();
    0
}

/// A program for many calls, over JSON-RPC.
pub(crate) fn sidecar(folder: &Path) -> i32 {
    std::fs::write(folder.join("pid"), std::process::id().to_string()).unwrap();
    let mut ledger = Ledger::open(folder, "sidecar");
    for line in std::io::stdin().lines() {
        let request: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let Some(n) = request["params"]["n"].as_u64() else { continue };
        let (id, n) = (&request["id"], usize::try_from(n).unwrap());
        ledger.count(n);
        let answer = format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":{n}}}\n");
        let goes_on = match plan(n).fate {
            Fate::Fails => {
                say(&format!("{{\"id\":{id},\"error\":{{\"code\":-7,\"message\":\"no\"}}}}\n"))
            }
            Fate::Dies => return 1,
            Fate::Half => {
                say(answer.get(..9).unwrap());
                return 1;
            }
            Fate::Garbage => say("garbage\n"),
            Fate::Silent => true,
            Fate::Large => say(&format!("{{\"id\":{id},\"result\":\"{}\"}}\n", "x".repeat(LARGE))),
            Fate::Twice => say(&answer) && say(&answer),
            Fate::Late => {
                thread::spawn(move || {
                    sleep(LATE);
                    say(&answer)
                });
                true
            }
            Fate::Deaf => {
                sleep(LATE);
                say(&answer)
            }
            Fate::Chatty => {
                eprintln!("{}", "x".repeat(LARGE));
                (0..1000).all(|_| say("{\"jsonrpc\":\"2.0\",\"method\":\"progress\"}\n"))
                    && say(&answer)
            }
            _ => say(&answer),
        };
        if !goes_on {
            return 2;
        }
    }
    0
}

/// Writes whole messages; false when nobody reads them.
fn say(text: &str) -> bool {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_ok()
}

/// An HTTP service; its port is the line that it writes.
pub(crate) fn upstream(folder: &Path) -> i32 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("{}", listener.local_addr().unwrap().port());
    let seen = Arc::<Mutex<HashSet<usize>>>::default();
    for stream in listener.incoming() {
        let (seen, folder) = (Arc::clone(&seen), folder.to_owned());
        // A connection that breaks is one that was meant to.
        thread::spawn(move || serve(stream?, &seen, &folder));
    }
    0
}

fn serve(stream: TcpStream, seen: &Mutex<HashSet<usize>>, folder: &Path) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut ledgers = [Ledger::open(folder, "post"), Ledger::open(folder, "get")];
    let mut stream = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while stream.read_line(&mut head)? > 2 {}
        let Some(first) = head.lines().next() else { return Ok(()) };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        stream.read_exact(&mut body)?;
        let n: usize = first.split(['/', ' ']).find_map(|word| word.parse().ok()).unwrap();
        let is_get = first.starts_with("GET");
        let [posts, gets] = &mut ledgers;
        (if is_get { gets } else { posts }).count(n);
        let is_again = !seen.lock().unwrap().insert(n);
        let out = stream.get_mut();
        let mut answer = |status: &str, body: &str| {
            let length = body.len();
            write!(out, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{body}")
        };
        match plan(n).fate {
            Fate::Fails if !is_again => answer("503 Busy", "")?,
            Fate::Dies if !is_again => return Ok(()),
            Fate::Half if !is_again => {
                return write!(out, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1");
            }
            Fate::Garbage => answer("200 OK", "{")?,
            Fate::Large => answer("200 OK", &"1".repeat(LARGE))?,
            Fate::Away => answer("302 Found\r\nLocation: http://127.0.0.1:1/", "")?,
            Fate::Silent => return stream.read(&mut [0]).map(drop),
            Fate::Late => {
                sleep(LATE);
                answer("200 OK", &n.to_string())?;
            }
            _ => answer("200 OK", &n.to_string())?,
        }
    }
}

/// Starts one of them, apart from the gateway.
pub(crate) fn start(helper: &str, folder: &Path) -> std::process::Child {
    let program = std::env::current_exe().unwrap();
    Command::new(program).arg(helper).arg(folder).stdout(Stdio::piped()).spawn().unwrap()
}
