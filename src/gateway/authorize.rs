//! Stage 4, authorize: one look-up when warm; when the answer is no, the reason in words.

use super::Snapshot;
use crate::{
    diagnostic::nearest,
    ipc::{Caller, Rejection, RejectionCode},
    name::CommandName,
    policy::{CallerRow, Decision, Permit},
};

pub(super) fn authorize(
    snapshot: &Snapshot,
    caller: &Caller,
    row: &CallerRow,
    command: &CommandName,
) -> Result<Permit, Rejection> {
    let authority = &snapshot.policy.authority;
    if let Some(id) = authority.command(command.as_str()) {
        let refused = || refusal(command, caller, &authority.decide(caller, command.as_str()));
        return row.authorize(id).ok_or_else(refused);
    }
    let message = format!("there is no command `{command}`");
    let known = authority.commands().map(|(name, _)| name.as_str());
    let help = match nearest(command.as_str(), known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => {
            match command.as_str().strip_prefix("plugin:").and_then(|rest| rest.split_once('|')) {
                Some((plugin, name)) => format!(
                    "declare it in the manifest: `plugins: {{ {plugin}: {{ commands: {{ {name}: {{ run: … }} }} }} }}`"
                ),
                None => {
                    format!("declare it in the manifest: `commands: {{ {command}: {{ run: … }} }}`")
                }
            }
        }
    };
    Err(Rejection::new(RejectionCode::UnknownCommand, message).help(help))
}

/// Says why not: the permission that denies, or the one that came nearest to allowing.
fn refusal(command: &CommandName, caller: &Caller, decision: &Decision) -> Rejection {
    let message = format!("`{command}` is not allowed for this page");
    let rejection = Rejection::new(RejectionCode::NotAllowed, message);
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
        None => rejection.help(format!(
            "no permission allows it; add `allow: [\"{command}\"]` to one for {caller}"
        )),
    }
}
