//! The calls of one sidecar: those that wait to be sent, and those that wait for their answer. Each is in one of both.

use super::{
    input::Input,
    message,
    outlet::{Outlet, Outlets},
};
use crate::ipc::{Rejection, RejectionCode, Reply};
use serde_json::{Map, Value};
use std::{
    collections::{HashMap, VecDeque},
    future::poll_fn,
    io,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker, ready},
};
use tokio::sync::{Notify, oneshot};

/// Calls that may wait to be sent. Each has a caller that waits, whose limits bound its size.
const MAX_WAITING: usize = 1024;
/// Answers to the sidecar's own calls that may wait to be sent; what comes on top is left out.
const MAX_NOTES: usize = 64;

/// Whether a call of an id is known, or what else a message was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// It waited for its answer, and has it now.
    Answered,
    /// It waits for its answer, and a channel of it got a message.
    Streamed,
    /// It was answered before, or its caller is gone.
    Past,
    /// It is no answer, and nobody takes it.
    Ignored,
    /// It was never sent.
    Never,
    /// It is no answer, and was taken.
    Event,
}

/// The calls of one sidecar.
#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    /// There is something to send.
    work: Notify,
}

#[derive(Debug, Default)]
struct State {
    last_id: u64,
    waiting: VecDeque<(u64, String)>,
    /// Those that were sent, up to this id.
    sent_up_to: u64,
    /// The callers of all of them.
    callers: HashMap<u64, Caller>,
    /// What is sent before any call: cancellations, and answers to the sidecar's own calls.
    notes: VecDeque<String>,
    /// Where they are sent, while the program runs.
    input: Option<Input>,
    /// Why no call is taken any more.
    closed: Option<Rejection>,
}

/// Who waits for the answer to a call.
#[derive(Debug)]
struct Caller {
    reply: oneshot::Sender<Reply>,
    /// What the sidecar may send until then.
    outlets: Outlets,
}

impl Caller {
    /// Ends its channels, and answers it. The queue's lock is not held: the page is told.
    fn settle(self, reply: Reply) {
        drop(self.outlets);
        // It may have gone this moment.
        let _ = self.reply.send(reply);
    }
}

/// One call in the queue. Dropping it takes the call back: it is not sent, or the sidecar is told.
#[derive(Debug)]
pub(super) struct Ticket<'a> {
    queue: &'a Queue,
    id: u64,
    answer: oneshot::Receiver<Reply>,
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a call in, and sends it at once if the program takes it.
    pub(super) fn push(
        &self,
        method: &str,
        mut params: Map<String, Value>,
        outlets: Outlets,
    ) -> Result<Ticket<'_>, Rejection> {
        let mut state = self.state();
        if let Some(rejection) = &state.closed {
            return Err(rejection.clone());
        }
        if state.waiting.len() >= MAX_WAITING {
            let message = format!("{MAX_WAITING} calls wait for the sidecar already");
            return Err(Rejection::new(RejectionCode::SidecarBusy, message));
        }
        state.last_id += 1;
        let id = state.last_id;
        let (reply, answer) = oneshot::channel();
        outlets.name(id, &mut params);
        state.waiting.push_back((id, message::request(id, method, &params)));
        state.callers.insert(id, Caller { reply, outlets });
        let is_sent = state.send_now();
        drop(state);
        if !is_sent {
            self.work.notify_one();
        }
        Ok(Ticket { queue: self, id, answer })
    }

    /// Waits until there is a call to send.
    pub(super) async fn wanted(&self) {
        while self.state().waiting.is_empty() {
            self.work.notified().await;
        }
    }

    /// From now on calls are sent to this program.
    pub(super) fn connect(&self, input: Input) {
        self.state().input = Some(input);
    }

    /// From now on calls wait. The input stays open for as long as the caller keeps it.
    pub(super) fn disconnect(&self) -> Option<Input> {
        self.state().input.take()
    }

    /// Sends what callers could not send themselves, until the program takes no more.
    pub(super) async fn feed(&self) -> io::Error {
        loop {
            if let Err(error) = poll_fn(|context| self.state().poll_send(context)).await {
                return error;
            }
            self.work.notified().await;
        }
    }

    /// Sends an answer to a call of the sidecar's.
    pub(super) fn note(&self, text: String) {
        let mut state = self.state();
        if state.notes.len() < MAX_NOTES {
            state.notes.push_back(text);
        }
        drop(state);
        self.work.notify_one();
    }

    /// The channel that a token stands for, while its call waits for the answer.
    pub(super) fn outlet(&self, token: &str) -> Option<Outlet> {
        let (id, name) = Outlets::parse(token)?;
        let state = self.state();
        // What was not sent has told nobody its token.
        let caller = state.callers.get(&id).filter(|_| id <= state.sent_up_to)?;
        caller.outlets.find(name)
    }

    /// Settles a call that was sent.
    pub(super) fn settle(&self, id: u64, reply: impl FnOnce() -> Reply) -> Known {
        let mut state = self.state();
        if id == 0 || id > state.sent_up_to {
            return Known::Never;
        }
        let Some(caller) = state.callers.remove(&id) else { return Known::Past };
        drop(state);
        caller.settle(reply());
        Known::Answered
    }

    /// The program is gone: rejects what was sent to it. What waits, waits on.
    pub(super) fn reject_sent(&self, rejection: &Rejection) {
        let mut state = self.state();
        // Whatever it was to be told, it is not there to hear it.
        state.notes.clear();
        let sent_up_to = state.sent_up_to;
        let sent = state.callers.extract_if(|id, _| *id <= sent_up_to);
        let sent: Vec<_> = sent.collect();
        drop(state);
        for (_, caller) in sent {
            caller.settle(Err(rejection.clone()));
        }
    }

    /// Rejects all calls that are there.
    pub(super) fn reject_all(&self, rejection: &Rejection) {
        let mut state = self.state();
        state.waiting.clear();
        state.notes.clear();
        let callers = std::mem::take(&mut state.callers);
        drop(state);
        for caller in callers.into_values() {
            caller.settle(Err(rejection.clone()));
        }
    }

    /// Rejects all calls that are there, and all that come.
    pub(super) fn close(&self, rejection: &Rejection) {
        self.reject_all(rejection);
        // One that came in between is rejected here.
        self.state().closed = Some(rejection.clone());
        self.reject_all(rejection);
    }
}

impl State {
    /// Sends what is there, for one who does not wait: `false` if something is left to [`Queue::feed`].
    fn send_now(&mut self) -> bool {
        let is_free = self.input.as_ref().is_some_and(|input| !input.is_busy());
        let mut nobody = Context::from_waker(Waker::noop());
        is_free && matches!(self.poll_send(&mut nobody), Poll::Ready(Ok(())))
    }

    /// Sends until nothing is left to send.
    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let Some(input) = &mut self.input else { return Poll::Ready(Ok(())) };
            ready!(input.poll_write(context))?;
            let Some(text) = self.take() else { return Poll::Ready(Ok(())) };
            if let Some(input) = &mut self.input {
                input.begin(text);
            }
        }
    }

    /// What is sent next. A call that is taken here counts as sent: nobody sends it again.
    fn take(&mut self) -> Option<String> {
        if let Some(note) = self.notes.pop_front() {
            return Some(note);
        }
        let (id, text) = self.waiting.pop_front()?;
        self.sent_up_to = id;
        Some(text)
    }
}

impl Ticket<'_> {
    /// Waits for the answer.
    pub(super) async fn answer(mut self) -> Reply {
        (&mut self.answer).await.unwrap_or_else(|_| {
            Err(Rejection::new(RejectionCode::SidecarStopped, "the sidecar is being stopped"))
        })
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        let mut state = self.queue.state();
        let Some(caller) = state.callers.remove(&self.id) else { return };
        if self.id <= state.sent_up_to {
            // There are never more of these than calls that were sent.
            state.notes.push_back(message::cancel(self.id));
        } else {
            state.waiting.retain(|(id, _)| *id != self.id);
        }
        drop(state);
        // Its channels end, which the page is told.
        drop(caller);
        self.queue.work.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ipc::InvokeResponse, plan::Framing};
    use serde_json::json;
    use tokio::io::{AsyncBufReadExt as _, BufReader};

    fn push(queue: &Queue) -> Ticket<'_> {
        queue.push("m", Map::new(), Outlets::default()).unwrap()
    }

    fn next(queue: &Queue) -> String {
        queue.state().take().unwrap()
    }

    fn id(text: &str) -> Value {
        serde_json::from_str::<Value>(text).unwrap()["id"].clone()
    }

    fn failure() -> Rejection {
        Rejection::new(RejectionCode::SidecarStopped, "it ended")
    }

    #[tokio::test]
    async fn a_call_that_was_sent_is_rejected_with_its_program_and_one_that_waits_is_sent_later() {
        let queue = Queue::default();
        let (first, second) = (push(&queue), push(&queue));
        assert_eq!(id(&next(&queue)), 1);
        queue.reject_sent(&failure());
        assert_eq!(first.answer().await, Err(failure()));
        assert_eq!(id(&next(&queue)), 2);
        let done = || Ok(InvokeResponse::Json("1".to_owned()));
        assert_eq!(queue.settle(2, done), Known::Answered);
        assert_eq!(second.answer().await, done());
        assert_eq!(queue.state().take(), None);
    }

    #[tokio::test]
    async fn a_call_that_nobody_waits_for_is_not_sent_or_is_cancelled() {
        let queue = Queue::default();
        let (first, second) = (push(&queue), push(&queue));
        assert_eq!(id(&next(&queue)), 1);
        drop(second);
        drop(first);
        let note: Value = serde_json::from_str(&next(&queue)).unwrap();
        let expect = json!({"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 1}});
        assert_eq!(note, expect);
        assert_eq!(queue.state().take(), None);
        assert_eq!(queue.settle(1, || Err(failure())), Known::Past);
    }

    #[tokio::test]
    async fn ids_that_were_never_sent_are_known_as_such() {
        let queue = Queue::default();
        let call = push(&queue);
        let never = || -> Reply { unreachable!("nobody asked") };
        assert_eq!(
            [queue.settle(0, never), queue.settle(1, never), queue.settle(2, never)],
            [Known::Never; 3]
        );
        next(&queue);
        assert_eq!(queue.settle(1, || Err(failure())), Known::Answered);
        assert_eq!(queue.settle(1, never), Known::Past);
        assert_eq!(call.answer().await, Err(failure()));
    }

    #[test]
    fn the_queue_is_bounded_by_calls_that_somebody_waits_for() {
        let queue = Queue::default();
        let mut calls: Vec<_> = (0..MAX_WAITING).map(|_| push(&queue)).collect();
        let refused = queue.push("m", Map::new(), Outlets::default()).unwrap_err();
        assert_eq!(refused.code(), Some(RejectionCode::SidecarBusy));
        calls.pop();
        calls.push(push(&queue));
        (0..MAX_NOTES * 2).for_each(|_| queue.note("x".to_owned()));
        assert_eq!(queue.state().notes.len(), MAX_NOTES);
    }

    #[tokio::test]
    async fn a_closed_queue_says_why() {
        let queue = Queue::default();
        let call = push(&queue);
        queue.close(&failure());
        assert_eq!(call.answer().await, Err(failure()));
        assert_eq!(queue.push("m", Map::new(), Outlets::default()).unwrap_err(), failure());
        assert_eq!(queue.state().take(), None);
    }

    #[tokio::test]
    async fn a_call_is_sent_by_its_caller_and_what_does_not_fit_in_its_turn() {
        let queue = Queue::default();
        let (program, input) = tokio::io::duplex(100);
        queue.connect(Input::new(input, Framing::Ndjson));
        let long = Map::from_iter([("text".to_owned(), json!("x".repeat(1000)))]);
        let calls =
            [Ok(push(&queue)), queue.push("long", long, Outlets::default()), Ok(push(&queue))];
        // One is in the pipe, one is cut through, one waits.
        assert_eq!(queue.state().waiting.len(), 1);
        assert_eq!(queue.state().sent_up_to, 2);
        let mut lines = BufReader::new(program).lines();
        for id in 1..=3 {
            let line = tokio::select! {
                line = lines.next_line() => line.unwrap().unwrap(),
                error = queue.feed() => panic!("{error}"),
            };
            assert_eq!(self::id(&line), id);
        }
        assert!(
            calls.iter().all(Result::is_ok) && !queue.state().input.as_ref().unwrap().is_busy()
        );
    }

    #[tokio::test]
    async fn without_a_program_calls_wait_and_one_that_hears_nothing_is_noticed() {
        let queue = Queue::default();
        let (program, input) = tokio::io::duplex(100);
        queue.connect(Input::new(input, Framing::Ndjson));
        let input = queue.disconnect();
        let _first = push(&queue);
        assert_eq!(queue.state().waiting.len(), 1);
        drop(program);
        queue.connect(input.unwrap());
        let _second = push(&queue);
        assert_eq!(queue.feed().await.kind(), io::ErrorKind::BrokenPipe);
        assert_eq!(queue.state().sent_up_to, 1, "what was not begun waits for the next program");
    }
}
