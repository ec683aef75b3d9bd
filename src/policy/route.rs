//! What runs for one command, with its limits settled.

use crate::{
    ipc::ChannelTerms,
    manifest::{Argument, Backend, Contract, Rate},
    name::{CommandName, Word},
    plan::PathPlan,
    source::Place,
};
use std::{sync::Arc, time::Duration};

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
    /// Those of them that are paths.
    pub paths: Vec<PathPlan>,
    /// What its channels do.
    pub channels: Arc<RouteChannels>,
    /// What runs.
    pub backend: Backend,
    /// Largest body of a call and largest output, in bytes.
    pub payload: usize,
    /// Whether what runs refers to captures of the caller's origin.
    pub has_captures: bool,
    /// Longest run.
    pub timeout: Duration,
    /// Calls of the command that may run at once in one webview, if it has a limit of its own.
    pub concurrency: Option<u32>,
    /// Calls of the command that a webview may make in a time, if it has a limit of its own.
    pub rate: Option<Rate>,
    /// What its result must fit; checked during development.
    pub returns: Option<Contract>,
    /// Whether a permission hands it things to decide on: `scope: { allow: […], deny: […] }`.
    pub has_scope_items: bool,
    /// What the manifest asks for and no stage enforces yet, in words. Such a command is granted and never runs.
    pub unenforced: Option<&'static str>,
}

/// What the channels of one command do, by argument.
#[derive(Debug)]
pub struct RouteChannels {
    pub(super) declared: Vec<(Word, ChannelTerms)>,
    /// Of arguments that the manifest does not declare: a Rust function may check its own.
    pub(super) default: ChannelTerms,
}

impl RouteChannels {
    /// What the channel does that is the argument `argument`.
    pub fn terms(&self, argument: &str) -> &ChannelTerms {
        let declared = self.declared.iter().find(|(name, _)| name.as_str() == argument);
        declared.map_or(&self.default, |(_, terms)| terms)
    }

    /// The arguments that the manifest declares as channels.
    pub fn arguments(&self) -> impl Iterator<Item = &Word> {
        self.declared.iter().map(|(name, _)| name)
    }
}
