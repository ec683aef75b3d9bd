//! What a checked manifest becomes: an immutable authority and routing table, swapped whole.

mod authority;
mod compile;
mod event;
mod explain;
mod route;
mod scope;
mod store;

pub use authority::{Authority, CallerRow, CommandId, Permit};
pub use compile::compile;
pub use event::{EventAccess, EventId, EventRule};
pub use explain::{Cause, Decision, Dimension, NearMiss, Reason};
pub use route::{Route, RouteChannels};
pub use scope::Alternative;
pub use store::PolicyStore;

use crate::manifest::{App, Channels, Limits, Window};
use std::path::PathBuf;

/// Everything that one generation runs with.
#[derive(Debug)]
pub struct Policy {
    /// Number of this policy; each accepted edit has the next one. From 1.
    pub generation: u64,
    /// Who may call what.
    pub authority: Authority,
    /// What runs, by [`CommandId`].
    pub routes: Vec<Route>,
    /// Limits for each webview.
    pub limits: Limits,
    /// Thresholds of channels.
    pub channels: Channels,
    /// The app as a whole.
    pub app: App,
    /// The folder of the manifest.
    pub folder: PathBuf,
    /// The windows that open at start.
    pub windows: Vec<Window>,
}

impl Policy {
    /// What runs for a command.
    pub fn route(&self, command: CommandId) -> Option<&Route> {
        self.routes.get(command.index())
    }
}
