//! The input of a sidecar's program: messages go in whole and in turn, from whoever has one while none is on its way.

use super::frame;
use crate::plan::Framing;
use std::{
    fmt, io,
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::io::AsyncWrite;

/// The pipe, and what is left of the message that is on its way.
pub(super) struct Input {
    pipe: Pin<Box<dyn AsyncWrite + Send>>,
    framing: Framing,
    rest: Vec<u8>,
    written: usize,
}

impl Input {
    pub(super) fn new(pipe: impl AsyncWrite + Send + 'static, framing: Framing) -> Self {
        Self { pipe: Box::pin(pipe), framing, rest: Vec::new(), written: 0 }
    }

    /// Whether a message is on its way. Then the one who finishes it is woken when the pipe takes more, and must stay the
    /// last who asked.
    pub(super) fn is_busy(&self) -> bool {
        !self.rest.is_empty()
    }

    /// Begins a message after the one before it was written.
    pub(super) fn begin(&mut self, message: String) {
        self.rest = frame::encode(self.framing, message);
        self.written = 0;
    }

    /// Writes what is left. After an error it is still left, and the error comes again.
    pub(super) fn poll_write(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest) = self.rest.get(self.written..).filter(|rest| !rest.is_empty()) {
            match ready!(self.pipe.as_mut().poll_write(context, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                written => self.written += written,
            }
        }
        if self.is_busy() {
            ready!(self.pipe.as_mut().poll_flush(context))?;
            self.rest = Vec::new();
        }
        Poll::Ready(Ok(()))
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("is_busy", &self.is_busy()).finish_non_exhaustive()
    }
}
