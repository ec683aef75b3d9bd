//! Whether a sidecar still answers: it is asked when nothing was heard from it for a while.

use super::{outlet::Outlets, supervisor::Shared};
use serde_json::Map;
use std::{
    future::pending,
    sync::atomic::{AtomicU64, Ordering},
};
use tokio::{sync::Notify, time::timeout};

/// The signs of life of one program.
#[derive(Debug, Default)]
pub(super) struct Pulse {
    /// It wrote a message.
    heard: Notify,
    answers: AtomicU64,
}

impl Pulse {
    pub(super) fn beat(&self) {
        self.heard.notify_one();
    }

    pub(super) fn answer(&self) {
        self.answers.fetch_add(1, Ordering::Relaxed);
    }

    /// How many calls it has answered.
    pub(super) fn answers(&self) -> u64 {
        self.answers.load(Ordering::Relaxed)
    }
}

impl Shared {
    /// Waits until the program does not answer any more, if that is looked at, and says so.
    pub(super) async fn silence(&self, pulse: &Pulse) -> String {
        let Some(health) = &self.plan.health else { return pending().await };
        let (method, limit) = (&health.method, health.timeout);
        loop {
            while timeout(health.every, pulse.heard.notified()).await.is_ok() {}
            let before = pulse.answers();
            let answer = async {
                match self.queue.push(method, Map::new(), Outlets::default()) {
                    Ok(ticket) => drop(ticket.answer().await),
                    // So many calls wait to be read that not even this one can.
                    Err(_) => pending().await,
                }
            };
            // An answer to another call is one, too: it takes them one by one.
            if timeout(limit, answer).await.is_err() && pulse.answers() == before {
                return format!("did not answer `{method}` within {limit:?}");
            }
        }
    }
}
