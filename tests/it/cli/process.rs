//! Programs behind commands, called with bad input and behaving badly: each is one clear rejection with its code.

use crate::support::cli::{Portcullis, Run};
use serde_json::json;

const MANIFEST: &str = r#"version: 1
app: { id: dev.example.cli, frontend: dist }
windows: { main: {} }
commands:
  print:
    args: { text: { type: string } }
    run: { process: { program: printf, args: ["%s", "{text}"] } }
  after-dashes:
    args: { text: { type: string } }
    run: { process: { program: printf, args: [--, "%s", "{text}"] } }
  repeat:
    args: { times: { type: integer, minimum: 1 } }
    run: { process: { program: seq, args: ["{times}"], output: lines } }
  missing: { run: { process: { program: no-such-program-anywhere } } }
  missing-file: { run: { process: { program: ./no-such-file } } }
  fails: { run: { process: { program: "false" } } }
  complains: { run: { process: { program: sh, args: [-c, "echo told you >&2; echo out; exit 7"] } } }
  chatters: { run: { process: { program: sh, args: [-c, "echo aside >&2; echo out"] } } }
  garbles: { run: { process: { program: printf, args: ['\377'] } } }
  bytes: { run: { process: { program: printf, args: ['\377\000\001'], output: raw } } }
  mumbles: { run: { process: { program: printf, args: ['{{'], output: json } } }
  floods:
    run: { process: { program: seq, args: ["100000"] } }
    limits: { payload: 1KiB }
  lingers:
    run: { process: { program: sleep, args: ["600"] } }
    limits: { timeout: 300ms }
permissions: { main-window: { windows: [main], allow: ["*"] } }
"#;

fn call(command: &str, arguments: &str) -> Run {
    let args = ["call", command, arguments, "--window", "main", "--origin", "app"];
    Portcullis::with_manifest(MANIFEST).run(&args)
}

#[track_caller]
fn refuses(command: &str, arguments: &str, code: &str, message: &str) {
    let run = call(command, arguments);
    let rejection = run.rejection();
    assert_eq!(
        (&rejection["code"], &rejection["message"]),
        (&json!(code), &json!(message)),
        "{command}"
    );
    assert_eq!(rejection["command"], command);
    assert_eq!(run.stderr.lines().count(), 1, "the rejection and nothing beside it: {run:?}");
}

#[test]
fn output_becomes_the_result() {
    call("print", r#"{"text":"a b; $HOME `x`"}"#).expect(0, "\"a b; $HOME `x`\"\n", "");
    call("repeat", r#"{"times":3}"#).expect(0, "[\"1\",\"2\",\"3\"]\n", "");
}

#[test]
fn raw_output_is_printed_to_the_byte() {
    let run = call("bytes", "{}");
    assert_eq!((run.code, run.stdout.as_slice(), run.stderr.as_str()), (0, &b"\xff\0\x01"[..], ""));
}

#[test]
fn a_program_that_does_not_exist_is_named() {
    let message = "`no-such-program-anywhere` is not on the gateway's PATH";
    refuses("missing", "{}", "program_not_found", message);
    refuses("missing-file", "{}", "program_not_found", "`./no-such-file` does not exist");
}

#[test]
fn a_program_that_fails_is_a_rejection_with_its_exit_code() {
    refuses("fails", "{}", "process_failed", "`false` ended with exit code 1");
    assert_eq!(call("fails", "{}").rejection()["exit"], 1);
}

#[test]
fn what_a_failing_program_complained_of_is_told() {
    refuses("complains", "{}", "process_failed", "`sh` ended with exit code 7: told you");
    let rejection = call("complains", "{}").rejection();
    assert_eq!((&rejection["exit"], &rejection["stderr"]), (&json!(7), &json!("told you\n")));
}

#[test]
fn what_a_program_says_aside_is_no_part_of_its_result() {
    call("chatters", "{}").expect(0, "\"out\\n\"\n", "");
}

#[test]
fn output_that_is_not_what_was_declared_is_refused() {
    refuses(
        "garbles",
        "{}",
        "invalid_output",
        "the output of `printf` is not UTF-8 at byte offset 0",
    );
    let message =
        "the output of `printf` is not JSON: EOF while parsing an object at line 1 column 1";
    refuses("mumbles", "{}", "invalid_output", message);
    refuses("floods", "{}", "output_too_large", "`seq` wrote more than 1024 bytes");
}

#[test]
fn a_program_that_never_ends_is_stopped() {
    refuses("lingers", "{}", "timeout", "it took longer than 300ms and was stopped");
}

#[test]
fn arguments_that_would_be_more_than_text_are_refused() {
    let dash = "`text` begins with `-`, which the program could read as an option";
    refuses("print", r#"{"text":"-rf"}"#, "invalid_argument", dash);
    refuses("print", r#"{"text":"a\u0000b"}"#, "invalid_argument", "`text` holds a NUL character");
    // After `--` a program reads no options.
    call("after-dashes", r#"{"text":"-rf"}"#).expect(0, "\"-rf\"\n", "");
}

#[test]
fn arguments_that_do_not_fit_start_no_program() {
    refuses("print", "{}", "missing_argument", "`text` is missing");
    let unknown = "`test` is not an argument; did you mean `text`?";
    refuses("print", r#"{"text":"a","test":1}"#, "unknown_argument", unknown);
    let message = "`text` does not fit: the value is not of type \"string\"";
    refuses("print", r#"{"text":1}"#, "invalid_argument", message);
    let message = "`times` does not fit: the value is not of type \"integer\"";
    refuses("repeat", r#"{"times":"3"}"#, "invalid_argument", message);
    refuses(
        "repeat",
        r#"{"times":0}"#,
        "invalid_argument",
        "`times` does not fit: the value is less than the minimum of 1",
    );
    refuses("fails", r#"{"text":"a"}"#, "unknown_argument", "`text` is not an argument");
}
