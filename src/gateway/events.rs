//! Stage 8 for events: the commands of `@tauri-apps/api/event`, which are about the gateway's own webviews.
//!
//! A page may run one of them by its name, like any command; which events it may hear and send is decided here, by its
//! row.

use super::{Outcome, Pipeline, Record, admission::Call, authorize, sink::Way};
use crate::{
    event::{Event, ListenError, Listener, MOST_BYTES, MOST_LISTENERS},
    ipc::{
        EventSink, EventSource, EventTarget, InvokeBody, InvokeResponse, Rejection, RejectionCode,
        Reply,
    },
    manifest::Backend,
    name::EventName,
    policy::{EventAccess, EventId, EventRule, Permit, Route},
};
use serde_json::{Map, Value};
use std::{sync::Arc, time::Duration};

/// A command of `plugin:event|`.
#[derive(Debug, Clone, Copy)]
pub(super) enum EventCommand {
    Listen,
    Unlisten,
    Emit,
    EmitTo,
}

/// The event command that a route leads to, if it does.
pub(super) fn command(route: &Route) -> Option<EventCommand> {
    let Backend::Builtin(builtin) = &route.backend else { return None };
    match builtin.name.as_str() {
        _ if !builtin.is_of_events() => None,
        "listen" => Some(EventCommand::Listen),
        "unlisten" => Some(EventCommand::Unlisten),
        "emit" => Some(EventCommand::Emit),
        "emit_to" => Some(EventCommand::EmitTo),
        _ => None,
    }
}

/// Runs a permitted command, which never waits.
#[expect(clippy::needless_pass_by_value, reason = "a permit is for one run")]
pub(super) fn run(
    pipeline: &Pipeline,
    call: &Call,
    permit: Permit,
    way: &Way,
    command: EventCommand,
    body: InvokeBody,
) -> Reply {
    debug_assert_eq!(permit.generation(), call.snapshot.policy.generation);
    let mut given = Given::of(body)?;
    let event = given.event()?;
    match command {
        EventCommand::Listen => {
            let (target, id) = (given.target()?, given.number("handler")?);
            given.end()?;
            decide(pipeline, call, EventAccess::Listen, &event)?;
            let listener = Listener { id, target, caller: call.sight.caller.clone() };
            way.audience.listen(way.document, event, listener).map_err(not_listening)?;
            pipeline.bus.join(&way.audience);
            InvokeResponse::json(&id)
        }
        EventCommand::Unlisten => {
            let id = given.number("eventId")?;
            given.end()?;
            // What is the page's own needs no further permission.
            way.audience.unlisten(way.document, &event, id);
            InvokeResponse::json(&())
        }
        EventCommand::Emit | EventCommand::EmitTo => {
            let is_targeted = matches!(command, EventCommand::EmitTo);
            let target = if is_targeted { given.target()? } else { EventTarget::Any };
            let payload = given.0.remove("payload").unwrap_or_default();
            given.end()?;
            let rule = decide(pipeline, call, EventAccess::Emit, &event)?;
            pipeline.deliver(rule, &target, &payload)?;
            InvokeResponse::json(&())
        }
    }
}

/// What the manifest says of the event, if the caller may have this access to it.
fn decide<'a>(
    pipeline: &Pipeline,
    call: &'a Call,
    access: EventAccess,
    event: &EventName,
) -> Result<&'a EventRule, Rejection> {
    let authority = &call.snapshot.policy.authority;
    let number = authority.event(event.as_str());
    let is_granted = |number: &EventId| call.sight.row.may(access, *number);
    number.filter(is_granted).and_then(|number| authority.event_rule(number)).ok_or_else(|| {
        let caller = &call.sight.caller;
        let is_disclosed = pipeline.is_disclosed(caller);
        authorize::event_refusal(&call.snapshot, caller, access, event.as_str(), is_disclosed)
    })
}

fn not_listening(error: ListenError) -> Rejection {
    match error {
        ListenError::TooMany => {
            let message = format!("the page has {MOST_LISTENERS} listeners already");
            Rejection::new(RejectionCode::TooManyListeners, message)
                .help("call what `listen` gave back when a listener is not needed any more")
        }
        ListenError::Taken => {
            let message = "the callback `handler` listens to the event already";
            Rejection::new(RejectionCode::InvalidArgument, message)
        }
        ListenError::Gone => {
            Rejection::new(RejectionCode::Cancelled, "the page that called is gone")
        }
    }
}

impl Pipeline {
    /// Checks a payload, and sends the event to the pages that listen and may by what is in force now.
    fn deliver(
        &self,
        rule: &EventRule,
        target: &EventTarget,
        payload: &Value,
    ) -> Result<(), Rejection> {
        if let Some(contract) = &rule.payload {
            contract.validator.validate(payload).map_err(|error| {
                let place = error.instance_path();
                // The value itself is the sender's and may be long.
                let error = error.masked_with("the value");
                let message =
                    format!("the payload{place} of `{}` does not fit: {error}", rule.name);
                Rejection::new(RejectionCode::InvalidArgument, message).at(&rule.place)
            })?;
        }
        let payload: Arc<str> = payload.to_string().into();
        if payload.len() > MOST_BYTES {
            let message = format!("the payload of an event has at most {MOST_BYTES} bytes");
            return Err(Rejection::new(RejectionCode::PayloadTooLarge, message)
                .help("send what is large through a channel, or let pages fetch it by a command"));
        }
        let event = Event { name: rule.name.clone(), target: target.clone(), payload };
        let snapshot = self.store.load();
        for caller in self.bus.deliver(&snapshot.policy.authority, &event) {
            self.ledger.audit.record(&Record {
                command: "plugin:event|listen",
                caller: &caller,
                generation: Some(snapshot.policy.generation),
                outcome: Outcome::EventsLost,
                bytes: 0,
                took: Duration::ZERO,
            });
        }
        Ok(())
    }
}

impl EventSink for Pipeline {
    fn publish(
        &self,
        source: EventSource<'_>,
        event: &str,
        target: &EventTarget,
        payload: &Value,
    ) -> Result<(), Rejection> {
        let snapshot = self.store.snapshot();
        let authority = &snapshot.policy.authority;
        let number = authority.event(event);
        let rule = number.and_then(|number| authority.event_rule(number));
        let rule = rule.ok_or_else(|| authorize::unknown_event(&snapshot, event))?;
        if let EventSource::Service(name) = source
            && !rule.from.contains(name)
        {
            let message = format!("`{name}` may not send the event `{event}`");
            return Err(Rejection::new(RejectionCode::NotAllowed, message)
                .help(format!("name it there: `from: [{name}]`"))
                .at(&rule.place));
        }
        self.deliver(rule, target, payload)
    }
}

/// The arguments of a call that have not been read.
struct Given(Map<String, Value>);

impl Given {
    fn of(body: InvokeBody) -> Result<Self, Rejection> {
        match body {
            InvokeBody::Json(Value::Object(given)) => Ok(Self(given)),
            InvokeBody::Json(Value::Null) => Ok(Self(Map::new())),
            InvokeBody::Json(_) => Err(Rejection::new(
                RejectionCode::InvalidArgument,
                "arguments are an object, by name",
            )),
            InvokeBody::Raw(_) => {
                Err(Rejection::new(RejectionCode::RawBody, "the command takes arguments by name"))
            }
        }
    }

    fn take(&mut self, name: &str) -> Result<Value, Rejection> {
        self.0.remove(name).ok_or_else(|| {
            Rejection::new(RejectionCode::MissingArgument, format!("`{name}` is missing"))
        })
    }

    fn event(&mut self) -> Result<EventName, Rejection> {
        let value = self.take("event")?;
        let text = value.as_str().ok_or_else(|| invalid("event", "it is no text"))?;
        text.parse().map_err(|error| invalid("event", error))
    }

    fn target(&mut self) -> Result<EventTarget, Rejection> {
        EventTarget::from_json(&self.take("target")?).map_err(|error| invalid("target", error))
    }

    fn number(&mut self, name: &str) -> Result<u32, Rejection> {
        let number = self.take(name)?.as_u64().and_then(|number| u32::try_from(number).ok());
        number.ok_or_else(|| invalid(name, "it is no number of a callback"))
    }

    /// Refuses what no argument has the name of.
    fn end(&self) -> Result<(), Rejection> {
        match self.0.keys().next() {
            None => Ok(()),
            Some(name) => {
                let message = format!("`{}` is not an argument", name.escape_debug());
                Err(Rejection::new(RejectionCode::UnknownArgument, message))
            }
        }
    }
}

fn invalid(name: &str, error: impl std::fmt::Display) -> Rejection {
    Rejection::new(RejectionCode::InvalidArgument, format!("`{name}` does not fit: {error}"))
}
