//! Arguments that are paths: where they may lead, before the folders of a machine are known.

use crate::{name::Word, pattern::PathPattern};
use std::path::PathBuf;

/// One argument that is a path.
#[derive(Debug, Clone)]
pub struct PathPlan {
    /// The argument.
    pub argument: Word,
    /// Whether it leads to a folder, and not to a file.
    pub is_folder: bool,
    /// Where it may lead; anywhere if absent.
    pub within: Option<Vec<PathPattern>>,
    /// The folder of the file that declares it: relative paths and patterns start here.
    pub folder: PathBuf,
}
