//! What runs behind a command that the manifest describes whole: a value, or a program.

mod process;
mod value;

pub use process::{Process, ProgramError, locate};
pub use value::Value;

use crate::{
    ipc::{InvokeBody, Rejection, RejectionCode},
    plan::RenderError,
};
use serde_json::Map;

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

/// A template that the call's arguments do not fill.
fn unfilled(error: &RenderError) -> Rejection {
    let code = match error {
        RenderError::Missing(_) => RejectionCode::MissingArgument,
        RenderError::NotText { .. }
        | RenderError::NotList(_)
        | RenderError::OptionLike(_)
        | RenderError::Nul(_) => RejectionCode::InvalidArgument,
        RenderError::Unbound(_) => RejectionCode::Unsupported,
    };
    Rejection::new(code, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        command::Invocation,
        ipc::{Caller, NoPage},
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
            body,
            headers: Vec::new(),
            scope: None,
            generation: 1,
            sink: NoPage::shared(),
        }
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
