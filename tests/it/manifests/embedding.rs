//! A program with a function of its own; its lines stand in fixtures.

use portcullis::{
    Registry,
    command::Commands,
    commands,
    plugin::{Plugin, PluginContext, PluginError},
};

#[portcullis::command]
fn add() {}

#[portcullis::command]
fn greet() {}

/// Begins with a number.
pub(super) struct Counter;

impl Plugin for Counter {
    fn name(&self) -> &'static str {
        "counter"
    }

    fn commands(&self) -> Commands {
        commands![add]
    }

    fn initialize(&self, context: &PluginContext) -> Result<(), PluginError> {
        context.config::<u64>().map(drop)
    }
}

/// What it knows, beside the stock functions.
pub(super) fn embedding() -> Registry {
    Registry::standard().commands(commands![greet])
}

/// A program with a plugin, and nothing else.
pub(super) fn plugged() -> Registry {
    Registry::new().plugin(Counter)
}
