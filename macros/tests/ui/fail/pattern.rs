//! An argument has a name.

#[portcullis::command]
fn add((a, b): (i32, i32)) -> i32 {
    a + b
}

fn main() {}
