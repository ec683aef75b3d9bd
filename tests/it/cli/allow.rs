//! `allow`: the smallest edit that lets one caller in, or the reason why there is none.

use crate::support::cli::{Portcullis, Run};
use std::fs;

/// What the edits below are made in; the comments and the odd spaces must survive them.
const MANIFEST: &str = r#"version: 1
app: { id: dev.example.allow, frontend: dist }
origins: { docs: "https://docs.example.com", tenants: "https://{tenant}.example.com" }
windows: { main: {}, viewer: {}, third: {} }
commands:
  greet: { run: { value: hello } }
  save: { run: { value: null } }
  wipe: { run: { value: null } }   # nobody may
permissions:
  everybody: { windows: ["*"], allow: [greet] }
  main-window:
    windows: [main]   # and only it
    allow:
    - save
    # that is all
  viewers: { windows: [viewer], origins: [docs], allow: [greet] }
  nobody: { windows: ["*"], deny: [wipe] }
"#;

fn text(program: &Portcullis) -> String {
    fs::read_to_string(program.folder().join("gateway.yaml")).unwrap()
}

/// Runs `allow`, and says how the file is after it; the difference in the output must be the one of the files.
fn allow(manifest: &str, args: &[&str]) -> (Run, String) {
    let program = Portcullis::with_manifest(manifest).file("dist/index.html", "");
    let run = program.run(&[&["allow"], args].concat());
    let after = text(&program);
    if after != manifest {
        assert_eq!(run.code, 0, "{run:?}");
        let diff = portcullis::edit::unified_diff("gateway.yaml".as_ref(), manifest, &after);
        assert!(run.text().starts_with(&diff), "{run:?}");
    }
    (run, after)
}

/// The lines that are new.
fn added(manifest: &str, args: &[&str]) -> Vec<String> {
    let (run, after) = allow(manifest, args);
    assert_eq!(run.code, 0, "{run:?}");
    let old: Vec<&str> = manifest.lines().collect();
    after.lines().filter(|line| !old.contains(line)).map(str::to_owned).collect()
}

/// The file is as it was, and this is why.
#[track_caller]
fn refused(manifest: &str, args: &[&str], code: i32, message: &str) {
    let (run, after) = allow(manifest, args);
    run.expect(code, "", message);
    assert_eq!(after, manifest);
}

#[test]
fn the_callers_own_permission_is_extended_and_the_rest_of_the_file_stays() {
    let manifest = MANIFEST.replace("allow: [greet] }\n  main", "allow: [] }\n  main");
    let (run, after) = allow(&manifest, &["greet", "--window", "main"]);
    let expected = manifest.replace("    # that is all\n", "    # that is all\n    - greet\n");
    assert_eq!(after, expected);
    let said = "allow: `greet` for main/main at app://localhost\n  because `main-window` allows it (gateway.yaml:11:3)\n";
    assert!(run.text().ends_with(said), "{run:?}");
    assert_eq!(run.stderr, "");
}

#[test]
fn a_permission_that_matches_others_too_is_never_extended_unasked() {
    let args = ["save", "--window", "third"];
    assert_eq!(added(MANIFEST, &args), ["  third-more: { windows: [third], allow: [save] }"]);
}

#[test]
fn an_origin_belongs_to_the_caller() {
    let args = ["save", "--window", "viewer", "--origin", "docs"];
    assert_eq!(
        added(MANIFEST, &args),
        ["  viewers: { windows: [viewer], origins: [docs], allow: [greet, save] }"]
    );
    let args = ["save", "--window", "viewer", "--origin", "https://a.example.com"];
    let lines = added(MANIFEST, &args);
    assert!(lines[0].ends_with(r#"a-example-com: "https://a.example.com" }"#), "{lines:?}");
    assert_eq!(
        lines[1],
        "  viewer-more: { windows: [viewer], origins: [a-example-com], allow: [save] }"
    );
}

#[test]
fn a_manifest_without_permissions_gets_the_section() {
    let manifest = MANIFEST.split_once("permissions:").unwrap().0;
    let lines = added(manifest, &["save", "--window", "main"]);
    assert_eq!(lines, ["permissions:", "  main-more:", "    windows: [main]", "    allow: [save]"]);
}

#[test]
fn a_named_permission_is_extended_with_a_word_about_whom_else_it_lets_in() {
    let args = ["save", "--window", "third", "--permission", "everybody"];
    let (run, after) = allow(MANIFEST, &args);
    assert!(after.contains(r#"everybody: { windows: ["*"], allow: [greet, save] }"#), "{after}");
    let note =
        "note: `everybody` allows it to every caller that it matches, not only to this one\n";
    assert_eq!((run.code, run.stderr.as_str()), (0, note));
    let args = ["save", "--window", "third", "--permission", "thirds"];
    assert_eq!(added(MANIFEST, &args), ["  thirds: { windows: [third], allow: [save] }"]);
}

#[test]
fn a_dry_run_writes_nothing() {
    let program = Portcullis::with_manifest(MANIFEST).file("dist/index.html", "");
    let run = program.run(&["allow", "save", "--window", "third", "--dry-run"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, "note: nothing was written\n"));
    assert!(run.text().contains("+  third-more:"), "{run:?}");
    assert_eq!(text(&program), MANIFEST);
}

#[test]
fn what_is_allowed_already_stays_as_it_is() {
    let (run, after) = allow(MANIFEST, &["greet", "--window", "third"]);
    run.expect(
        0,
        "already allowed: `greet` for third/third at app://localhost\n  because `everybody` allows it (gateway.yaml:10:3)\n",
        "",
    );
    assert_eq!(after, MANIFEST);
}

#[test]
fn a_deny_is_named_and_never_edited() {
    let message = "deny: `wipe` for main/main at app://localhost\n  because `nobody` denies it (gateway.yaml:17:3)\n  help: a deny always wins and is never edited here; take it back by hand\n";
    refused(MANIFEST, &["wipe", "--window", "main"], 1, message);
}

#[test]
fn what_is_not_declared_is_not_guessed() {
    let message = "error: the manifest declares no command `sav`\n  help: did you mean `save`?\n";
    refused(MANIFEST, &["sav", "--window", "main"], 1, message);
    let message = "error: the manifest declares no window `mian`\n  help: did you mean `main`?\n";
    refused(MANIFEST, &["save", "--window", "mian"], 1, message);
    let message = "error: the manifest declares no webview `x`\n";
    refused(MANIFEST, &["save", "--window", "main", "--webview", "x"], 1, message);
    let message = "error: the origin `tenants` stands for many: `https://{tenant}.example.com`; give one of them\n";
    refused(MANIFEST, &["wipe", "--window", "main", "--origin", "tenants"], 2, message);
    let message = "error: nothing can allow a command to a page without an origin\n";
    refused(MANIFEST, &["save", "--window", "third", "--origin", "null"], 1, message);
}

#[test]
fn a_permission_that_does_not_match_the_caller_is_refused() {
    let message = "error: the permission `main-window` does not match third/third at app://localhost\n  help: leave `--permission` out, or give the id of a new one\n";
    let args = ["save", "--window", "third", "--permission", "main-window"];
    let manifest = MANIFEST.replace("    - save\n", "    - greet\n");
    refused(&manifest, &args, 1, message);
}

/// `unlisted: additive` opens what no permission names; naming it for one caller would take it from the others.
#[test]
fn an_edit_that_takes_access_away_is_refused() {
    let manifest = MANIFEST.replace("    - save\n", "    - greet\n") + "unlisted: additive\n";
    let (run, after) = allow(&manifest, &["save", "--window", "main", "--origin", "docs"]);
    assert_eq!((run.code, run.text(), after.as_str()), (1, "", manifest.as_str()));
    assert!(run.stderr.contains("`save` would be denied for"), "{run:?}");
}

#[test]
fn a_canonical_file_stays_canonical() {
    let program = Portcullis::with_manifest(MANIFEST).file("dist/index.html", "");
    assert_eq!(program.run(&["fmt"]).code, 0);
    let long = "a-rather-long-window-label-that-makes-the-new-permission-too-long-for-one-line-of-the-file";
    let manifest = text(&program).replace("third: {}", &format!("{long}: {{}}"));
    let program = program.file("gateway.yaml", &manifest);
    assert_eq!(program.run(&["fmt"]).code, 0);
    assert_eq!(program.run(&["allow", "save", "--window", long]).code, 0);
    assert_eq!(program.run(&["fmt", "--check"]).code, 0);
}

#[test]
fn json_says_what_changed() {
    let program = Portcullis::with_manifest(MANIFEST).file("dist/index.html", "");
    let args = ["allow", "save", "--window", "third", "--format", "json"];
    let first = program.run(&args).json();
    assert_eq!(first["permissions"], serde_json::json!(["third-more"]));
    assert_eq!((&first["changed"], &first["written"]), (&true.into(), &true.into()));
    let second = program.run(&args).json();
    assert_eq!((&second["changed"], &second["diff"]), (&false.into(), &"".into()));
}

#[test]
fn a_manifest_with_errors_is_not_edited() {
    let program = Portcullis::with_manifest("version: 2\n");
    let run = program.run(&["allow", "save", "--window", "main"]);
    assert_eq!((run.code, run.text()), (3, ""));
    assert_eq!(text(&program), "version: 2\n");
}

/// A permission that another profile, or none, makes wider than this caller.
const PROFILES: &str = r#"version: 1
app: { id: dev.example.allow, frontend: dist }
origins: { docs: "https://*.example.com" }
windows: { main: {}, other: {} }
commands: { mode: { run: { value: production } }, secret: { run: { value: 42 } } }
permissions:
  everywhere: { windows: ["*"], origins: [app, remote], allow: [mode] }
profiles:
  dev: { permissions: { everywhere: { windows: [main], origins: [app] } } }
"#;

#[test]
fn what_only_a_profile_narrows_is_not_the_callers_own() {
    let args = ["secret", "--window", "main", "--profile", "dev"];
    assert_eq!(added(PROFILES, &args), ["  main-more: { windows: [main], allow: [secret] }"]);
}

#[test]
fn what_a_profile_widens_is_not_the_callers_own() {
    let manifest = PROFILES
        .replace(r#"windows: ["*"], origins: [app, remote], allow"#, "windows: [main], allow")
        .replace(
            "windows: [main], origins: [app] }",
            r#"windows: ["*"], origins: [app, remote] }"#,
        );
    for profile in [&[][..], &["--profile", "dev"]] {
        let args = [&["secret", "--window", "main"], profile].concat();
        assert_eq!(added(&manifest, &args), ["  main-more: { windows: [main], allow: [secret] }"]);
    }
}

#[test]
fn a_name_that_a_profile_has_is_taken() {
    let manifest = PROFILES.replace(
        "everywhere: { windows: [main], origins: [app] } } }",
        r#"main-more: { windows: ["*"], origins: [remote], allow: [mode] } } }"#,
    );
    let args = ["secret", "--window", "main"];
    assert_eq!(added(&manifest, &args), ["  main-more-2: { windows: [main], allow: [secret] }"]);
    let message = "error: only a profile has the permission `main-more`: edit it there\n";
    refused(&manifest, &[&args[..], &["--permission", "main-more"]].concat(), 1, message);
    // The name would stand for other origins there.
    let manifest = manifest
        .replace("https://*.", "https://a.")
        .replace("  dev: {", r#"  dev: { origins: { docs: "https://*.example.com" },"#);
    let lines = added(&manifest, &["secret", "--window", "main", "--origin", "docs"]);
    assert!(lines.iter().any(|line| line.contains("origins: [a-example-com]")), "{lines:?}");
}

#[test]
fn an_edit_that_opens_more_with_a_profile_is_refused() {
    // With the profile, the window has webviews that the new permission would match, too.
    let manifest = PROFILES.replace(
        "dev: { permissions: { everywhere: { windows: [main], origins: [app] } } }",
        "dev: { windows: { main: { webviews: { left: {}, right: {} } } } }",
    );
    let message = "error: the edit would also allow `secret` for main/left at app://localhost with the profile `dev`\n";
    refused(&manifest, &["secret", "--window", "main"], 3, message);
}

#[test]
fn a_list_that_the_profile_replaces_is_edited_there() {
    let manifest = PROFILES
        .replace(r#"windows: ["*"], origins: [app, remote], allow"#, "windows: [main], allow")
        .replace("windows: [main], origins: [app] }", "allow: [] }");
    let message = "error: the profile `dev` replaces `allow` of `everywhere`: edit it there\n";
    let args = ["secret", "--window", "main", "--profile", "dev"];
    refused(&manifest, &args, 1, message);
    refused(&manifest, &[&args[..], &["--permission", "everywhere"]].concat(), 1, message);
    let explained = Portcullis::with_manifest(&manifest).run(&[
        "explain",
        "secret",
        "--window",
        "main",
        "--profile",
        "dev",
    ]);
    let help = "  help: the profile `dev` replaces `allow` of `everywhere`: edit it there\n";
    assert!(explained.text().ends_with(help), "{explained:?}");
}

#[test]
fn nothing_is_written_that_a_broken_profile_may_widen() {
    let manifest = PROFILES.replace("origins: [app] }", "origins: [nowhere] }");
    let (run, after) = allow(&manifest, &["secret", "--window", "main", "--format", "plain"]);
    assert_eq!((run.code, run.text(), after.as_str()), (3, "", manifest.as_str()));
    let message = "error: nobody can tell what the edit would open with the profile `dev`\n  help: mend the findings above first\n";
    assert!(run.stderr.ends_with(message), "{run:?}");
}

#[test]
fn a_window_is_let_in_from_the_page_that_it_starts_with() {
    let manifest = MANIFEST.replace("third: {}", "third: { url: 'https://docs.example.com/' }");
    let (run, after) = allow(&manifest, &["save", "--window", "third"]);
    assert!(after.contains("third-more: { windows: [third], origins: [docs], allow: [save] }"));
    assert!(run.stderr.starts_with("note: calling as third/third at https://docs.example.com;"));
}
