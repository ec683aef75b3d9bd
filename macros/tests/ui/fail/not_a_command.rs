//! A function without `#[command]` is none.

fn greet() {}

struct Settings;

fn main() {
    let _ = portcullis::commands![greet];
    let _ = portcullis::commands![Settings];
}
