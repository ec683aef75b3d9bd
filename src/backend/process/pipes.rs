//! A program's standard streams: all three at once, so that none can make another wait for ever.

use super::group::Pipes;
use std::io;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    try_join,
};

/// Bytes asked of a pipe at once, at least.
const CHUNK: usize = 8 * 1024;

/// This many of the last bytes of standard error are kept.
const TAIL: usize = 4 * 1024;

/// Why a program is not heard to its end.
#[derive(Debug)]
pub(super) enum Fault {
    /// It wrote more to standard output than is allowed.
    TooLarge,
    /// A pipe failed.
    Io(io::Error),
}

/// What a program has written so far.
#[derive(Debug, Default)]
pub(super) struct Captured {
    /// Standard output.
    pub(super) stdout: Vec<u8>,
    /// The end of standard error.
    pub(super) stderr: Tail,
}

impl Captured {
    /// Writes `input` and reads both outputs until they are closed. What was read stays if this is dropped.
    pub(super) async fn transfer(
        &mut self,
        (stdin, stdout, stderr): Pipes,
        input: Option<String>,
        max_output: usize,
    ) -> Result<(), Fault> {
        try_join!(
            feed(stdin, input.unwrap_or_default()),
            read_all(stdout, &mut self.stdout, max_output),
            self.stderr.follow(stderr),
        )?;
        Ok(())
    }
}

async fn feed(pipe: Option<impl AsyncWrite + Unpin>, input: String) -> Result<(), Fault> {
    let Some(mut pipe) = pipe else { return Ok(()) };
    match pipe.write_all(input.as_bytes()).await {
        // A program need not read all that it is offered: `head` does not.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Fault::Io(error)),
        _ => Ok(()),
    }
}

async fn read_all(
    pipe: Option<impl AsyncRead + Unpin>,
    bytes: &mut Vec<u8>,
    limit: usize,
) -> Result<(), Fault> {
    let Some(mut pipe) = pipe else { return Ok(()) };
    loop {
        bytes.reserve(CHUNK);
        if pipe.read_buf(bytes).await.map_err(Fault::Io)? == 0 {
            return Ok(());
        }
        if bytes.len() > limit {
            return Err(Fault::TooLarge);
        }
    }
}

/// The last bytes of a stream.
#[derive(Debug, Default)]
pub(super) struct Tail {
    bytes: Vec<u8>,
    is_cut: bool,
}

impl Tail {
    async fn follow(&mut self, pipe: Option<impl AsyncRead + Unpin>) -> Result<(), Fault> {
        let Some(mut pipe) = pipe else { return Ok(()) };
        loop {
            self.bytes.reserve(CHUNK);
            if pipe.read_buf(&mut self.bytes).await.map_err(Fault::Io)? == 0 {
                return Ok(());
            }
            self.cut();
        }
    }

    fn cut(&mut self) {
        let excess = self.bytes.len().saturating_sub(TAIL);
        if excess > 0 {
            self.bytes.drain(..excess);
            self.is_cut = true;
        }
    }

    /// The bytes as text; the rest of a character that was cut through is left out.
    pub(super) fn text(&self) -> String {
        let is_rest = |byte: &&u8| self.is_cut && **byte & 0b1100_0000 == 0b1000_0000;
        let rest = self.bytes.iter().take(3).take_while(is_rest).count();
        String::from_utf8_lossy(self.bytes.get(rest..).unwrap_or_default()).into_owned()
    }

    /// The first line that says something, without control characters; not one that was cut through, if there
    /// is another.
    pub(super) fn first_line(&self) -> String {
        let text = self.text();
        let whole = match text.split_once('\n') {
            Some((_, rest)) if self.is_cut => rest,
            _ => &text,
        };
        let clean = |line: &str| line.chars().filter(|c| !c.is_control()).collect::<String>();
        let mut lines = whole.split(['\n', '\r']).map(clean);
        lines.find(|line| !line.trim().is_empty()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn tail(bytes: &[u8]) -> Tail {
        let mut tail = Tail::default();
        tail.follow(Some(bytes)).await.unwrap();
        tail
    }

    #[tokio::test]
    async fn a_tail_keeps_the_last_bytes_and_whole_characters() {
        let text = format!("first\n{}\nlast", "ä".repeat(TAIL));
        let tail = tail(text.as_bytes()).await;
        assert!(tail.bytes.len() == TAIL && tail.text().len() <= TAIL);
        assert!(tail.text().starts_with('ä') && tail.text().ends_with("ä\nlast"));
        assert_eq!(tail.first_line(), "last");
    }

    #[tokio::test]
    async fn the_first_line_that_says_something_is_told_without_control_characters() {
        assert_eq!(
            tail(b"\n \r\n\x1b[31mno\x07\0 such\tfile\r\nmore").await.first_line(),
            "[31mno suchfile"
        );
        assert_eq!(tail(b"\xff\xfe bad").await.first_line(), "\u{fffd}\u{fffd} bad");
        assert_eq!(tail(b"").await.first_line(), "");
    }

    #[tokio::test]
    async fn the_limit_itself_is_allowed() {
        let mut bytes = Vec::new();
        assert!(read_all(Some(&b"1234"[..]), &mut bytes, 4).await.is_ok());
        let fault = read_all(Some(&b"5"[..]), &mut bytes, 4).await;
        assert!(matches!(fault, Err(Fault::TooLarge)));
    }
}
