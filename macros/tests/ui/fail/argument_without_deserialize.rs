//! The type of an argument cannot be read from JSON.

struct Point {
    x: f64,
}

#[portcullis::command]
fn draw(point: Point) -> f64 {
    point.x
}

fn main() {}
