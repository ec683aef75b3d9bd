//! `validate --fix`: what it says, what it writes, and what it leaves alone.

use super::MANIFEST;
use crate::support::cli::Portcullis;
use std::{fs, path::Path};

/// One slip that a program can mend, and one that it cannot.
fn faulty() -> String {
    MANIFEST.replace("windows: [main]", "windows: [mian]").replace("deny: [save]", "deny: [delete]")
}

fn mended() -> String {
    faulty().replace("mian", "main")
}

const DONE: &str = "fixed gateway.yaml:14:28: the window `mian` is not declared: write `main`\n";
const LEFT: &str = "gateway.yaml:17:12: error[undefined-command]: the command `delete` is not declared; \
                    help: declare it: `commands: { delete: { run: … } }`\n1 error in 1 file\n";

fn text(path: &Path) -> String {
    fs::read_to_string(path).expect("a text")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8"))
        .collect();
    names.sort();
    names
}

#[test]
fn what_was_mended_is_said_before_what_is_left() {
    let program = Portcullis::with_manifest(&faulty());
    program.run(&["validate", "--fix", "--format", "plain"]).expect(
        1,
        &format!("{DONE}{LEFT}"),
        "",
    );
    assert_eq!(text(&program.folder().join("gateway.yaml")), mended());
    program.run(&["validate", "--fix", "--format", "plain"]).expect(1, LEFT, "");
    assert_eq!(names(program.folder()), ["gateway.yaml"], "nothing is left behind");
}

#[test]
fn a_file_that_is_mended_whole_is_a_yes() {
    let program = Portcullis::with_manifest(&MANIFEST.replace("[main]", "[mian]"));
    program.run(&["validate", "--fix"]).expect(0, &format!("{DONE}1 file is valid\n"), "");
}

#[test]
fn documents_for_programs_stay_documents() {
    for format in ["json", "sarif", "junit"] {
        let program = Portcullis::with_manifest(&faulty());
        let run = program.run(&["validate", "--fix", "--format", format]);
        assert_eq!((run.code, run.stderr.as_str()), (1, DONE), "{format}");
        assert!(run.text().starts_with(['{', '<']), "{format}: {}", run.text());
        assert!(!run.text().contains("mian"), "{format}: {}", run.text());
    }
}

#[test]
fn a_dry_run_prints_a_patch_and_writes_nothing() {
    let program = Portcullis::with_manifest(&faulty());
    let patch = "\
--- gateway.yaml
+++ gateway.yaml
@@ -11,7 +11,7 @@
   save: { run: { value: null } }
   echo: { run: { native: echo } }
 permissions:
-  main-window: { windows: [mian], allow: [\"*\"] }
+  main-window: { windows: [main], allow: [\"*\"] }
   read-only:
     windows: [viewer]
     deny: [delete]
";
    let verdict = "2 errors in 1 file; `--fix` would mend 1\n";
    program.run(&["validate", "--fix", "--dry-run"]).expect(1, patch, verdict);
    assert_eq!(text(&program.folder().join("gateway.yaml")), faulty());
    let sound = Portcullis::with_manifest(MANIFEST);
    let verdict = "1 file is valid; `--fix` would mend 0\n";
    sound.run(&["validate", "--fix", "--dry-run"]).expect(0, "", verdict);
}

#[test]
fn a_dry_run_belongs_to_a_fix_and_has_a_format_of_its_own() {
    let program = Portcullis::with_manifest(&faulty());
    for args in [&["--dry-run"][..], &["--fix", "--dry-run", "--format", "sarif"]] {
        let run = program.run(&[&["validate"], args].concat());
        assert_eq!((run.code, run.text()), (2, ""), "{args:?}");
        assert!(run.stderr.contains("--fix") || run.stderr.contains("--dry-run"), "{args:?}");
    }
}

#[test]
fn more_faults_than_one_reading_tells_are_mended_in_one_go() {
    let stars = vec!["*"; 700].join(", ");
    let program = Portcullis::with_manifest(&MANIFEST.replacen(
        "allow: [\"*\"]",
        &format!("allow: [{stars}]"),
        1,
    ));
    assert_eq!(program.run(&["validate"]).code, 1);
    assert_eq!(program.run(&["validate", "--fix"]).code, 0);
}

#[test]
fn a_patch_has_no_secrets_in_it() {
    let manifest = "version: 1
app: { id: dev.example.cli, frontend: dist }
windows: { main: {} }
commands:
  list:
    run: { http: { base: \"https://api.example.com\", get: /, headers: { Authorization: \"Bearer hunter2hunter2\" } } }
permissions: { main: { windows: [main], allow: [lits] } }
";
    let program = Portcullis::with_manifest(manifest);
    let run = program.run(&["validate", "--fix", "--dry-run"]);
    assert!(run.text().contains("allow: [list]") && run.text().contains("••••"), "{}", run.text());
    assert!(!run.text().contains("hunter2"), "{}", run.text());
}

#[test]
fn what_a_manifest_includes_is_mended_in_its_own_file() {
    let part = "permissions:\n  more: { windows: [main], allow: [reed] }\n";
    let program = Portcullis::with_manifest(&(faulty() + "include: [part.yaml]\n"))
        .file("part.yaml", &part.replace("reed", "svae"));
    let run = program.run(&["validate", "--fix", "--dry-run"]);
    assert!(run.text().contains("--- gateway.yaml") && run.text().contains("+++ part.yaml"));
    let run = program.run(&["validate", "--fix"]);
    assert!(
        run.text()
            .contains("fixed part.yaml:2:36: the command `svae` is not declared: write `save`"),
        "{}",
        run.text()
    );
    let mended = text(&program.folder().join("part.yaml"));
    assert_eq!(mended, part.replace("reed", "save"));
    assert!(text(&program.folder().join("gateway.yaml")).contains("windows: [main], allow"));
}

#[test]
fn every_file_is_mended_for_itself() {
    let program = Portcullis::with_manifest(&faulty()).file("other.yaml", &faulty());
    let run = program.run(&["validate", "--fix", "gateway.yaml", "missing.yaml", "other.yaml"]);
    assert_eq!(run.code, 1);
    assert_eq!(run.text().matches("fixed ").count(), 2, "{}", run.text());
    assert!(run.text().ends_with("\n3 errors in 3 files\n"), "{}", run.text());
    assert_eq!(text(&program.folder().join("other.yaml")), mended());
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    let program = Portcullis::new().file("real/manifest.yaml", &faulty());
    let real = program.folder().join("real/manifest.yaml");
    fs::set_permissions(&real, fs::Permissions::from_mode(0o640)).expect("permissions");
    let link = program.folder().join("gateway.yaml");
    symlink("real/manifest.yaml", &link).expect("a link");
    assert_eq!(program.run(&["validate", "--fix"]).code, 1);
    assert!(fs::symlink_metadata(&link).expect("a link").is_symlink());
    assert_eq!(text(&real), mended());
    assert_eq!(fs::metadata(&real).expect("a file").permissions().mode() & 0o777, 0o640);
    assert_eq!(names(&program.folder().join("real")), ["manifest.yaml"]);
}

#[cfg(unix)]
#[test]
fn a_read_only_file_is_left_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let program = Portcullis::with_manifest(&faulty());
    let file = program.folder().join("gateway.yaml");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).expect("permissions");
    program.run(&["validate", "--fix"]).expect(
        3,
        "",
        "error: gateway.yaml cannot be written: it is read-only\n",
    );
    assert_eq!(text(&file), faulty());
}
