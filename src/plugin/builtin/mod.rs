//! The plugins that are built in, as far as they can be: what stands in here runs, and everything else is refused.

mod app;
mod log;
mod os;
mod path;
mod resources;

pub use log::{LogLevel, LogRecord};

use super::Plugins;
use crate::command::{Command, Registry};
use std::sync::Arc;

/// The built-in plugins of one run of an app. What they have opened ends with it.
#[derive(Debug)]
pub struct Builtins(Registry);

impl Default for Builtins {
    /// What pages log goes nowhere.
    fn default() -> Self {
        Self::new(|_| {})
    }
}

impl Builtins {
    /// All that there are; what pages log goes to `log`, on any thread.
    pub fn new(log: impl Fn(LogRecord) + Send + Sync + 'static) -> Self {
        let registry = Registry::new()
            .plugin(app::App::default())
            .plugin(log::Log(Box::new(log)))
            .plugin(os::Os)
            .plugin(path::Paths::default())
            .plugin(resources::Resources::default());
        Self(registry)
    }

    /// A command of a plugin, if this build has it.
    pub fn find(&self, plugin: &str, command: &str) -> Option<Arc<dyn Command>> {
        self.0.find(&format!("{plugin}|{command}"))
    }

    /// Whether a command heeds a scope.
    pub fn takes_scope(&self, plugin: &str, command: &str) -> bool {
        self.0.takes_scope(&format!("{plugin}|{command}"))
    }

    /// The same plugins, with their state.
    pub fn registry(&self) -> &Registry {
        &self.0
    }

    /// The same plugins, to begin and to end.
    pub fn plugins(&self) -> Plugins {
        self.0.plugins()
    }
}
