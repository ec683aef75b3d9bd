//! Edits of a manifest's includes and guardrails under way: watched, loaded and in force, or kept out.

use crate::support::gateway::{Call, Gateway, Settled, Webview};
use portcullis::{
    app::Notice,
    diagnostic::Code,
    reload::{LoadOptions, Loaded, Watch},
    serde_json::json,
};
use std::{
    fs::{self, File},
    io::Write as _,
    path::PathBuf,
    sync::mpsc::Receiver,
    time::Duration,
};

/// A failure, not a measure: far more than any edit takes.
const GUARD: Duration = Duration::from_secs(20);

const MAIN: &str = "\
version: 1
app: { id: dev.portcullis.test, frontend: . }
windows: { main: {} }
include: [commands.yaml, \"permissions/*.yaml\"]
profiles:
  dev: { permissions: { main: { allow: [b] } } }
";
const COMMANDS: &str = "commands: { a: { run: { value: 1 } }, b: { run: { value: 2 } } }\n";
const BOTH: &str = "permissions:\n  main: { windows: [main], allow: [a, b] }\n";

const GUARDRAIL: &str =
    "never: [{ windows: [main], origins: [remote], commands: [a], why: \"not for the web\" }]\n";

struct Site {
    gateway: Gateway,
    main: Webview,
    notices: Receiver<Notice>,
    folder: tempfile::TempDir,
    _watch: Watch,
}

impl Site {
    fn new(profile: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("permissions")).unwrap();
        fs::write(path("commands.yaml"), COMMANDS).unwrap();
        fs::write(path("permissions/main.yaml"), BOTH).unwrap();
        fs::write(path("guardrails.yaml"), "never: []\n").unwrap();
        fs::write(path("gateway.yaml"), MAIN).unwrap();
        let options = LoadOptions {
            profile: profile.map(str::to_owned),
            guardrails: Some(path("guardrails.yaml")),
        };
        let (gateway, watch, notices) = Gateway::watched(&path("gateway.yaml"), options);
        let main = gateway.open("main");
        Self { gateway, main, notices, folder, _watch: watch }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn notice(&self) -> Notice {
        self.notices.recv_timeout(GUARD).expect("no edit was noticed")
    }

    #[track_caller]
    fn accepted(&self) -> u64 {
        match self.notice() {
            Notice::EditAccepted { generation, .. } => generation,
            other => panic!("{other:?}"),
        }
    }

    /// The next edit is kept out, with this finding at this place, and calls go on as before.
    #[track_caller]
    fn rejected(&self, code: Code, place: &str) {
        let Notice::EditRejected(loaded) = self.notice() else { panic!("it was accepted") };
        let at = |loaded: &Loaded| {
            let place = |diagnostic: &portcullis::diagnostic::Diagnostic| {
                let place = loaded.sources.place(diagnostic.span).to_string();
                (diagnostic.code, place)
            };
            loaded.diagnostics.iter().map(place).collect::<Vec<_>>()
        };
        let expected = (code, self.path(place).display().to_string());
        assert!(at(&loaded).contains(&expected), "{:?}", at(&loaded));
    }

    /// What the two commands come to.
    async fn calls(&self) -> [bool; 2] {
        let a = self.gateway.call(&self.main, &Call::new("a")).await;
        let b = self.gateway.call(&self.main, &Call::new("b")).await;
        assert!(matches!(&a, Settled::Rejected(_)) || a == Settled::Json(json!(1)), "{a:?}");
        [a.is_ok(), b.is_ok()]
    }
}

#[tokio::test]
async fn an_edit_of_an_include_comes_into_force() {
    let site = Site::new(None);
    assert_eq!(site.calls().await, [true, true]);
    site.write("permissions/main.yaml", &BOTH.replace("a, b", "b"));
    assert_eq!(site.accepted(), 2);
    assert_eq!(site.calls().await, [false, true]);
    let denying = "permissions: { less: { windows: [main], deny: [b] } }";
    site.write("permissions/less.yaml", denying);
    assert_eq!(site.accepted(), 3);
    assert_eq!(site.calls().await, [false, false]);
    fs::rename(site.path("permissions/less.yaml"), site.path("permissions/moved.yaml")).unwrap();
    assert_eq!(site.accepted(), 4);
    assert_eq!(site.calls().await, [false, false]);
    fs::remove_file(site.path("permissions/moved.yaml")).unwrap();
    assert_eq!(site.accepted(), 5);
    assert_eq!(site.calls().await, [false, true]);
}

#[tokio::test]
async fn an_edit_of_several_files_is_one_generation() {
    let site = Site::new(None);
    let mut commands = File::create(site.path("commands.yaml")).unwrap();
    commands.write_all(b"commands: { c: { run: { value: 3 }").unwrap();
    site.write("permissions/main.yaml", &BOTH.replace("a, b", "c"));
    site.write("gateway.yaml", &MAIN.replace("[b]", "[c]"));
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(site.calls().await, [true, true]);
    commands.write_all(b" } }").unwrap();
    drop(commands);
    assert_eq!(site.accepted(), 2);
    assert_eq!(site.gateway.call(&site.main, &Call::new("c")).await, Settled::Json(json!(3)));
    assert_eq!(site.calls().await, [false, false]);
}

#[tokio::test]
async fn an_invalid_include_changes_nothing_and_is_named() {
    let site = Site::new(None);
    site.write("permissions/main.yaml", &BOTH.replace("a, b", "a, bb"));
    site.rejected(Code::UndefinedCommand, "permissions/main.yaml:2:39");
    site.write("permissions/main.yaml", "permissions: [");
    site.rejected(Code::YamlSyntax, "permissions/main.yaml:1:14");
    fs::remove_file(site.path("commands.yaml")).unwrap();
    site.write("permissions/main.yaml", &BOTH.replace("a, b", "a"));
    site.rejected(Code::MissingInclude, "gateway.yaml:4:11");
    assert_eq!(site.calls().await, [true, true]);
    site.write("commands.yaml", COMMANDS);
    assert_eq!(site.accepted(), 2);
    assert_eq!(site.calls().await, [true, false]);
}

#[tokio::test]
async fn an_edit_of_the_guardrails_is_read() {
    let site = Site::new(None);
    site.write("guardrails.yaml", "always: []\n");
    site.rejected(Code::UnknownKey, "guardrails.yaml:1:1");
    site.write("guardrails.yaml", GUARDRAIL);
    let notice = site.notice();
    assert!(
        matches!(&notice, Notice::EditAccepted { loaded, .. }
            if loaded.manifest.as_ref().is_some_and(|manifest| manifest.never.len() == 1)),
        "{notice:?}"
    );
}

#[tokio::test]
async fn the_profile_is_kept() {
    let site = Site::new(Some("dev"));
    assert_eq!(site.calls().await, [false, true]);
    site.write("permissions/main.yaml", &BOTH.replace("a, b", "a"));
    assert_eq!(site.accepted(), 2);
    assert_eq!(site.calls().await, [false, true]);
    site.write("gateway.yaml", &MAIN.replace("[b]", "[a]"));
    assert_eq!(site.accepted(), 3);
    assert_eq!(site.calls().await, [true, false]);
}
