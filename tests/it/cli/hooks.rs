//! What checks manifests elsewhere: the hooks that this repository offers, and those and the workflow that `init` writes.

use crate::support::{
    cli::Portcullis,
    manifest::{json, text},
};
use serde_json::Value;
use std::{fs, path::Path};

/// The verb of a command line such as `portcullis validate FILE`.
#[track_caller]
fn assert_runs_a_verb(program: &Portcullis, line: &str) {
    let mut words = line.split_ascii_whitespace();
    assert_eq!(words.next(), Some("portcullis"), "{line}");
    let verb = words.next().expect("a verb");
    let run = program.run(&[verb, "--help"]);
    assert_eq!(run.code, 0, "{line}: {run:?}");
}

fn written(program: &Portcullis, path: &str) -> Value {
    let text = fs::read_to_string(program.folder().join(path)).expect(path);
    json(&text).expect("YAML")
}

#[track_caller]
fn assert_hook(program: &Portcullis, hook: &Value) {
    assert_runs_a_verb(program, hook["entry"].as_str().expect("an entry"));
    assert_eq!(hook["language"], "system", "{hook}");
    assert!(hook["id"].is_string() && hook["name"].is_string(), "{hook}");
    let files = regex::Regex::new(hook["files"].as_str().expect("files")).expect("a pattern");
    for path in ["gateway.yaml", "app/gateway.yaml", "notes.gateway.yaml"] {
        assert!(files.is_match(path), "{path}");
    }
    for path in ["gateway.yaml.txt", "mygateway.yaml", "gateway-yaml"] {
        assert!(!files.is_match(path), "{path}");
    }
}

#[test]
fn the_hooks_that_this_repository_offers_run_verbs() {
    let hooks = json(&text(Path::new(".pre-commit-hooks.yaml"))).expect("YAML");
    let hooks = hooks.as_array().expect("a list");
    assert!(!hooks.is_empty());
    for hook in hooks {
        assert_hook(&Portcullis::new(), hook);
    }
}

#[test]
fn the_hooks_that_init_writes_run_verbs_at_the_top_of_the_repository() {
    let program = Portcullis::new().file(".git/HEAD", "");
    let run = program.run(&["init", "an app", "--pre-commit"]);
    assert!(run.code == 0 && run.text().contains("created .pre-commit-config.yaml\n"), "{run:?}");
    let config = written(&program, ".pre-commit-config.yaml");
    let hooks = config["repos"][0]["hooks"].as_array().expect("hooks");
    assert_eq!((&config["repos"][0]["repo"], hooks.len()), (&Value::from("local"), 2));
    // The whole manifest is checked, whichever of its files has changed.
    let validate = &hooks[0];
    assert_runs_a_verb(&program, validate["entry"].as_str().expect("an entry"));
    assert_eq!(validate["entry"], "portcullis validate 'an app/gateway.yaml'");
    assert_eq!(validate["pass_filenames"], false);
    let files = regex::Regex::new(validate["files"].as_str().expect("files")).expect("a pattern");
    assert!(files.is_match("an app/permissions/shop.yaml") && files.is_match("gateway.yml"));
    assert!(!files.is_match("main.rs"));
    assert_hook(&program, &hooks[1]);
}

#[test]
fn the_workflow_checks_the_manifest_from_the_top_of_the_repository() {
    let program = Portcullis::new().file(".git/HEAD", "");
    let run = program.run(&["init", "an app", "--ci", "github"]);
    assert!(
        run.code == 0 && run.text().contains("created .github/workflows/gateway.yml\n"),
        "{run:?}"
    );
    assert!(run.text().contains("PORTCULLIS_GIT"), "{run:?}");
    let workflow = written(&program, ".github/workflows/gateway.yml");
    let job = &workflow["jobs"]["validate"];
    assert_eq!(job["env"]["MANIFEST"], "an app/gateway.yaml");
    let steps = job["steps"].as_array().expect("steps");
    let lines = steps.iter().filter_map(|step| step["run"].as_str());
    let lines: Vec<&str> = lines.filter(|line| line.starts_with("portcullis ")).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    for line in lines {
        assert_runs_a_verb(&program, line);
        assert!(line.contains("\"$MANIFEST\""), "{line}");
    }
    assert!(workflow["on"].is_array(), "`on` is a key: {workflow}");
}

#[test]
fn checks_are_added_to_a_project_that_has_a_manifest_and_nothing_else_is() {
    let program = Portcullis::with_manifest("version: 1\n").file(".git/HEAD", "");
    let run = program.run(&["init", "--ci", "github", "--pre-commit"]);
    let created = "created .github/workflows/gateway.yml\ncreated .pre-commit-config.yaml\n";
    assert!(run.code == 0 && run.text().starts_with(created), "{run:?}");
    assert!(run.text().ends_with("next: `portcullis validate gateway.yaml`\n"), "{run:?}");
    assert!(!program.folder().join("frontend").exists());
    assert!(!program.folder().join(".portcullis").exists());
    let manifest = std::fs::read_to_string(program.folder().join("gateway.yaml")).unwrap();
    assert_eq!(manifest, "version: 1\n");
    // What is there already stays, here too.
    let run = program.run(&["init", "--pre-commit"]);
    assert!(run.code == 1 && run.stderr.contains("\n  .pre-commit-config.yaml\n"), "{run:?}");
}
