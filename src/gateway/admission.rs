//! One call on its way, cut in two at its body: lanes read a body only after the first half has let the call pass.

use super::{
    Mode, Pipeline, RequestHead, Session, Snapshot, arguments, authorize,
    cancel::{self, Signal},
    decode, dispatch, events, head,
    limits::{self, InFlight},
    result, scope,
    session::Sight,
    sink::Way,
};
use crate::{
    ipc::{InvokeResponse, Rejection, RejectionCode, Reply},
    policy::Permit,
};
use std::{sync::Arc, time::Instant};
use tokio::sync::watch;

/// What is known of a call once its key was right: the one snapshot that it sees, and its caller.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) sight: Arc<Sight>,
    pub(super) head: RequestHead,
    pub(super) started: Instant,
}

/// What the first half gives to the second.
#[derive(Debug)]
pub(super) struct Ticket {
    permit: Permit,
    way: Way,
    /// Says when the document that calls is gone.
    gone: watch::Receiver<u64>,
    max_body: usize,
    /// Says when the page takes the call back, if it can.
    signal: Option<Signal>,
    /// Held until the call has ended.
    place: InFlight,
}

/// How a call goes on after the first half.
#[derive(Debug)]
pub(super) enum Next {
    /// A command runs.
    Run(Ticket),
    /// It is answered: a message of a channel was fetched, or a call was taken back.
    Answered(InvokeResponse),
}

/// A call that may run as soon as its body has been read.
#[derive(Debug)]
pub struct Admission {
    pub(super) call: Call,
    pub(super) ticket: Ticket,
}

impl Admission {
    /// The longest body that the call may have, in bytes. A lane that reads one byte more has read enough.
    pub fn max_body(&self) -> usize {
        self.ticket.max_body
    }
}

impl Call {
    pub(super) fn admit(
        &self,
        session: &Session,
        length: Option<usize>,
        is_disclosed: bool,
    ) -> Result<Next, Rejection> {
        let command = self.head.command()?;
        if command.as_str() == head::CHANNEL_FETCH {
            return head::channel_id(&self.head)
                .and_then(|id| session.outbox().take(id))
                .map(Next::Answered)
                .ok_or_else(channel_gone);
        }
        if command.as_str() == cancel::CANCEL {
            // It reaches calls of its own webview alone, so it needs no permission.
            self.head.signal.into_iter().for_each(|id| session.signals.cancel(id));
            return InvokeResponse::json(&()).map(Next::Answered);
        }
        let Sight { caller, row, .. } = &*self.sight;
        let Some(permit) = authorize::authorize(&self.snapshot, row, command) else {
            // Finding the cause is work: a page that repeats what it may not do is not told why each time.
            let is_told = is_disclosed && session.explanations.take(limits::EXPLANATIONS);
            return Err(authorize::refusal(&self.snapshot, caller, command, is_told));
        };
        let route = self.snapshot.policy.route(permit.command()).ok_or_else(dispatch::no_route)?;
        limits::check_length(route, length.unwrap_or(0))?;
        let place = limits::admit(&self.snapshot, session, route)?;
        dispatch::check_enforced(route)?;
        let (way, gone) = session.way();
        let signal = self.head.signal.map(|id| session.signals.begin(id)).transpose()?;
        Ok(Next::Run(Ticket { permit, way, gone, max_body: route.payload, signal, place }))
    }

    pub(super) async fn run(
        &self,
        pipeline: &Pipeline,
        mut ticket: Ticket,
        body: Vec<u8>,
    ) -> Reply {
        let route =
            self.snapshot.policy.route(ticket.permit.command()).ok_or_else(dispatch::no_route)?;
        limits::check_length(route, body.len())?;
        let body = decode::decode(&self.head, body)?;
        let body = arguments::check(route, body)?;
        if let Some(command) = events::command(route) {
            return events::run(pipeline, self, ticket.permit, &ticket.way, command, body);
        }
        let scope = scope::check(&ticket.permit, route, &body)?;
        let generation = ticket.permit.generation();
        let sink =
            ticket.way.sink(&self.sight.caller, route, generation, pipeline.mode, &pipeline.ledger);
        let run = dispatch::dispatch(self, ticket.permit, sink, route, body, scope);
        // The command is asked first: a call that is ready costs nothing more.
        let reply = tokio::select! {
            biased;
            reply = run => reply,
            _ = ticket.gone.changed() => Err(cancelled()),
            () = Signal::given(&mut ticket.signal) => Err(cancel::taken_back()),
        };
        drop(ticket.place);
        match pipeline.mode {
            Mode::Development => result::check(route, reply?),
            Mode::Production => reply,
        }
    }
}

fn cancelled() -> Rejection {
    Rejection::new(RejectionCode::Cancelled, "the page that called is gone")
}

fn channel_gone() -> Rejection {
    Rejection::new(
        RejectionCode::ChannelGone,
        "the message was fetched before, or belongs to another page",
    )
}
