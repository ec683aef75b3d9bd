//! Where one message of a sidecar ends and the next begins; no message is held that is longer than the limit.

use crate::plan::Framing;
use std::io;
use thiserror::Error;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader};

/// Bytes asked of the pipe at once.
const CHUNK: usize = 64 * 1024;
/// So much of a message that is too long is kept: its id usually stands at the start.
const HEAD: usize = 4 * 1024;
/// Longest header in front of a message.
const MAX_HEADER: usize = 4 * 1024;
/// A message may be so many times the limit before the stream counts as broken.
const MAX_EXCESS: usize = 8;

/// One message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Frame {
    Whole(Vec<u8>),
    /// Longer than the limit; only its start is here.
    TooLarge(Vec<u8>),
}

/// Why no further message can be read.
#[derive(Debug, Error)]
pub(super) enum FrameError {
    #[error("it ended in the middle of a message")]
    Half,
    #[error("it wrote something else than a header with `Content-Length`")]
    Header,
    #[error("it wrote a message without an end")]
    Endless,
    #[error("its output cannot be read: {0}")]
    Io(#[from] io::Error),
}

/// What is left of a message that was too long.
#[derive(Debug, Clone, Copy)]
enum Rest {
    None,
    Line,
    Bytes(u64),
}

/// Reads messages.
#[derive(Debug)]
pub(super) struct Frames<R> {
    input: BufReader<R>,
    framing: Framing,
    rest: Rest,
}

/// A message as the sidecar reads it.
pub(super) fn encode(framing: Framing, mut message: String) -> Vec<u8> {
    match framing {
        // JSON text as it is written here has no line breaks.
        Framing::Ndjson => {
            message.push('\n');
            message.into_bytes()
        }
        Framing::ContentLength => {
            format!("Content-Length: {}\r\n\r\n{message}", message.len()).into_bytes()
        }
    }
}

impl<R: AsyncRead + Unpin> Frames<R> {
    pub(super) fn new(input: R, framing: Framing) -> Self {
        Self { input: BufReader::with_capacity(CHUNK, input), framing, rest: Rest::None }
    }

    /// The next message of at most `limit` bytes; `None` when the stream ends between two.
    pub(super) async fn next(&mut self, limit: usize) -> Result<Option<Frame>, FrameError> {
        self.skip_rest(limit).await?;
        match self.framing {
            Framing::Ndjson => self.line(limit).await,
            Framing::ContentLength => self.measured(limit).await,
        }
    }

    async fn line(&mut self, limit: usize) -> Result<Option<Frame>, FrameError> {
        let mut line = Vec::new();
        loop {
            let chunk = self.input.fill_buf().await?;
            if chunk.is_empty() {
                return if line.is_empty() { Ok(None) } else { Err(FrameError::Half) };
            }
            let (part, is_end) = up_to_line_end(chunk);
            line.extend_from_slice(part);
            let taken = part.len() + usize::from(is_end);
            self.input.consume(taken);
            if line.len() > limit {
                self.rest = if is_end { Rest::None } else { Rest::Line };
                line.truncate(HEAD);
                return Ok(Some(Frame::TooLarge(line)));
            }
            if is_end && line.iter().all(u8::is_ascii_whitespace) {
                line.clear();
            } else if is_end {
                return Ok(Some(Frame::Whole(line)));
            }
        }
    }

    async fn measured(&mut self, limit: usize) -> Result<Option<Frame>, FrameError> {
        let Some(length) = self.header().await? else { return Ok(None) };
        let is_too_large = length > limit as u64;
        let kept = if is_too_large { length.min(HEAD as u64) } else { length };
        let mut body = Vec::new();
        (&mut self.input).take(kept).read_to_end(&mut body).await?;
        if (body.len() as u64) < kept {
            return Err(FrameError::Half);
        }
        if is_too_large {
            self.rest = Rest::Bytes(length - kept);
            return Ok(Some(Frame::TooLarge(body)));
        }
        Ok(Some(Frame::Whole(body)))
    }

    /// The length that the header in front of a message gives.
    async fn header(&mut self) -> Result<Option<u64>, FrameError> {
        let mut length = None;
        let mut read = 0;
        loop {
            let mut line = Vec::new();
            let left = (MAX_HEADER - read) as u64;
            let taken = (&mut self.input).take(left).read_until(b'\n', &mut line).await?;
            if taken == 0 && read == 0 {
                return Ok(None);
            }
            read += taken;
            if line.pop() != Some(b'\n') {
                return Err(if read < MAX_HEADER { FrameError::Half } else { FrameError::Header });
            }
            if line.last() == Some(&b'\r') {
                line.pop();
            }
            if line.is_empty() {
                return length.ok_or(FrameError::Header).map(Some);
            }
            let line = str::from_utf8(&line).map_err(|_| FrameError::Header)?;
            let (name, value) = line.split_once(':').ok_or(FrameError::Header)?;
            if name.eq_ignore_ascii_case("content-length") {
                let value = value.trim();
                let is_number = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
                let value = value.parse().ok().filter(|_| is_number && length.is_none());
                length = Some(value.ok_or(FrameError::Header)?);
            }
        }
    }

    /// Reads over what is left of a message that was too long.
    async fn skip_rest(&mut self, limit: usize) -> Result<(), FrameError> {
        let most = limit.saturating_mul(MAX_EXCESS) as u64;
        match std::mem::replace(&mut self.rest, Rest::None) {
            Rest::None => Ok(()),
            Rest::Bytes(length) if length > most => Err(FrameError::Endless),
            Rest::Bytes(length) => {
                let mut rest = (&mut self.input).take(length);
                let skipped = tokio::io::copy(&mut rest, &mut tokio::io::sink()).await?;
                if skipped < length { Err(FrameError::Half) } else { Ok(()) }
            }
            Rest::Line => {
                let mut skipped = 0;
                loop {
                    let chunk = self.input.fill_buf().await?;
                    if chunk.is_empty() {
                        return Err(FrameError::Half);
                    }
                    let (part, is_end) = up_to_line_end(chunk);
                    let taken = part.len() + usize::from(is_end);
                    self.input.consume(taken);
                    skipped += taken as u64;
                    if is_end {
                        return Ok(());
                    }
                    if skipped > most {
                        return Err(FrameError::Endless);
                    }
                }
            }
        }
    }
}

/// The bytes before the first line end, and whether there is one.
fn up_to_line_end(chunk: &[u8]) -> (&[u8], bool) {
    match memchr::memchr(b'\n', chunk).and_then(|end| chunk.split_at_checked(end)) {
        Some((part, _)) => (part, true),
        None => (chunk, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every message of a stream, and how the stream ends.
    async fn read(framing: Framing, bytes: &[u8], limit: usize) -> Vec<String> {
        let mut frames = Frames::new(bytes, framing);
        let mut seen = Vec::new();
        loop {
            seen.push(match frames.next(limit).await {
                Ok(Some(Frame::Whole(bytes))) => String::from_utf8_lossy(&bytes).into_owned(),
                Ok(Some(Frame::TooLarge(head))) => format!("too large: {}", head.len()),
                Ok(None) => "end".to_owned(),
                Err(error) => error.to_string(),
            });
            if seen.last().is_some_and(|last| last == "end" || last.starts_with("it ")) {
                return seen;
            }
        }
    }

    const HALF: &str = "it ended in the middle of a message";
    const HEADER: &str = "it wrote something else than a header with `Content-Length`";
    const ENDLESS: &str = "it wrote a message without an end";

    #[tokio::test]
    async fn lines_are_messages_and_blank_ones_are_not() {
        assert_eq!(read(Framing::Ndjson, b"a\r\n\n \nb\n", 9).await, ["a\r", "b", "end"]);
        assert_eq!(read(Framing::Ndjson, b"a\nb", 9).await, ["a", HALF]);
        assert_eq!(read(Framing::Ndjson, b"", 9).await, ["end"]);
    }

    #[tokio::test]
    async fn what_is_too_long_is_skipped_and_what_has_no_end_is_a_fault() {
        assert_eq!(
            read(Framing::Ndjson, b"1234\n12345\n1\n", 4).await,
            ["1234", "too large: 5", "1", "end"]
        );
        let long = ["x".repeat(CHUNK * 2).as_bytes(), b"\n1\n"].concat();
        assert_eq!(read(Framing::Ndjson, &long, CHUNK).await, ["too large: 4096", "1", "end"]);
        let endless = "x".repeat(CHUNK * 20);
        assert_eq!(
            read(Framing::Ndjson, endless.as_bytes(), CHUNK).await,
            ["too large: 4096", ENDLESS]
        );
        let framed = b"Content-Length: 5\r\n\r\n12345Content-Length: 1\r\n\r\n1";
        assert_eq!(read(Framing::ContentLength, framed, 4).await, ["too large: 5", "1", "end"]);
        let endless = b"Content-Length: 99999999999\r\n\r\n";
        assert_eq!(read(Framing::ContentLength, endless, 4).await, [HALF]);
        let long = ["Content-Length: 99999\r\n\r\n", &"x".repeat(99_999)].concat();
        assert_eq!(
            read(Framing::ContentLength, long.as_bytes(), 9).await,
            ["too large: 4096", ENDLESS]
        );
    }

    #[tokio::test]
    async fn a_header_gives_the_length_once_and_in_digits() {
        let two = b"content-length:2\r\nContent-Type: x\r\n\r\n{}Content-Length: 0\n\n";
        assert_eq!(read(Framing::ContentLength, two, 9).await, ["{}", "", "end"]);
        assert_eq!(read(Framing::ContentLength, b"Content-Length: 3\r\n\r\n{}", 9).await, [HALF]);
        assert_eq!(read(Framing::ContentLength, b"Content-Len", 9).await, [HALF]);
        let long = "x".repeat(2 * MAX_HEADER);
        for bad in [
            "{}\n",
            "\r\n",
            "Content-Length: +2\r\n\r\n{}",
            "Content-Length: -1\r\n\r\n",
            "Content-Length: \r\n\r\n",
            "Content-Length: 99999999999999999999\r\n\r\n",
            "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
            long.as_str(),
        ] {
            assert_eq!(read(Framing::ContentLength, bad.as_bytes(), 9).await, [HEADER], "{bad:?}");
        }
    }

    #[tokio::test]
    async fn what_is_written_is_read_again() {
        for framing in [Framing::Ndjson, Framing::ContentLength] {
            let bytes =
                [r#"{"a":1}"#, r#""ä""#].map(|text| encode(framing, text.to_owned())).concat();
            assert_eq!(read(framing, &bytes, 9).await, ["{\"a\":1}", "\"ä\"", "end"]);
        }
    }
}
