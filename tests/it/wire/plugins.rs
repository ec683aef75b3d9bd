//! Plugins of a program: their commands on the way of any call, their beginning, and what they hear of edits and windows.

use crate::support::gateway::{Call, Gateway, Settled};
use portcullis::{
    Registry,
    app::Notice,
    command::{BoxFuture, Commands, Invocation, State},
    commands,
    diagnostic::Code,
    ipc::{InvokeBody, InvokeResponse, Reply},
    name::Label,
    plugin::{Plugin, PluginContext, PluginError},
    serde_json::{Value, json},
};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, Ordering},
};

/// What was asked of a plugin, in order.
type Told = Arc<Mutex<Vec<String>>>;

/// Counts from its configuration on, and answers `spell_…` by itself.
#[derive(Default)]
struct Counter {
    count: AtomicI64,
    told: Told,
}

impl Counter {
    fn note(&self, what: impl Into<String>) {
        self.told.lock().unwrap().push(what.into());
    }
}

impl Plugin for Counter {
    fn name(&self) -> &'static str {
        "counter"
    }

    fn commands(&self) -> Commands {
        commands![add]
    }

    fn initialize(&self, context: &PluginContext) -> Result<(), PluginError> {
        let start = context.config::<i64>()?;
        if start < 0 {
            return Err("it counts from 0 on".into());
        }
        self.count.store(start, Ordering::Relaxed);
        self.note(format!("begin {} at {start}", context.app().id()));
        Ok(())
    }

    fn further_commands(&self) -> Vec<String> {
        vec!["spell_word".to_owned()]
    }

    fn extend_api(&self, invoke: Invocation) -> BoxFuture<'_, Reply> {
        Box::pin(async move {
            let InvokeBody::Json(arguments) = invoke.body else { panic!("{:?}", invoke.body) };
            let count = self.count.load(Ordering::Relaxed);
            InvokeResponse::json(&json!([invoke.command, arguments, count]))
        })
    }

    fn on_window_ready(&self, window: &Label) {
        self.note(format!("ready {window}"));
        assert_ne!(window.as_str(), "broken", "a plugin may panic");
    }

    fn on_navigation(&self, webview: &Label, url: &str) -> bool {
        assert_ne!(url, "https://broken.example", "a plugin may panic");
        webview.as_str() == "main" && url.starts_with("https://docs.example.com")
    }

    fn on_drop(&self) {
        self.note("end");
    }
}

#[portcullis::command]
fn add(counter: State<Counter>, by: i64) -> i64 {
    counter.count.fetch_add(by, Ordering::Relaxed) + by
}

fn program() -> (Registry, Told) {
    let counter = Counter::default();
    let told = Arc::clone(&counter.told);
    (Registry::new().plugin(counter), told)
}

fn declared(config: &Value) -> String {
    format!(
        "
plugins:
  sums: {{ native: counter, config: {config}, commands: {{ add: {{ args: {{ by: {{ type: integer, maximum: 9 }} }} }}, spell_word: {{}} }} }}
permissions: {{ main: {{ windows: [main], allow: [\"plugin:sums|*\"] }} }}
"
    )
}

fn add_call(by: i64) -> Call {
    Call::new("plugin:sums|add").json(&json!({ "by": by }))
}

/// What was told since the last look.
fn take(told: &Told) -> Vec<String> {
    std::mem::take(&mut *told.lock().unwrap())
}

#[tokio::test]
async fn a_command_of_a_plugin_goes_the_way_of_any_call() {
    let (registry, told) = program();
    let gateway = Gateway::new(&declared(&json!(40)), registry);
    assert_eq!(take(&told), ["begin dev.portcullis.test at 40"]);
    let (main, other) = (gateway.open("main"), gateway.open("other"));
    assert_eq!(gateway.call(&main, &add_call(2)).await, Settled::Json(json!(42)));
    assert_eq!(gateway.call(&main, &add_call(10)).await.code(), "invalid_argument");
    assert_eq!(gateway.call(&other, &add_call(2)).await.code(), "not_allowed");
    // The name under which the program has it is none on the wire.
    for name in ["plugin:counter|add", "counter|add", "add"] {
        let answer = gateway.call(&main, &Call::new(name)).await;
        assert!(!answer.is_ok(), "{name}: {answer:?}");
    }
    assert_eq!(gateway.call(&main, &add_call(1)).await, Settled::Json(json!(43)));
}

#[tokio::test]
async fn a_plugin_answers_names_of_its_own() {
    let (registry, _) = program();
    let gateway = Gateway::new(&declared(&json!(7)), registry);
    let main = gateway.open("main");
    let call = Call::new("plugin:sums|spell_word").json(&json!({ "a": 1 }));
    let expected = json!(["plugin:sums|spell_word", { "a": 1 }, 7]);
    assert_eq!(gateway.call(&main, &call).await, Settled::Json(expected));
}

#[tokio::test]
async fn a_plugin_that_could_not_begin_runs_nothing_and_says_why() {
    let (registry, told) = program();
    let gateway = Gateway::new(&declared(&json!(-1)), registry);
    let main = gateway.open("main");
    for command in ["add", "spell_word"] {
        let call = Call::new(&format!("plugin:sums|{command}")).json(&json!({ "by": 1 }));
        let answer = gateway.call(&main, &call).await;
        assert_eq!(answer.code(), "unsupported");
        let message = "the plugin `counter` could not begin: it counts from 0 on";
        assert_eq!(answer.rejection()["message"], message);
    }
    assert!(take(&told).is_empty());
}

#[tokio::test]
async fn edits_begin_plugins_once_and_are_kept_out_by_one_that_cannot() {
    let (registry, told) = program();
    let gateway = Gateway::new("", registry.clone());
    let main = gateway.open("main");
    assert_eq!(gateway.call(&main, &add_call(1)).await.code(), "unknown_command");
    let Notice::EditRejected(loaded) = gateway.edit(&declared(&json!("many"))) else { panic!() };
    assert_eq!(
        loaded.diagnostics.iter().map(|it| it.code).collect::<Vec<_>>(),
        [Code::PluginFailed]
    );
    assert_eq!(gateway.call(&main, &add_call(1)).await.code(), "unknown_command");

    assert_eq!(gateway.accept(&declared(&json!(40))), 2);
    assert_eq!(gateway.call(&main, &add_call(2)).await, Settled::Json(json!(42)));
    let Notice::EditAccepted { needs_restart, .. } = gateway.edit(&declared(&json!(50))) else {
        panic!()
    };
    assert!(needs_restart);
    assert_eq!(gateway.call(&main, &add_call(1)).await, Settled::Json(json!(43)));
    let Notice::EditAccepted { needs_restart, .. } = gateway.edit(&declared(&json!(40))) else {
        panic!()
    };
    assert!(!needs_restart);
    assert_eq!(take(&told), ["begin dev.portcullis.test at 40"]);

    registry.plugins().end();
    assert_eq!(take(&told), ["end"]);
    registry.plugins().end();
    assert!(take(&told).is_empty());
}

#[test]
fn only_plugins_that_have_begun_hear_of_windows_and_are_asked_about_addresses() {
    let (registry, told) = program();
    let plugins = registry.plugins();
    let (main, other): (Label, Label) = ("main".parse().unwrap(), "other".parse().unwrap());
    let docs = "https://docs.example.com/a";
    plugins.window_ready(&main);
    assert!(plugins.may_navigate(&other, docs));
    plugins.end();
    assert!(take(&told).is_empty());

    let (registry, told) = program();
    Gateway::new(&declared(&json!(1)), registry.clone());
    let plugins = registry.plugins();
    plugins.window_ready(&"broken".parse().unwrap());
    plugins.window_ready(&main);
    assert_eq!(take(&told)[1..], ["ready broken", "ready main"]);
    assert!(plugins.may_navigate(&main, docs));
    assert!(!plugins.may_navigate(&other, docs));
    assert!(!plugins.may_navigate(&main, "https://elsewhere.example"));
    assert!(!plugins.may_navigate(&main, "https://broken.example"), "a panic is a no");
}

#[tokio::test]
async fn a_plugins_command_without_its_plugin_does_not_run() {
    let (registry, _) = program();
    let rest = "
commands: { add: { run: { native: \"counter|add\" } } }
permissions: { main: { windows: [main], allow: [add] } }
";
    let gateway = Gateway::new(rest, registry);
    let main = gateway.open("main");
    let answer = gateway.call(&main, &Call::new("add").json(&json!({ "by": 1 }))).await;
    let message = "no namespace of the manifest is the plugin `counter`";
    assert_eq!((answer.code(), &answer.rejection()["message"]), ("unsupported", &json!(message)));
}
