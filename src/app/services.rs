//! What outlives the generations that use it: running sidecars, connections, and what built-in plugins have opened.

use super::Notice;
use crate::{
    backend::{HttpClients, SidecarLog, Sidecars},
    ipc::EventOutlet,
    plugin::Builtins,
};
use std::sync::Arc;
use tokio::runtime::Handle;

/// Running sidecars, connections to services, and built-in plugins. They end with it, or with the last generation that uses them.
#[derive(Debug)]
pub struct Services {
    pub(super) sidecars: Sidecars,
    pub(super) http: HttpClients,
    pub(super) builtins: Builtins,
    /// Where the sidecars' events go.
    pub(super) events: EventOutlet,
}

impl Default for Services {
    fn default() -> Self {
        Self::of(SidecarLog::default(), Builtins::default())
    }
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
        Self::of(log, builtins)
    }

    fn of(log: SidecarLog, builtins: Builtins) -> Self {
        let events = EventOutlet::default();
        let sidecars = Sidecars::new(log, events.clone());
        Self { sidecars, http: HttpClients::default(), builtins, events }
    }

    /// The same, but sidecars that say `start: start` do not wait for a call.
    #[must_use]
    pub fn starting_on(self, runtime: Handle) -> Self {
        Self { sidecars: self.sidecars.starting_on(runtime), ..self }
    }
}
