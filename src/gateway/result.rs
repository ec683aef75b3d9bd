//! Stage 9, during development alone: a result is held against what the manifest says that the command returns.

use crate::{
    ipc::{InvokeResponse, Rejection, RejectionCode, Reply},
    policy::Route,
};

pub(super) fn check(route: &Route, response: InvokeResponse) -> Reply {
    let Some(contract) = &route.returns else { return Ok(response) };
    let message = match &response {
        InvokeResponse::Raw(_) => "the result is bytes, and `returns` describes JSON".to_owned(),
        InvokeResponse::Json(text) => {
            let value = serde_json::from_str(text).map_err(|error| {
                let message = format!("the result is not JSON: {error}");
                Rejection::new(RejectionCode::InvalidResult, message).at(&route.place)
            })?;
            let Err(error) = contract.validator.validate(&value) else { return Ok(response) };
            let place = error.instance_path();
            // The value itself is the command's and may be long.
            format!("the result{place} does not fit `returns`: {}", error.masked_with("the value"))
        }
    };
    Err(Rejection::new(RejectionCode::InvalidResult, message)
        .help("change what the command returns, or `returns`; in production nothing checks it")
        .at(&route.place))
}
