//! Stage 8, dispatch: a permit goes in, the command runs within its time, a reply comes out.

use super::{RequestHead, Session, Snapshot};
use crate::{
    command::Invocation,
    ipc::{Caller, InvokeBody, Rejection, RejectionCode, Reply},
    policy::{Permit, Route},
};

/// Runs the permitted command. When the time is up its future is dropped, which ends whatever it started.
pub(super) async fn dispatch(
    snapshot: &Snapshot,
    permit: Permit,
    route: &Route,
    session: &Session,
    caller: &Caller,
    head: &RequestHead,
    body: InvokeBody,
) -> Reply {
    let command = snapshot.commands.get(permit.command().index()).ok_or_else(no_route)?;
    let sink = session.sink(caller, &route.name, permit.generation());
    let invocation = Invocation {
        command: route.name.clone(),
        caller: caller.clone(),
        body,
        headers: head.headers.clone(),
        generation: permit.generation(),
        sink,
    };
    let run = command.call(invocation);
    let Ok(reply) = tokio::time::timeout(route.timeout, run).await else {
        let message = format!("it took longer than {:?} and was stopped", route.timeout);
        return Err(Rejection::new(RejectionCode::Timeout, message)
            .help("raise `limits.timeout` of the command")
            .at(&route.place));
    };
    // A command knows nothing of the manifest; the place is added here.
    reply.map_err(|rejection| rejection.at(&route.place))
}

pub(super) fn no_route() -> Rejection {
    Rejection::new(RejectionCode::Internal, "the command has no route")
}
