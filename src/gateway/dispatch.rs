//! Stage 8, dispatch: a permit goes in, the command runs within its time, a reply comes out.

use super::{admission::Call, sink::CallSink};
use crate::{
    command::{BoxFuture, Invocation},
    ipc::{CallScope, ChannelSink, InvokeBody, Rejection, RejectionCode, Reply},
    policy::{Permit, Route},
};
use std::{
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    task::Poll,
};

/// Runs the permitted command. When the time is up its future is dropped, which ends whatever it started.
pub(super) async fn dispatch(
    call: &Call,
    permit: Permit,
    sink: Arc<CallSink>,
    route: &Route,
    body: InvokeBody,
    scope: Option<Arc<CallScope>>,
) -> Reply {
    let command = call.snapshot.commands.get(permit.command().index()).ok_or_else(no_route)?;
    let caller = &call.sight.caller;
    let captures = if route.has_captures {
        call.snapshot.policy.authority.captures(permit.command(), caller)
    } else {
        Vec::new()
    };
    let invocation = Invocation {
        command: route.name.clone(),
        caller: caller.clone(),
        captures,
        body,
        headers: call.head.headers.clone(),
        scope,
        generation: permit.generation(),
        sink: Arc::clone(&sink) as Arc<dyn ChannelSink>,
    };
    let run =
        catch_unwind(AssertUnwindSafe(|| command.call(invocation))).map_err(|_| panicked())?;
    let run = async {
        tokio::select! {
            biased;
            reply = caught(run) => reply,
            reason = sink.failed() => Err(reason),
        }
    };
    let Ok(reply) = tokio::time::timeout(route.timeout, run).await else {
        let message = format!("it took longer than {:?} and was stopped", route.timeout);
        return Err(Rejection::new(RejectionCode::Timeout, message)
            .help("raise `limits.timeout` of the command")
            .at(&route.place));
    };
    // What ended a channel is the call's error, whatever the command makes of it.
    let reply = sink.failure().map_or(reply, Err);
    // A command knows nothing of the manifest; the place is added here.
    reply.map_err(|rejection| rejection.at(&route.place))
}

/// A command that panics fails its call, and nothing else. The standard library reports the panic itself.
async fn caught(mut run: BoxFuture<'_, Reply>) -> Reply {
    poll_fn(move |context| {
        // The future is not polled again after a panic.
        catch_unwind(AssertUnwindSafe(|| run.as_mut().poll(context)))
            .unwrap_or_else(|_| Poll::Ready(Err(panicked())))
    })
    .await
}

fn panicked() -> Rejection {
    Rejection::new(RejectionCode::Internal, "the command panicked")
}

/// Refuses a command to which the manifest gives what no stage enforces, whatever would run it.
pub(super) fn check_enforced(route: &Route) -> Result<(), Rejection> {
    let Some(what) = route.unenforced else { return Ok(()) };
    let message = format!("`{}` has {what}, which this build cannot enforce yet", route.name);
    Err(Rejection::new(RejectionCode::Unsupported, message))
}

pub(super) fn no_route() -> Rejection {
    Rejection::new(RejectionCode::Internal, "the command has no route")
}
