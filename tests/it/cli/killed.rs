//! What becomes of programs when the gateway that started them is killed without a word: they end, too.

use crate::support::cli::Portcullis;
use std::{
    fs,
    path::Path,
    process::Stdio,
    thread::sleep,
    time::{Duration, Instant},
};

/// A failure guard, never a measurement: nothing that passes takes nearly as long.
const PATIENCE: Duration = Duration::from_secs(60);

/// A program that writes its number, hears nothing of its input's end and goes on for ever.
const MANIFEST: &str = r#"version: 1
app: { id: dev.example.cli, frontend: dist }
windows: { main: {} }
commands:
  once: { run: { process: { program: sh, args: [-c, "echo $$ > pid; exec sleep 1000"], env: [PATH] } } }
plugins:
  search:
    sidecar: { program: sh, args: [-c, "echo $$ > pid; exec sleep 1000"], env: [PATH] }
    commands: { query: {} }
permissions: { main-window: { windows: [main], allow: [once, "plugin:search|query"] } }
"#;

#[track_caller]
fn until(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "{what}");
        sleep(Duration::from_millis(5));
    }
}

/// Whether a process runs: one that has ended, and whose parent has not looked yet, does not.
fn runs(pid: &str) -> bool {
    let stat = fs::read_to_string(Path::new("/proc").join(pid).join("stat"));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

#[track_caller]
fn ends_with_the_gateway(command: &str) {
    let program = Portcullis::with_manifest(MANIFEST);
    let mut gateway = program
        .command(&["call", command])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the gateway starts");
    let file = program.folder().join("pid");
    let written = || fs::read_to_string(&file).unwrap_or_default();
    until("the program starts", || written().ends_with('\n'));
    let pid = written().trim().to_owned();
    assert!(runs(&pid), "{pid}");
    gateway.kill().expect("a signal that nothing can catch");
    gateway.wait().expect("the gateway ends");
    until("the program ends with the gateway", || !runs(&pid));
}

#[test]
fn a_program_of_a_call_ends_with_a_gateway_that_is_killed() {
    ends_with_the_gateway("once");
}

#[test]
fn a_sidecar_ends_with_a_gateway_that_is_killed() {
    ends_with_the_gateway("plugin:search|query");
}
