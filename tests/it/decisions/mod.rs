//! Who may call what: the files of `tests/decisions/` case by case, and properties of decisions and of checks against
//! a naive evaluation.

mod cases;
mod checks;
mod generate;
mod oracle;
mod properties;

use portcullis::{
    diagnostic::{Code, has_errors},
    policy::{Policy, compile},
    reload::load_content,
};
use std::path::Path;

/// The policy of a manifest's text, through every stage that a file goes through.
fn policy(text: &str) -> Policy {
    generated(text).expect("no two permissions that say the same")
}

/// The same of a text that was generated, in which two permissions may happen to say the same; then nothing.
fn generated(text: &str) -> Option<Policy> {
    let mut loaded = load_content(Path::new("gateway.yaml"), Ok(text.as_bytes().to_vec()));
    let is_double = loaded.manifest.is_none();
    loaded.diagnostics.retain(|found| found.code != Code::DuplicatePermission || !is_double);
    assert!(!has_errors(&loaded.diagnostics), "{:#?}\n{text}", loaded.diagnostics);
    Some(compile(&loaded.manifest?, &loaded.sources, 1))
}
