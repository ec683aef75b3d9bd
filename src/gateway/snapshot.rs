//! Stage 3, snapshot: one policy and the commands built for it, seen by a call from start to end.

use crate::{command::Command, policy::Policy};
use std::sync::Arc;

/// A generation, ready to run.
#[derive(Debug)]
pub struct Snapshot {
    /// Who may call what, and how.
    pub policy: Policy,
    /// What runs, by the policy's [`CommandId`](crate::policy::CommandId).
    pub commands: Vec<Arc<dyn Command>>,
}
