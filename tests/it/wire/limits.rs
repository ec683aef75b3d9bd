//! Length, rate, concurrency and time: each at its border, and every place is given back.

use super::Ticks;
use crate::support::gateway::{Call, Gateway, Lane, Settled, Webview};
use portcullis::{
    gateway::Outcome,
    ipc::{InvokeResponse, Rejection, RejectionCode},
    serde_json::json,
};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tokio::{sync::Semaphore, task::JoinHandle};

#[tokio::test]
async fn a_body_is_as_large_as_its_limit_and_no_larger() {
    let ticks = Ticks::default();
    let rest = "
limits: { payload: 16B }
commands:
  tick: { run: { native: tick } }
  small: { run: { native: tick }, limits: { payload: 8B } }
  large: { run: { native: tick }, limits: { payload: 1KiB } }
  empty: { run: { native: tick }, limits: { payload: 0B } }
permissions: { main: { windows: [main], allow: [\"*\"] } }
";
    let gateway = Gateway::new(rest, ticks.registry());
    let main = gateway.open("main");
    for (command, limit) in [("tick", 16), ("small", 8), ("large", 1024), ("empty", 0)] {
        for lane in Lane::ALL {
            let fits = Call::new(command).raw(&vec![b'x'; limit]);
            assert!(gateway.call_over(lane, &main, &fits).await.is_ok(), "{command}");
            let ran = ticks.count();
            // Larger by a byte, and no JSON: its length is all that is looked at.
            for kind in ["application/octet-stream", "application/json", "text/plain"] {
                let body = Call::new(command).body(kind, &vec![b'x'; limit + 1]);
                let answer = gateway.call_over(lane, &main, &body).await;
                assert_eq!(answer.code(), "payload_too_large", "{command} {kind}");
            }
            assert_eq!(ticks.count(), ran);
        }
    }
}

#[tokio::test]
async fn what_is_not_allowed_is_not_told_about_limits() {
    let rest = "
limits: { payload: 1B, rate: 1/m }
commands: { tick: { run: { native: tick } } }
permissions: { other: { windows: [other], allow: [tick] } }
";
    let gateway = Gateway::new(rest, Ticks::default().registry());
    let main = gateway.open("main");
    for _ in 0..3 {
        let call = Call::new("tick").body("application/json", b"{{{{{");
        assert_eq!(gateway.call(&main, &call).await.code(), "not_allowed");
    }
}

#[tokio::test]
async fn each_webview_has_a_rate_of_its_own() {
    let ticks = Ticks::default();
    let rest = "
limits: { rate: 3/m, payload: 1KiB }
commands: { tick: { run: { native: tick } }, hidden: { run: { native: tick } } }
permissions: { both: { windows: [\"*\"], allow: [tick] } }
";
    let gateway = Gateway::new(rest, ticks.registry());
    let (main, other) = (gateway.open("main"), gateway.open("other"));
    // What is refused before it is admitted costs nothing.
    for _ in 0..5 {
        assert_eq!(gateway.call(&main, &Call::new("hidden")).await.code(), "not_allowed");
        assert_eq!(gateway.call(&main, &Call::new("tick").key("x")).await, Settled::Silence);
        let large = Call::new("tick").raw(&[0; 1025]);
        assert_eq!(gateway.call(&main, &large).await.code(), "payload_too_large");
    }
    for webview in [&main, &other] {
        for lane in [Lane::Protocol, Lane::Message, Lane::Protocol] {
            assert!(gateway.call_over(lane, webview, &Call::new("tick")).await.is_ok());
        }
        for lane in Lane::ALL {
            let answer = gateway.call_over(lane, webview, &Call::new("tick")).await;
            assert_eq!(answer.code(), "rate_limited");
        }
    }
    assert_eq!(ticks.count(), 6);
}

const HOLDING: &str = "
limits: { concurrency: 2 }
commands:
  hold: { run: { native: hold } }
  fail: { run: { native: fail } }
  reject: { run: { native: reject } }
  never: { run: { native: never }, limits: { timeout: 5ms } }
  forever: { run: { native: never } }
  single: { run: { native: hold }, limits: { concurrency: 1 } }
  sized: { args: { n: { type: integer } }, run: { native: tick } }
permissions: { both: { windows: [\"*\"], allow: [\"*\"] } }
";

/// Says when it is dropped.
struct Ended(Arc<AtomicBool>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

struct Holding {
    gateway: Gateway,
    main: Webview,
    gate: Arc<Semaphore>,
    /// Whether a call of `never` has been ended.
    ended: Arc<AtomicBool>,
}

impl Holding {
    fn new() -> Self {
        let gate = Arc::new(Semaphore::new(0));
        let ended = Arc::<AtomicBool>::default();
        let (held, ending) = (Arc::clone(&gate), Arc::clone(&ended));
        let registry = Ticks::default()
            .registry()
            .invocation("hold", move |_| {
                let gate = Arc::clone(&held);
                async move {
                    gate.acquire().await.unwrap().forget();
                    InvokeResponse::json("held")
                }
            })
            .invocation("fail", |_| async { Err(Rejection::Command(json!("failed"))) })
            .invocation("reject", |_| async {
                Err(Rejection::new(RejectionCode::ProcessFailed, "it failed"))
            })
            .invocation("never", move |_| {
                let ended = Ended(Arc::clone(&ending));
                async move {
                    std::future::pending::<()>().await;
                    drop(ended);
                    InvokeResponse::json("never")
                }
            });
        let gateway = Gateway::new(HOLDING, registry);
        let main = gateway.open("main");
        Self { gateway, main, gate, ended }
    }

    fn start(&self, lane: Lane, command: &str) -> JoinHandle<Settled> {
        let (gateway, main, call) = (self.gateway.clone(), self.main.clone(), Call::new(command));
        tokio::spawn(async move { gateway.call_over(lane, &main, &call).await })
    }

    async fn until_running(&self, calls: u32) {
        while self.gateway.sessions.running() != calls {
            tokio::task::yield_now().await;
        }
    }

    /// All places are free: as many calls as there are places run at once, on whatever lane.
    async fn assert_places_are_free(&self) {
        assert_eq!(self.gateway.sessions.running(), 0);
        let calls = Lane::ALL.map(|lane| self.start(lane, "hold"));
        self.until_running(2).await;
        self.gate.add_permits(2);
        for call in calls {
            assert_eq!(call.await.unwrap(), Settled::Json(json!("held")));
        }
    }
}

#[tokio::test]
async fn only_so_many_calls_of_a_webview_run_at_once() {
    let holding = Holding::new();
    let calls = Lane::ALL.map(|lane| holding.start(lane, "hold"));
    holding.until_running(2).await;
    for lane in Lane::ALL {
        for command in ["hold", "fail"] {
            let answer = holding.gateway.call_over(lane, &holding.main, &Call::new(command)).await;
            assert_eq!(answer.code(), "too_many_calls");
        }
    }
    assert_eq!(holding.gateway.sessions.running(), 2);
    let other = holding.gateway.open("other");
    let answer = holding.gateway.call(&other, &Call::new("fail")).await;
    assert_eq!(answer, Settled::Rejected(json!("failed")));
    holding.gate.add_permits(2);
    for call in calls {
        assert!(call.await.unwrap().is_ok());
    }
    holding.assert_places_are_free().await;
}

#[tokio::test]
async fn a_failure_gives_its_place_back() {
    let holding = Holding::new();
    for (command, times) in [("fail", 5), ("reject", 5), ("sized", 5)] {
        for _ in 0..times {
            let answer = holding.gateway.call(&holding.main, &Call::new(command)).await;
            assert!(
                matches!(&answer, Settled::Rejected(error) if error["code"] != "too_many_calls")
            );
        }
    }
    let unread = Call::new("hold").body("application/json", b"{");
    for _ in 0..5 {
        assert_eq!(holding.gateway.call(&holding.main, &unread).await.code(), "invalid_json");
    }
    holding.assert_places_are_free().await;
}

#[tokio::test]
async fn a_call_that_takes_too_long_is_stopped_and_gives_its_place_back() {
    let holding = Holding::new();
    for lane in [Lane::Protocol, Lane::Message, Lane::Protocol] {
        holding.ended.store(false, Ordering::SeqCst);
        let answer = holding.gateway.call_over(lane, &holding.main, &Call::new("never")).await;
        assert_eq!(answer.code(), "timeout");
        assert_eq!(answer.rejection()["message"], "it took longer than 5ms and was stopped");
        assert!(holding.ended.load(Ordering::SeqCst));
    }
    holding.assert_places_are_free().await;
}

#[tokio::test]
async fn a_call_whose_future_is_dropped_ends_and_gives_its_place_back() {
    let holding = Holding::new();
    for lane in [Lane::Protocol, Lane::Message, Lane::Protocol] {
        holding.ended.store(false, Ordering::SeqCst);
        let call = holding.start(lane, "forever");
        holding.until_running(1).await;
        call.abort();
        assert!(call.await.unwrap_err().is_cancelled());
        assert!(holding.ended.load(Ordering::SeqCst));
        // It leaves its record all the same.
        let notes = holding.gateway.take_notes();
        let outcomes: Vec<_> = notes.iter().map(|note| note.outcome).collect();
        assert_eq!(outcomes, [Outcome::Cancelled]);
    }
    holding.assert_places_are_free().await;
}

#[tokio::test]
async fn a_commands_own_rate_takes_the_place_of_the_shared_one() {
    let ticks = Ticks::default();
    let rest = "
limits: { rate: 3/m }
commands:
  tick: { run: { native: tick } }
  rare: { run: { native: tick }, limits: { rate: 1/m } }
  often: { run: { native: tick }, limits: { rate: 5/m } }
permissions: { main: { windows: [main, other], allow: [\"*\"] } }
";
    let gateway = Gateway::new(rest, ticks.registry());
    for label in ["main", "other"] {
        let webview = gateway.open(label);
        for (command, calls) in [("rare", 1), ("often", 5), ("tick", 3)] {
            for lane in Lane::ALL.iter().cycle().take(calls) {
                let answer = gateway.call_over(*lane, &webview, &Call::new(command)).await;
                assert!(answer.is_ok(), "{command}");
            }
            let answer = gateway.call(&webview, &Call::new(command)).await;
            assert_eq!(answer.code(), "rate_limited", "{command}");
        }
    }
    assert_eq!(ticks.count(), 2 * (1 + 5 + 3));
}

#[tokio::test]
async fn a_commands_own_concurrency_takes_the_place_of_the_shared_one() {
    let holding = Holding::new();
    let single = holding.start(Lane::Protocol, "single");
    holding.until_running(1).await;
    for lane in Lane::ALL {
        let answer = holding.gateway.call_over(lane, &holding.main, &Call::new("single")).await;
        assert_eq!(answer.code(), "too_many_calls");
    }
    // The two places that the other commands share are free.
    let others = Lane::ALL.map(|lane| holding.start(lane, "hold"));
    holding.until_running(3).await;
    holding.gate.add_permits(3);
    assert!(single.await.unwrap().is_ok());
    for call in others {
        assert!(call.await.unwrap().is_ok());
    }
    holding.assert_places_are_free().await;
}
