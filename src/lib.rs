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
pub mod gateway;
pub mod ipc;
pub mod lsp;
pub mod manifest;
pub mod name;
pub mod pattern;
pub mod plan;
pub mod policy;
pub mod reload;
pub mod source;
pub mod space;
pub mod transport;

pub use command::Registry;
pub use embed::{Gateway, GatewayError};
pub use portcullis_macros::command;
pub use serde_json;

// `#[command]` writes paths that begin with the crate's name; its own tests are in the crate.
#[cfg(test)]
extern crate self as portcullis;

/// The README's Rust blocks, as tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
