//! The binary itself, started in a folder of its own: what it says where, and its exit code.

use serde_json::Value;
use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};
use tempfile::TempDir;

/// A folder with files, and the program in it.
pub(crate) struct Portcullis {
    folder: TempDir,
}

/// What one run came to.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Portcullis {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    /// With this text as its `gateway.yaml`.
    pub(crate) fn with_manifest(text: &str) -> Self {
        Self::new().file("gateway.yaml", text)
    }

    /// With one file more; folders on the way to it are made.
    pub(crate) fn file(self, path: &str, text: &str) -> Self {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
        self
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The program with these arguments, yet to be started.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
        command.args(args).current_dir(self.folder()).env_remove("NO_COLOR");
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Run {
        Run::of(&mut self.command(args), b"")
    }

    pub(crate) fn run_with_input(&self, args: &[&str], input: &[u8]) -> Run {
        Run::of(&mut self.command(args), input)
    }
}

impl Run {
    /// Starts a program, gives it its input and waits for its end.
    pub(crate) fn of(command: &mut Command, input: &[u8]) -> Self {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        // Small enough for the pipe; a program that does not read it may close it.
        let _ = child.stdin.take().expect("standard input").write_all(input);
        let output = child.wait_with_output().expect("the program ends");
        Self {
            code: output.status.code().expect("an exit code"),
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).expect("UTF-8")
    }

    /// The whole of standard output as one JSON value.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Asserts all three at once, so that a failure shows them all.
    #[track_caller]
    pub(crate) fn expect(&self, code: i32, stdout: &str, stderr: &str) {
        assert_eq!((self.code, self.text(), self.stderr.as_str()), (code, stdout, stderr));
    }

    /// The object of a refused call: the last line of standard error.
    #[track_caller]
    pub(crate) fn rejection(&self) -> Value {
        assert_eq!((self.code, self.text()), (1, ""), "{self:?}");
        let last = self.stderr.lines().last().unwrap_or_default();
        serde_json::from_str(last).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}
