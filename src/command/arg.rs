//! How a parameter of a `#[command]` function comes out of a call.

use super::{NativeCall, State};
use crate::ipc::{Caller, ChannelSink, InvokeBody, Rejection, RejectionCode};
use serde::de::{self, DeserializeOwned, Expected, Visitor};
use serde_json::Value;
use std::{
    any::{TypeId, type_name},
    fmt,
    sync::Arc,
};

/// What of a call a parameter is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The argument that has the parameter's name; a page that sends another is told so.
    Argument,
    /// The whole body, whatever it holds.
    Body,
    /// The scope that the manifest gives the caller for the command.
    Scope,
    /// Something else: who calls, headers, state.
    Call,
}

/// A type of which a program must manage a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needed {
    /// The type.
    pub id: TypeId,
    /// Its name in Rust.
    pub name: &'static str,
}

impl Needed {
    /// A value of a type.
    pub fn of<T: 'static>() -> Self {
        Self { id: TypeId::of::<T>(), name: type_name::<T>() }
    }
}

/// A type that a parameter of a [`command`](macro@crate::command) can have.
///
/// Every type that serde can deserialise is read from the argument of the parameter's name; `Option<T>` may be left out.
/// Implement it for a type of your own that does not come from an argument:
///
/// ```
/// use portcullis::{
///     command::{CommandArg, CommandItem},
///     ipc::{Rejection, RejectionCode},
/// };
///
/// /// The language that the page asks for.
/// struct Language(String);
///
/// impl CommandArg for Language {
///     fn from_command(item: CommandItem<'_>) -> Result<Self, Rejection> {
///         let header = item.header("accept-language");
///         let missing = || Rejection::new(RejectionCode::InvalidRequest, "no language was asked for");
///         header.map(|text| Self(text.to_owned())).ok_or_else(missing)
///     }
/// }
///
/// #[portcullis::command]
/// fn greet(language: Language) -> &'static str {
///     if language.0.starts_with("de") { "Hallo" } else { "Hello" }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a parameter of a command",
    label = "neither an argument nor part of the call",
    note = "derive `serde::Deserialize` for it, or implement `CommandArg`"
)]
pub trait CommandArg: Sized {
    /// What it is made of.
    const SOURCE: Source = Source::Call;

    /// The state without which every call would fail; a program that does not manage it does not start.
    const NEEDS: Option<fn() -> Needed> = None;

    /// Makes it from a call. An error ends the call before the function runs, and is what the page gets.
    fn from_command(item: CommandItem<'_>) -> Result<Self, Rejection>;
}

/// One parameter of a call that is about to run.
#[derive(Debug)]
pub struct CommandItem<'a> {
    pub(super) name: &'static str,
    pub(super) call: &'a mut NativeCall,
}

impl CommandItem<'_> {
    /// The argument's name, as pages send it.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Who calls.
    pub fn caller(&self) -> &Caller {
        &self.call.invocation.caller
    }

    /// Where the channels of the call send to; it also knows when the page is gone.
    pub(crate) fn sink(&self) -> &Arc<dyn ChannelSink> {
        &self.call.invocation.sink
    }

    /// The value of a request's header that the page set; `name` is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let headers = &self.call.invocation.headers;
        headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// What the page sent; arguments have been held against the manifest.
    pub fn body(&self) -> &InvokeBody {
        &self.call.invocation.body
    }

    /// The argument that has the parameter's name; `None` if it was left out.
    pub fn argument(&self) -> Result<Option<&Value>, Rejection> {
        match self.body() {
            InvokeBody::Json(Value::Object(given)) => Ok(given.get(self.name)),
            InvokeBody::Json(Value::Null) => Ok(None),
            InvokeBody::Json(_) => Err(not_by_name()),
            InvokeBody::Raw(_) => Err(raw_body()),
        }
    }

    /// The state of a type, if the program manages any.
    pub fn state<T: Send + Sync + 'static>(&self) -> Option<State<T>> {
        self.call.host.state()
    }
}

pub(super) fn not_by_name() -> Rejection {
    Rejection::new(RejectionCode::InvalidArgument, "arguments are an object, by name")
}

pub(super) fn raw_body() -> Rejection {
    Rejection::new(RejectionCode::RawBody, "the command takes arguments by name, not bytes")
}

impl<T: DeserializeOwned> CommandArg for T {
    const SOURCE: Source = Source::Argument;

    fn from_command(item: CommandItem<'_>) -> Result<Self, Rejection> {
        let name = item.name;
        match item.argument()? {
            Some(value) => T::deserialize(value).map_err(|error| {
                let message = format!("`{name}` does not fit: {}", in_words(&error.to_string()));
                Rejection::new(RejectionCode::InvalidArgument, message)
            }),
            None => T::deserialize(Absent).map_err(|Missing(expected)| {
                let message = format!("`{name}` is missing: expected {}", number(&expected));
                Rejection::new(RejectionCode::MissingArgument, message)
            }),
        }
    }
}

/// The most that is repeated of what came, in characters.
const LONGEST: usize = 120;

/// serde's words for what came and what was expected, without Rust's names of types.
fn in_words(error: &str) -> String {
    let (came, expected) = error.rsplit_once(", expected ").unwrap_or((error, ""));
    let mut text: String = came.chars().take(LONGEST).collect();
    if text.len() < came.len() {
        text.push('…');
    }
    if !expected.is_empty() {
        text.push_str(", expected ");
        text.push_str(&number(expected));
    }
    text
}

/// What serde expects as `u8` is a number to the people who write pages.
fn number(expected: &str) -> String {
    let (from, to) = match expected {
        "f32" | "f64" => return "a number".to_owned(),
        "i64" | "i128" | "isize" => return "a whole number".to_owned(),
        "u64" | "u128" | "usize" => return "a whole number of 0 or more".to_owned(),
        "u8" => (0, i64::from(u8::MAX)),
        "u16" => (0, i64::from(u16::MAX)),
        "u32" => (0, i64::from(u32::MAX)),
        "i8" => (i64::from(i8::MIN), i64::from(i8::MAX)),
        "i16" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "i32" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        other => return other.to_owned(),
    };
    format!("a whole number from {from} to {to}")
}

/// An argument that was left out: an `Option` reads it as `None`, everything else says what it expected.
struct Absent;

/// What was expected.
#[derive(Debug)]
struct Missing(String);

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Missing {}

impl de::Error for Missing {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

impl<'de> de::Deserializer<'de> for Absent {
    type Error = Missing;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Missing> {
        Err(Missing((&visitor as &dyn Expected).to_string()))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Missing> {
        visitor.visit_none()
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_is_cut_and_what_was_expected_is_said_in_words() {
        let told = |error: &str| in_words(error);
        assert_eq!(
            told("invalid value: integer `300`, expected u8"),
            "invalid value: integer `300`, expected a whole number from 0 to 255"
        );
        let long = format!("invalid type: string \"{}\", expected f64", "x".repeat(500));
        let told = told(&long);
        assert!(told.ends_with("x…, expected a number") && told.chars().count() < 160, "{told}");
        assert_eq!(in_words("missing field `y`"), "missing field `y`");
    }

    #[test]
    fn what_is_absent_says_what_was_expected() {
        assert_eq!(Option::<u8>::deserialize(Absent).unwrap(), None);
        assert_eq!(String::deserialize(Absent).unwrap_err().0, "a string");
        assert_eq!(Vec::<u8>::deserialize(Absent).unwrap_err().0, "a sequence");
    }

    use serde::Deserialize as _;
}
