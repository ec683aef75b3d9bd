//! A command is one function.

#[portcullis::command]
fn largest<T: Ord>(of: Vec<T>) -> Option<T> {
    of.into_iter().max()
}

#[portcullis::command]
fn print(text: impl std::fmt::Display) -> String {
    text.to_string()
}

fn main() {}
