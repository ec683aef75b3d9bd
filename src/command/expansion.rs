//! What the code that `#[command]` and `commands!` write calls. It may change with every version.

use super::{CommandArg, CommandItem, Parameter};
use crate::ipc::{InvokeResponse, Rejection, RejectionCode, Reply};
use serde::Serialize;

/// A parameter with the way to read it.
#[derive(Debug)]
pub struct Typed<T> {
    /// What is known of it without a call.
    pub definition: Parameter,
    pub(super) read: fn(CommandItem<'_>) -> Result<T, Rejection>,
}

/// A parameter of a type.
pub const fn parameter<T: CommandArg>(name: &'static str) -> Typed<T> {
    Typed {
        definition: Parameter { name, source: T::SOURCE, needs: T::NEEDS },
        read: T::from_command,
    }
}

/// What a command can give back: everything that serde can serialise, and an [`InvokeResponse`], which may be bytes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the result of a command",
    label = "cannot be sent to a page",
    note = "derive `serde::Serialize` for it, or give back an `InvokeResponse`"
)]
pub trait IntoResponse {
    /// What travels.
    fn into_response(self) -> Reply;
}

impl<T: Serialize> IntoResponse for T {
    fn into_response(self) -> Reply {
        InvokeResponse::json(&self)
    }
}

impl IntoResponse for InvokeResponse {
    fn into_response(self) -> Reply {
        Ok(self)
    }
}

/// What a command can fail with: everything that serde can serialise, which the page gets as it is, and a [`Rejection`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of a command",
    label = "cannot be sent to a page",
    note = "derive `serde::Serialize` for it, or turn it into text: `.map_err(|error| error.to_string())`"
)]
pub trait IntoRejection {
    /// What rejects the page's promise.
    fn into_rejection(self) -> Rejection;
}

impl<T: Serialize> IntoRejection for T {
    fn into_rejection(self) -> Rejection {
        match serde_json::to_value(&self) {
            Ok(value) => Rejection::Command(value),
            Err(error) => Rejection::new(
                RejectionCode::Internal,
                format!("the command's error is not JSON: {error}"),
            ),
        }
    }
}

impl IntoRejection for Rejection {
    fn into_rejection(self) -> Rejection {
        self
    }
}

/// The value is a `Result`, whatever name its type has.
#[derive(Debug)]
pub struct Fallible;

/// The value is anything else.
#[derive(Debug)]
pub struct Plain;

/// Found first where the value is a `Result`: the one of two methods that needs no further `&`.
pub trait OfResult {
    /// Which it is.
    fn kind(&self) -> Fallible {
        Fallible
    }
}

impl<T, E> OfResult for Result<T, E> {}

/// Found where the value is no `Result`.
pub trait OfValue {
    /// Which it is.
    fn kind(&self) -> Plain {
        Plain
    }
}

impl<T> OfValue for &T {}

impl Fallible {
    /// The page's promise is resolved, or rejected with the error.
    pub fn reply<T: IntoResponse, E: IntoRejection>(self, result: Result<T, E>) -> Reply {
        result.map_err(IntoRejection::into_rejection)?.into_response()
    }
}

impl Plain {
    /// The page's promise is resolved.
    pub fn reply<T: IntoResponse>(self, value: T) -> Reply {
        value.into_response()
    }
}

/// Stops the compiler where two commands have one name.
pub const fn all_differ(names: &[&str]) {
    let mut rest = names;
    while let [first, others @ ..] = rest {
        let mut left = others;
        while let [other, more @ ..] = left {
            if is_same(first.as_bytes(), other.as_bytes()) {
                two_commands_have_the_name(first);
            }
            left = more;
        }
        rest = others;
    }
}

/// The compiler shows this function's name, and what it panics with.
#[expect(clippy::panic, reason = "the compiler is what panics")]
const fn two_commands_have_the_name(name: &str) {
    panic!("{}", name)
}

const fn is_same(mut a: &[u8], mut b: &[u8]) -> bool {
    loop {
        match (a, b) {
            ([], []) => return true,
            ([x, xs @ ..], [y, ys @ ..]) if *x == *y => (a, b) = (xs, ys),
            _ => return false,
        }
    }
}
