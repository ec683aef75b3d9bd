//! What the manifest says about a channel holds for whoever sends: how much waits, what a full one does, what fits.

use super::channels::Opened;
use crate::support::gateway::{Call, Gateway, Settled, Webview, manifest};
use portcullis::{
    Registry,
    channel::{Channel, PageCall},
    gateway::Mode,
    ipc::{InvokeResponse, SinkError},
    serde_json::{Value, json},
};

/// No message is pushed: each waits until the page fetches it, which it does not.
const MANIFEST: &str = "
channels: { json_threshold: 0, queue: 4 }
commands:
  block: { args: { to: { channel: {} } }, run: { native: flood } }
  oldest: { args: { to: { channel: {}, overflow: drop-oldest } }, run: { native: flood } }
  latest: { args: { to: { channel: {}, overflow: keep-latest } }, run: { native: flood } }
  fail: { args: { to: { channel: {}, overflow: fail } }, run: { native: flood } }
  lines:
    args: { to: { channel: {}, overflow: drop-oldest } }
    run: { process: { program: printf, args: [\"1\\n2\\n3\\n4\\n5\\n6\\n7\\n8\\n9\\n\"], stream: { to: to } } }
  lines_fail:
    args: { to: { channel: {}, overflow: fail } }
    run: { process: { program: yes, stream: { to: to } } }
permissions: { main: { windows: [main], allow: [\"*\"] } }
";

/// `flood` sends ten messages without waiting, and gives back how many were taken, whatever became of the others.
fn registry() -> Registry {
    Registry::standard().invocation("flood", |invocation| async move {
        let to: Channel<u64> = Channel::from_argument(&invocation.body, "to", &invocation.sink)?;
        let taken = (0..10).filter(|number| to.send(number).is_ok()).count();
        InvokeResponse::json(&taken)
    })
}

async fn call(gateway: &Gateway, from: &Webview, command: &str) -> Settled {
    gateway.call(from, &Call::new(command).json(&json!({"to": "__CHANNEL__:1"}))).await
}

/// How many messages came, and whether the end did.
fn came(webview: &Webview) -> (usize, bool) {
    let calls = webview.page.take();
    let has_ended = matches!(calls.last(), Some(PageCall::End { .. }));
    (calls.len() - usize::from(has_ended), has_ended)
}

#[tokio::test]
async fn an_argument_says_what_its_full_channel_does() {
    let gateway = Gateway::new(MANIFEST, registry());
    let main = gateway.open("main");
    // What is called, what it gives back, and how much the page gets at once; what waits keeps the end waiting.
    for (command, taken, got) in
        [("block", 4, (4, true)), ("oldest", 10, (2, false)), ("latest", 10, (3, false))]
    {
        assert_eq!(call(&gateway, &main, command).await, Settled::Json(json!(taken)));
        assert_eq!(came(&main), got, "{command}");
    }
    let refused = call(&gateway, &main, "fail").await;
    assert_eq!((refused.code(), came(&main)), ("channel_full", (4, true)));
    assert_eq!(refused.rejection()["at"], "gateway.yaml:11:3");
    assert_eq!(call(&gateway, &main, "lines").await, Settled::Json(Value::Null));
    assert_eq!(came(&main), (2, false));
    assert_eq!(call(&gateway, &main, "lines_fail").await.code(), "channel_full");
    assert_eq!(came(&main), (4, true));
}

#[tokio::test]
async fn what_is_dropped_is_counted_and_told_once_for_each_channel() {
    let gateway = Gateway::new(MANIFEST, registry());
    let main = gateway.open("main");
    for command in ["oldest", "block", "latest", "oldest"] {
        assert!(call(&gateway, &main, command).await.is_ok());
    }
    assert_eq!(gateway.counts().dropped, 6 + 6 + 6);
    let told = ["oldest", "latest", "oldest"]
        .map(|command| format!("{command} to main/main at app://localhost"));
    assert_eq!(gateway.take_losses(), told);
}

#[tokio::test]
async fn what_no_argument_says_is_said_for_all_channels() {
    let rest = "
channels: { json_threshold: 0, queue: 2, overflow: fail }
commands: { open: { run: { native: open } } }
permissions: { main: { windows: [main], allow: [open] } }
";
    let opened = Opened::default();
    let gateway = Gateway::new(rest, opened.registry());
    let main = gateway.open("main");
    super::channels::open(&gateway, &main).await;
    let (text, _bytes) = opened.take();
    text.send(&json!(1)).unwrap();
    text.send(&json!(2)).unwrap();
    // The call has ended long ago; its channel ends alone.
    assert_eq!(text.deliver(&json!(3)).await, Err(SinkError::Overflowed));
    assert_eq!(came(&main), (2, true));
}

#[tokio::test]
async fn messages_are_held_against_their_declaration_during_development_alone() {
    let rest = "
commands: { flood: { args: { to: { channel: { type: string } } }, run: { native: flood } } }
permissions: { main: { windows: [main], allow: [flood] } }
";
    for mode in [Mode::Development, Mode::Production] {
        let gateway = Gateway::start(&manifest(rest), registry(), mode);
        let main = gateway.open("main");
        let answer = call(&gateway, &main, "flood").await;
        if mode == Mode::Production {
            assert_eq!((answer, came(&main)), (Settled::Json(json!(10)), (10, true)));
            continue;
        }
        assert_eq!((answer.code(), came(&main)), ("invalid_message", (0, true)));
        let told = answer.rejection();
        assert!(
            told["message"].as_str().unwrap().contains("`to` does not fit `channel`"),
            "{told}"
        );
        assert_eq!(told["at"], "gateway.yaml:6:13");
    }
}
