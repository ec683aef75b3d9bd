//! The composition root: where stages, commands, lanes and windows are put together.

mod assets;
mod compose;
mod connect;
mod csp;
mod edit;
mod host;
#[cfg(feature = "webview")]
mod lanes;
mod natives;
mod notice;
mod obstacles;
mod owner;
mod plugins;
#[cfg(feature = "webview")]
mod ready;
mod roots;
#[cfg(feature = "webview")]
mod run;
#[cfg(feature = "webview")]
mod screenshot;
mod secrets;
mod services;
#[cfg(feature = "webview")]
mod terminal;
mod unsupported;
#[cfg(feature = "webview")]
mod window;

pub use assets::{Asset, Assets};
pub use compose::{build, compose};
pub use connect::connect;
pub use edit::Editor;
pub use host::host;
pub use natives::{misfits, undeclared, unmanaged, unregistered};
pub use notice::Notice;
pub use obstacles::{at_start, obstacles};
pub use owner::foreign_owners;
pub use plugins::{all_plugins, initialize};
#[cfg(feature = "webview")]
pub use run::{Options, RunError, run};
pub use services::Services;
pub use unsupported::unsupported;
