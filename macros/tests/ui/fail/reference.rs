//! A command owns its arguments.

use portcullis::command::State;

#[portcullis::command]
fn greet(name: &str) -> String {
    format!("Hello, {name}!")
}

#[portcullis::command]
fn count(counter: &State<u64>) -> u64 {
    **counter
}

#[portcullis::command]
fn first<'a>(names: Vec<&'a str>) -> Option<&'a str> {
    names.first().copied()
}

fn main() {}
