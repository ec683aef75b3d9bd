//! There are two options.

#[portcullis::command(renam = "hello")]
fn greet() {}

#[portcullis::command(rename_all = "kebab-case")]
fn welcome() {}

#[portcullis::command(rename = "say hello")]
fn hello() {}

fn main() {}
