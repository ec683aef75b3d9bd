//! When a page is ready: it has loaded, and the calls that it began with have been answered.

use crate::gateway::{Pipeline, Sessions};
use std::time::Duration;

/// How often to look.
const STEP: Duration = Duration::from_millis(100);
/// For how many looks in a row nothing may have happened.
const QUIET_LOOKS: u32 = 10;
/// A page that never stops calling is ready after this many looks.
const PATIENCE: u32 = 100;

/// Waits until no call is running and none has ended for a while.
pub(super) async fn wait(pipeline: &Pipeline, sessions: &Sessions) {
    let (mut last, mut quiet) = (pipeline.counts(), 0);
    for _ in 0..PATIENCE {
        tokio::time::sleep(STEP).await;
        let now = pipeline.counts();
        quiet = if now == last && sessions.running() == 0 { quiet + 1 } else { 0 };
        if quiet >= QUIET_LOOKS {
            return;
        }
        last = now;
    }
}
