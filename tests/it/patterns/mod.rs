//! Patterns: what their characters mean, and the classes that sets of them make.

mod classes;
pub(crate) mod generate;
mod meaning;
mod paths;
