//! What runs behind a command that the manifest describes whole: a value, a program, a sidecar, or an HTTP service.

mod http;
mod path;
mod process;
mod sidecar;
mod stream;
mod value;

pub use http::{Http, HttpClients};
pub use path::{Paths, Roots};
pub use process::{Process, ProgramError, locate};
pub use sidecar::{Sidecar, SidecarCall, SidecarLog, Sidecars};
pub use value::Value;

use crate::{
    ipc::{InvokeBody, Rejection, RejectionCode},
    plan::{Reference, RenderError},
};
use serde_json::Map;
use std::{env, ffi::OsString};

/// A call's arguments by name; a call without a body has none.
fn arguments(body: InvokeBody) -> Result<Map<String, serde_json::Value>, Rejection> {
    match body {
        InvokeBody::Json(serde_json::Value::Object(arguments)) => Ok(arguments),
        InvokeBody::Json(serde_json::Value::Null) => Ok(Map::new()),
        InvokeBody::Json(_) => {
            Err(Rejection::new(RejectionCode::InvalidRequest, "the arguments are not an object"))
        }
        InvokeBody::Raw(_) => Err(Rejection::new(
            RejectionCode::RawBody,
            "the command takes arguments by name, not bytes",
        )),
    }
}

/// A template that the call does not fill.
fn unfilled(error: &RenderError) -> Rejection {
    match error {
        RenderError::Missing(_) => {
            Rejection::new(RejectionCode::MissingArgument, error.to_string())
        }
        RenderError::NotText { .. }
        | RenderError::NotList(_)
        | RenderError::OptionLike(_)
        | RenderError::Nul(_) => Rejection::new(RejectionCode::InvalidArgument, error.to_string()),
        RenderError::Unbound(Reference::Capture(name)) => {
            let message = format!("the caller's origin says nothing about `{name}`");
            Rejection::new(RejectionCode::UnboundCapture, message)
        }
        RenderError::Unbound(Reference::Secret(name)) => {
            let message = format!("the secret `{name}` is not on this machine");
            Rejection::new(RejectionCode::MissingSecret, message)
                .help("`secrets` says where it is read from, when the gateway starts")
        }
    }
}

/// The variables that a plan names, as far as the gateway has them itself.
fn inherited(names: &[String]) -> impl Iterator<Item = (&str, OsString)> {
    names.iter().filter_map(|name| Some((name.as_str(), env::var_os(name)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        command::{Command as _, Invocation},
        ipc::{Caller, InvokeResponse, NoPage},
        plan::JsonTemplate,
    };
    use serde_json::json;

    /// A call with this body, by nobody in particular.
    pub(super) fn invocation(body: InvokeBody) -> Invocation {
        Invocation {
            command: "run".parse().unwrap(),
            caller: Caller {
                window: "main".parse().unwrap(),
                webview: "main".parse().unwrap(),
                origin: None,
            },
            captures: Vec::new(),
            body,
            headers: Vec::new(),
            scope: None,
            generation: 1,
            sink: NoPage::shared(),
        }
    }

    #[tokio::test]
    async fn captures_stand_for_what_the_caller_is() {
        let template = JsonTemplate::parse(&json!(["{origin:tenant}"])).unwrap();
        let command = Value::new(template);
        let mut call = invocation(InvokeBody::Json(json!(null)));
        let unbound = command.call(call).await.unwrap_err();
        assert_eq!(unbound.code(), Some(RejectionCode::UnboundCapture));
        call = invocation(InvokeBody::Json(json!(null)));
        call.captures = vec![("tenant".to_owned(), "acme".to_owned())];
        let bound = command.call(call).await;
        assert_eq!(bound, Ok(InvokeResponse::Json(r#"["acme"]"#.to_owned())));
    }

    #[test]
    fn arguments_come_by_name_or_not_at_all() {
        assert!(arguments(InvokeBody::Json(json!(null))).unwrap().is_empty());
        assert_eq!(arguments(InvokeBody::Json(json!({"a": 1}))).unwrap()["a"], 1);
        let list = arguments(InvokeBody::Json(json!([1]))).unwrap_err();
        assert_eq!(list.code(), Some(RejectionCode::InvalidRequest));
        let bytes = arguments(InvokeBody::Raw(vec![1])).unwrap_err();
        assert_eq!(bytes.code(), Some(RejectionCode::RawBody));
    }
}
