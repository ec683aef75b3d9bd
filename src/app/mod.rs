//! The composition root: where stages, commands, lanes and windows are put together.

mod assets;
mod compose;
mod csp;
mod edit;
#[cfg(feature = "webview")]
mod lanes;
mod notice;
#[cfg(feature = "webview")]
mod ready;
#[cfg(feature = "webview")]
mod run;
#[cfg(feature = "webview")]
mod screenshot;
mod secrets;
mod services;
#[cfg(feature = "webview")]
mod terminal;
#[cfg(feature = "webview")]
mod window;

pub use assets::{Asset, Assets};
pub use compose::{build, compose, unregistered};
pub use edit::Editor;
pub use notice::Notice;
#[cfg(feature = "webview")]
pub use run::{Options, RunError, run};
pub use secrets::missing_secrets;
pub use services::Services;
