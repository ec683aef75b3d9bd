//! A program with a function of its own; its lines stand in fixtures.

use portcullis::{
    Registry,
    command::{Commands, State},
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

#[derive(Debug)]
struct Visits;

#[portcullis::command]
fn visit(visits: State<Visits>) {
    drop(visits);
}

/// A program that forgot what a function of its asks for.
pub(super) fn forgetful() -> Registry {
    Registry::standard().commands(commands![visit])
}

/// What it knows, beside the stock functions.
pub(super) fn embedding() -> Registry {
    Registry::standard().commands(commands![greet])
}

/// A program with a plugin, and nothing else.
pub(super) fn plugged() -> Registry {
    Registry::new().plugin(Counter)
}
