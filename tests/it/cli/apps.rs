//! Manifests of whole apps in `config/`, as far as they run without windows.

use crate::support::{
    cli::{Portcullis, Run},
    manifest::repository,
};
use serde_json::{Value, json};
use std::process::Command;

/// A person's home with one repository in it.
struct Home(Portcullis);

impl Home {
    fn new() -> Self {
        let home = Self(Portcullis::new().file("src/demo/a.txt", "hi\n").file("secret/b.txt", ""));
        let settings = "[user]\nname = Ada\nemail = ada@example.com\n";
        let home = Self(home.0.file(".gitconfig", settings));
        let made =
            Command::new("git").args(["init", "-q"]).arg(home.0.folder().join("src/demo")).status();
        assert!(made.expect("git starts").success());
        home
    }

    fn call(&self, command: &str, window: &str, arguments: &Value) -> Run {
        let manifest = repository().join("config/git-client/gateway.yaml");
        let (manifest, arguments) = (manifest.to_str().expect("UTF-8"), arguments.to_string());
        let args =
            ["call", command, &arguments, "-m", manifest, "--window", window, "--origin", "app"];
        Run::of(self.0.command(&args).env("HOME", self.0.folder()), b"")
    }

    fn result(&self, command: &str, window: &str, arguments: &Value) -> Value {
        let run = self.call(command, window, arguments);
        assert_eq!(run.code, 0, "{run:?}");
        serde_json::from_str(run.text()).expect("JSON")
    }
}

#[test]
fn the_git_client_works_in_repositories_of_its_person() {
    let home = Home::new();
    let repo = "$HOME/src/demo";
    let status = || home.result("status", "main", &json!({"repo": repo}));
    assert!(status().as_array().expect("lines").contains(&json!("? a.txt")));
    home.result("stage", "main", &json!({"repo": repo, "paths": ["a.txt"]}));
    home.result(
        "commit",
        "commit",
        &json!({"repo": repo, "message": "First\n\nWith `words`; $HOME"}),
    );
    let log = home.result("log", "main", &json!({"repo": repo, "author": "Ada"}));
    let line = log[0].as_str().expect("a line");
    assert!(line.contains("\u{1f}Ada\u{1f}") && line.ends_with("\u{1f}First"), "{line:?}");
    assert_eq!(home.result("log", "main", &json!({"repo": repo, "author": "Grace"})), json!([]));
    let nothing = home.call("commit", "commit", &json!({"repo": repo, "message": "Again"}));
    assert_eq!(nothing.rejection()["code"], "nothing_to_commit");
}

#[test]
fn the_git_client_works_nowhere_else() {
    let home = Home::new();
    let absolute = home.0.folder().join("secret").display().to_string();
    for repo in
        ["$HOME/secret", absolute.as_str(), "/etc", "--exec-path=/tmp", "$HOME/src/demo/.git"]
    {
        let run = home.call("status", "main", &json!({"repo": repo}));
        assert_eq!(run.rejection()["code"], "path_not_allowed", "{repo}");
    }
}
