//! The manifest while the app runs: watched, read when it is whole, and taken through every stage up to a checked manifest.

mod chain;
mod inbox;
mod load;
mod probe;
mod settle;
mod watch;

pub use load::{Content, Loaded, load, load_content, read};
pub use watch::{Change, Watch, WatchMode};
