//! What changed, as a unified difference: the form that people and `patch` read.

use similar::TextDiff;
use std::path::Path;

/// The difference between two texts of one file; nothing if they are the same.
///
/// ```
/// let diff = portcullis::edit::unified_diff("a.yaml".as_ref(), "a: 1\n", "a: 2\n");
/// assert_eq!(diff, "--- a.yaml\n+++ a.yaml\n@@ -1 +1 @@\n-a: 1\n+a: 2\n");
/// ```
pub fn unified_diff(path: &Path, before: &str, after: &str) -> String {
    let name = path.display().to_string();
    TextDiff::from_lines(before, after).unified_diff().header(&name, &name).to_string()
}
