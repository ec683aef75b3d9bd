//! Mappings that need exactly one of some keys.

use super::{Findings, known_keys, list};
use crate::{
    diagnostic::{Code, Diagnostic, nearest},
    source::Span,
};
use jsonschema::error::ValidationError;
use serde_json::Value;

impl Findings<'_> {
    /// The keys of which a mapping must have one, if that is what a fault is about.
    pub(super) fn alternatives(&self, error: &ValidationError<'_>) -> Option<Vec<String>> {
        let branches = self.schema.pointer(error.schema_path().as_str())?.as_array()?;
        let key = |branch: &Value| Some(branch.get("required")?.get(0)?.as_str()?.to_owned());
        // One branch may stand for none of the keys, or for no keys at all.
        let is_none = |branch: &Value| {
            branch.get("required").is_none()
                && (branch.get("not").is_some() || branch.get("maxProperties").is_some())
        };
        branches.iter().filter(|branch| !is_none(branch)).map(key).collect()
    }

    /// A mapping that has none of some keys, or several of which it may have one.
    pub(super) fn not_one_of(
        &self,
        pointer: &str,
        schema_path: &str,
        keys: &[String],
    ) -> Option<Diagnostic> {
        // Lowering says what is wrong there, in the words of what runs.
        if pointer.ends_with("/run") && keys.iter().any(|key| key == "value") {
            return None;
        }
        let node = self.root.pointer(pointer)?;
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let found: Vec<(&str, Span)> = node
            .entries()
            .filter(|(key, _)| keys.contains(key))
            .map(|(key, entry)| (key, entry.key))
            .collect();
        let (span, owner) = self.owner(pointer);
        match found.as_slice() {
            [] => {
                let known = known_keys(self.schema, schema_path);
                let is_meant = |key: &str| {
                    let near = || nearest(key, known.iter().copied());
                    !known.contains(&key) && near().is_some_and(|near| keys.contains(&near))
                };
                let is_misspelt = node.entries().any(|(key, _)| is_meant(key));
                let message = format!("{owner} needs one of the keys {}", list(&keys, "and"));
                (!is_misspelt).then(|| {
                    Diagnostic::new(Code::MissingKey, span, message)
                        .help(format!("add {}", list(&keys, "or")))
                })
            }
            [(first, place), (second, at), ..] => {
                let message = format!("`{second}` cannot stand beside `{first}`");
                Some(
                    Diagnostic::new(Code::InvalidValue, *at, message)
                        .help(format!("keep one of {}", list(&keys, "and")))
                        .related(*place, format!("`{first}` stands here")),
                )
            }
            [_] => None,
        }
    }
}
