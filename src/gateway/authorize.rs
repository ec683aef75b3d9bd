//! Stage 4, authorize: one look-up when warm; when the answer is no, the reason in words.

use super::Snapshot;
use crate::{
    diagnostic::nearest,
    ipc::{Caller, Rejection, RejectionCode},
    name::CommandName,
    policy::{CallerRow, Decision, EventAccess, Permit},
};

/// One hash look-up and one bit.
pub(super) fn authorize(
    snapshot: &Snapshot,
    row: &CallerRow,
    command: &CommandName,
) -> Option<Permit> {
    row.authorize(snapshot.policy.authority.command(command.as_str())?)
}

/// Why a command may not run. The cause is looked for only where the page will be told.
pub(super) fn refusal(
    snapshot: &Snapshot,
    caller: &Caller,
    command: &CommandName,
    is_disclosed: bool,
) -> Rejection {
    let authority = &snapshot.policy.authority;
    if authority.command(command.as_str()).is_some() {
        let message = format!("`{command}` is not allowed for this page");
        let rejection = Rejection::new(RejectionCode::NotAllowed, message);
        if !is_disclosed {
            return rejection;
        }
        let decision = authority.decide(caller, command.as_str());
        return explained(rejection, &format!("allow: [\"{command}\"]"), caller, &decision);
    }
    let message = format!("there is no command `{command}`");
    let rejection = Rejection::new(RejectionCode::UnknownCommand, message);
    if !is_disclosed {
        return rejection;
    }
    let known = authority.commands().map(|(name, _)| name.as_str());
    rejection.help(match nearest(command.as_str(), known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => match command.as_str().strip_prefix("plugin:").and_then(|rest| rest.split_once('|')) {
            Some((plugin, name)) => format!(
                "declare it in the manifest: `plugins: {{ {plugin}: {{ commands: {{ {name}: {{ run: … }} }} }} }}`"
            ),
            None => format!("declare it in the manifest: `commands: {{ {command}: {{ run: … }} }}`"),
        },
    })
}

/// Why a page may not hear or send an event.
pub(super) fn event_refusal(
    snapshot: &Snapshot,
    caller: &Caller,
    access: EventAccess,
    event: &str,
    is_disclosed: bool,
) -> Rejection {
    let authority = &snapshot.policy.authority;
    if authority.event(event).is_none() {
        return unknown_event(snapshot, event);
    }
    let verb = match access {
        EventAccess::Listen => "hear",
        EventAccess::Emit => "send",
    };
    let message = format!("this page may not {verb} the event `{event}`");
    let rejection = Rejection::new(RejectionCode::NotAllowed, message);
    if !is_disclosed {
        return rejection;
    }
    let decision = authority.decide_event(caller, access, event);
    explained(rejection, &format!("{}: [\"{event}\"]", access.key()), caller, &decision)
}

/// An event that the manifest does not declare.
pub(super) fn unknown_event(snapshot: &Snapshot, event: &str) -> Rejection {
    let known = snapshot.policy.authority.events().map(|rule| rule.name.as_str());
    let event = event.escape_debug();
    let message = format!("there is no event `{event}`");
    Rejection::new(RejectionCode::UnknownEvent, message).help(
        match nearest(&event.to_string(), known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("declare it in the manifest: `events: {{ {event}: {{}} }}`"),
        },
    )
}

/// Says why not: the permission that denies, or the one that came nearest to allowing. `grant` is what one would say
/// that allows.
fn explained(rejection: Rejection, grant: &str, caller: &Caller, decision: &Decision) -> Rejection {
    if let Some(cause) = decision.causes.first() {
        let help = format!("the permission `{}` denies it to {caller}", cause.permission);
        return rejection.help(help).at(&cause.place);
    }
    match &decision.nearest {
        Some(miss) => {
            let dimension = format!("{:?}", miss.dimension).to_lowercase();
            let help = format!(
                "the permission `{}` allows it, but only to the {dimension} {}, and this one is `{}`",
                miss.cause.permission,
                miss.expected.iter().map(|text| format!("`{text}`")).collect::<Vec<_>>().join(", "),
                miss.found,
            );
            rejection.help(help).at(&miss.cause.place)
        }
        None => {
            rejection.help(format!("no permission allows it; add `{grant}` to one for {caller}"))
        }
    }
}
