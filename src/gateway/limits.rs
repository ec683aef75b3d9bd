//! Stage 5, limits: length, rate and concurrency, before a byte of the body is looked at.

use super::{Session, Snapshot};
use crate::{
    ipc::{Rejection, RejectionCode},
    manifest::Rate,
    policy::Route,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// A place among the calls that may run at once; dropping it gives the place back.
#[derive(Debug)]
pub(super) struct InFlight(Arc<AtomicU32>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Refuses a body that is longer than the command takes.
pub(super) fn check_length(route: &Route, length: usize) -> Result<(), Rejection> {
    if length <= route.payload {
        return Ok(());
    }
    let message = format!("the body has more than the {} bytes that are allowed", route.payload);
    Err(Rejection::new(RejectionCode::PayloadTooLarge, message)
        .help("raise `limits.payload`")
        .at(&route.place))
}

/// How many refusals of a webview come with their cause.
pub(super) const EXPLANATIONS: Rate = Rate { calls: 50, per: Duration::from_secs(1) };

/// Takes a place for the call, if the webview has not used up its rate.
pub(super) fn admit(
    snapshot: &Snapshot,
    session: &Session,
    route: &Route,
) -> Result<InFlight, Rejection> {
    let limits = &snapshot.policy.limits;
    // What a command limits itself takes the place of what the webview's calls share.
    let own = session.own(route);
    let own = own.as_deref();
    let (bucket, rate) = match (own, route.rate) {
        (Some(own), Some(rate)) => (&own.bucket, rate),
        _ => (&session.shared.bucket, limits.rate),
    };
    let (in_flight, concurrency) = match (own, route.concurrency) {
        (Some(own), Some(concurrency)) => (&own.in_flight, concurrency),
        _ => (&session.shared.in_flight, limits.concurrency),
    };
    if !bucket.take(rate) {
        let message = format!("more than {} calls in {:?}", rate.calls, rate.per);
        return Err(Rejection::new(RejectionCode::RateLimited, message).help("raise `limits.rate`"));
    }
    let running = in_flight.fetch_add(1, Ordering::AcqRel);
    let place = InFlight(Arc::clone(in_flight));
    if running >= concurrency {
        let message = format!("{running} calls are running already");
        return Err(Rejection::new(RejectionCode::TooManyCalls, message)
            .help("wait for some of them, or raise `limits.concurrency`"));
    }
    Ok(place)
}

/// What one limit counts: the calls that run, and those that were made.
#[derive(Debug, Default)]
pub(super) struct Count {
    pub(super) in_flight: Arc<AtomicU32>,
    pub(super) bucket: Bucket,
}

/// A leaky bucket in one word: the time up to which the calls so far have used the rate up (the generic cell rate
/// algorithm of ITU-T I.371). A whole period's calls may come at once.
#[derive(Debug)]
pub(super) struct Bucket {
    epoch: Instant,
    used_until: AtomicU64,
}

impl Default for Bucket {
    fn default() -> Self {
        Self { epoch: Instant::now(), used_until: AtomicU64::new(0) }
    }
}

fn nanoseconds(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl Bucket {
    pub(super) fn take(&self, rate: Rate) -> bool {
        self.take_at(rate, nanoseconds(self.epoch.elapsed()))
    }

    fn take_at(&self, rate: Rate, now: u64) -> bool {
        let period = nanoseconds(rate.per);
        let cost = period / u64::from(rate.calls.max(1));
        let take = |used_until: u64| {
            let next = used_until.max(now) + cost;
            (next <= now + period).then_some(next)
        };
        self.used_until.fetch_update(Ordering::AcqRel, Ordering::Acquire, take).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { calls: 10, per: Duration::from_secs(1) };

    #[test]
    fn a_periods_calls_may_come_at_once_and_no_more() {
        let bucket = Bucket::default();
        assert_eq!((0..25).filter(|_| bucket.take_at(RATE, 0)).count(), 10);
        assert!(!bucket.take_at(RATE, 99_999_999));
        assert!(bucket.take_at(RATE, 100_000_000));
        assert!(!bucket.take_at(RATE, 100_000_000));
    }

    #[test]
    fn a_pause_fills_the_bucket_once() {
        let bucket = Bucket::default();
        assert_eq!((0..25).filter(|_| bucket.take_at(RATE, 3_000_000_000)).count(), 10);
    }
}
