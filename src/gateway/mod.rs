//! The way of a call: one stage a file, each taking what the one before it proved.

mod arguments;
mod audit;
mod authorize;
mod decode;
mod dispatch;
mod head;
mod key;
mod limits;
mod session;
mod sink;
mod snapshot;

pub use audit::{Audit, Counters, Counts, NoAudit, Outcome, Record};
pub use head::{ContentType, RequestHead};
pub use key::InvokeKey;
pub use session::{Session, Sessions};
pub use snapshot::Snapshot;

use crate::{
    ipc::{Caller, InvokeResponse, Rejection, Reply},
    name::CommandName,
    policy::PolicyStore,
};
use std::{sync::Arc, time::Instant};

/// How much the gateway tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Rejections carry help and places, to the app's own pages alone.
    Development,
    /// Rejections carry code, message and command.
    Production,
}

/// What a lane sends back.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The call succeeded.
    Ok(InvokeResponse),
    /// The call was refused or failed; this is the JSON that the page gets.
    Rejected(serde_json::Value),
    /// The key was wrong: the lane must fail without saying anything.
    Silence,
}

/// The pipeline: everything that stands between a lane and a command.
#[derive(Debug)]
pub struct Pipeline {
    store: PolicyStore<Snapshot>,
    mode: Mode,
    audit: Box<dyn Audit>,
    counters: Counters,
}

impl Pipeline {
    /// A pipeline over a store of generations.
    pub fn new(store: PolicyStore<Snapshot>, mode: Mode, audit: Box<dyn Audit>) -> Self {
        Self { store, mode, audit, counters: Counters::default() }
    }

    /// The generations: what is in force, and how it is replaced.
    pub fn store(&self) -> &PolicyStore<Snapshot> {
        &self.store
    }

    /// How many calls ended how, since the start.
    pub fn counts(&self) -> Counts {
        self.counters.counts()
    }

    /// Answers one call. `body` is not looked at before key, permission and limits have been passed.
    ///
    /// Dropping the future cancels the call.
    pub async fn handle(&self, session: &Session, head: RequestHead, body: Vec<u8>) -> Answer {
        let started = Instant::now();
        if !key::is_valid(session, &head) {
            self.finish(&session.caller(None), None, &head, started, Outcome::WrongKey, 0);
            return Answer::Silence;
        }
        // The one snapshot of this call: nothing below looks at the store again.
        let snapshot = self.store.snapshot();
        let sight = session.sight(&snapshot, head.origin.as_deref());
        let length = body.len();
        let reply = self.run(&snapshot, session, &sight.caller, &sight.row, &head, body).await;
        let outcome = reply.as_ref().map_or_else(Outcome::of, |_| Outcome::Ok);
        self.finish(
            &sight.caller,
            Some(snapshot.policy.generation),
            &head,
            started,
            outcome,
            length,
        );
        match reply {
            Ok(response) => Answer::Ok(response),
            Err(rejection) => {
                Answer::Rejected(rejection.to_json(head.name(), self.is_disclosed(&sight.caller)))
            }
        }
    }

    async fn run(
        &self,
        snapshot: &Arc<Snapshot>,
        session: &Session,
        caller: &Caller,
        row: &crate::policy::CallerRow,
        head: &RequestHead,
        body: Vec<u8>,
    ) -> Reply {
        let command: &CommandName = head.command()?;
        if command.as_str() == head::CHANNEL_FETCH {
            return head::channel_id(head)
                .and_then(|id| session.outbox().take(id))
                .ok_or_else(channel_gone);
        }
        let permit = authorize::authorize(snapshot, caller, row, command)?;
        let route = snapshot.policy.route(permit.command()).ok_or_else(dispatch::no_route)?;
        let _in_flight = limits::admit(snapshot, session, route, body.len())?;
        let body = decode::decode(head, body)?;
        let body = arguments::check(route, body)?;
        dispatch::dispatch(snapshot, permit, route, session, caller, head, body).await
    }

    fn is_disclosed(&self, caller: &Caller) -> bool {
        self.mode == Mode::Development
            && caller.origin.as_ref() == Some(&crate::pattern::Origin::app())
    }

    fn finish(
        &self,
        caller: &Caller,
        generation: Option<u64>,
        head: &RequestHead,
        started: Instant,
        outcome: Outcome,
        bytes: usize,
    ) {
        self.counters.count(outcome);
        let took = started.elapsed();
        self.audit.record(&Record {
            command: head.name(),
            caller,
            generation,
            outcome,
            bytes,
            took,
        });
    }
}

fn channel_gone() -> Rejection {
    Rejection::new(
        crate::ipc::RejectionCode::ChannelGone,
        "the message was fetched before, or belongs to another page",
    )
}
