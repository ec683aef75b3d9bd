//! Output that is sent through a channel while it comes: cut into messages, each sent when the page has room for it.

use crate::{
    channel::Channel,
    ipc::{ChannelSink, InvokeResponse, Rejection, RejectionCode},
    plan::{StreamFraming, StreamPlan},
};
use serde::de::IgnoredAny;
use serde_json::{Map, Value};
use std::sync::Arc;

/// A channel that takes the output of what runs. Dropping it tells the page that no message follows.
#[derive(Debug)]
pub(super) struct Stream {
    channel: Channel<Value>,
    pieces: Pieces,
    /// What runs, as messages name it.
    source: String,
}

impl Stream {
    /// The stream of a plan; none if the plan has none, or the page did not give the channel.
    pub(super) fn open(
        plan: Option<&StreamPlan>,
        arguments: &Map<String, Value>,
        sink: &Arc<dyn ChannelSink>,
        source: &str,
        max_message: usize,
    ) -> Result<Option<Self>, Rejection> {
        let Some(plan) = plan else { return Ok(None) };
        let name = plan.to.as_str();
        let Some(value) = arguments.get(name) else { return Ok(None) };
        let channel = Channel::from_value(value, name, sink)?;
        let pieces = Pieces::new(plan.framing, max_message);
        Ok(Some(Self { channel, pieces, source: source.to_owned() }))
    }

    /// The channel itself, to hear when it is closed.
    pub(super) fn channel(&self) -> Channel<Value> {
        self.channel.clone()
    }

    /// Sends what `bytes` complete. It waits while the page is behind, if the channel does.
    pub(super) async fn push(&mut self, bytes: &[u8]) -> Result<(), Rejection> {
        self.pieces.push(bytes);
        self.send(false).await
    }

    /// Sends what is left when there is no more output.
    pub(super) async fn finish(&mut self) -> Result<(), Rejection> {
        self.send(true).await
    }

    async fn send(&mut self, is_end: bool) -> Result<(), Rejection> {
        loop {
            let message = match self.pieces.next(is_end) {
                Ok(Some(message)) => message,
                Ok(None) => return Ok(()),
                Err(fault) => return Err(fault.rejection(&self.source, &self.pieces)),
            };
            self.channel.forward(message).await?;
        }
    }
}

/// What cannot become a message.
#[derive(Debug, PartialEq, Eq)]
enum PieceError {
    TooLarge,
    NotUtf8,
    NotJson(String),
}

impl PieceError {
    fn rejection(&self, source: &str, pieces: &Pieces) -> Rejection {
        let Pieces { count, limit, .. } = pieces;
        match self {
            Self::TooLarge => Rejection::new(
                RejectionCode::OutputTooLarge,
                format!("line {count} of `{source}` has more than {limit} bytes"),
            )
            .help("raise `limits.payload`, or write `framing: raw`"),
            Self::NotUtf8 => Rejection::new(
                RejectionCode::InvalidOutput,
                format!("line {count} of `{source}` is not UTF-8"),
            )
            .help("`framing: raw` takes any bytes"),
            Self::NotJson(error) => Rejection::new(
                RejectionCode::InvalidOutput,
                format!("line {count} of `{source}` is not JSON: {error}"),
            )
            .help("`framing: lines` takes any text"),
        }
    }
}

/// Cuts bytes into messages.
#[derive(Debug)]
struct Pieces {
    framing: StreamFraming,
    limit: usize,
    bytes: Vec<u8>,
    /// Where what has not been sent begins.
    start: usize,
    /// Up to where no end of a piece was found.
    seen: usize,
    /// The number of the piece that was looked at last.
    count: u64,
}

impl Pieces {
    fn new(framing: StreamFraming, limit: usize) -> Self {
        Self { framing, limit, bytes: Vec::new(), start: 0, seen: 0, count: 0 }
    }

    fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.start);
        self.seen -= self.start;
        self.start = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// The next message; at the end, also one that nothing ends.
    fn next(&mut self, is_end: bool) -> Result<Option<InvokeResponse>, PieceError> {
        loop {
            let Some(piece) = self.piece(is_end)? else { return Ok(None) };
            if let Some(message) = self.message(piece)? {
                return Ok(Some(message));
            }
        }
    }

    /// The next piece, without what ended it.
    fn piece(&mut self, is_end: bool) -> Result<Option<Vec<u8>>, PieceError> {
        let rest = self.bytes.get(self.start..).unwrap_or_default();
        if self.framing == StreamFraming::Raw {
            let length = rest.len().min(self.limit.max(1));
            let piece = rest.get(..length).filter(|piece| !piece.is_empty()).map(<[u8]>::to_vec);
            self.start += length;
            self.seen = self.start;
            return Ok(piece);
        }
        let new = self.bytes.get(self.seen..).unwrap_or_default();
        let end = match self.framing {
            StreamFraming::CarriageReturns => memchr::memchr2(b'\n', b'\r', new),
            _ => memchr::memchr(b'\n', new),
        };
        let end = end.map(|at| self.seen + at);
        let length = end.unwrap_or(self.bytes.len()) - self.start;
        if end.is_some() || length > 0 {
            // The one that is looked at: it may become too large before it ends.
            self.seen = end.map_or(self.bytes.len(), |end| end + 1);
        }
        if length > self.limit {
            self.count += 1;
            return Err(PieceError::TooLarge);
        }
        if end.is_none() && (!is_end || length == 0) {
            return Ok(None);
        }
        self.count += 1;
        let piece = rest.get(..length).unwrap_or_default().to_vec();
        self.start = self.seen;
        Ok(Some(piece))
    }

    /// What a piece is to the page; nothing for one that says nothing.
    fn message(&self, mut piece: Vec<u8>) -> Result<Option<InvokeResponse>, PieceError> {
        if self.framing == StreamFraming::Raw {
            return Ok(Some(InvokeResponse::Raw(piece)));
        }
        if self.framing != StreamFraming::CarriageReturns && piece.last() == Some(&b'\r') {
            piece.pop();
        }
        let text = String::from_utf8(piece).map_err(|_| PieceError::NotUtf8)?;
        let is_blank = match self.framing {
            StreamFraming::CarriageReturns => text.is_empty(),
            StreamFraming::Ndjson => text.trim().is_empty(),
            StreamFraming::Lines | StreamFraming::Raw => false,
        };
        if is_blank {
            return Ok(None);
        }
        if self.framing == StreamFraming::Ndjson {
            // It passes as it was written: numbers keep their digits, members their order.
            return match serde_json::from_str::<IgnoredAny>(&text) {
                Ok(_) => Ok(Some(InvokeResponse::Json(text))),
                Err(error) => Err(PieceError::NotJson(error.to_string())),
            };
        }
        Ok(Some(InvokeResponse::Json(Value::String(text).to_string())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Messages in short, whatever the bytes were cut into on their way.
    fn check(framing: StreamFraming, bytes: &[u8], expect: &[&str]) {
        for size in [1, 2, 3, bytes.len().max(1)] {
            let mut pieces = Pieces::new(framing, 16);
            let mut seen = Vec::new();
            let mut take = |pieces: &mut Pieces, is_end| {
                while let Some(message) = pieces.next(is_end).unwrap() {
                    seen.push(match message {
                        InvokeResponse::Json(text) => text,
                        InvokeResponse::Raw(bytes) => format!("{bytes:?}"),
                    });
                }
            };
            for chunk in bytes.chunks(size) {
                pieces.push(chunk);
                take(&mut pieces, false);
            }
            take(&mut pieces, true);
            assert_eq!(seen, expect, "{framing:?} by {size}");
        }
    }

    fn fault(framing: StreamFraming, bytes: &[u8]) -> String {
        let mut pieces = Pieces::new(framing, 8);
        pieces.push(bytes);
        loop {
            match pieces.next(true) {
                Ok(Some(_)) => {}
                Ok(None) => panic!("no fault"),
                Err(fault) => return fault.rejection("tool", &pieces).to_string(),
            }
        }
    }

    #[test]
    fn lines_lose_their_ends_and_nothing_else() {
        check(StreamFraming::Lines, b"", &[]);
        check(StreamFraming::Lines, b"a\n\nb\r\n c\rd", &["\"a\"", "\"\"", "\"b\"", "\" c\\rd\""]);
    }

    #[test]
    fn a_carriage_return_ends_a_piece_and_empty_pieces_are_none() {
        check(StreamFraming::CarriageReturns, b"1%\r2%\r\n\nend", &["\"1%\"", "\"2%\"", "\"end\""]);
    }

    #[test]
    fn a_json_line_passes_as_it_was_written() {
        check(
            StreamFraming::Ndjson,
            b"{\"b\": 1.0}\r\n\n [1] \n2",
            &["{\"b\": 1.0}", " [1] ", "2"],
        );
    }

    #[test]
    fn raw_bytes_are_what_came_and_never_more_than_the_limit() {
        let mut pieces = Pieces::new(StreamFraming::Raw, 2);
        pieces.push(b"\xff\0a");
        let mut next = || pieces.next(false).unwrap();
        assert_eq!(next(), Some(InvokeResponse::Raw(vec![255, 0])));
        assert_eq!(next(), Some(InvokeResponse::Raw(vec![b'a'])));
        assert_eq!(next(), None);
    }

    #[test]
    fn what_is_no_message_is_named_by_its_line() {
        assert_eq!(
            fault(StreamFraming::Lines, b"ok\n\xff\n"),
            "invalid_output: line 2 of `tool` is not UTF-8"
        );
        let seen = fault(StreamFraming::Ndjson, b"1\n\ntru\n");
        assert!(seen.starts_with("invalid_output: line 3 of `tool` is not JSON: "), "{seen}");
        for text in [&b"12345678\n123456789"[..], b"12345678\n123456789\n"] {
            let seen = fault(StreamFraming::Lines, text);
            assert_eq!(seen, "output_too_large: line 2 of `tool` has more than 8 bytes");
        }
    }
}
