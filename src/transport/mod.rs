//! Lanes: how a call travels between a page and the pipeline. They translate, and never decide.

mod bridge;
mod message;
mod protocol;
#[cfg(all(feature = "webview", target_os = "linux"))]
mod scheme;
mod script;

pub use bridge::Bridge;
pub use message::{Message, answer as answer_message};
pub use protocol::{Begun, Body, SCHEME, answer as answer_request, begin, complete};
#[cfg(all(feature = "webview", target_os = "linux"))]
pub use scheme::{Incoming, register};
pub use script::{callback, page_call};
