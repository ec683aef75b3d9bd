//! Portcullis is a declarative IPC gateway for webview desktop apps.
//!
//! One file, `gateway.yaml`, says which windows exist, which commands their pages may call, what runs when they do,
//! and from which origins. This crate compiles that file into an authority and a routing table, opens the windows,
//! answers `invoke()` on the wire protocol that Tauri frontends speak, and applies edits while the app runs.
//!
//! The way of a manifest is `Source → Document → Manifest → Checked → Policy → PolicyStore`; the way of a call is
//! `head → key → snapshot → authorize → limits → read and decode → arguments → dispatch → audit`. `ARCHITECTURE.md`
//! maps both onto the modules.

pub mod app;
pub mod backend;
pub mod channel;
pub mod check;
pub mod cli;
pub mod command;
pub mod diagnostic;
pub mod document;
pub mod edit;
pub mod embed;
pub mod event;
pub mod gateway;
pub mod ipc;
pub mod lsp;
pub mod manifest;
pub mod name;
pub mod pattern;
pub mod plan;
pub mod plugin;
pub mod policy;
pub mod reload;
pub mod source;
pub mod space;
pub mod transport;

pub use command::Registry;
pub use embed::{Gateway, GatewayError};
/// Makes a function a command that `run: { native: <name> }` of a manifest can name.
///
/// The function itself stays as it is. Each parameter is read by `CommandArg`: an argument of the page's call by its
/// name, or part of the call such as `State<T>`. What it gives back is sent to the page as JSON; the error of a
/// `Result` rejects the page's promise. The documentation of the function is the command's description.
///
/// A function that is not `async` runs on a thread that may block, never on the thread of the windows.
///
/// - `rename = "…"`: the command's name, which is the function's otherwise.
/// - `rename_all = "…"`: how the names of parameters become those of arguments, `camelCase`, which is what pages send
///   if nothing is said, or `snake_case`.
///
/// ```
/// /// Greets by name.
/// #[portcullis::command(rename = "hello")]
/// fn greet(first_name: String) -> Result<String, String> {
///     // The page calls `invoke("hello", { firstName: "Ada" })`.
///     if first_name.is_empty() { Err("nobody to greet".into()) } else { Ok(format!("Hello, {first_name}!")) }
/// }
///
/// let registry = portcullis::Registry::new().commands(portcullis::commands![greet]);
/// assert_eq!(registry.names().collect::<Vec<_>>(), ["hello"]);
/// // It is a function still.
/// assert_eq!(greet("Ada".into()).unwrap(), "Hello, Ada!");
/// ```
pub use portcullis_macros::command;
pub use serde_json;

#[cfg(test)]
#[path = "../tests/it/support/property.rs"]
mod property;

// `#[command]` writes paths that begin with the crate's name; plugins that are built in use it inside of the crate.
extern crate self as portcullis;

/// The README's Rust blocks, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
