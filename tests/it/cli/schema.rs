//! `schema`: what editors read, and whether a committed copy is fresh.

use super::MANIFEST;
use crate::support::cli::Portcullis;

#[test]
fn what_is_printed_is_fresh_and_anything_else_is_stale() {
    let program = Portcullis::new();
    let schema = program.run(&["schema"]);
    assert_eq!((schema.code, schema.stderr.as_str()), (0, ""));
    assert_eq!(schema.json()["title"], "gateway.yaml");
    let program = program
        .file("fresh.json", schema.text())
        .file("gateway.yaml", MANIFEST)
        .file(".portcullis/gateway.v1.schema.json", schema.text())
        .file("stale.json", &schema.text().replacen("\"title\"", "\"name\"", 1));
    program.run(&["schema", "--check", "fresh.json"]).expect(0, "", "");
    // Without a file it is the one that `init` writes beside the manifest.
    program.run(&["schema", "--check"]).expect(0, "", "");
    let none = "error: no gateway.yaml here or in a folder above\n  help: name the schema's own file: `--check FILE`\n";
    Portcullis::new().run(&["schema", "--check"]).expect(3, "", none);
    program.run(&["schema", "--check", "stale.json"]).expect(
        1,
        "",
        "error[stale-schema]: stale.json is not the schema of this version\n  \
         help: run `portcullis schema > stale.json`\n",
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

#[test]
fn a_projects_own_names_stand_in_its_schema() {
    let program =
        Portcullis::with_manifest(MANIFEST).file("other.yaml", &MANIFEST.replace("save", "store"));
    let offered = |args: &[&str]| -> Vec<String> {
        let run = program.run(args);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        let schema = run.json();
        let permission = &schema["properties"]["permissions"]["additionalProperties"]["properties"];
        let branches = permission["allow"]["items"]["anyOf"].as_array().expect("branches").clone();
        let names = branches.iter().filter_map(|branch| branch["const"].as_str());
        let is_own = |name: &&str| !name.starts_with("@core");
        let (own, core): (Vec<&str>, Vec<&str>) = names.partition(is_own);
        assert!(core.contains(&"@core") && core.contains(&"@core:window"), "{core:?}");
        own.into_iter().map(str::to_owned).collect()
    };
    assert_eq!(offered(&["schema", "--project"]), ["echo", "greet", "save", "*"]);
    let other = ["schema", "--project", "-m", "other.yaml"];
    assert_eq!(offered(&other), ["echo", "greet", "store", "*"]);
}

#[test]
fn a_projects_schema_is_checked_against_its_manifest() {
    let program = Portcullis::with_manifest(MANIFEST);
    let schema = program.run(&["schema", "--project"]);
    let program = program.file("own.json", schema.text());
    program.run(&["schema", "--project", "--check", "own.json"]).expect(0, "", "");
    let program = program.file("gateway.yaml", &MANIFEST.replace("save", "store"));
    program.run(&["schema", "--project", "--check", "own.json"]).expect(
        1,
        "",
        "error[stale-schema]: own.json is not the schema of this manifest\n  \
         help: run `portcullis schema --project > own.json`\n",
    );
}

#[test]
fn a_faulty_manifest_has_no_schema_of_its_own() {
    let program = Portcullis::with_manifest(&MANIFEST.replace("[save]", "[gone]"));
    let run = program.run(&["schema", "--project"]);
    assert_eq!((run.code, run.text()), (3, ""));
    assert!(run.stderr.contains("error[undefined-command]: the command `gone`"), "{run:?}");
}
