//! `show`: the manifest in effect, with places.

use super::MANIFEST;
use crate::support::cli::Portcullis;
use serde_json::json;

#[test]
fn every_section_and_declaration_says_where_it_stands() {
    let program = Portcullis::with_manifest(MANIFEST);
    let run = program.run(&["show"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(run.text().starts_with("version: 1  # gateway.yaml:1\napp:  # gateway.yaml:2\n"));
    assert!(run.text().contains("\n  greet:  # gateway.yaml:8\n    args: { name: "), "{run:?}");
    let program = Portcullis::with_manifest(run.text());
    assert_eq!(program.run(&["fmt", "--check"]).code, 0);
    assert_eq!(program.run(&["validate"]).code, 0);
}

#[test]
fn json_has_the_manifest_and_a_place_for_every_part() {
    let shown = Portcullis::with_manifest(MANIFEST).run(&["show", "--format", "json"]).json();
    assert_eq!(shown["version"], 1);
    assert_eq!(shown["manifest"]["permissions"]["read-only"]["deny"], json!(["save"]));
    assert_eq!(shown["places"]["/permissions/read-only/deny/0"], "gateway.yaml:17");
}

#[test]
fn a_manifest_with_errors_is_not_shown() {
    let run = Portcullis::with_manifest("version: 2\n").run(&["show"]);
    assert_eq!((run.code, run.text()), (3, ""));
    assert!(run.stderr.contains("error["), "{run:?}");
}
