//! A program's standard streams: all three at once, so that none can make another wait for ever.

use super::group::LentPipes;
use crate::{
    backend::stream::Stream,
    ipc::{Rejection, SinkError},
    plan::StreamSource,
};
use std::{
    io,
    pin::pin,
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    sync::watch,
    time::timeout,
    try_join,
};

/// Bytes asked of a pipe at once, at least.
const CHUNK: usize = 8 * 1024;

/// This many of the last bytes of standard error are kept.
const TAIL: usize = 4 * 1024;

/// How long a program's pipes are listened to after the program itself has ended.
///
/// They stay open only if it left a process behind that holds them; what the program itself wrote is in
/// them already and is read at once.
const GRACE: Duration = Duration::from_millis(200);

/// No pipe holds more (pipe(7), `/proc/sys/fs/pipe-max-size`): what comes after so many bytes was written by others.
const LARGEST_PIPE: usize = 1024 * 1024;

/// Why a program is not heard to its end.
#[derive(Debug)]
pub(super) enum Fault {
    /// It wrote more to standard output than is allowed.
    TooLarge,
    /// A pipe failed.
    Io(io::Error),
    /// Its stream could not go on.
    Stream(Rejection),
}

/// What a program has written so far.
#[derive(Debug, Default)]
pub(super) struct Captured {
    /// Standard output, unless it is streamed.
    pub(super) stdout: Vec<u8>,
    /// The end of standard error.
    pub(super) stderr: Tail,
}

/// A stream, and the output that it takes.
pub(super) type Streamed<'a> = Option<(StreamSource, &'a mut Stream)>;

impl Captured {
    /// Writes `input` and reads both outputs until they are closed, or have been read out after the program's end.
    pub(super) async fn transfer(
        &mut self,
        (stdin, stdout, stderr): LentPipes<'_>,
        input: Vec<u8>,
        max_output: usize,
        streamed: Streamed<'_>,
        ended: watch::Receiver<bool>,
    ) -> Result<(), Fault> {
        let (from_stdout, from_stderr) = match streamed {
            None => (None, None),
            Some((StreamSource::Stdout, stream)) => (Some(stream), None),
            Some((StreamSource::Stderr, stream)) => (None, Some(stream)),
        };
        let out = Source::new(stdout, ended.clone());
        let err = Source::new(stderr, ended.clone());
        try_join!(
            feed(stdin, input, ended),
            async {
                match from_stdout {
                    Some(stream) => forward(out, stream, |_| {}).await,
                    None => read_all(out, &mut self.stdout, max_output).await,
                }
            },
            async {
                match from_stderr {
                    Some(stream) => forward(err, stream, |bytes| self.stderr.push(bytes)).await,
                    None => self.stderr.follow(err).await,
                }
            },
        )?;
        Ok(())
    }
}

async fn feed(
    pipe: Option<impl AsyncWrite + Unpin>,
    input: Vec<u8>,
    mut ended: watch::Receiver<bool>,
) -> Result<(), Fault> {
    let Some(mut pipe) = pipe else { return Ok(()) };
    let written = tokio::select! {
        written = pipe.write_all(&input) => written,
        // What it left behind may hold the pipe, and reads nothing.
        _ = ended.wait_for(|has_ended| *has_ended) => Ok(()),
    };
    match written {
        // A program need not read all that it is offered: `head` does not.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Fault::Io(error)),
        _ => Ok(()),
    }
}

/// One output of a program.
struct Source<R> {
    pipe: Option<R>,
    ended: watch::Receiver<bool>,
    /// What is left of the time and of the bytes after the program's end.
    grace: Duration,
    rest: usize,
}

impl<R: AsyncRead + Unpin> Source<R> {
    fn new(pipe: Option<R>, ended: watch::Receiver<bool>) -> Self {
        Self { pipe, ended, grace: GRACE, rest: LARGEST_PIPE }
    }

    /// Appends what comes next; 0 bytes are the end.
    async fn read(&mut self, bytes: &mut Vec<u8>) -> Result<usize, Fault> {
        let Some(pipe) = &mut self.pipe else { return Ok(0) };
        bytes.reserve(CHUNK);
        if !*self.ended.borrow() {
            tokio::select! {
                biased;
                read = pipe.read_buf(bytes) => return read.map_err(Fault::Io),
                _ = self.ended.wait_for(|has_ended| *has_ended) => {}
            }
        }
        if self.rest == 0 {
            return Ok(0);
        }
        // Only the time counts in which nothing came: a page that is behind loses nothing of the program's last words.
        let start = Instant::now();
        let read = match timeout(self.grace, pipe.read_buf(bytes)).await {
            Ok(read) => read.map_err(Fault::Io)?,
            Err(_) => 0,
        };
        self.grace = self.grace.saturating_sub(start.elapsed());
        self.rest = self.rest.saturating_sub(read);
        Ok(read)
    }
}

async fn read_all(
    mut source: Source<impl AsyncRead + Unpin>,
    bytes: &mut Vec<u8>,
    limit: usize,
) -> Result<(), Fault> {
    while source.read(bytes).await? > 0 {
        if bytes.len() > limit {
            return Err(Fault::TooLarge);
        }
    }
    Ok(())
}

/// Sends an output through a channel. While the page is behind nothing is read, and the program waits at its full pipe.
async fn forward(
    mut source: Source<impl AsyncRead + Unpin>,
    stream: &mut Stream,
    mut look: impl FnMut(&[u8]),
) -> Result<(), Fault> {
    let channel = stream.channel();
    let mut is_closed = pin!(channel.closed());
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let read = tokio::select! {
            biased;
            // A quiet program ends with its channel too.
            () = &mut is_closed => return Err(Fault::Stream(SinkError::Closed.into())),
            read = source.read(&mut bytes) => read?,
        };
        if read == 0 {
            return stream.finish().await.map_err(Fault::Stream);
        }
        look(&bytes);
        stream.push(&bytes).await.map_err(Fault::Stream)?;
    }
}

/// The last bytes of a stream.
#[derive(Debug, Default)]
pub(super) struct Tail {
    bytes: Vec<u8>,
    is_cut: bool,
}

impl Tail {
    async fn follow(&mut self, mut source: Source<impl AsyncRead + Unpin>) -> Result<(), Fault> {
        while source.read(&mut self.bytes).await? > 0 {
            self.cut();
        }
        Ok(())
    }

    fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
        self.cut();
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

    /// The output of a program that has not ended.
    fn source(bytes: &[u8]) -> Source<&[u8]> {
        Source::new(Some(bytes), watch::channel(false).1)
    }

    async fn tail(bytes: &[u8]) -> Tail {
        let mut tail = Tail::default();
        tail.follow(source(bytes)).await.unwrap();
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
        assert!(read_all(source(b"1234"), &mut bytes, 4).await.is_ok());
        let fault = read_all(source(b"5"), &mut bytes, 4).await;
        assert!(matches!(fault, Err(Fault::TooLarge)));
    }
}
