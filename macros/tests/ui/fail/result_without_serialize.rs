//! What a command gives back cannot be sent.

struct Point {
    x: f64,
}

#[portcullis::command]
fn origin() -> Point {
    Point { x: 0.0 }
}

fn main() {}
