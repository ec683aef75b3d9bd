//! A program with a function of its own; its lines stand in fixtures.

use portcullis::{Registry, commands};

#[portcullis::command]
fn greet() {}

/// What it knows, beside the stock functions.
pub(super) fn embedding() -> Registry {
    Registry::standard().commands(commands![greet])
}
