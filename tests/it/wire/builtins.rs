//! Plugins that are built in: their commands answer what the frontend's packages ask, and only whom a permission lets.

use crate::support::gateway::{Call, Gateway, Settled};
use portcullis::{
    Registry,
    app::unsupported,
    gateway::Mode,
    manifest::{builtin, builtins},
    plugin::Builtins,
    reload::load_content,
    serde_json::{Value, json},
};
use std::path::Path;

const GRANTED: &str = "
plugins: { system: { use: os }, log: { use: log } }
permissions:
  main: { windows: [main], allow: [\"@core:app\", \"plugin:path|*\", \"plugin:resources|close\", \"@system\", \"@log\"] }
";

async fn ask(command: &str, arguments: Value) -> Settled {
    let gateway = Gateway::new(GRANTED, Registry::new());
    let main = gateway.open("main");
    gateway.call(&main, &Call::new(command).json(&arguments)).await
}

#[tokio::test]
async fn the_app_says_who_it_is() {
    let none = || json!({});
    let id = json!("dev.portcullis.test");
    assert_eq!(ask("plugin:app|identifier", none()).await, Settled::Json(id.clone()));
    assert_eq!(ask("plugin:app|name", none()).await, Settled::Json(id));
    assert_eq!(ask("plugin:app|version", none()).await, Settled::Json(json!("0.0.0")));
    let Settled::Json(tauri) = ask("plugin:app|tauri_version", none()).await else { panic!() };
    assert!(tauri.as_str().unwrap().starts_with("2."), "{tauri}");
}

#[tokio::test]
async fn paths_begin_in_the_folders_of_this_machine() {
    // `tempDir()` of the package.
    let Settled::Json(folder) =
        ask("plugin:path|resolve_directory", json!({ "directory": 12 })).await
    else {
        panic!()
    };
    assert_eq!(Path::new(folder.as_str().unwrap()), std::env::temp_dir().components().as_path());
    let arguments = json!({ "directory": 12, "path": "/a/../b.txt" });
    let Settled::Json(below) = ask("plugin:path|resolve_directory", arguments).await else {
        panic!()
    };
    assert_eq!(
        Path::new(below.as_str().unwrap()),
        Path::new(folder.as_str().unwrap()).join("b.txt")
    );
    let refused = ask("plugin:path|resolve_directory", json!({ "directory": 99 })).await;
    assert_eq!(refused.code(), "path_not_found");
    let joined = ask("plugin:path|join", json!({ "paths": ["a", "..", "b"] })).await;
    assert_eq!(joined, Settled::Json(json!("b")));
    let failed = ask("plugin:path|extname", json!({ "path": "a" })).await;
    assert_eq!(failed.rejection(), &json!("the path has no extension"));
}

#[tokio::test]
async fn the_system_is_asked_through_whatever_namespace_it_has() {
    let Settled::Json(hostname) = ask("plugin:system|hostname", json!({})).await else { panic!() };
    assert!(hostname.is_string(), "{hostname}");
    assert!(ask("plugin:system|locale", json!({})).await.is_ok());
    assert_eq!(ask("plugin:os|hostname", json!({})).await.code(), "unknown_command");
}

#[tokio::test]
async fn a_message_for_the_log_is_taken_as_the_package_sends_it() {
    let message = json!({
        "level": 4,
        "message": "odd",
        "location": "f@main.js:1:2",
        "keyValues": { "a": "1" },
    });
    assert_eq!(ask("plugin:log|log", message).await, Settled::Json(Value::Null));
    let refused = ask("plugin:log|log", json!({ "level": 6, "message": "odd" })).await;
    assert_eq!(refused.code(), "invalid_argument");
}

#[tokio::test]
async fn a_page_cannot_close_what_it_has_not_opened() {
    assert_eq!(ask("plugin:resources|close", json!({ "rid": 1 })).await.code(), "invalid_argument");
}

#[tokio::test]
async fn what_no_permission_allows_is_denied() {
    let gateway = Gateway::new(GRANTED, Registry::new());
    let other = gateway.open("other");
    for command in
        ["plugin:app|name", "plugin:path|join", "plugin:system|hostname", "plugin:log|log"]
    {
        assert_eq!(
            gateway.call(&other, &Call::new(command)).await.code(),
            "not_allowed",
            "{command}"
        );
    }
    let main = gateway.open("main");
    let docs = Call::new("plugin:app|name").origin(Some("https://docs.example.com"));
    assert_eq!(gateway.call(&main, &docs).await.code(), "not_allowed");
}

#[test]
fn what_runs_is_listed_and_takes_a_scope_where_the_list_says_so() {
    let runs = Builtins::default();
    let mut count = 0;
    for name in runs.registry().names() {
        let (plugin, command) = name.split_once('|').unwrap();
        let listed = builtin(plugin).unwrap_or_else(|| panic!("no package asks for `{plugin}`"));
        assert!(listed.commands.contains(&command), "no package asks for `{name}`");
        assert_eq!(runs.takes_scope(plugin, command), listed.scoped.contains(&command), "{name}");
        count += 1;
    }
    assert!(count > 10, "{count}");
}

/// A grant of something that does not run yet does not start, wherever it is hidden.
#[test]
fn a_grant_starts_if_everything_in_it_runs() {
    let has_fault = |namespace: &str, grant: &str| {
        let text = format!(
            "
version: 1
app: {{ id: dev.portcullis.test, frontend: . }}
windows: {{ main: {{}} }}
{namespace}
permissions: {{ main: {{ windows: [main], allow: [\"{grant}\"] }} }}
"
        );
        let loaded = load_content(Path::new("gateway.yaml"), Ok(text.into_bytes()));
        assert!(loaded.manifest.is_some(), "{:?}", loaded.diagnostics);
        !unsupported(&loaded, Mode::Development).is_empty()
    };
    let builtins_here = Builtins::default();
    // Events are a part of the gateway, whole.
    let runs =
        |name: &str, command: &str| name == "event" || builtins_here.find(name, command).is_some();
    for builtin in builtins().filter(|builtin| builtin.scoped.is_empty()) {
        let name = builtin.name;
        let namespace = if builtin.is_core {
            String::new()
        } else {
            format!("plugins: {{ {name}: {{ use: {name} }} }}")
        };
        for command in builtin.commands {
            let is_missing = !runs(name, command);
            let grant = format!("plugin:{name}|{command}");
            assert_eq!(has_fault(&namespace, &grant), is_missing, "{grant}");
        }
        let is_partial = !builtin.commands.iter().all(|it| runs(name, it));
        assert_eq!(has_fault(&namespace, &format!("plugin:{name}|*")), is_partial, "{name}");
    }
}
