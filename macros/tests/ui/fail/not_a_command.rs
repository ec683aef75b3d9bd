//! A function without `#[command]` is none.

fn greet() {}

struct Greet;

fn main() {
    let _ = portcullis::commands![greet];
    let _ = portcullis::commands![Greet];
}
