//! Commands are functions.

#[portcullis::command]
struct Greet {
    name: String,
}

fn main() {}
