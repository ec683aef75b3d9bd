//! Channels in front of a page that takes its messages when it is told to.

use super::*;
use crate::{
    ipc::{ChannelMessage, ChannelTerms, Room},
    plan::Overflow,
};
use serde_json::json;
use std::{
    sync::{Mutex, MutexGuard},
    task::{Context, Poll, Waker},
};

/// A page that keeps the room of what it got.
#[derive(Debug)]
struct Page {
    terms: ChannelTerms,
    state: Mutex<Got>,
}

#[derive(Debug, Default)]
struct Got {
    /// Each message behind its number; an end is a dot.
    seen: Vec<String>,
    untaken: Vec<Room>,
    reasons: Vec<Rejection>,
    dropped: u64,
    firsts: u32,
    is_gone: bool,
}

impl Page {
    fn new(queue: usize, overflow: Overflow) -> Arc<Self> {
        let terms = ChannelTerms { queue, overflow, messages: None };
        Arc::new(Self { terms, state: Mutex::default() })
    }

    fn channel(self: &Arc<Self>) -> Channel<Value> {
        let sink = Arc::clone(self) as Arc<dyn ChannelSink>;
        Channel::from_value(&channel_argument(7).into(), "lines", &sink).unwrap()
    }

    fn state(&self) -> MutexGuard<'_, Got> {
        self.state.lock().unwrap()
    }

    fn seen(&self) -> String {
        self.state().seen.join(" ")
    }

    /// Takes the oldest message, or says that there is none.
    fn take(&self) -> bool {
        let mut state = self.state();
        let room = if state.untaken.is_empty() { None } else { Some(state.untaken.remove(0)) };
        drop(state);
        room.is_some()
    }

    fn take_all(&self) {
        while self.take() {}
    }
}

impl ChannelSink for Page {
    fn send(
        &self,
        _: u32,
        index: u64,
        message: ChannelMessage,
        room: Room,
    ) -> Result<(), SinkError> {
        let mut state = self.state();
        if state.is_gone {
            // The room is dropped behind the lock, as a page does it.
            drop(state);
            return Err(SinkError::Closed);
        }
        state.seen.push(match message {
            ChannelMessage::Payload(InvokeResponse::Json(text)) if text.len() > 9 => {
                format!("{index}:long")
            }
            ChannelMessage::Payload(InvokeResponse::Json(text)) => format!("{index}:{text}"),
            ChannelMessage::Payload(InvokeResponse::Raw(bytes)) => format!("{index}:{bytes:?}"),
            ChannelMessage::End => format!("{index}."),
        });
        if room.is_bounded() {
            state.untaken.push(room);
        }
        Ok(())
    }

    fn terms(&self, argument: &str) -> ChannelTerms {
        assert_eq!(argument, "lines");
        self.terms.clone()
    }

    fn fail(&self, reason: Rejection) {
        self.state().reasons.push(reason);
    }

    fn dropped(&self, argument: &str, messages: u64, is_first: bool) {
        assert_eq!(argument, "lines");
        let mut state = self.state();
        state.dropped += messages;
        state.firsts += u32::from(is_first);
    }
}

fn send_all(channel: &Channel<Value>, numbers: std::ops::Range<u64>) {
    numbers.for_each(|number| channel.send(&json!(number)).unwrap());
}

/// A text that is this long with its quotes.
fn long(length: usize) -> Value {
    "x".repeat(length - 2).into()
}

/// Polls a future once.
fn poll<T>(future: &mut std::pin::Pin<Box<impl Future<Output = T>>>) -> Poll<T> {
    future.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

#[test]
fn a_channel_that_waits_refuses_what_has_no_room_and_loses_nothing() {
    let page = Page::new(2, Overflow::Block);
    let channel = page.channel();
    send_all(&channel, 0..2);
    for _ in 0..2 {
        assert_eq!(channel.send(&json!(2)), Err(SinkError::Full));
    }
    assert!(SinkError::Full.to_string().contains("await `deliver`"));
    assert!(page.take());
    channel.send(&json!(2)).unwrap();
    drop(channel);
    assert_eq!(page.seen(), "0:0 1:1 2:2 3.");
    let state = page.state();
    assert_eq!((state.dropped, state.reasons.len()), (0, 0));
}

#[test]
fn delivering_waits_for_the_page_and_a_dropped_future_sends_nothing() {
    let page = Page::new(1, Overflow::Block);
    let channel = page.channel();
    channel.send(&json!(0)).unwrap();
    let (one, two, three) = (json!(1), json!(2), json!(3));
    let mut first = Box::pin(channel.deliver(&one));
    let mut second = Box::pin(channel.deliver(&two));
    let mut third = Box::pin(channel.deliver(&three));
    assert!([poll(&mut first), poll(&mut second), poll(&mut third)].iter().all(Poll::is_pending));
    drop(first);
    page.take();
    assert_eq!(poll(&mut second), Poll::Ready(Ok(())));
    assert_eq!(poll(&mut third), Poll::Pending);
    page.state().is_gone = true;
    page.take();
    assert_eq!(poll(&mut third), Poll::Ready(Err(SinkError::Closed)));
    assert_eq!(page.seen(), "0:0 1:2");
}

#[test]
fn the_oldest_that_waits_is_dropped_and_the_page_sees_no_gap() {
    let page = Page::new(4, Overflow::DropOldest);
    let channel = page.channel();
    send_all(&channel, 0..10);
    assert_eq!(page.seen(), "0:0 1:1");
    page.take_all();
    assert_eq!(page.seen(), "0:0 1:1 2:8 3:9");
    drop(channel);
    assert_eq!(page.seen(), "0:0 1:1 2:8 3:9 4.");
    let state = page.state();
    assert_eq!((state.dropped, state.firsts, state.reasons.len()), (6, 1, 0));
}

#[test]
fn only_the_newest_waits_where_that_is_what_the_manifest_says() {
    // How long the queue is, and what the page gets first: one always can wait.
    for (queue, first, rest) in [(1, "0:0", "1:9"), (2, "0:0", "1:9"), (4, "0:0 1:1 2:2", "3:9")] {
        let page = Page::new(queue, Overflow::KeepLatest);
        let channel = page.channel();
        send_all(&channel, 0..10);
        assert_eq!(page.seen(), first);
        page.take();
        assert_eq!(page.seen(), format!("{first} {rest}"));
        assert_eq!(page.state().firsts, 1);
    }
}

#[test]
fn what_waits_leaves_behind_its_last_sender_and_then_the_end() {
    let page = Page::new(2, Overflow::KeepLatest);
    let channel = page.channel();
    send_all(&channel, 0..3);
    drop(channel);
    assert_eq!(page.seen(), "0:0");
    page.take();
    assert_eq!(page.seen(), "0:0 1:2 2.");
}

#[test]
fn a_channel_that_fails_ends_with_its_call() {
    let page = Page::new(2, Overflow::Fail);
    let channel = page.channel();
    send_all(&channel, 0..2);
    for _ in 0..2 {
        assert_eq!(channel.send(&json!(2)), Err(SinkError::Overflowed));
    }
    let mut closed = Box::pin(channel.closed());
    assert!(poll(&mut closed).is_ready());
    page.take_all();
    assert_eq!(channel.send(&json!(3)), Err(SinkError::Overflowed));
    drop(closed);
    drop(channel);
    assert_eq!(page.seen(), "0:0 1:1 2.");
    let codes: Vec<_> = page.state().reasons.iter().map(Rejection::code).collect();
    assert_eq!(codes, [Some(RejectionCode::ChannelFull)]);
}

#[test]
fn bytes_are_bounded_too_and_a_message_that_is_larger_goes_alone() {
    let page = Page::new(9, Overflow::Block);
    let channel = page.channel();
    channel.send(&long(3 << 20)).unwrap();
    assert_eq!(channel.send(&json!(1)), Err(SinkError::Full));
    page.take();
    channel.send(&long(600 << 10)).unwrap();
    assert_eq!(channel.send(&long(600 << 10)), Err(SinkError::Full));
    channel.send(&json!(1)).unwrap();
    let page = Page::new(9, Overflow::DropOldest);
    let channel = page.channel();
    (0..5).for_each(|_| channel.send(&long(600 << 10)).unwrap());
    assert_eq!((page.seen().as_str(), page.state().dropped), ("0:long", 3));
    page.take_all();
    assert_eq!(page.seen(), "0:long 1:long");
}

#[test]
fn a_message_that_does_not_fit_never_leaves_and_ends_the_channel() {
    let validator = jsonschema::validator_for(&json!({"type": "integer"})).unwrap();
    let terms = ChannelTerms { messages: Some(Arc::new(validator)), ..ChannelTerms::default() };
    let open = || {
        let page = Arc::new(Page { terms: terms.clone(), state: Mutex::default() });
        (page.channel(), page)
    };
    let (channel, page) = open();
    channel.send(&json!(1)).unwrap();
    assert_eq!(channel.send(&json!("secret text")), Err(SinkError::Unfit));
    assert_eq!(channel.send(&json!(2)), Err(SinkError::Unfit));
    assert_eq!(page.seen(), "0:1 1.");
    let reason = page.state().reasons[0].to_string();
    assert!(reason.starts_with("invalid_message: a message of `lines` does not fit"), "{reason}");
    assert!(!reason.contains("secret"), "{reason}");
    let (channel, page) = open();
    assert_eq!(channel.push(InvokeResponse::Raw(vec![1])), Err(SinkError::Unfit));
    assert_eq!(page.seen(), "0.");
    let (channel, page) = open();
    let mut sent = Box::pin(channel.deliver(&Value::Null));
    assert_eq!(poll(&mut sent), Poll::Ready(Err(SinkError::Unfit)));
    assert_eq!(page.seen(), "0.");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_senders_and_a_page_that_takes_meanwhile_lose_nothing() {
    let page = Page::new(3, Overflow::Block);
    let channel = page.channel();
    let senders: Vec<_> = (0..4)
        .map(|_| {
            let channel = channel.clone();
            tokio::spawn(async move {
                for number in 0..250 {
                    channel.deliver(&json!(number)).await.unwrap();
                }
            })
        })
        .collect();
    drop(channel);
    let reader = async {
        while !page.state().seen.last().is_some_and(|last| last.ends_with('.')) {
            page.take_all();
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(60), reader).await.expect("it hangs");
    for sender in senders {
        sender.await.unwrap();
    }
    let seen = page.state().seen.clone();
    assert_eq!(seen.len(), 1001);
    let numbers =
        seen.iter().map(|text| text.split([':', '.']).next().unwrap().parse::<u64>().unwrap());
    assert!(numbers.eq(0..=1000));
}
