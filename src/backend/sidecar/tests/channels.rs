//! What a sidecar sends through the channels of its calls, and when it no longer can.

use super::*;
use crate::{
    channel::channel_argument,
    ipc::{ChannelMessage, ChannelSink, ChannelTerms, Room, SinkError},
    plan::Overflow,
};
use tokio::sync::Notify;

/// `token` reads the token of the channel `to`, `send` writes to it.
const SEND: &str = r#"
token() { token=${line#*\"to\":\"}; token=${token%%\"*}; }
send() { say "{\"jsonrpc\":\"2.0\",\"method\":\"\$/channel\",\"params\":{\"channel\":\"$token\",\"message\":$1}}"; }
"#;

fn sidecar(script: &str) -> Fixture {
    Fixture::new(&format!("{SEND}{script}"))
}

/// A page that takes what it gets at once, or nothing at all.
#[derive(Debug, Default)]
struct Page {
    terms: ChannelTerms,
    takes_nothing: bool,
    seen: Mutex<Vec<String>>,
    untaken: Mutex<Vec<Room>>,
    reason: OnceLock<Rejection>,
    has_failed: Notify,
}

impl Page {
    fn taking_nothing(overflow: Overflow) -> Arc<Self> {
        let terms = ChannelTerms { queue: 4, overflow, messages: None };
        Arc::new(Self { terms, takes_nothing: true, ..Self::default() })
    }

    fn seen(&self) -> String {
        self.seen.lock().unwrap().join(" ")
    }
}

impl ChannelSink for Page {
    fn send(
        &self,
        channel: u32,
        index: u64,
        message: ChannelMessage,
        room: Room,
    ) -> Result<(), SinkError> {
        assert_eq!(channel, 7);
        self.seen.lock().unwrap().push(match message {
            ChannelMessage::Payload(InvokeResponse::Json(text)) => format!("{index}:{text}"),
            ChannelMessage::Payload(other) => panic!("{other:?}"),
            ChannelMessage::End => format!("{index}."),
        });
        if self.takes_nothing {
            self.untaken.lock().unwrap().push(room);
        }
        Ok(())
    }

    fn terms(&self, _: &str) -> ChannelTerms {
        self.terms.clone()
    }

    fn fail(&self, reason: Rejection) {
        let _ = self.reason.set(reason);
        self.has_failed.notify_one();
    }
}

/// A call with the channel `to`. As in the gateway, a channel that fails ends it.
async fn stream(sidecar: &Arc<Sidecar>, method: &str, page: &Arc<Page>) -> String {
    let command = SidecarCall::new(Arc::clone(sidecar), method.to_owned(), LIMIT)
        .channels(["to".parse().unwrap()]);
    let mut call = invocation(InvokeBody::Json(json!({"to": channel_argument(7), "a": 1})));
    call.sink = Arc::clone(page) as Arc<dyn ChannelSink>;
    let reply = tokio::select! {
        biased;
        reply = within_patience(command.call(call)) => reply,
        () = page.has_failed.notified() => Err(page.reason.get().unwrap().clone()),
    };
    match reply {
        Ok(InvokeResponse::Json(text)) => text,
        Ok(other) => panic!("{other:?}"),
        Err(rejection) => rejection.to_string(),
    }
}

#[tokio::test]
async fn messages_pass_as_they_are_until_the_answer() {
    let fixture = sidecar(
        "while next; do token; send '{\"b\":1.00}'; send null; ok \"\\\"$token\\\"\"; done",
    );
    let sidecar = fixture.find();
    let mut tokens = Vec::new();
    for _ in 0..2 {
        let page = Arc::<Page>::default();
        tokens.push(stream(&sidecar, "m", &page).await);
        assert_eq!(page.seen(), r#"0:{"b":1.00} 1:null 2."#);
    }
    assert_ne!(tokens[0], tokens[1]);
    assert!(!tokens[0].contains("__CHANNEL__"), "the page's own number is not the sidecar's");
    assert_eq!((sidecar.ignored(), fixture.said().len()), (0, 0));
}

#[tokio::test]
async fn what_no_call_has_open_is_ignored_and_told_once() {
    // Behind the answer, under a token that nobody gave, that of a call which is not sent yet, and no token at all.
    let script = r#"
next; token; ok 1; send 1; token=x; send 2; token=2/to; send 3
say '{"method":"$/channel","params":{"channel":1}}'; say '{"method":"$/channel"}'
while next; do token; send '"second"'; ok 2; done"#;
    let fixture = sidecar(script);
    let sidecar = fixture.find();
    let (first, second) = (Arc::<Page>::default(), Arc::<Page>::default());
    assert_eq!(stream(&sidecar, "m", &first).await, "1");
    until(|| sidecar.ignored() == 5).await;
    assert_eq!(stream(&sidecar, "m", &second).await, "2");
    assert_eq!((first.seen().as_str(), second.seen().as_str()), ("0.", "0:\"second\" 1."));
    assert_eq!(fixture.said(), ["search: it writes to a channel that no call of it has open"]);
}

#[tokio::test]
async fn a_call_without_the_channel_passes_no_token() {
    let fixture = sidecar("while next; do ok \"$line\"; done");
    let sidecar = fixture.find();
    let command = SidecarCall::new(Arc::clone(&sidecar), "m".to_owned(), LIMIT)
        .channels(["to".parse().unwrap()]);
    let reply = command.call(invocation(InvokeBody::Json(json!({"a": 1})))).await;
    let line = r#"{"jsonrpc":"2.0","id":1,"method":"m","params":{"a":1}}"#;
    assert_eq!(reply, Ok(InvokeResponse::Json(line.to_owned())));
}

#[tokio::test]
async fn a_page_that_takes_nothing_fails_its_own_call_and_holds_up_no_other() {
    let script = r#"
while next; do case $line in
  *cancelRequest*) echo cancelled >>noted;;
  *'"method":"stream"'*) token; for n in 0 1 2 3 4 5; do send $n; done;;
  *) ok '"fine"';;
esac; done"#;
    for overflow in [Overflow::Block, Overflow::Fail] {
        let fixture = sidecar(script);
        let sidecar = fixture.find();
        let page = Page::taking_nothing(overflow);
        let reply = stream(&sidecar, "stream", &page).await;
        assert!(reply.starts_with("channel_full: `to` is full"), "{reply}");
        assert_eq!(page.seen(), "0:0 1:1 2:2 3:3 4.");
        assert_eq!(call(&sidecar, "good", json!({})).await, r#""fine""#);
        assert_eq!(fixture.noted(), ["cancelled"]);
    }
}

#[tokio::test]
async fn a_channel_that_drops_messages_lets_the_call_go_on() {
    let fixture =
        sidecar("while next; do token; for n in 0 1 2 3 4 5; do send $n; done; ok 6; done");
    let page = Page::taking_nothing(Overflow::KeepLatest);
    assert_eq!(stream(&fixture.find(), "stream", &page).await, "6");
    assert_eq!(page.seen(), "0:0 1:1 2:2");
    let untaken = std::mem::take(&mut *page.untaken.lock().unwrap());
    drop(untaken);
    assert_eq!(page.seen(), "0:0 1:1 2:2 3:5 4.");
}

#[tokio::test]
async fn a_program_that_dies_ends_the_channels_of_its_calls() {
    let fixture = sidecar("next; token; send 1; exit 3");
    let page = Arc::<Page>::default();
    let reply = stream(&fixture.find(), "m", &page).await;
    assert_eq!(reply, "sidecar_stopped: `sh` ended with exit code 3");
    assert_eq!(page.seen(), "0:1 1.");
}

#[tokio::test]
async fn a_call_that_is_taken_back_ends_its_channels() {
    let fixture = sidecar("next; token; send 1; while next; do :; done");
    let (sidecar, page) = (fixture.find(), Arc::<Page>::default());
    tokio::select! {
        biased;
        reply = stream(&sidecar, "m", &page) => panic!("{reply}"),
        () = until(|| page.seen() == "0:1") => {}
    }
    assert_eq!(page.seen(), "0:1 1.");
}

#[tokio::test]
async fn a_notification_far_over_the_limit_is_nobodys_end() {
    let far_over = 3 * LIMIT;
    let fixture = sidecar(&format!(
        r#"while next; do
             printf '{{"jsonrpc":"2.0","method":"indexed","params":"%s"}}\n' "$(head -c {far_over} /dev/zero | tr '\0' x)"
             ok 1
           done"#
    ));
    let sidecar = fixture.find();
    assert_eq!(call(&sidecar, "good", json!({})).await, "1");
    assert_eq!(call(&sidecar, "good", json!({})).await, "1");
    let told =
        "search: it wrote a message of more than 11024 bytes, which is no answer: nobody gets it";
    assert_eq!(fixture.said(), [told]);
}

#[tokio::test]
async fn a_message_over_the_limit_fails_its_call_alone() {
    let far_over = 3 * LIMIT;
    let fixture = sidecar(&format!(
        r#"while next; do case $line in
             *'"method":"large"'*) token; send "\"$(head -c {far_over} /dev/zero | tr '\0' x)\"";;
             *cancelRequest*) ;;
             *) ok 1;;
           esac; done"#
    ));
    let (sidecar, page) = (fixture.find(), Arc::<Page>::default());
    let reply = stream(&sidecar, "large", &page).await;
    assert_eq!(reply, "output_too_large: `sh` wrote a message of more than 10000 bytes");
    assert_eq!(page.seen(), "0.");
    assert_eq!(call(&sidecar, "good", json!({})).await, "1");
    assert_eq!(fixture.said(), [""; 0]);
}
