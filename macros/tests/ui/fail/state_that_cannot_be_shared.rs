//! State is shared between threads.

use portcullis::command::State;
use std::cell::Cell;

#[portcullis::command]
fn count(counter: State<Cell<u64>>) -> u64 {
    counter.get()
}

fn main() {}
