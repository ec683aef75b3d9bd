//! The manifest while the app runs: watched, read when it is whole, and taken through every stage up to a checked manifest.

mod chain;
mod expand;
mod files;
mod following;
mod inbox;
mod load;
mod probe;
mod settle;
mod snapshot;
mod watch;
mod withdraw;

pub use expand::TooMany;
pub use files::{Content, Disk, Edited, Files, Found, is_meant, lexical, read};
pub use load::{LoadOptions, Loaded, load, load_content, load_from, load_profiles};
pub use snapshot::FileSnapshot;
pub use watch::{Change, Watch, WatchMode};
