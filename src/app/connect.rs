//! Where events come from that no page sends: sidecars and the program itself hand them to the pipeline.

use super::Services;
use crate::{command::Registry, gateway::Pipeline, ipc::EventSink};
use std::sync::Arc;

/// Has events of the registry's functions and of sidecars go through the pipeline.
pub fn connect(pipeline: &Arc<Pipeline>, registry: &Registry, services: &Services) {
    let sink: Arc<dyn EventSink> = pipeline.clone();
    registry.publish_to(&sink);
    services.events.connect(&sink);
}
