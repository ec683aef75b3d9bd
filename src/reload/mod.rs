//! The manifest while the app runs: watched, read when it is whole, compiled, and swapped in or kept out.

mod chain;
mod inbox;
mod load;
mod probe;
mod settle;
mod watch;

pub use load::{Content, Loaded, load, load_content, read};
pub use watch::{Change, Watch, WatchMode};
