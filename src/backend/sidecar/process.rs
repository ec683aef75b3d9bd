//! A sidecar's program: how it is started, what it says on standard error, and how it ended.

use crate::{
    backend::{
        inherited,
        process::{Group, locate},
        unfilled,
    },
    ipc::{Rejection, RejectionCode},
    plan::{Bindings, SecretStore, SecretText, SidecarPlan},
};
use serde_json::Map;
use std::{
    io,
    process::{ExitStatus, Stdio},
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader},
    process::{ChildStderr, ChildStdin, ChildStdout, Command},
};

/// A longer line of standard error is told in pieces.
const LONGEST_LINE: u64 = 4 * 1024;

/// Variables with their values, which may be secrets.
pub(super) type Environment = Vec<(String, SecretText)>;

/// The variables that a plan gives a value.
pub(super) fn environment(
    plan: &SidecarPlan,
    secrets: &SecretStore,
) -> Result<Environment, Rejection> {
    let none = Map::new();
    let bindings = Bindings::from(&none).secrets(secrets);
    let set = plan.set.iter().map(|(name, value)| {
        let text = value.render(bindings).map_err(|error| unfilled(&error))?;
        Ok((name.clone(), SecretText::new(text)))
    });
    set.collect()
}

/// A program with its pipes.
pub(super) struct Running {
    pub(super) group: Group,
    pub(super) stdin: ChildStdin,
    pub(super) stdout: ChildStdout,
    pub(super) stderr: ChildStderr,
}

pub(super) async fn start(
    plan: &SidecarPlan,
    environment: &Environment,
) -> Result<Running, Rejection> {
    let failed = |error: io::Error| {
        let message = format!("`{}` could not be started: {error}", plan.program);
        Rejection::new(RejectionCode::SidecarFailed, message)
    };
    let path = locate(&plan.program, &plan.root)?;
    if !plan.cwd.is_dir() {
        let message = format!("the folder that `{}` runs in does not exist", plan.program);
        return Err(Rejection::new(RejectionCode::SidecarFailed, message)
            .help(format!("create `{}`, or change `cwd`", plan.cwd.display())));
    }
    let mut command = Command::new(path);
    command
        .args(&plan.args)
        .env_clear()
        .envs(inherited(&plan.env))
        .envs(environment.iter().map(|(name, value)| (name, value.expose())))
        .current_dir(&plan.cwd)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut group = Group::spawn_lasting(command).await.map_err(failed)?;
    match group.take_pipes() {
        (Some(stdin), Some(stdout), Some(stderr)) => Ok(Running { group, stdin, stdout, stderr }),
        _ => Err(failed(io::ErrorKind::BrokenPipe.into())),
    }
}

/// Tells each line that says something, without control characters: a terminal must not obey them.
pub(super) async fn lines(stream: impl AsyncRead + Unpin, tell: impl Fn(&str)) {
    let mut stream = BufReader::new(stream);
    let mut line = Vec::new();
    loop {
        line.clear();
        match (&mut stream).take(LONGEST_LINE).read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let text = String::from_utf8_lossy(&line);
        let text: String = text.chars().filter(|c| *c == '\t' || !c.is_control()).collect();
        if !text.trim().is_empty() {
            tell(&text);
        }
    }
}

/// What follows the program's name.
pub(super) fn describe(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("was ended by signal {signal}");
    }
    match status.code() {
        Some(code) => format!("ended with exit code {code}"),
        None => "ended without an exit code".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    #[tokio::test]
    async fn lines_are_told_without_what_a_terminal_would_obey() {
        let told = RefCell::new(Vec::new());
        let text = ["\x1b[31mred\x07\r\n\n a\tb\n", &"x".repeat(5000), "\nend"].concat();
        let mut bytes = text.into_bytes();
        bytes.push(0xff);
        lines(bytes.as_slice(), |line| told.borrow_mut().push(line.to_owned())).await;
        let told = told.into_inner();
        assert_eq!(told[..2], ["[31mred", " a\tb"]);
        assert_eq!([told[2].len(), told[3].len()], [4096, 904]);
        assert_eq!(told[4], "end\u{fffd}");
    }
}
