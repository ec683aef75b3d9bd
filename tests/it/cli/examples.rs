//! The sidecars in `config/`, which users copy: called as they are, and spoken to as the gateway does.

use crate::support::{cli::Portcullis, manifest::repository};
use portcullis::serde_json::{self, Value, json};
use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

/// Calls a command of a manifest in `config/`, with the home folder of `home`.
fn call(home: &Portcullis, manifest: &str, command: &str, arguments: &Value) -> Value {
    let manifest = repository().join("config").join(manifest);
    let (manifest, arguments) = (manifest.to_str().expect("UTF-8"), arguments.to_string());
    let args = ["call", command, &arguments, "-m", manifest, "--window", "main"];
    let run = crate::support::cli::Run::of(home.command(&args).env("HOME", home.folder()), b"");
    if run.code == 0 { run.json() } else { run.rejection() }
}

fn notes() -> Portcullis {
    Portcullis::new()
        .file("Documents/Notes/b/tea.md", "Black tea\ncoffee\nGREEN TEA\n")
        .file("Documents/Notes/a.md", "tea\n")
        .file("Documents/Notes/a.txt", "tea\n")
}

#[test]
fn the_search_in_python_finds_what_the_notes_hold() {
    let home = notes();
    let query = |arguments| call(&home, "notes/gateway.yaml", "plugin:search|query", &arguments);
    let line = |note: &str, line: u8| json!({ "note": note, "line": line });
    assert_eq!(
        query(json!({"text": "Tea"})),
        json!([line("a.md", 1), line("b/tea.md", 1), line("b/tea.md", 3)])
    );
    assert_eq!(query(json!({"text": "tea", "limit": 1})), json!([line("a.md", 1)]));
    assert_eq!(query(json!({"text": "cocoa"})), json!([]));
    let none = Portcullis::new();
    let error = call(&none, "notes/gateway.yaml", "plugin:search|query", &json!({"text": "tea"}));
    let folder = none.folder().join("Documents/Notes");
    let message = format!("there is no folder {}", folder.display());
    assert_eq!(error, json!({"code": 1, "message": message}));
}

#[test]
fn the_counter_in_node_counts_and_is_taken_back() {
    let home = Portcullis::new();
    let words = |command: &str, arguments| {
        call(&home, "sidecar.yaml", &format!("plugin:words|{command}"), &arguments)
    };
    assert_eq!(
        words("count", json!({"text": "tea for two"})),
        json!({"words": 3, "longest": "tea"})
    );
    let error = json!({"code": 1, "message": "there are no words in it"});
    assert_eq!(words("count", json!({"text": " "})), error);
    let slowly = words("count_slowly", json!({"text": "x", "seconds": 0}));
    assert_eq!(slowly, json!({"words": 1, "longest": "x"}));
    assert_eq!(words("count_slowly", json!({"text": "x", "seconds": 60}))["code"], "timeout");
}

#[test]
fn the_counter_in_node_sends_each_word_while_it_counts() {
    let manifest = repository().join("config/sidecar.yaml");
    let manifest = manifest.to_str().expect("UTF-8");
    let given = r#"{"text": " tea for\n two"}"#;
    let args = [
        "call",
        "plugin:words|stream",
        given,
        "-m",
        manifest,
        "--window",
        "main",
        "--origin",
        "app",
    ];
    let expected = "\"tea\"\n\"for\"\n\"two\"\n{\"words\":3,\"longest\":\"tea\"}\n";
    Portcullis::new().run(&args).expect(0, expected, "");
}

/// A sidecar that is spoken to without a gateway.
struct Sidecar {
    program: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Sidecar {
    fn start(program: &str, file: &str, home: &Portcullis) -> Self {
        let mut program = Command::new(program)
            .arg(repository().join("config").join(file))
            .env("HOME", home.folder())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect(program);
        let stdin = program.stdin.take().expect("standard input");
        let stdout = BufReader::new(program.stdout.take().expect("standard output"));
        Self { program, stdin, stdout }
    }

    fn tell(&mut self, message: &Value) {
        writeln!(self.stdin, "{message}").expect("the sidecar reads");
    }

    fn ask(&mut self, id: u8, method: &str, params: &Value) {
        self.tell(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
    }

    fn cancel(&mut self, id: u8) {
        self.tell(&json!({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": id}}));
    }

    fn hear(&mut self) -> Value {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("the sidecar writes");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }

    /// Closes its input; it ends by itself, and this is how many lines it still writes.
    fn end(mut self) -> usize {
        drop(self.stdin);
        let rest = self.stdout.lines().count();
        assert!(self.program.wait().expect("it ends").success());
        rest
    }
}

fn not_found(id: u8) -> Value {
    let error = json!({"code": -32601, "message": "there is no method `nope`"});
    json!({"jsonrpc": "2.0", "id": id, "error": error})
}

#[test]
fn the_counter_answers_errors_and_no_call_that_was_taken_back() {
    let mut sidecar = Sidecar::start("node", "words.mjs", &Portcullis::new());
    sidecar.ask(1, "count/slowly", &json!({"text": "x", "seconds": 100_000}));
    sidecar.ask(2, "nope", &json!({}));
    assert_eq!(sidecar.hear(), not_found(2));
    sidecar.cancel(1);
    sidecar.cancel(9);
    sidecar.ask(3, "count", &json!({}));
    assert_eq!(sidecar.hear()["error"]["code"], -32603);
    // The end of its input takes back what still runs.
    sidecar.ask(4, "count/slowly", &json!({"text": "x", "seconds": 100_000}));
    assert_eq!(sidecar.end(), 0);
}

#[test]
fn the_search_answers_errors_and_no_call_that_was_taken_back() {
    let home = notes();
    // Reading this note takes until somebody writes it.
    let slow = home.folder().join("Documents/Notes/slow.md");
    assert!(Command::new("mkfifo").arg(&slow).status().expect("mkfifo").success());
    let mut sidecar = Sidecar::start("python3", "notes/search.py", &home);
    sidecar.ask(1, "query", &json!({"text": "tea"}));
    // This waits for a reader, and so the call is under way.
    let mut writer = fs::OpenOptions::new().write(true).open(&slow).expect("a note");
    sidecar.cancel(1);
    sidecar.cancel(9);
    sidecar.ask(2, "nope", &json!({}));
    assert_eq!(sidecar.hear(), not_found(2));
    writer.write_all(b"tea\n").expect("the note is being read");
    drop(writer);
    fs::remove_file(&slow).expect("a note");
    sidecar.ask(3, "query", &json!({}));
    assert_eq!(sidecar.hear()["error"]["code"], -32603);
    sidecar.ask(4, "index/rebuild", &json!({}));
    assert_eq!(sidecar.hear(), json!({"jsonrpc": "2.0", "method": "indexed", "params": 2}));
    assert_eq!(sidecar.hear(), json!({"jsonrpc": "2.0", "id": 4, "result": 2}));
    assert_eq!(sidecar.end(), 0);
}
