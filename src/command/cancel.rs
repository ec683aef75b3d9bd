//! How a command hears that nobody waits for it any more.

use super::{CommandArg, CommandItem};
use crate::ipc::Rejection;
use tokio::sync::watch;

/// Says when the call has been given up: its page is closed or has gone on, its time is up, or the page took it back.
///
/// An `async` command is stopped at its next `await` by itself. A function that is not async runs on until it returns:
/// one that works for long looks at [`is_cancelled`](Self::is_cancelled) from time to time.
///
/// Once the call has been answered it is never cancelled; what goes on then hears from its channel when the page is gone.
#[derive(Debug, Clone)]
pub struct CancellationToken(watch::Receiver<bool>);

impl CancellationToken {
    /// Whether the call has been given up.
    pub fn is_cancelled(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until the call is given up; forever, if it is answered.
    pub async fn cancelled(&self) {
        let mut state = self.0.clone();
        if state.wait_for(|is_cancelled| *is_cancelled).await.is_err() && !self.is_cancelled() {
            std::future::pending::<()>().await;
        }
    }
}

impl CommandArg for CancellationToken {
    fn from_command(item: CommandItem<'_>) -> Result<Self, Rejection> {
        Ok(item.call.guard.token())
    }
}

/// Held while a command runs: dropped before its end, it tells the command's tokens.
#[derive(Debug, Default)]
#[doc(hidden)]
pub struct Guard(Option<watch::Sender<bool>>);

impl Guard {
    /// Most commands ask for none, and pay for none.
    pub(super) fn token(&mut self) -> CancellationToken {
        CancellationToken(self.0.get_or_insert_with(|| watch::Sender::new(false)).subscribe())
    }

    /// The command has come to its end.
    pub fn finish(mut self) {
        self.0 = None;
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(sender) = self.0.take() {
            sender.send_replace(true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_call_that_is_given_up_cancels_its_tokens() {
        let mut guard = Guard::default();
        let token = guard.token();
        assert!(!token.is_cancelled());
        drop(guard);
        assert!(token.is_cancelled());
        token.cancelled().await;
    }

    #[tokio::test]
    async fn a_call_that_ended_is_never_cancelled() {
        let mut guard = Guard::default();
        let token = guard.token();
        guard.finish();
        assert!(!token.is_cancelled());
        let mut waiting = Box::pin(token.cancelled());
        assert!(
            std::future::poll_fn(|context| {
                std::task::Poll::Ready(waiting.as_mut().poll(context).is_pending())
            })
            .await
        );
    }
}
