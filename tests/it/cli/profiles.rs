//! `--profile` and `--guardrails`: what is put over a manifest, for every verb that reads one.

use crate::support::cli::Portcullis;

const MANIFEST: &str = "\
version: 1
app: { id: dev.example.notes, frontend: dist }
windows: { main: {} }
commands:
  mode: { run: { value: production } }
  secret: { run: { value: 42 } }
permissions: { main-window: { windows: [main], allow: [mode, secret] } }
never: [{ commands: [secret], origins: [remote], why: it is the app's own }]
profiles:
  dev:
    commands: { mode: { run: { value: development } } }
    unlisted: additive
  list: { permissions: { main-window: { allow: [mode] } } }
  test: { commands: { mode: null }, permissions: { main-window: { allow: [secret] } } }
";

#[test]
fn a_profile_changes_what_is_called_and_what_is_explained() {
    let program = Portcullis::with_manifest(MANIFEST);
    let call = |args: &[&str]| program.run(&[&["call", "mode"], args].concat()).text().to_owned();
    assert_eq!(call(&[]), "\"production\"\n");
    assert_eq!(call(&["--profile", "dev"]), "\"development\"\n");
    let rejection = program.run(&["call", "mode", "--profile", "test"]).rejection();
    assert_eq!(rejection["code"], "unknown_command", "{rejection}");
    // A list replaces the list: the entry that allowed it is gone.
    let explain = |args: &[&str]| program.run(&[&["explain", "secret"], args].concat()).code;
    assert_eq!((explain(&[]), explain(&["--profile", "test"])), (0, 0));
    assert_eq!(explain(&["--profile", "list"]), 1);
}

#[test]
fn a_profile_that_does_not_exist_is_a_mistake_of_usage() {
    let program = Portcullis::with_manifest(MANIFEST);
    let near = "error: the manifest has no profile `tset`\n  \
                help: did you mean `test`? The profiles are `dev`, `list`, `test`\n";
    let far = "error: the manifest has no profile `production`\n  \
               help: the profiles are `dev`, `list`, `test`\n";
    let verbs = [
        &["validate"][..],
        &["run"],
        &["call", "mode"],
        &["explain", "mode"],
        &["allow", "mode", "--window", "main"],
        &["show"],
    ];
    for verb in verbs {
        program.run(&[verb, &["--profile", "tset"]].concat()).expect(2, "", near);
        program.run(&[verb, &["--profile", "production"]].concat()).expect(2, "", far);
    }
    let none = Portcullis::with_manifest("version: 1\napp: { id: dev.example.notes }\n");
    none.run(&["validate", "--profile", "dev"]).expect(
        2,
        "",
        "error: the manifest has no profile `dev`\n  \
         help: it declares none; profiles stand under `profiles:`\n",
    );
}

#[test]
fn a_layout_has_no_profile() {
    let program = Portcullis::with_manifest(MANIFEST);
    for flag in ["--profile", "--guardrails"] {
        let run = program.run(&["fmt", "--check", flag, "dev"]);
        assert_eq!((run.code, run.text()), (2, ""), "{run:?}");
    }
}

#[test]
fn validate_looks_at_every_profile_unless_one_is_named() {
    let broken = MANIFEST.replace("allow: [secret]", "allow: [secrte]");
    let program = Portcullis::with_manifest(&broken);
    let all = program.run(&["validate", "--format", "plain"]);
    assert_eq!(all.code, 1, "{all:?}");
    assert!(all.text().contains("(with the profile `test`)"), "{all:?}");
    let one = program.run(&["validate", "--format", "plain", "--profile", "dev"]);
    assert_eq!((one.code, one.text().contains("secrte")), (0, false), "{one:?}");
    let other = program.run(&["validate", "--format", "plain", "--profile", "test"]);
    assert!(other.code == 1 && other.text().contains("secrte"), "{other:?}");
}

#[test]
fn what_a_profile_removes_is_taken_out_in_the_profile() {
    let program = Portcullis::with_manifest(
        "version: 1\napp: { id: dev.example.notes, frontend: dist }\n\
         windows: { main: {} }\n\
         commands: { list: { run: { value: [] } }, lists: { run: { value: [] } } }\n\
         permissions: { main-window: { windows: [main], allow: [list, lists] } }\n\
         profiles: { bare: { commands: { list: null } } }\n",
    );
    let found = program.run(&["validate", "--format", "plain"]);
    let help = "help: the profile removes it: take it out of `permissions.main-window` there, too";
    assert!(found.code == 1 && found.text().contains(help), "{found:?}");
    assert!(!found.text().contains("did you mean"), "{found:?}");
}

#[test]
fn a_file_of_guardrails_is_read_beside_the_manifest() {
    let program = Portcullis::with_manifest(MANIFEST)
        .file("org/never.yaml", "never: [{ origins: [remtoe], why: no }]\n")
        .file("org/more.yaml", "never: []\npermissions: {}\n");
    let found = program.run(&["validate", "--format", "plain", "--guardrails", "org/never.yaml"]);
    assert_eq!(found.code, 1, "{found:?}");
    assert!(found.text().contains("org/never.yaml:1:21: error[undefined-origin]: "), "{found:?}");
    let found = program.run(&["validate", "--format", "plain", "--guardrails", "org/more.yaml"]);
    let message = "org/more.yaml:2:1: error[unknown-key]: a file of guardrails cannot hold \
                   `permissions`";
    assert!(found.code == 1 && found.text().contains(message), "{found:?}");
    let found = program.run(&["validate", "--format", "plain", "--guardrails", "none.yaml"]);
    let message = "none.yaml:1:1: error[missing-file]: ";
    assert!(found.code == 1 && found.text().contains(message), "{found:?}");
}
