//! Editing the text of a manifest while its comments and its layout stay: canonical layout, single changes, differences.
//!
//! Nothing here is trusted: every new text is parsed again, and one that does not say exactly what it should is refused.

mod change;
mod comment;
mod diff;
mod format;
mod insert;
mod page;
mod remove;
mod scalar;
mod show;
mod text;
mod write;

pub use change::{Change, EditError, edits};
pub use diff::unified_diff;
pub use format::{FormatError, WIDTH, format};
pub use show::{places, show};
pub use write::{WriteError, replace_file};
