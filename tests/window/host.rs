//! A running gateway with real windows, its manifest and its pages, as a test sees them.

use super::program::FLAG;
use portcullis::serde_json::{self, Value};
use std::{
    collections::VecDeque,
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

/// A guard against hanging, not a measure: nothing here takes nearly as long.
const PATIENCE: Duration = Duration::from_secs(60);

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder with a manifest and the pages that it shows.
pub(super) struct Site {
    folder: tempfile::TempDir,
}

impl Site {
    /// The page `tests/pages/<page>`, with the harness and the unmodified client beside it.
    pub(super) fn new(page: &str, manifest: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let site = Self { folder };
        let pages = repository().join("tests/pages");
        copy(&pages.join(page), &site.web());
        fs::copy(pages.join("harness.js"), site.web().join("harness.js")).expect("the harness");
        let api = repository().join("frontend/node_modules/@tauri-apps/api");
        assert!(api.is_dir(), "{} is missing: run ./dev test, which installs it", api.display());
        copy(&api, &site.web().join("api"));
        site.write(manifest);
        site
    }

    pub(super) fn web(&self) -> PathBuf {
        self.folder.path().join("web")
    }

    fn manifest(&self) -> PathBuf {
        self.folder.path().join("gateway.yaml")
    }

    /// Writes the manifest in place, as `echo >` does.
    pub(super) fn write(&self, text: &str) {
        fs::write(self.manifest(), text).expect("the manifest");
    }

    /// Writes beside it and renames over it, as most editors do.
    pub(super) fn replace(&self, text: &str) {
        let beside = self.folder.path().join(".gateway.yaml.new");
        fs::write(&beside, text).expect("a new manifest");
        fs::rename(&beside, self.manifest()).expect("a rename");
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").map(|entry| entry.expect("an entry")) {
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

/// A program with windows; it is killed when the test ends.
pub(super) struct Host {
    child: Child,
    lines: Receiver<(String, Value)>,
    seen: VecDeque<(String, Value)>,
    history: Vec<(String, Value)>,
}

impl Host {
    pub(super) fn start(site: &Site, env: &[(&str, &str)]) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("a path"));
        command.arg(FLAG).arg(site.manifest()).envs(env.iter().copied());
        Self::spawn(command, false)
    }

    /// The stock binary with the demo's manifest.
    pub(super) fn demo(picture: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
        command.current_dir(repository()).args([
            "--format",
            "json",
            "run",
            "-m",
            "config/gateway.yaml",
        ]);
        command.arg("--screenshot").arg(picture);
        Self::spawn(command, true)
    }

    fn spawn(mut command: Command, notices_on_stderr: bool) -> Self {
        let display =
            ["DISPLAY", "WAYLAND_DISPLAY"].iter().any(|name| std::env::var_os(name).is_some());
        assert!(display, "window tests need a display: run ./dev test, which brings one");
        // WebKit's own sandbox cannot be set up by root in a container.
        if fs::metadata("/proc/self")
            .is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
        {
            command.env("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1");
        }
        command.env("XDG_DATA_HOME", std::env::temp_dir().join("portcullis-tests"));
        command.stdout(Stdio::piped()).stdin(Stdio::null());
        if notices_on_stderr {
            command.stderr(Stdio::piped());
        }
        let mut child = command.spawn().expect("the program starts");
        let output: Box<dyn std::io::Read + Send> = if notices_on_stderr {
            Box::new(child.stderr.take().expect("a pipe"))
        } else {
            Box::new(child.stdout.take().expect("a pipe"))
        };
        let (send, lines) = channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let (kind, json) = line.split_once(' ').unwrap_or_default();
                let parsed = serde_json::from_str(json).map(|json| (kind.to_owned(), json));
                let whole = || serde_json::from_str(&line).map(|json| ("NOTICE".to_owned(), json));
                match parsed.or_else(|_| whole()) {
                    // The test is over when nobody listens.
                    Ok(pair) => {
                        let _ = send.send(pair);
                    }
                    Err(_) => eprintln!("host: {line}"),
                }
            }
        });
        Self { child, lines, seen: VecDeque::new(), history: Vec::new() }
    }

    fn next(&mut self, wanted: impl Fn(&str, &Value) -> bool, what: &str) -> Value {
        if let Some(at) = self.seen.iter().position(|(kind, value)| wanted(kind, value)) {
            return self.seen.remove(at).map(|(_, value)| value).expect("it is there");
        }
        loop {
            let Ok((kind, value)) = self.lines.recv_timeout(PATIENCE) else {
                panic!("no {what}; the host said {:#?}", self.history);
            };
            self.history.push((kind.clone(), value.clone()));
            if wanted(&kind, &value) {
                return value;
            }
            self.seen.push_back((kind, value));
        }
    }

    /// The next report of a page.
    pub(super) fn report(&mut self) -> Value {
        self.next(|kind, _| kind == "REPORT", "report")
    }

    /// The next notice of the gateway with this event.
    pub(super) fn notice(&mut self, event: &str) -> Value {
        self.next(|kind, value| kind == "NOTICE" && value["event"] == event, event)
    }

    /// Whether a notice came that the test is looking for.
    pub(super) fn saw(&self, event: &str, is_it: impl Fn(&Value) -> bool) -> bool {
        self.history.iter().any(|(_, value)| value["event"] == event && is_it(value))
    }

    /// How many notices with this event came.
    pub(super) fn count(&self, event: &str) -> usize {
        self.history.iter().filter(|(_, value)| value["event"] == event).count()
    }

    /// Ends the program as a terminal would, and expects it to end in order.
    pub(super) fn end(mut self) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("a signal");
        let status = self.child.wait().expect("an end");
        assert!(status.success(), "the program ended with {status}");
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves a folder on the loopback interface, as a remote site would be.
pub(super) fn serve(folder: PathBuf) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut request = [0; 4096];
            let length = stream.read(&mut request).unwrap_or(0);
            let text = String::from_utf8_lossy(&request[..length]).into_owned();
            let path = text.split(' ').nth(1).unwrap_or("/").trim_start_matches('/');
            let path = if path.is_empty() { "index.html" } else { path };
            let is_script = Path::new(path).extension().is_some_and(|end| end == "js");
            let kind = if is_script { "text/javascript" } else { "text/html" };
            let answer = match fs::read(folder.join(path)) {
                Ok(body) => {
                    let head = format!(
                        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                        body.len()
                    );
                    [head.into_bytes(), body].concat()
                }
                Err(_) => {
                    b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                        .to_vec()
                }
            };
            // A page that left does not want it.
            let _ = stream.write_all(&answer);
        }
    });
    address
}
