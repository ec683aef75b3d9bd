//! Real WebKitGTK windows under the display that `./dev test` brings: pages test themselves and report.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod host;
mod program;

use host::{Host, Site};
use libtest_mimic::{Arguments, Trial};
use portcullis::serde_json::{Value, json};
use std::process::ExitCode;

const APP: &str = "app: { id: dev.portcullis.tests, name: Tests, frontend: web }";

/// The manifest of most pages: everything that they call, for their window.
fn manifest(extra_commands: &str, permissions: &str) -> String {
    format!(
        "version: 1
{APP}
windows: {{ main: {{ size: [400, 300] }} }}
limits: {{ rate: 100000/s }}
commands:
  report: {{ run: {{ native: report }} }}
  echo: {{ run: {{ native: echo }} }}
  caller: {{ run: {{ native: caller }} }}
  headers: {{ run: {{ native: headers }} }}
  fail: {{ run: {{ native: fail }} }}
  tick: {{ run: {{ native: tick }} }}
  stream: {{ run: {{ native: stream }} }}
  denied: {{ run: {{ value: secret }} }}
{extra_commands}
permissions:
{permissions}
"
    )
}

const MAIN: &str =
    "  main-window: { windows: [main], allow: [report, echo, caller, headers, fail, tick, stream] }
  other-window: { windows: [\"o*\"], allow: [denied] }";

/// Fails with the page's own words if any of its tests failed.
fn expect_success(report: &Value, least: usize) {
    let results = report["results"].as_array().expect("a report has results");
    for result in results {
        println!("  {} … {}", result["name"], if result["ok"] == true { "ok" } else { "FAILED" });
    }
    let failed: Vec<_> = results.iter().filter(|result| result["ok"] != true).collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(results.len() >= least, "only {} tests ran", results.len());
}

fn the_unmodified_client_works() {
    let commands =
        "  greet: { args: { name: { type: string } }, run: { value: \"Hello, {name}!\" } }
  fails: { run: { process: { program: sh, args: [-c, \"exit 3\"] } } }
  hangs: { run: { process: { program: sleep, args: [\"1000\"] } }, limits: { timeout: 200ms } }
  missing: { run: { process: { program: no-such-program-here } } }
plugins: { tools: { commands: { answer: { run: { value: 42 } } } } }";
    let more =
        "  more: { windows: [main], allow: [greet, fails, hangs, missing, \"plugin:tools|*\"] }";
    let site = Site::new("client", &manifest(commands, &format!("{MAIN}\n{more}")));
    let mut host = Host::start(&site, &[]);
    expect_success(&host.report(), 13);
    host.end();
}

fn frames_workers_and_strangers_have_no_way_in() {
    let site = Site::new("frames", &manifest("", MAIN));
    let mut host = Host::start(&site, &[]);
    expect_success(&host.report(), 6);
    // Without the key nothing is authorised, but it is told to whoever runs the gateway.
    assert!(host.saw("refused", |notice| notice["code"] == "wrong_key"));
    host.end();
}

fn the_message_lane_carries_what_the_protocol_lane_cannot() {
    let site = Site::new("message", &manifest("", MAIN));
    let mut host = Host::start(&site, &[("WINDOW_HOST_MESSAGE_LANE", "1")]);
    expect_success(&host.report(), 6);
    host.end();
}

fn a_remote_page_has_what_its_origin_was_granted() {
    let site = Site::new("remote", "");
    let server = host::serve(site.web());
    let permissions = format!(
        "{MAIN}\n  elsewhere: {{ windows: [main], origins: [elsewhere], allow: [report, caller] }}"
    );
    let text = manifest("", &permissions).replace(
        "windows: { main: { size: [400, 300] } }",
        &format!(
            "windows: {{ main: {{ url: \"http://{server}/\" }} }}
origins: {{ elsewhere: \"http://127.0.0.1:*\" }}"
        ),
    );
    site.write(&text);
    let mut host = Host::start(&site, &[]);
    expect_success(&host.report(), 3);
    host.end();
}

fn calls_end_with_the_document_that_made_them() {
    // A duration that no other program on the machine sleeps for. The brackets keep `grep` from finding itself.
    let rest = format!("{:07}", std::process::id());
    let commands = format!(
        "  forever: {{ run: {{ process: {{ program: sleep, args: [\"1{rest}\"] }} }} }}
  running: {{ run: {{ process: {{ program: sh, args: [-c, \"grep -lzsx '[1]{rest}' /proc/[0-9]*/cmdline | wc -l\"], output: json }} }} }}"
    );
    let permissions = "  main: { windows: [main], allow: [report, forever, running] }";
    let site = Site::new("leaving", &manifest(&commands, permissions));
    let mut host = Host::start(&site, &[]);
    expect_success(&host.report(), 1);
    host.end();
}

fn two_windows_are_two_callers() {
    let permissions = "  both: { windows: [\"*\"], allow: [report, caller] }
  main: { windows: [main], allow: [for_main] }
  other: { windows: [other], allow: [for_other] }
  denied: { windows: [main], allow: [denied, echo, headers, fail, tick, stream] }";
    let commands = "  for_main: { run: { value: 1 } }\n  for_other: { run: { value: 2 } }";
    let text = manifest(commands, permissions)
        .replace("{ main: { size: [400, 300] } }", "{ main: {}, other: {} }");
    let site = Site::new("windows", &text);
    let mut host = Host::start(&site, &[]);
    let (first, second) = (host.report(), host.report());
    expect_success(&first, 2);
    expect_success(&second, 2);
    let mut labels = [first["window"].clone(), second["window"].clone()];
    labels.sort_by_key(ToString::to_string);
    assert_eq!(labels, ["main", "other"]);
    host.end();
}

fn windows_hear_each_others_events_as_far_as_they_may() {
    let permissions = "  both: { windows: [\"*\"], allow: [report, \"@core:event\"], listen: [hello, counted, last], emit: [hello, counted, last] }
  main: { windows: [main], allow: [caller, denied, echo, headers, fail, tick, stream], listen: [secret] }
events: { hello: { payload: { type: string } }, counted: {}, last: {}, secret: {} }";
    let text = manifest("", permissions)
        .replace("{ main: { size: [400, 300] } }", "{ main: {}, other: {} }");
    let site = Site::new("events", &text);
    let mut host = Host::start(&site, &[]);
    for report in [host.report(), host.report()] {
        expect_success(&report, 4);
    }
    host.end();
}

/// The manifest of the reload page: `tick` is granted or not, and the loop goes on or stops.
fn reload_manifest(is_granted: bool, is_stopped: bool) -> String {
    let allow = if is_granted { "tick, " } else { "" };
    let stop = format!("  stop: {{ run: {{ value: {is_stopped} }} }}");
    manifest(&stop, &format!("  main-window: {{ windows: [main], allow: [{allow}report, stop] }}"))
}

fn an_edit_is_in_force_from_one_call_to_the_next_and_no_call_is_lost() {
    let site = Site::new("reload", &reload_manifest(true, false));
    let mut host = Host::start(&site, &[]);
    host.notice("ready");
    // Revoked, granted again, a broken edit that changes nothing, revoked once more, and the end.
    site.replace(&reload_manifest(false, false));
    assert_eq!(host.notice("reloaded")["generation"], 2);
    site.replace(&reload_manifest(true, false));
    assert_eq!(host.notice("reloaded")["generation"], 3);
    site.replace("version: 1\nnonsense: [");
    assert_eq!(host.notice("kept")["event"], "kept");
    site.write(&reload_manifest(false, false));
    assert_eq!(host.notice("reloaded")["generation"], 4);
    site.replace(&reload_manifest(true, true));
    assert_eq!(host.notice("reloaded")["generation"], 5);
    let report = host.report();
    let answers = report["answers"].as_array().expect("answers");
    // Every call was answered: with the policy of its generation, and by at most one run of the command.
    let mut runs = Vec::new();
    let mut phases: Vec<Value> = Vec::new();
    for answer in answers {
        let phase = if answer["ok"].is_object() {
            runs.push(answer["ok"]["run"].as_u64().expect("a number"));
            answer["ok"]["generation"].clone()
        } else {
            answer["code"].clone()
        };
        if phases.last() != Some(&phase) {
            phases.push(phase);
        }
    }
    let expected: Vec<u64> = (1..=runs.len() as u64).collect();
    assert_eq!(runs, expected, "a call was lost or ran twice");
    let denied = json!("not_allowed");
    assert_eq!(phases[..4], [json!(1), denied.clone(), json!(3), denied], "{phases:?}");
    // One window, one document, from start to end.
    assert_eq!(host.count("started"), 1);
    host.end();
}

fn the_demo_opens_and_can_be_looked_at() {
    let folder = tempfile::tempdir().expect("a folder");
    let picture = folder.path().join("demo.png");
    let mut host = Host::demo(&picture);
    // Each window has its own picture; they come in any order.
    while host.notice("screenshot")["file"] != json!(picture) {}
    let bytes = std::fs::read(&picture).expect("a picture");
    assert!(bytes.starts_with(b"\x89PNG"));
    // A blank page compresses to almost nothing.
    assert!(bytes.len() > 10_000, "the picture has only {} bytes", bytes.len());
    host.end();
}

fn main() -> ExitCode {
    if let Some(manifest) = program::requested() {
        return program::run_host(manifest);
    }
    let tests: &[(&str, fn())] = &[
        ("the_unmodified_client_works", the_unmodified_client_works),
        (
            "frames_workers_and_strangers_have_no_way_in",
            frames_workers_and_strangers_have_no_way_in,
        ),
        (
            "the_message_lane_carries_what_the_protocol_lane_cannot",
            the_message_lane_carries_what_the_protocol_lane_cannot,
        ),
        (
            "a_remote_page_has_what_its_origin_was_granted",
            a_remote_page_has_what_its_origin_was_granted,
        ),
        ("calls_end_with_the_document_that_made_them", calls_end_with_the_document_that_made_them),
        ("two_windows_are_two_callers", two_windows_are_two_callers),
        (
            "windows_hear_each_others_events_as_far_as_they_may",
            windows_hear_each_others_events_as_far_as_they_may,
        ),
        (
            "an_edit_is_in_force_from_one_call_to_the_next_and_no_call_is_lost",
            an_edit_is_in_force_from_one_call_to_the_next_and_no_call_is_lost,
        ),
        ("the_demo_opens_and_can_be_looked_at", the_demo_opens_and_can_be_looked_at),
    ];
    let trials = tests.iter().map(|(name, test)| {
        Trial::test(*name, move || {
            test();
            Ok(())
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit_code()
}
