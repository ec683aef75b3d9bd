//! Stage 7, scope: arguments are held against what the permissions allow this caller to use the command with.

use crate::{
    ipc::{CallScope, InvokeBody, Rejection, RejectionCode},
    policy::{Alternative, Permit, Route},
};
use serde_json::Value;
use std::sync::Arc;

/// What the command may be used with, over all alternatives that these arguments fit; none, if nothing says so.
pub(super) fn check(
    permit: &Permit,
    route: &Route,
    body: &InvokeBody,
) -> Result<Option<Arc<CallScope>>, Rejection> {
    let Some(alternatives) = permit.alternatives() else { return Ok(None) };
    let mut scope = CallScope::default();
    let mut misfit = None;
    let mut has_fitting = false;
    for alternative in alternatives {
        // What is refused is refused, whatever else is allowed.
        scope.deny.extend_from_slice(&alternative.deny);
        match misfitting(alternative, body) {
            None => {
                has_fitting = true;
                scope.allow.extend_from_slice(&alternative.allow);
            }
            Some(name) => misfit = misfit.or(Some(name)),
        }
    }
    match misfit {
        Some(name) if !has_fitting => {
            let message =
                format!("`{}` is not allowed for this page with this `{name}`", route.name);
            Err(Rejection::new(RejectionCode::NotAllowed, message).at(&route.place))
        }
        _ => Ok(Some(Arc::new(scope))),
    }
}

/// The first argument that does not fit; one that was left out fits nothing.
fn misfitting<'a>(alternative: &'a Alternative, body: &InvokeBody) -> Option<&'a str> {
    let given = |name: &str| match body {
        InvokeBody::Json(Value::Object(given)) => given.get(name),
        InvokeBody::Json(_) | InvokeBody::Raw(_) => None,
    };
    let mut args = alternative.args.iter();
    let misfit = args.find(|(name, contract)| {
        given(name.as_str()).is_none_or(|value| !contract.validator.is_valid(value))
    });
    misfit.map(|(name, _)| name.as_str())
}
