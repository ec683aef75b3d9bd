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

/// A program that starts another, writes the numbers of both, hears nothing of its input's end and goes on for ever.
const MANIFEST: &str = r#"version: 1
app: { id: dev.example.cli, frontend: dist }
windows: { main: {} }
commands:
  once: { run: { process: { program: sh, args: [-c, "sleep 1000 & echo $! $$ > pids; wait"], env: [PATH] } } }
plugins:
  search:
    sidecar: { program: sh, args: [-c, "sleep 1000 & echo $! $$ > pids; wait"], env: [PATH] }
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

/// Whether the gateway has a watcher whose list names this group.
fn is_watched(group: &str) -> bool {
    let processes = fs::read_dir("/proc").expect("Linux").flatten().map(|entry| entry.path());
    processes
        .filter(|path| {
            let name = fs::read(path.join("cmdline")).unwrap_or_default();
            name.ends_with(b"\0portcullis-watcher\0")
        })
        .filter_map(|path| fs::read_to_string(path.join("fd/1")).ok())
        .any(|list| list.lines().any(|line| line.trim() == group))
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
    let file = program.folder().join("pids");
    let written = || fs::read_to_string(&file).unwrap_or_default();
    until("the program starts", || written().ends_with('\n'));
    let pids = written();
    let pids: Vec<_> = pids.split_whitespace().collect();
    assert!(pids.len() == 2 && pids.iter().all(|pid| runs(pid)), "{pids:?}");
    until("the program is known", || is_watched(pids[1]));
    gateway.kill().expect("a signal that nothing can catch");
    gateway.wait().expect("the gateway ends");
    for pid in pids {
        until("the program and what it started end with the gateway", || !runs(pid));
    }
}

#[test]
fn a_program_of_a_call_and_what_it_started_end_with_a_gateway_that_is_killed() {
    ends_with_the_gateway("once");
}

#[test]
fn a_sidecar_and_what_it_started_end_with_a_gateway_that_is_killed() {
    ends_with_the_gateway("plugin:search|query");
}
