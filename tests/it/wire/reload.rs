//! Edits under way: what the next call sees, what a running call keeps, and what becomes of open channels.

use super::channels::{Opened, open, text_of};
use crate::support::gateway::{Call, Gateway, Settled};
use portcullis::{
    Registry,
    app::Notice,
    channel::PageCall,
    diagnostic::Code,
    ipc::{InvokeResponse, SinkError},
    serde_json::json,
};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The commands of these tests, with what `main` may call and further lines.
fn commands(allow: &str, more: &str) -> String {
    format!(
        "
commands: {{ open: {{ run: {{ native: open }} }}, other: {{ run: {{ value: 1 }} }}, count: {{ run: {{ native: count }} }} }}
permissions: {{ main: {{ windows: [main], allow: [{allow}] }} }}
{more}"
    )
}

fn is_accepted(notice: &Notice, expected: u64) -> bool {
    matches!(notice, Notice::EditAccepted { generation, needs_restart: false, .. } if *generation == expected)
}

#[tokio::test]
async fn a_revoked_permission_denies_the_next_call() {
    let gateway = Gateway::new(&commands("other", ""), Opened::default().registry());
    let main = gateway.open("main");
    let call = Call::new("other");
    assert_eq!(gateway.call(&main, &call).await, Settled::Json(json!(1)));
    let notice = gateway.edit(&commands("open", ""));
    assert!(is_accepted(&notice, 2), "{notice:?}");
    assert_eq!(gateway.call(&main, &call).await.code(), "not_allowed");
    assert_eq!(gateway.accept(&commands("other", "")), 3);
    assert_eq!(gateway.call(&main, &call).await, Settled::Json(json!(1)));
    let generations: Vec<_> =
        gateway.take_notes().into_iter().map(|note| note.generation).collect();
    assert_eq!(generations, [Some(1), Some(2), Some(3)]);
}

#[tokio::test]
async fn a_new_deny_denies_the_next_call() {
    let gateway = Gateway::new(&commands("other", ""), Opened::default().registry());
    let main = gateway.open("main");
    assert!(gateway.call(&main, &Call::new("other")).await.is_ok());
    let denying = commands("other", "").replace("allow: [other]", "allow: [other], deny: [\"*\"]");
    gateway.accept(&denying);
    assert_eq!(gateway.call(&main, &Call::new("other")).await.code(), "not_allowed");
}

#[tokio::test]
async fn a_rejected_edit_changes_nothing() {
    let opened = Opened::default();
    let good = commands("open, other", "");
    let gateway = Gateway::new(&good, opened.registry());
    let main = gateway.open("main");
    open(&gateway, &main).await;
    let (text, _bytes) = opened.take();
    let bad = [
        "commands: [".to_owned(),
        commands("open, otter", ""),
        commands("open", "limits: { rate: often }"),
        commands("open", "unknown: 1"),
        commands("open", "").replace("native: open", "native: opne"),
    ];
    let texts = bad.map(|rest| crate::support::gateway::manifest(&rest).into_bytes());
    let contents = texts.into_iter().map(Ok).chain([
        Ok(Vec::new()),
        Ok(vec![0xff]),
        Err((Code::MissingFile, "the file does not exist".to_owned())),
    ]);
    for content in contents {
        let notice = gateway.apply(content);
        let Notice::EditRejected(loaded) = &notice else { panic!("{notice:?}") };
        assert!(!loaded.diagnostics.is_empty());
        assert_eq!(gateway.generation(), 1);
        assert_eq!(gateway.call(&main, &Call::new("other")).await, Settled::Json(json!(1)));
        text.send(&json!(1)).unwrap();
    }
    assert!(main.page.take().iter().all(|call| matches!(call, PageCall::Message { .. })));
    // No number was used up.
    assert_eq!(gateway.accept(&good), 2);
}

#[tokio::test]
async fn a_call_runs_to_its_end_on_the_snapshot_it_began_with() {
    let gate = Arc::new(Semaphore::new(0));
    let held = Arc::clone(&gate);
    let registry = Registry::new().invocation("hold", move |invocation| {
        let gate = Arc::clone(&held);
        async move {
            gate.acquire().await.unwrap().forget();
            InvokeResponse::json(&(
                invocation.generation,
                invocation.body == portcullis::ipc::InvokeBody::Json(json!({"n": 1})),
            ))
        }
    });
    let rest = |n: u64, allow: &str| {
        format!(
            "
commands: {{ hold: {{ args: {{ n: {{ default: {n} }} }}, run: {{ native: hold }} }} }}
permissions: {{ main: {{ windows: [main], allow: [{allow}] }} }}
"
        )
    };
    let gateway = Gateway::new(&rest(1, "hold"), registry);
    let main = gateway.open("main");
    let running = tokio::spawn({
        let (gateway, main) = (gateway.clone(), main.clone());
        async move { gateway.call(&main, &Call::new("hold")).await }
    });
    while gateway.sessions.running() == 0 {
        tokio::task::yield_now().await;
    }
    gateway.accept(&rest(2, ""));
    assert_eq!(gateway.call(&main, &Call::new("hold")).await.code(), "not_allowed");
    gate.add_permits(1);
    assert_eq!(running.await.unwrap(), Settled::Json(json!([1, true])));
    let notes = gateway.take_notes();
    assert_eq!((notes[0].generation, notes[1].generation), (Some(2), Some(1)));
    assert_eq!(gateway.sessions.running(), 0);
}

#[tokio::test]
async fn an_open_channel_ends_with_its_permission() {
    let opened = Opened::default();
    let gateway = Gateway::new(&commands("open", ""), opened.registry());
    let main = gateway.open("main");
    open(&gateway, &main).await;
    let (text, bytes) = opened.take();
    text.send(&json!(1)).unwrap();
    text.send(&json!(2)).unwrap();
    main.page.take();
    gateway.accept(&commands("other", ""));
    assert_eq!(main.page.take(), [PageCall::End { channel: 1, index: 2 }]);
    assert_eq!(text.send(&json!(3)), Err(SinkError::Closed));
    // The call's other channel never spoke; its page is told when it would.
    assert_eq!(bytes.send_bytes(vec![1]), Err(SinkError::Closed));
    assert_eq!(main.page.take(), [PageCall::End { channel: 2, index: 0 }]);
    assert_eq!(bytes.send_bytes(vec![1]), Err(SinkError::Closed));
    drop((text, bytes));
    assert_eq!(main.page.take(), []);
}

#[tokio::test]
async fn a_channel_that_first_speaks_after_the_edit_ends_too() {
    let opened = Opened::default();
    let gateway = Gateway::new(&commands("open", ""), opened.registry());
    let main = gateway.open("main");
    open(&gateway, &main).await;
    gateway.accept(&commands("other", ""));
    let (text, bytes) = opened.take();
    assert_eq!(text.send(&json!(1)), Err(SinkError::Closed));
    assert_eq!(main.page.take(), [PageCall::End { channel: 1, index: 0 }]);
    assert_eq!(text.send(&json!(1)), Err(SinkError::Closed));
    drop((text, bytes));
    assert_eq!(main.page.take(), [PageCall::End { channel: 2, index: 0 }]);
}

#[tokio::test]
async fn a_channel_whose_permission_stays_goes_on() {
    let opened = Opened::default();
    let gateway = Gateway::new(&commands("open, other", ""), opened.registry());
    let main = gateway.open("main");
    open(&gateway, &main).await;
    let (text, bytes) = opened.take();
    text.send(&json!(1)).unwrap();
    gateway.accept(&commands("open", ""));
    text.send(&json!(2)).unwrap();
    bytes.send_bytes(vec![1]).unwrap();
    let messages = main.page.take();
    assert!(messages.iter().all(|call| matches!(call, PageCall::Message { .. })), "{messages:?}");
    assert_eq!(messages.len(), 3);
}

#[tokio::test]
async fn an_ended_channel_stays_ended_when_the_permission_returns() {
    let opened = Opened::default();
    let gateway = Gateway::new(&commands("open", ""), opened.registry());
    let main = gateway.open("main");
    open(&gateway, &main).await;
    let (text, _bytes) = opened.take();
    text.send(&json!(1)).unwrap();
    gateway.accept(&commands("other", ""));
    gateway.accept(&commands("open", ""));
    assert_eq!(text.send(&json!(2)), Err(SinkError::Closed));
}

#[tokio::test]
async fn a_running_call_ends_its_work_when_its_channel_is_closed() {
    let gateway = Gateway::new(&commands("count", ""), Opened::default().registry());
    let main = gateway.open("main");
    let arguments = json!({"to": 100_000, "every_ms": 1, "channel": "__CHANNEL__:1"});
    let running = tokio::spawn({
        let (gateway, main) = (gateway.clone(), main.clone());
        async move { gateway.call(&main, &Call::new("count").json(&arguments)).await }
    });
    let mut seen = 0;
    while seen == 0 {
        tokio::task::yield_now().await;
        seen += main.page.take().len();
    }
    gateway.accept(&commands("other", ""));
    let Settled::Json(sent) = running.await.unwrap() else { panic!() };
    let calls = main.page.take();
    let index = sent.as_u64().unwrap();
    assert_eq!(calls.last(), Some(&PageCall::End { channel: 1, index }));
    assert!(index < 100_000);
}

#[tokio::test]
async fn new_thresholds_apply_to_open_channels() {
    let opened = Opened::default();
    let gateway = Gateway::new(&commands("open", ""), opened.registry());
    let main = gateway.open("main");
    open(&gateway, &main).await;
    let (text, bytes) = opened.take();
    let kinds = || {
        text.send(&text_of(20)).unwrap();
        bytes.send_bytes(vec![0; 20]).unwrap();
        let calls = main.page.take();
        calls.iter().map(|call| matches!(call, PageCall::Fetch { .. })).collect::<Vec<_>>()
    };
    assert_eq!(kinds(), [false, false]);
    gateway.accept(&commands("open", "channels: { json_threshold: 20 }"));
    assert_eq!(kinds(), [true, false]);
    gateway.accept(&commands("open", "channels: { raw_threshold: 20 }"));
    assert_eq!(kinds(), [false, true]);
    gateway.accept(&commands("open", ""));
    assert_eq!(kinds(), [false, false]);
}

#[tokio::test]
async fn new_limits_apply_to_the_next_call() {
    let gateway = Gateway::new(&commands("other", ""), Opened::default().registry());
    let main = gateway.open("main");
    let call = Call::new("other").json(&json!({}));
    assert!(gateway.call(&main, &call).await.is_ok());
    gateway.accept(&commands("other", "limits: { payload: 1B }"));
    assert_eq!(gateway.call(&main, &call).await.code(), "payload_too_large");
}

#[tokio::test]
async fn an_edit_of_windows_says_that_it_needs_a_restart() {
    let gateway = Gateway::new(&commands("other", ""), Opened::default().registry());
    let text = crate::support::gateway::manifest(&commands("other", ""));
    for (from, to) in
        [("main: {}", "main: { title: New }"), ("dev.portcullis.test", "dev.portcullis.tested")]
    {
        let notice = gateway.apply(Ok(text.replace(from, to).into_bytes()));
        assert!(matches!(notice, Notice::EditAccepted { needs_restart: true, .. }), "{notice:?}");
    }
}
