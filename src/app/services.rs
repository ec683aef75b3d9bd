//! What outlives the generations that use it: running sidecars, connections, and what built-in plugins have opened.

use super::Notice;
use crate::{
    backend::{HttpClients, SidecarLog, Sidecars},
    plugin::Builtins,
};
use std::sync::Arc;
use tokio::runtime::Handle;

/// Running sidecars, connections to services, and built-in plugins. They end with it, or with the last generation that uses them.
#[derive(Debug, Default)]
pub struct Services {
    pub(super) sidecars: Sidecars,
    pub(super) http: HttpClients,
    pub(super) builtins: Builtins,
}

impl Services {
    /// Services that start with their first call; what sidecars and pages say goes to `tell`.
    pub fn new(tell: impl Fn(Notice) + Send + Sync + 'static) -> Self {
        let tell = Arc::new(tell);
        let tell_log = Arc::clone(&tell);
        let log = SidecarLog::new(move |name, text| {
            tell(Notice::Sidecar { name: name.clone(), text: text.to_owned() });
        });
        let builtins = Builtins::new(move |record| tell_log(Notice::Log(record)));
        Self { sidecars: Sidecars::new(log), http: HttpClients::default(), builtins }
    }

    /// The same, but sidecars that say `start: start` do not wait for a call.
    #[must_use]
    pub fn starting_on(self, runtime: Handle) -> Self {
        Self { sidecars: self.sidecars.starting_on(runtime), ..self }
    }
}
