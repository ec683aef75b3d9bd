//! An editor as small as one can be: it starts `portcullis lsp`, speaks with it, and never waits for a clock.

use super::cli::Portcullis;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    process::{Child, ChildStdin, ChildStdout, Stdio},
};

/// The mark of a cursor in a test's text.
pub(crate) const CURSOR: char = '‸';

/// A session with the language server, in a folder of its own.
pub(crate) struct Editor {
    pub(crate) program: Portcullis,
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    next: i32,
    /// What the server said without being asked.
    pub(crate) told: Vec<Value>,
    versions: BTreeMap<String, i64>,
}

impl Editor {
    /// A server that was told nothing yet.
    pub(crate) fn silent(program: Portcullis) -> Self {
        let mut command = program.command(&["lsp", "--stdio"]);
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().expect("the server starts");
        let input = process.stdin.take();
        let output = BufReader::new(process.stdout.take().expect("an output"));
        Self {
            program,
            process,
            input,
            output,
            next: 0,
            told: Vec::new(),
            versions: BTreeMap::new(),
        }
    }

    /// A session whose client can do everything that the server asks for, and counts in UTF-16.
    pub(crate) fn start() -> Self {
        Self::with(Portcullis::new(), &json!({}))
    }

    /// A session whose client has these capabilities beside the usual ones.
    pub(crate) fn with(program: Portcullis, general: &Value) -> Self {
        let mut editor = Self::silent(program);
        let capabilities = json!({
            "general": general,
            "workspace": { "workspaceEdit": { "documentChanges": true } },
            "textDocument": {
                "publishDiagnostics": { "relatedInformation": true },
                "completion": { "completionItem": { "snippetSupport": true } },
            },
        });
        let params = json!({ "processId": null, "rootUri": null, "capabilities": capabilities });
        let result = editor.ask("initialize", params);
        assert_eq!(result["serverInfo"]["name"], "portcullis");
        editor.tell("initialized", json!({}));
        editor
    }

    pub(crate) fn uri(&self, name: &str) -> String {
        let path = self.program.folder().join(name);
        url::Url::from_file_path(path).expect("an absolute path").to_string()
    }

    /// Writes what may be no message at all.
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().expect("an open input");
        input.write_all(bytes).expect("the server reads");
        input.flush().expect("the server reads");
    }

    pub(crate) fn send(&mut self, message: &Value) {
        let text = message.to_string();
        self.write(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
    }

    pub(crate) fn tell(&mut self, method: &str, params: Value) {
        let mut message = json!({ "jsonrpc": "2.0", "method": method });
        message["params"] = params;
        self.send(&message);
    }

    /// The next message of the server; nothing when it has gone.
    pub(crate) fn read(&mut self) -> Option<Value> {
        let mut length = None;
        loop {
            let mut line = String::new();
            if self.output.read_line(&mut line).expect("headers") == 0 {
                return None;
            }
            match line.trim_end().split_once(": ") {
                Some(("Content-Length", number)) => length = number.parse::<usize>().ok(),
                _ => break,
            }
        }
        let mut body = vec![0; length.expect("a length")];
        self.output.read_exact(&mut body).expect("a body");
        Some(serde_json::from_slice(&body).expect("JSON"))
    }

    /// The whole answer to a request.
    pub(crate) fn answer(&mut self, method: &str, params: Value) -> Value {
        self.next += 1;
        let id = self.next;
        let mut message = json!({ "jsonrpc": "2.0", "id": id, "method": method });
        message["params"] = params;
        self.send(&message);
        loop {
            let message = self.read().expect("an answer");
            if message["id"] == id {
                return message;
            }
            self.told.push(message);
        }
    }

    /// The result of a request.
    #[track_caller]
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Value {
        let mut answer = self.answer(method, params);
        assert!(answer["error"].is_null(), "{answer}");
        answer["result"].take()
    }

    fn next_version(&mut self, name: &str) -> i64 {
        let version = self.versions.entry(name.to_owned()).or_default();
        *version += 1;
        *version
    }

    pub(crate) fn open(&mut self, name: &str, text: &str) {
        let version = self.next_version(name);
        let uri = self.uri(name);
        let document =
            json!({ "uri": uri, "languageId": "yaml", "version": version, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    pub(crate) fn change(&mut self, name: &str, changes: &Value) {
        let version = self.next_version(name);
        let document = json!({ "uri": self.uri(name), "version": version });
        let params = json!({ "textDocument": document, "contentChanges": changes });
        self.tell("textDocument/didChange", params);
    }

    pub(crate) fn close(&mut self, name: &str) {
        let document = json!({ "uri": self.uri(name) });
        self.tell("textDocument/didClose", json!({ "textDocument": document }));
    }

    /// The findings for the newest version of an open document.
    pub(crate) fn findings(&mut self, name: &str) -> Vec<Value> {
        let version = self.versions.get(name).copied();
        self.next_findings(name, version)
    }

    /// The next findings for a file, for a version of it if it is open.
    pub(crate) fn next_findings(&mut self, name: &str, version: Option<i64>) -> Vec<Value> {
        let uri = self.uri(name);
        let is_it = |message: &Value| {
            message["params"]["uri"] == uri && message["params"]["version"].as_i64() == version
        };
        loop {
            let found = self.told.iter().position(is_it);
            if let Some(at) = found {
                let mut message = self.told.remove(at);
                let findings = message["params"]["diagnostics"].take();
                return serde_json::from_value(findings).expect("a list");
            }
            let message = self.read().expect("findings");
            self.told.push(message);
        }
    }

    /// Opens a text with a cursor in it; the place of the cursor.
    pub(crate) fn open_at_cursor(&mut self, text: &str) -> Value {
        self.open_file_at_cursor("gateway.yaml", text)
    }

    /// Opens a text with a cursor in it as a file; the place of the cursor.
    pub(crate) fn open_file_at_cursor(&mut self, name: &str, text: &str) -> Value {
        let at = text.find(CURSOR).expect("a cursor");
        let position = position(text, at);
        self.open(name, &text.replacen(CURSOR, "", 1));
        json!({ "textDocument": { "uri": self.uri(name) }, "position": position })
    }

    /// Ends the session as the protocol has it.
    pub(crate) fn shut_down(mut self) -> (i32, String) {
        assert_eq!(self.ask("shutdown", Value::Null), Value::Null);
        self.tell("exit", Value::Null);
        self.end()
    }

    /// Ends the input; the exit code, and what was written to standard error.
    pub(crate) fn end(mut self) -> (i32, String) {
        drop(self.input.take());
        while self.read().is_some() {}
        let mut complaint = String::new();
        let errors = self.process.stderr.as_mut().expect("standard error");
        errors.read_to_string(&mut complaint).expect("UTF-8");
        let code = self.process.wait().expect("the server ends").code();
        (code.expect("an exit code"), complaint)
    }
}

/// A position in UTF-16.
pub(crate) fn position(text: &str, at: usize) -> Value {
    let before = &text[..at];
    let line = before.rfind('\n').map_or(0, |end| end + 1);
    let column = before[line..].encode_utf16().count();
    json!({ "line": before.matches('\n').count(), "character": column })
}

/// The text that a range in UTF-16 is about; it is in one line.
pub(crate) fn under<'a>(text: &'a str, range: &Value) -> &'a str {
    assert_eq!(range["start"]["line"], range["end"]["line"], "{range}");
    let line = range["start"]["line"].as_u64().expect("a line");
    let line = text.lines().nth(usize::try_from(line).expect("small")).unwrap_or_default();
    let byte = |column: &Value| {
        let mut units = column.as_u64().expect("a column");
        let end = line.char_indices().find(|(_, character)| {
            let is_there = units == 0;
            units = units.saturating_sub(character.len_utf16() as u64);
            is_there
        });
        end.map_or(line.len(), |(at, _)| at)
    };
    &line[byte(&range["start"]["character"])..byte(&range["end"]["character"])]
}
