//! Who may call what: the files of `tests/decisions/` case by case, and properties of decisions and of checks against
//! a naive evaluation.

mod cases;
mod checks;
mod generate;
mod oracle;
mod properties;

use portcullis::{diagnostic::has_errors, policy::Policy, policy::compile, reload::load_content};
use std::path::Path;

/// The policy of a manifest's text, through every stage that a file goes through.
fn policy(text: &str) -> Policy {
    let loaded = load_content(Path::new("gateway.yaml"), Ok(text.as_bytes().to_vec()));
    assert!(!has_errors(&loaded.diagnostics), "{:#?}\n{text}", loaded.diagnostics);
    compile(&loaded.manifest.expect("a manifest without errors"), &loaded.sources, 1)
}
