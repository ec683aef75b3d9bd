//! `schema`: what editors read, and whether a committed copy is fresh.

use crate::support::cli::Portcullis;

#[test]
fn what_is_printed_is_fresh_and_anything_else_is_stale() {
    let program = Portcullis::new();
    let schema = program.run(&["schema"]);
    assert_eq!((schema.code, schema.stderr.as_str()), (0, ""));
    assert_eq!(schema.json()["title"], "gateway.yaml");
    let program = program
        .file("fresh.json", schema.text())
        .file("schema/gateway.schema.json", schema.text())
        .file("stale.json", &schema.text().replacen("\"title\"", "\"name\"", 1));
    program.run(&["schema", "--check", "fresh.json"]).expect(0, "", "");
    // Without a file it is the one that is committed.
    program.run(&["schema", "--check"]).expect(0, "", "");
    program.run(&["schema", "--check", "stale.json"]).expect(
        1,
        "",
        "error[stale-schema]: stale.json is not the schema of this version\n  \
         help: run `./dev schema`, or `portcullis schema > stale.json`\n",
    );
}

#[test]
fn includes_and_guardrails_have_schemas_of_their_own() {
    let program = Portcullis::new();
    let keys = |flag: &str| {
        let schema = program.run(&["schema", flag]).json();
        assert!(jsonschema::draft7::meta::is_valid(&schema), "{flag}");
        let keys = schema["properties"].as_object().expect("keys").keys().cloned();
        keys.collect::<Vec<_>>()
    };
    let included = ["origins", "backends", "commands", "groups", "permissions", "include"];
    assert_eq!(keys("--include"), included);
    assert_eq!(keys("--guardrails"), ["never"]);
    for args in [&["--include", "--guardrails"][..], &["--include", "--check"]] {
        assert_eq!(program.run(&[&["schema"], args].concat()).code, 2, "{args:?}");
    }
}

#[test]
fn a_copy_that_cannot_be_read_cannot_be_checked() {
    let run = Portcullis::new().run(&["schema", "--check", "missing.json"]);
    assert_eq!((run.code, run.text()), (3, ""));
    assert!(run.stderr.starts_with("error: missing.json cannot be read: "), "{run:?}");
}
