//! From what a program wrote, and how it ended, to what the page gets.

use super::pipes::Tail;
use crate::{
    ipc::{InvokeResponse, Rejection, RejectionCode, Reply},
    name::CommandName,
    plan::{Outcome, Output, SecretStore},
};
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use std::process::ExitStatus;

/// The white space of JSON, which is less than Unicode's.
const JSON_SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

/// Reads standard output as the manifest declares it.
///
/// `text` is the output to the byte, with the line end of its last line: what a page gets can be
/// compared and hashed. `lines` is for output that is to be split: without `\n` and `\r\n`.
pub(in crate::backend) fn decode(output: Output, program: &str, bytes: Vec<u8>) -> Reply {
    match output {
        Output::Raw => Ok(InvokeResponse::Raw(bytes)),
        Output::Text => InvokeResponse::json(&text(program, bytes)?),
        Output::Lines => InvokeResponse::json(&lines(&text(program, bytes)?)),
        Output::Json => json(program, text(program, bytes)?),
    }
}

fn text(program: &str, bytes: Vec<u8>) -> Result<String, Rejection> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        invalid(format!("the output of `{program}` is not UTF-8 at byte offset {at}"))
            .help("`output: raw` takes any bytes")
    })
}

fn lines(text: &str) -> Vec<&str> {
    text.split_terminator('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect()
}

/// Passes a JSON text on as the program wrote it: numbers keep their digits, members their order.
fn json(program: &str, mut text: String) -> Reply {
    serde_json::from_str::<IgnoredAny>(&text).map_err(|error| {
        // The error's own text ends with the position.
        invalid(format!("the output of `{program}` is not JSON: {error}"))
    })?;
    text.truncate(text.trim_end_matches(JSON_SPACE).len());
    text.drain(..text.len() - text.trim_start_matches(JSON_SPACE).len());
    Ok(InvokeResponse::Json(text))
}

fn invalid(message: String) -> Rejection {
    Rejection::new(RejectionCode::InvalidOutput, message)
}

/// The reply that the manifest declares for an exit code. What the program wrote is in no error of a name: it reaches
/// every page that may call the command.
pub(super) fn declared(outcome: &Outcome, program: &str, command: &CommandName, exit: u8) -> Reply {
    match outcome {
        Outcome::Result(value) => InvokeResponse::json(value),
        Outcome::Error(code) => Err(Rejection::Command(json!({
            "code": code.as_str(),
            "message": format!("`{program}` ended with exit code {exit}"),
            "command": command.as_str(),
            "exit": exit,
        }))),
    }
}

/// The rejection of a call whose program did not end with exit code 0; what it complained of is told without secrets.
pub(super) fn failure(
    program: &str,
    status: ExitStatus,
    stderr: &Tail,
    secrets: &SecretStore,
) -> Rejection {
    let signal = signal(status);
    let mut message = match (status.code(), signal) {
        (Some(code), _) => format!("`{program}` ended with exit code {code}"),
        (None, Some(signal)) => format!("`{program}` was ended by signal {signal}"),
        (None, None) => format!("`{program}` ended without an exit code"),
    };
    let line = stderr.first_line();
    if !line.is_empty() {
        message.push_str(": ");
        message.push_str(&secrets.redact(&line));
    }
    let rejection = Rejection::new(RejectionCode::ProcessFailed, message)
        .detail("exit", status.code().map_or(Value::Null, Value::from));
    let rejection = match signal {
        Some(signal) => rejection.detail("signal", signal),
        None => rejection,
    };
    rejection.detail("stderr", secrets.redact(&stderr.text()))
}

#[cfg(unix)]
fn signal(status: ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_: ExitStatus) -> Option<i32> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(output: Output, bytes: &[u8], expect: &str) {
        let seen = match decode(output, "tool", bytes.to_vec()) {
            Ok(InvokeResponse::Json(text)) => text,
            Ok(InvokeResponse::Raw(bytes)) => format!("raw {bytes:?}"),
            Err(rejection) => rejection.to_string(),
        };
        assert_eq!(seen, expect, "{output:?} of {bytes:?}");
    }

    #[test]
    fn text_is_kept_to_the_byte() {
        check(Output::Text, b" a\r\n\n", r#"" a\r\n\n""#);
        check(Output::Text, b"", r#""""#);
    }

    #[test]
    fn lines_lose_their_ends_and_nothing_else() {
        check(Output::Lines, b"", "[]");
        check(Output::Lines, b"\n", r#"[""]"#);
        check(Output::Lines, b"a\n\nb", r#"["a","","b"]"#);
        check(Output::Lines, b"a\r\n b\r\r\nc\r", r#"["a"," b\r","c"]"#);
    }

    #[test]
    fn bytes_that_are_not_utf8_are_named_by_their_offset() {
        let expect = "invalid_output: the output of `tool` is not UTF-8 at byte offset 2";
        for output in [Output::Text, Output::Lines, Output::Json] {
            check(output, b"ok\xff", expect);
        }
        check(Output::Raw, b"ok\xff", "raw [111, 107, 255]");
    }

    #[test]
    fn json_passes_as_it_was_written() {
        check(
            Output::Json,
            b"\n { \"b\": 1.00, \"a\": 123456789012345678901234567890 }\r\n",
            "{ \"b\": 1.00, \"a\": 123456789012345678901234567890 }",
        );
        check(Output::Json, b"null", "null");
    }

    #[test]
    fn what_is_not_json_is_refused_with_its_place() {
        let prefix = "invalid_output: the output of `tool` is not JSON: ";
        check(
            Output::Json,
            b"{\n\"a\": tru}",
            &format!("{prefix}expected ident at line 2 column 9"),
        );
        check(Output::Json, b"", &format!("{prefix}EOF while parsing a value at line 1 column 0"));
        check(Output::Json, b"1 2", &format!("{prefix}trailing characters at line 1 column 3"));
    }
}
