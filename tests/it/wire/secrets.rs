//! The key is nowhere but in the bridge's script: not in what is printed, recorded, handed on or sent back.

use super::Ticks;
use crate::support::gateway::{Call, Gateway, Lane, Settled};
use portcullis::{
    Registry,
    gateway::RequestHead,
    ipc::InvokeResponse,
    transport::{Message, answer_request},
};

const MANIFEST: &str = "
commands: { tick: { run: { native: tick } }, sized: { args: { n: {} }, run: { native: tick } }, hidden: { run: { native: tick } } }
permissions: { main: { windows: [main], allow: [tick, sized] } }
";

#[tokio::test]
async fn no_debug_output_holds_a_key() {
    let gateway = Gateway::new(MANIFEST, Ticks::default().registry());
    let main = gateway.open("main");
    assert!(gateway.call(&main, &Call::new("tick")).await.is_ok());
    let key = main.key();
    let headers = [("tauri-invoke-key", key), ("origin", "app://localhost"), ("x-mine", "1")];
    let head = RequestHead::new("/tick", headers);
    let message = Call::new("tick").header("Tauri-Invoke-Key", key).message(&main);
    let message = Message::parse(&message.to_string()).unwrap();
    let printed = [
        format!("{:?} {:#?}", main.session, main.session),
        format!("{:?} {:#?}", gateway.sessions, gateway.sessions),
        format!("{:?} {:#?}", gateway.pipeline, gateway.pipeline),
        format!("{:?} {:#?}", main.session.key(), main.session.key()),
        format!("{head:?} {head:#?}"),
        format!("{message:?} {message:#?}"),
    ];
    for text in printed {
        assert!(!text.contains(key), "{text}");
    }
    assert!(format!("{head:?}").contains("tick"));
}

#[tokio::test]
async fn no_answer_and_no_record_holds_a_key() {
    let gateway = Gateway::new(MANIFEST, Ticks::default().registry());
    let main = gateway.open("main");
    let wrong = gateway.open("other").key().to_owned();
    let calls = [
        Call::new("tick"),
        Call::new("hidden"),
        Call::new("unknown"),
        Call::new("a b"),
        Call::new("sized"),
        Call::new("tick").body("text/plain", b""),
        Call::new("tick").body("application/json", b"{"),
        Call::new("tick").key(&wrong),
    ];
    for call in &calls {
        let response =
            answer_request(&gateway.pipeline, Some(&main.session), call.request(&main)).await;
        let text = format!("{:?} {}", response.headers(), String::from_utf8_lossy(response.body()));
        let posted = format!("{:?}", gateway.call_over(Lane::Message, &main, call).await);
        for secret in [main.key(), &wrong] {
            assert!(!text.contains(secret) && !posted.contains(secret), "{text} {posted}");
        }
    }
    let notes = gateway.take_notes();
    assert_eq!(notes.len(), 2 * calls.len());
    for note in notes {
        assert!(!note.debug.contains(main.key()) && !note.debug.contains(&wrong), "{note:?}");
    }
}

#[tokio::test]
async fn no_command_is_handed_a_key() {
    let registry = Registry::new().invocation("show", |invocation| async move {
        InvokeResponse::json(&format!("{invocation:?}"))
    });
    let rest = "
commands: { show: { run: { native: show } } }
permissions: { main: { windows: [main], allow: [show] } }
";
    let gateway = Gateway::new(rest, registry);
    let main = gateway.open("main");
    for lane in Lane::ALL {
        let answer = gateway.call_over(lane, &main, &Call::new("show")).await;
        let Settled::Json(shown) = answer else { panic!("{answer:?}") };
        let shown = shown.as_str().unwrap();
        assert!(shown.contains("show") && !shown.contains(main.key()), "{shown}");
    }
    let message = Call::new("show").header("TAURI-INVOKE-KEY", main.key()).message(&main);
    let answer = gateway.post(&main, "app://localhost/", &message.to_string()).await;
    let Settled::Json(shown) = answer else { panic!("{answer:?}") };
    assert!(!shown.as_str().unwrap().contains(main.key()));
}
