//! Frames on standard input and output: a message that cannot be read is answered, and the next one is still heard.

use lsp_server::{ErrorCode, Message};
use serde_json::{Value, json};
use std::io::{self, BufRead, Read as _, Write};

/// The largest message that is kept in memory; a manifest ends at 1 MiB, and JSON at most doubles most text.
const MAX_MESSAGE: u64 = 32 << 20;
/// The longest header line.
const MAX_HEADER: u64 = 8 << 10;

/// What one frame holds.
#[derive(Debug)]
pub(super) enum Incoming {
    /// A message of the protocol.
    Message(Message),
    /// Something else.
    Malformed(Fault),
}

/// Why a frame holds no message.
#[derive(Debug)]
pub(super) struct Fault {
    code: ErrorCode,
    message: String,
    /// Whose answer the sender waits for, if that can be told.
    id: Value,
    /// An answer is not answered, or two faulty programs would never stop.
    is_answer: bool,
}

impl Fault {
    fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), id: Value::Null, is_answer: false }
    }
}

/// Reads the next frame; nothing at the end of the input.
pub(super) fn read(input: &mut impl BufRead) -> io::Result<Option<Incoming>> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        if (&mut *input).take(MAX_HEADER).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end();
        // A line that is no header is skipped like a header that is not known: that finds the next frame again.
        match line.split_once(':') {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.trim().parse::<u64>().ok();
            }
            None if line.is_empty() => break,
            _ => {}
        }
    }
    let Some(length) = length else {
        let fault = Fault::new(ErrorCode::ParseError, "the header has no content length");
        return Ok(Some(Incoming::Malformed(fault)));
    };
    let mut body = input.take(length);
    if length > MAX_MESSAGE {
        io::copy(&mut body, &mut io::sink())?;
        let message = format!("a message has at most {MAX_MESSAGE} bytes");
        return Ok(Some(Incoming::Malformed(Fault::new(ErrorCode::InvalidRequest, message))));
    }
    let mut bytes = Vec::new();
    body.read_to_end(&mut bytes)?;
    if (bytes.len() as u64) < length {
        return Ok(None);
    }
    Ok(Some(parse(&bytes)))
}

fn parse(bytes: &[u8]) -> Incoming {
    let value: Value = match serde_json::from_slice(bytes) {
        Ok(value) => value,
        Err(error) => {
            let message = format!("the message is not JSON: {error}");
            return Incoming::Malformed(Fault::new(ErrorCode::ParseError, message));
        }
    };
    let id = value.get("id").filter(|id| id.is_number() || id.is_string()).cloned();
    let is_answer = value.get("method").is_none()
        && (value.get("result").is_some() || value.get("error").is_some());
    match serde_json::from_value(value) {
        // An id that the protocol does not allow would turn a request into a notification.
        Ok(message) if id.is_none() || !matches!(message, Message::Notification(_)) => {
            Incoming::Message(message)
        }
        _ => Incoming::Malformed(Fault {
            id: id.unwrap_or(Value::Null),
            is_answer,
            ..Fault::new(ErrorCode::InvalidRequest, "the message is not one of JSON-RPC 2.0")
        }),
    }
}

/// Answers a frame that held no message.
pub(super) fn refuse(out: &mut impl Write, fault: &Fault) -> io::Result<()> {
    if fault.is_answer {
        return Ok(());
    }
    let error = json!({ "code": fault.code as i32, "message": fault.message });
    let body = json!({ "jsonrpc": "2.0", "id": fault.id, "error": error }).to_string();
    write!(out, "Content-Length: {}\r\n\r\n{body}", body.len())?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(input: &str) -> Vec<Incoming> {
        let mut input = input.as_bytes();
        std::iter::from_fn(|| read(&mut input).unwrap()).collect()
    }

    fn framed(body: &str) -> String {
        format!("Content-Length: {}\r\n\r\n{body}", body.len())
    }

    fn answer(incoming: &Incoming) -> Option<Value> {
        let Incoming::Malformed(fault) = incoming else { panic!("{incoming:?}") };
        let mut out = Vec::new();
        refuse(&mut out, fault).unwrap();
        let text = String::from_utf8(out).unwrap();
        text.split_once("\r\n\r\n").map(|(_, body)| serde_json::from_str(body).unwrap())
    }

    #[test]
    fn the_message_after_a_malformed_one_is_heard() {
        let good = framed(r#"{"jsonrpc":"2.0","method":"initialized"}"#);
        for bad in ["Content-Length: 3\r\n\r\n{}}", "\r\n", "junk\r\n\r\n", "Content-Length: x\n\n"]
        {
            let frames = frames(&format!("{bad}{good}"));
            assert_eq!(frames.len(), 2, "{bad:?}: {frames:?}");
            assert_eq!(answer(&frames[0]).unwrap()["error"]["code"], -32700);
            assert!(matches!(&frames[1], Incoming::Message(Message::Notification(_))));
        }
    }

    #[test]
    fn what_is_json_and_no_message_is_answered_by_its_id() {
        let found = frames(&framed(r#"{"id":7,"nothing":1}"#));
        assert_eq!(answer(&found[0]).unwrap()["id"], 7);
        let found = frames(&framed(r#"{"id":1.5,"method":"shutdown"}"#));
        assert_eq!(answer(&found[0]).unwrap()["error"]["code"], -32600);
        assert_eq!(answer(&frames(&framed("[]"))[0]).unwrap()["id"], Value::Null);
    }

    #[test]
    fn an_answer_is_never_answered() {
        assert_eq!(answer(&frames(&framed(r#"{"id":null,"result":1}"#))[0]), None);
    }

    #[test]
    fn a_message_too_large_is_skipped_whole() {
        let large = framed(&"x".repeat(usize::try_from(MAX_MESSAGE).unwrap() + 1));
        let found = frames(&format!("{large}{}", framed(r#"{"method":"exit"}"#)));
        assert_eq!(found.len(), 2);
        assert!(answer(&found[0]).unwrap()["error"]["message"].to_string().contains("at most"));
    }

    #[test]
    fn an_input_that_ends_inside_a_frame_is_the_end() {
        assert!(frames("Content-Length: 9\r\n\r\n{}").is_empty());
        assert!(frames("Content-Length: 9").is_empty() || frames("Content-Length: 9").len() == 1);
    }
}
