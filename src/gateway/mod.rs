//! The way of a call: one stage a file, each taking what the one before it proved.

mod admission;
mod arguments;
mod audit;
mod authorize;
mod cancel;
mod decode;
mod dispatch;
mod events;
mod head;
mod key;
mod limits;
mod result;
mod scope;
mod session;
mod sink;
mod snapshot;

pub use admission::Admission;
pub use audit::{Audit, Counters, Counts, Loss, NoAudit, Outcome, Record};
pub use head::{ContentType, RequestHead};
pub use key::InvokeKey;
pub use session::{Session, Sessions};
// Lanes carry the messages of channels, and know the gateway alone.
pub use crate::channel::{EventCall, PageCall};
pub use snapshot::Snapshot;

use crate::{
    event::Bus,
    ipc::{Caller, InvokeResponse, Rejection, Reply},
    pattern::Origin,
    policy::PolicyStore,
};
use admission::{Call, Next};
use audit::Ledger;
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
    ledger: Arc<Ledger>,
    bus: Bus,
}

impl Pipeline {
    /// A pipeline over a store of generations.
    pub fn new(store: PolicyStore<Snapshot>, mode: Mode, audit: Box<dyn Audit>) -> Self {
        let ledger = Arc::new(Ledger { audit, counters: Counters::default() });
        Self { store, mode, ledger, bus: Bus::default() }
    }

    /// The generations: what is in force, and how it is replaced.
    pub fn store(&self) -> &PolicyStore<Snapshot> {
        &self.store
    }

    /// How many calls ended how, since the start.
    pub fn counts(&self) -> Counts {
        self.ledger.counters.counts()
    }

    /// Answers one call whose body is at hand. It is not looked at before key, permission and limits have been passed.
    ///
    /// Dropping the future cancels the call.
    pub async fn handle(&self, session: &Session, head: RequestHead, body: Vec<u8>) -> Answer {
        match self.admit(session, head, Some(body.len())) {
            Ok(admission) => self.run(admission, body).await,
            Err(answer) => answer,
        }
    }

    /// The stages before the body: key, snapshot, authorize, limits. Quick, and never waits.
    ///
    /// An error is the answer already. `length` is that of the body, where the lane knows it.
    pub fn admit(
        &self,
        session: &Session,
        head: RequestHead,
        length: Option<usize>,
    ) -> Result<Admission, Answer> {
        let started = Instant::now();
        if !key::is_valid(session, &head) {
            self.finish(&session.caller(None), None, &head, started, Outcome::WrongKey, 0);
            return Err(Answer::Silence);
        }
        // The one snapshot of this call: nothing below looks at the store again.
        let snapshot = self.store.snapshot();
        let sight = session.sight(&snapshot, head.origin.as_deref());
        let call = Call { snapshot, sight, head, started };
        let is_disclosed = self.is_disclosed(&call.sight.caller);
        match call.admit(session, length, is_disclosed) {
            Ok(Next::Run(ticket)) => Ok(Admission { call, ticket }),
            Ok(Next::Answered(response)) => Err(self.answer(&call, Ok(response), 0)),
            Err(rejection) => Err(self.answer(&call, Err(rejection), 0)),
        }
    }

    /// The stages from the body on: decode, arguments, dispatch, audit.
    ///
    /// Dropping the future cancels the call.
    pub async fn run(&self, admission: Admission, body: Vec<u8>) -> Answer {
        let Admission { call, ticket } = admission;
        let length = body.len();
        let mut unfinished = Unfinished { pipeline: self, call: Some(&call), length };
        let reply = call.run(self, ticket, body).await;
        unfinished.call = None;
        self.answer(&call, reply, length)
    }

    /// Ends a call whose body could not be read.
    pub fn reject(&self, admission: Admission, rejection: Rejection) -> Answer {
        let Admission { call, .. } = admission;
        self.answer(&call, Err(rejection), 0)
    }

    fn answer(&self, call: &Call, reply: Reply, length: usize) -> Answer {
        let caller = &call.sight.caller;
        let outcome = reply.as_ref().map_or_else(Outcome::of, |_| Outcome::Ok);
        let generation = Some(call.snapshot.policy.generation);
        self.finish(caller, generation, &call.head, call.started, outcome, length);
        match reply {
            Ok(response) => Answer::Ok(response),
            Err(rejection) => {
                // What a program wrote about its failure is for the app's own pages.
                let is_app = caller.origin.as_ref() == Some(&Origin::app());
                let rejection = if is_app { rejection } else { rejection.for_strangers() };
                Answer::Rejected(rejection.to_json(call.head.name(), self.is_disclosed(caller)))
            }
        }
    }

    fn is_disclosed(&self, caller: &Caller) -> bool {
        self.mode == Mode::Development && caller.origin.as_ref() == Some(&Origin::app())
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
        self.ledger.counters.count(outcome);
        let took = started.elapsed();
        self.ledger.audit.record(&Record {
            command: head.name(),
            caller,
            generation,
            outcome,
            bytes,
            took,
        });
    }
}

/// A call that has begun: if its future is dropped, it leaves its record all the same.
struct Unfinished<'a> {
    pipeline: &'a Pipeline,
    call: Option<&'a Call>,
    length: usize,
}

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        if let Some(Call { snapshot, sight, head, started }) = self.call {
            let generation = Some(snapshot.policy.generation);
            let outcome = Outcome::Cancelled;
            self.pipeline.finish(&sight.caller, generation, head, *started, outcome, self.length);
        }
    }
}
