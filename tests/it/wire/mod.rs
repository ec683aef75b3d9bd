//! The way of a call, without a window: the wire, the lanes, the limits, channels, and edits under way.

mod arguments;
mod builtins;
mod cancel;
mod channels;
mod conversations;
mod documents;
mod events;
mod hostile;
mod includes;
mod key;
mod limits;
mod origins;
mod overflow;
mod plugins;
mod promises;
mod reload;
mod request;
mod response;
mod secrets;
mod senders;
mod services;
mod swaps;

use portcullis::{Registry, ipc::InvokeResponse};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// How often the function `tick` ran.
#[derive(Debug, Clone, Default)]
struct Ticks(Arc<AtomicUsize>);

impl Ticks {
    /// The stock functions, and `tick`, which gives back what it was given.
    fn registry(&self) -> Registry {
        let ticks = self.clone();
        Registry::standard().invocation("tick", move |invocation| {
            ticks.0.fetch_add(1, Ordering::SeqCst);
            async move {
                match invocation.body {
                    portcullis::ipc::InvokeBody::Json(value) => InvokeResponse::json(&value),
                    portcullis::ipc::InvokeBody::Raw(bytes) => Ok(InvokeResponse::Raw(bytes)),
                }
            }
        })
    }

    fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}
