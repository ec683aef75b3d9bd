//! Label, command, origin and path patterns: parsed once, matched on a caller's first sight only.

mod braces;
mod classes;
mod command;
mod label;
mod origin;
mod origin_pattern;
mod path;
mod root;
mod segment;
mod table;
mod template;

pub use classes::{Budget, Class, TooManyClasses, label_classes, origin_classes};
pub use command::CommandPattern;
pub use label::LabelPattern;
pub use origin::{Difference, Origin, OriginError};
pub use origin_pattern::OriginPattern;
pub use path::{PathGlob, PathPattern};
pub use root::Root;
pub(crate) use segment::Segment;
pub use table::CommandTable;
pub use template::LabelTemplate;

use thiserror::Error;

/// Why a text is not a pattern: what is wrong and, where it is known, what to write instead.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct PatternError {
    /// What is wrong with it.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// The pattern that was surely meant.
    pub meant: Option<String>,
}

impl PatternError {
    fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), help: None, meant: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds the pattern that was surely meant, and the advice to write it.
    fn meant(mut self, pattern: impl Into<String>) -> Self {
        let pattern = pattern.into();
        self.help = Some(format!("write `{pattern}`"));
        self.meant = Some(pattern);
        self
    }
}
