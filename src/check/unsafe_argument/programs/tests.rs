//! Command lines, and what their programs run of them.

use super::*;

/// What is said about the items of a command line; `{…` begins with a placeholder, `…{` has one in it.
fn found(line: &str) -> Vec<(usize, &'static str)> {
    let mut words = line.split(' ');
    let program = words.next().unwrap();
    let item = |word: &'static str| match word.find('{') {
        None => Item::Literal(word),
        Some(0) => Item::Placeholder,
        Some(_) => Item::Mixed(word),
    };
    let line: &'static str = Box::leak(line.to_owned().into_boxed_str());
    let items: Vec<_> = line.split(' ').skip(1).map(item).collect();
    let name = |role| match role {
        Role::Code { .. } => "code",
        Role::Program { .. } => "program",
    };
    roles(program, &items).items.into_iter().map(|(at, role)| (at, name(role))).collect()
}

#[test]
fn code_is_what_stands_behind_an_interpreters_option() {
    for (line, at) in [
        ("sh -c echo_{x}", 1),
        ("/bin/bash -euc {x}", 1),
        ("bash -o pipefail -c {x}", 3),
        ("fish --command={x}", 0),
        ("python3.12 -c print({x})", 1),
        ("python3 -Ic{x}", 0),
        ("node --eval {x}", 1),
        ("perl -ne {x}", 1),
        ("php -r {x}", 1),
        ("cmd.exe /c {x}", 1),
        ("sh -c -- {x}", 2),
        ("bash -c -e {x}", 2),
        ("bash --norc +x -ec {x}", 3),
        ("node -pe {x}", 1),
        ("node -p -e {x}", 2),
        ("perl -e 1 -e {x}", 3),
        ("awk {x}", 0),
        ("gawk -F : -v a=b BEGIN_{x}", 4),
        ("sed -n s/{x}/y/", 1),
        ("sed -e p -e {x}", 3),
        ("deno eval {x}", 1),
        ("pwsh -Comm {x}", 1),
        ("powershell.exe /c {x}", 1),
        ("powershell {x}", 0),
        ("cmd /D/C {x}", 1),
        ("CMD.EXE /c {x}", 1),
        ("busybox sh -c {x}", 2),
        ("su -c {x}", 1),
        ("su root -c {x}", 2),
        ("ssh host {x}", 1),
        ("ssh -o ProxyCommand={x} host", 1),
        ("ssh -oProxyCommand={x} host", 0),
        ("watch {x}", 0),
        ("watch -n 2 ls {x}", 3),
        ("flock /tmp/lock -c {x}", 2),
        ("git -c {x}", 1),
        ("git -c core.pager={x} log", 1),
        ("git -C . -c alias.x={x} x", 3),
        ("nice --adjustment 5 sh -c {x}", 4),
        ("sudo --user root sh -c {x}", 4),
        ("find . -exec sh -c {x} ;", 4),
        ("pwsh -NoProfile -Command {x}", 2),
        ("env LANG=C sh -c {x}", 3),
        ("sudo -u root timeout 5 bash -c {x}", 6),
    ] {
        assert_eq!(found(line), [(at, "code")], "{line}");
    }
    assert_eq!(found("cmd /c copy {a} {b}"), [(2, "code"), (3, "code")]);
}

#[test]
fn what_stands_behind_literal_code_is_data() {
    for line in [
        "sh -c echo sh {x}",
        "sh script.sh {x}",
        "sh {x}",
        "sh script.sh -c {x}",
        "python3 -m http.server {x}",
        "python3 script.py -c {x}",
        "perl -e print {x}",
        "git commit -c {x}",
        "git -c user.name={x} commit",
        "git -C {x} log",
        "python3 -c print -c {x}",
        "awk -f script {x}",
        "awk 1 {x}",
        "sed -n p {x}",
        "find {x} -name a.{x}",
        "find . -exec cat {x} ;",
        "env FOO={x} -S",
        "deno run {x}",
        "pwsh -ExecutionPolicy Bypass -File a.ps1 {x}",
        "ssh {x} uptime",
        "bash +x script.sh {x}",
        "shellcheck -c {x}",
    ] {
        assert_eq!(found(line), [], "{line}");
    }
}

#[test]
fn a_wrapper_starts_what_stands_behind_its_options_and_operands() {
    for (line, at) in [
        ("env {x}", 0),
        ("env -i A=b {x}", 2),
        ("xargs -n 1 {x}", 2),
        ("sudo -u root -- {x}", 3),
        ("nice -n {n} {x}", 2),
        ("nice -n10 {x}", 1),
        ("timeout -k 5 {n} {x}", 3),
        ("nohup nice tools/{x}", 1),
        ("env -S{x}", 0),
        ("env -S {x}", 1),
        ("env --split-string={x}", 0),
        ("env --chdir /tmp {x}", 2),
        ("timeout --signal KILL 5 {x}", 3),
        ("find . -exec {x} ;", 2),
        ("find . -exec true ; -execdir {x} ;", 5),
        ("git rebase --exec {x}", 2),
        ("flock -n lock {x}", 2),
        ("npx {x}", 0),
    ] {
        assert_eq!(found(line), [(at, "program")], "{line}");
    }
    for line in ["env A={x} git {y}", "nice -n {n} git {y}", "timeout {n} git {y}", "sudo -u {x}"] {
        assert_eq!(found(line), [], "{line}");
    }
}

#[test]
fn an_interpreter_without_a_script_runs_its_input() {
    let is_run = |line: &'static str| {
        let mut words = line.split(' ');
        let program = words.next().unwrap();
        let items: Vec<_> = words.map(Item::Literal).collect();
        roles(program, &items).input.is_some()
    };
    for line in [
        "sh",
        "bash -x",
        "bash -o pipefail",
        "sh -s one two",
        "python3",
        "python3 - one",
        "env LANG=C python3",
        "sudo -u root bash",
        "ssh host",
        "pwsh -NoProfile -Command -",
        "node",
    ] {
        assert!(is_run(line), "{line}");
    }
    for line in [
        "sh script.sh",
        "sh -c cat",
        "bash -x script.sh",
        "bash -o pipefail script.sh",
        "python3 -m json.tool",
        "python3 script.py",
        "python3 -c print",
        "node script.js",
        "awk {print}",
        "sed p",
        "wc -w",
        "ssh host cat",
        "pwsh -File a.ps1",
        "env LANG=C wc",
        "perl -pe s/a/b/",
    ] {
        assert!(!is_run(line), "{line}");
    }
}
