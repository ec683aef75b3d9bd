//! The native commands of the stock binary: small ones, to try a gateway out and to measure it.

use super::{Invocation, Registry};
use crate::{
    channel::Channel,
    ipc::{InvokeBody, InvokeResponse, Rejection, RejectionCode, Reply},
};
use serde_json::{Value, json};
use std::{
    env,
    ops::RangeInclusive,
    time::{Duration, Instant},
};

/// What `count` can be asked to count to.
const COUNT: RangeInclusive<u64> = 1..=100_000;

/// Adds `echo`, `gateway_status` and `count`.
pub(super) fn register(registry: Registry) -> Registry {
    // The registry is made as the gateway starts.
    let start = Instant::now();
    registry
        .invocation("echo", |invocation| async { echo(invocation.body) })
        .invocation("gateway_status", move |invocation| async move { status(start, &invocation) })
        .invocation("count", count)
}

/// Gives back what came: arguments as JSON, bytes as bytes.
fn echo(body: InvokeBody) -> Reply {
    match body {
        InvokeBody::Json(arguments) => InvokeResponse::json(&arguments),
        InvokeBody::Raw(bytes) => Ok(InvokeResponse::Raw(bytes)),
    }
}

fn status(start: Instant, invocation: &Invocation) -> Reply {
    InvokeResponse::json(&json!({
        "generation": invocation.generation,
        "version": env!("CARGO_PKG_VERSION"),
        "os": env::consts::OS,
        "uptime_ms": u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
        "command": invocation.command,
    }))
}

/// Sends 1, 2, … `to` over the channel and gives back how many were sent; stops when the page is gone.
async fn count(invocation: Invocation) -> Reply {
    let InvokeBody::Json(arguments) = &invocation.body else {
        let message = "the command takes arguments by name, not bytes";
        return Err(Rejection::new(RejectionCode::RawBody, message));
    };
    let to = integer(arguments, "to")?.ok_or_else(|| missing("to"))?;
    if !COUNT.contains(&to) {
        let message = format!("`to` is not between {} and {}", COUNT.start(), COUNT.end());
        return Err(invalid(message));
    }
    let every = Duration::from_millis(integer(arguments, "every_ms")?.unwrap_or(0));
    let channel: Channel<u64> =
        Channel::from_argument(&invocation.body, "channel", &invocation.sink)?;
    let mut sent = 0;
    while sent < to {
        if sent > 0 && !every.is_zero() {
            tokio::time::sleep(every).await;
        }
        if channel.deliver(&(sent + 1)).await.is_err() {
            break;
        }
        sent += 1;
        // Other calls get their turn, however far this one counts.
        tokio::task::coop::consume_budget().await;
    }
    InvokeResponse::json(&sent)
}

/// The argument `name` as a whole number; `None` if it was not given.
fn integer(arguments: &Value, name: &str) -> Result<Option<u64>, Rejection> {
    match arguments.get(name) {
        None => Ok(None),
        Some(value) => value
            .as_u64()
            .map(Some)
            .ok_or_else(|| invalid(format!("`{name}` is not a whole number of 0 or more"))),
    }
}

fn missing(name: &str) -> Rejection {
    Rejection::new(RejectionCode::MissingArgument, format!("`{name}` is missing"))
}

fn invalid(message: String) -> Rejection {
    Rejection::new(RejectionCode::InvalidArgument, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ipc::{Caller, ChannelMessage, ChannelSink, NoPage, Room, SinkError};
    use std::sync::{Arc, Mutex};

    /// Takes this many messages, then is gone.
    #[derive(Debug)]
    struct Page {
        takes: u64,
        seen: Mutex<Vec<(u32, u64, ChannelMessage)>>,
    }

    impl Page {
        fn taking(takes: u64) -> Arc<Self> {
            Arc::new(Self { takes, seen: Mutex::default() })
        }

        /// What came, in short: payloads as they are, the end as `.`, each after its number.
        fn seen(&self) -> Vec<String> {
            let short = |(_, index, message): &(u32, u64, ChannelMessage)| match message {
                ChannelMessage::Payload(InvokeResponse::Json(text)) => format!("{index}:{text}"),
                ChannelMessage::Payload(InvokeResponse::Raw(_)) => format!("{index}:raw"),
                ChannelMessage::End => format!("{index}."),
            };
            self.seen.lock().unwrap().iter().map(short).collect()
        }
    }

    impl ChannelSink for Page {
        fn send(
            &self,
            channel: u32,
            index: u64,
            message: ChannelMessage,
            _: Room,
        ) -> Result<(), SinkError> {
            if index >= self.takes && message != ChannelMessage::End {
                return Err(SinkError::Closed);
            }
            self.seen.lock().unwrap().push((channel, index, message));
            Ok(())
        }
    }

    fn invocation(name: &str, body: InvokeBody, sink: Arc<dyn ChannelSink>) -> Invocation {
        Invocation {
            command: name.parse().unwrap(),
            caller: Caller {
                window: "main".parse().unwrap(),
                webview: "main".parse().unwrap(),
                origin: None,
            },
            captures: Vec::new(),
            body,
            headers: Vec::new(),
            scope: None,
            generation: 7,
            sink,
        }
    }

    async fn call(name: &str, body: InvokeBody, sink: Arc<dyn ChannelSink>) -> Reply {
        Registry::standard().find(name).unwrap().call(invocation(name, body, sink)).await
    }

    async fn count_of(arguments: Value, page: &Arc<Page>) -> Reply {
        call("count", InvokeBody::Json(arguments), page.clone()).await
    }

    #[test]
    fn the_names_are_known() {
        let names = Registry::standard();
        assert_eq!(names.names().collect::<Vec<_>>(), ["count", "echo", "gateway_status"]);
    }

    #[tokio::test]
    async fn echo_gives_back_what_came() {
        let body = InvokeBody::Json(json!({"b": [1, null], "a": "ä"}));
        let reply = call("echo", body, NoPage::shared()).await;
        assert_eq!(reply, Ok(InvokeResponse::Json(r#"{"b":[1,null],"a":"ä"}"#.into())));
        let reply = call("echo", InvokeBody::Raw(vec![0, 255]), NoPage::shared()).await;
        assert_eq!(reply, Ok(InvokeResponse::Raw(vec![0, 255])));
    }

    #[tokio::test]
    async fn status_names_the_generation_that_authorised_the_call() {
        let reply = call("gateway_status", InvokeBody::Json(json!({})), NoPage::shared()).await;
        let Ok(InvokeResponse::Json(text)) = reply else { panic!("{reply:?}") };
        let status: serde_json::Map<String, Value> = serde_json::from_str(&text).unwrap();
        let keys: Vec<_> = status.keys().collect();
        assert_eq!(keys, ["generation", "version", "os", "uptime_ms", "command"]);
        assert_eq!(status["generation"], 7);
        assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(status["command"], "gateway_status");
        assert!(status["uptime_ms"].is_u64());
    }

    #[tokio::test]
    async fn count_sends_each_number_and_the_end() {
        for every_ms in [0, 1] {
            let page = Page::taking(9);
            let arguments = json!({"to": 3, "every_ms": every_ms, "channel": "__CHANNEL__:42"});
            assert_eq!(count_of(arguments, &page).await, Ok(InvokeResponse::Json("3".into())));
            assert_eq!(page.seen(), ["0:1", "1:2", "2:3", "3."]);
            assert!(page.seen.lock().unwrap().iter().all(|(channel, ..)| *channel == 42));
        }
    }

    #[tokio::test]
    async fn count_stops_when_the_page_is_gone() {
        let page = Page::taking(2);
        let arguments = json!({"to": 100_000, "channel": "__CHANNEL__:1"});
        assert_eq!(count_of(arguments, &page).await, Ok(InvokeResponse::Json("2".into())));
        assert_eq!(page.seen(), ["0:1", "1:2", "2."]);
    }

    #[tokio::test]
    async fn a_cancelled_count_ends_its_channel() {
        let page = Page::taking(9);
        let arguments = json!({"to": 2, "every_ms": 3_600_000, "channel": "__CHANNEL__:1"});
        let call = tokio::spawn({
            let page = Arc::clone(&page);
            async move { count_of(arguments, &page).await }
        });
        while page.seen().is_empty() {
            tokio::task::yield_now().await;
        }
        call.abort();
        assert!(call.await.unwrap_err().is_cancelled());
        assert_eq!(page.seen(), ["0:1", "1."]);
    }

    #[tokio::test]
    async fn count_refuses_what_it_cannot_count() {
        let channel = "__CHANNEL__:1";
        let cases = [
            (json!({"channel": channel}), RejectionCode::MissingArgument),
            (json!({"to": 1}), RejectionCode::MissingArgument),
            (json!({"to": 0, "channel": channel}), RejectionCode::InvalidArgument),
            (json!({"to": 100_001, "channel": channel}), RejectionCode::InvalidArgument),
            (json!({"to": 1.5, "channel": channel}), RejectionCode::InvalidArgument),
            (json!({"to": 1, "every_ms": -1, "channel": channel}), RejectionCode::InvalidArgument),
            (json!({"to": 1, "channel": "1"}), RejectionCode::InvalidArgument),
            (json!({"to": 1, "channel": 1}), RejectionCode::InvalidArgument),
        ];
        for (arguments, code) in cases {
            let page = Page::taking(9);
            let refused = count_of(arguments.clone(), &page).await.unwrap_err();
            assert_eq!((refused.code(), page.seen().len()), (Some(code), 0), "{arguments}");
        }
        let refused = call("count", InvokeBody::Raw(Vec::new()), NoPage::shared()).await;
        assert_eq!(refused.unwrap_err().code(), Some(RejectionCode::RawBody));
    }
}
