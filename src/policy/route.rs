//! What runs for one command, with its limits settled.

use crate::{
    manifest::{Argument, Backend},
    name::CommandName,
    source::Place,
};
use std::time::Duration;

/// One line of the routing table.
#[derive(Debug)]
pub struct Route {
    /// The command.
    pub name: CommandName,
    /// Where the manifest declares it.
    pub place: Place,
    /// What it does, for people.
    pub description: Option<String>,
    /// Its arguments; `None` means that the command checks them itself.
    pub args: Option<Vec<Argument>>,
    /// What runs.
    pub backend: Backend,
    /// Largest body of a call and largest output, in bytes.
    pub payload: usize,
    /// Whether what runs refers to captures of the caller's origin.
    pub has_captures: bool,
    /// Longest run.
    pub timeout: Duration,
}
