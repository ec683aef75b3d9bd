//! The Rust functions that a manifest's `native: <name>` can name.

use super::{BoxFuture, Command, Invocation, standard};
use crate::ipc::{InvokeBody, InvokeResponse, Rejection, RejectionCode, Reply};
use serde::{Serialize, de::DeserializeOwned};
use std::{collections::BTreeMap, fmt, future::Future, sync::Arc};

/// Functions by the name under which a manifest finds them.
///
/// ```
/// use portcullis::{Registry, serde_json::Value};
/// let registry = Registry::new().function("double", |args: Value| {
///     args["n"].as_i64().map(|n| n * 2).ok_or("`n` is not a number")
/// });
/// assert!(registry.find("double").is_some());
/// ```
#[derive(Debug, Clone, Default)]
pub struct Registry {
    commands: BTreeMap<String, Arc<dyn Command>>,
}

impl Registry {
    /// A registry without functions.
    pub fn new() -> Self {
        Self::default()
    }

    /// The functions that the stock binary knows: `echo`, `gateway_status` and `count`.
    pub fn standard() -> Self {
        standard::register(Self::new())
    }

    /// Registers a function of the call's arguments. It runs on a thread of its own kind and may block.
    ///
    /// A later registration of the same name replaces the earlier one.
    #[must_use]
    pub fn function<A, T, E, F>(self, name: &str, function: F) -> Self
    where
        A: DeserializeOwned + Send + 'static,
        T: Serialize + 'static,
        E: Serialize + 'static,
        F: Fn(A) -> Result<T, E> + Send + Sync + 'static,
    {
        let function = Arc::new(function);
        self.invocation(name, move |invocation| {
            let function = Arc::clone(&function);
            async move {
                let run = move || {
                    let arguments = arguments(invocation.body)?;
                    function(arguments).map_or_else(
                        |error| Err(command_error(&error)),
                        |value| InvokeResponse::json(&value),
                    )
                };
                tokio::task::spawn_blocking(run).await.unwrap_or_else(|_| {
                    Err(Rejection::new(RejectionCode::Internal, "the command panicked"))
                })
            }
        })
    }

    /// Registers an async function of the whole call. It must not block the thread that polls it.
    #[must_use]
    pub fn invocation<F, R>(mut self, name: &str, function: F) -> Self
    where
        F: Fn(Invocation) -> R + Send + Sync + 'static,
        R: Future<Output = Reply> + Send + 'static,
    {
        self.commands.insert(name.to_owned(), Arc::new(Native { function }));
        self
    }

    /// The function registered under a name.
    pub fn find(&self, name: &str) -> Option<Arc<dyn Command>> {
        self.commands.get(name).cloned()
    }

    /// All names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.commands.keys().map(String::as_str)
    }
}

/// Reads a call's arguments as `A`; the message names the argument where serde knows it.
fn arguments<A: DeserializeOwned>(body: InvokeBody) -> Result<A, Rejection> {
    match body {
        InvokeBody::Raw(_) => {
            Err(Rejection::new(RejectionCode::RawBody, "the command takes arguments by name"))
        }
        InvokeBody::Json(value) => serde_json::from_value(value)
            .map_err(|error| Rejection::new(RejectionCode::InvalidArgument, error.to_string())),
    }
}

fn command_error<E: Serialize>(error: &E) -> Rejection {
    match serde_json::to_value(error) {
        Ok(value) => Rejection::Command(value),
        Err(error) => Rejection::new(
            RejectionCode::Internal,
            format!("the command's error is not JSON: {error}"),
        ),
    }
}

struct Native<F> {
    function: F,
}

impl<F> fmt::Debug for Native<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Native")
    }
}

impl<F, R> Command for Native<F>
where
    F: Fn(Invocation) -> R + Send + Sync,
    R: Future<Output = Reply> + Send + 'static,
{
    fn call(&self, invocation: Invocation) -> BoxFuture<'_, Reply> {
        Box::pin((self.function)(invocation))
    }
}
