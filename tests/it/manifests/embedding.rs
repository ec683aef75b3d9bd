//! A program with a function of its own; its lines stand in fixtures.

use portcullis::{Registry, command::State, commands};

#[portcullis::command]
fn greet() {}

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
