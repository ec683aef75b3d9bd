//! A call on its way into a `#[command]` function.

use super::{
    BoxFuture, Command, CommandItem, Definition, Invocation, Source,
    arg::{not_by_name, raw_body},
    cancel::Guard,
    context::Host,
    expansion::Typed,
    function::Wrapper,
};
use crate::{
    diagnostic::nearest,
    ipc::{InvokeBody, Rejection, RejectionCode, Reply},
};
use serde_json::Value;
use std::{fmt, sync::Arc};

/// One call, of which a function's parameters are made. Only what the macro writes handles it.
#[derive(Debug)]
pub struct NativeCall {
    pub(super) invocation: Invocation,
    pub(super) host: Arc<Host>,
    pub(super) guard: Guard,
}

impl NativeCall {
    /// Refuses arguments that no parameter has the name of.
    #[doc(hidden)]
    pub fn expect(&self, definition: &Definition) -> Result<(), Rejection> {
        let parameters = definition.parameters.iter();
        if parameters.clone().any(|parameter| parameter.source == Source::Body) {
            return Ok(());
        }
        let names = parameters
            .filter(|parameter| parameter.source == Source::Argument)
            .map(|parameter| parameter.name);
        let given = match &self.invocation.body {
            InvokeBody::Json(Value::Object(given)) => given,
            InvokeBody::Json(Value::Null) => return Ok(()),
            InvokeBody::Json(_) => return Err(not_by_name()),
            InvokeBody::Raw(_) => return Err(raw_body()),
        };
        let is_unknown = |name: &&String| names.clone().all(|known| known != name.as_str());
        let Some(unknown) = given.keys().find(is_unknown) else { return Ok(()) };
        let hint = nearest(unknown, names).map(|near| format!("; did you mean `{near}`?"));
        let message =
            format!("`{}` is not an argument{}", unknown.escape_debug(), hint.unwrap_or_default());
        Err(Rejection::new(RejectionCode::UnknownArgument, message))
    }

    /// Reads one parameter.
    #[doc(hidden)]
    pub fn read<T>(&mut self, parameter: &Typed<T>) -> Result<T, Rejection> {
        (parameter.read)(CommandItem { name: parameter.definition.name, call: self })
    }

    /// What tells the tokens of the call, if any were taken, that it was given up.
    #[doc(hidden)]
    pub fn into_guard(self) -> Guard {
        self.guard
    }

    /// Runs a function where it may block. It goes on there when the call is given up, and its tokens are told.
    #[doc(hidden)]
    pub async fn blocking(self, run: impl FnOnce() -> Reply + Send + 'static) -> Reply {
        let guard = self.into_guard();
        let reply = blocking(run).await;
        guard.finish();
        reply
    }
}

/// Runs a function on a thread that may block.
pub(super) async fn blocking(run: impl FnOnce() -> Reply + Send + 'static) -> Reply {
    let panicked = |_| Err(Rejection::new(RejectionCode::Internal, "the command panicked"));
    tokio::task::spawn_blocking(run).await.unwrap_or_else(panicked)
}

/// A `#[command]` function with what its program manages.
pub(super) struct Native {
    pub(super) function: Wrapper,
    pub(super) host: Arc<Host>,
}

impl fmt::Debug for Native {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Native")
    }
}

impl Command for Native {
    fn call(&self, invocation: Invocation) -> BoxFuture<'_, Reply> {
        let host = Arc::clone(&self.host);
        (self.function)(NativeCall { invocation, host, guard: Guard::default() })
    }
}
