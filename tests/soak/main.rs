//! A gateway under load while everything behind it fails: no call may be lost, none may run twice, and nothing may be
//! left of it. A program of its own, because it counts its own memory, descriptors and children.

#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod fate;
mod helpers;
mod lane;
mod report;

use fate::plan;
use lane::Lane;
use libtest_mimic::{Arguments, Trial};
use report::{Answers, Usage};
use std::{
    path::Path,
    process::ExitCode,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

/// Calls that run at the same time.
const CALLERS: usize = 48;
/// A failure guard, never a measurement: a call that takes so long is lost.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long a caller waits that goes away.
const IMPATIENCE: Duration = Duration::from_millis(1);

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().collect();
    let words: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
    let code = match words.as_slice() {
        ["soak-program", folder, n] => helpers::program(Path::new(folder), n.parse().unwrap()),
        ["soak-sidecar", folder] => helpers::sidecar(Path::new(folder)),
        ["soak-upstream", folder] => helpers::upstream(Path::new(folder)),
        _ => {
            let calls = std::env::var("CALLS").ok().map_or(2_000, |calls| calls.parse().unwrap());
            let name = "every_call_is_answered_once_whatever_fails_behind_it";
            let trial = Trial::test(name, move || {
                soak(calls);
                Ok(())
            });
            return libtest_mimic::run(&Arguments::from_args(), vec![trial]).exit_code();
        }
    };
    ExitCode::from(u8::try_from(code).unwrap())
}

fn soak(calls: usize) {
    let folder = tempfile::tempdir().unwrap();
    let mut upstream = helpers::start("soak-upstream", folder.path());
    let answers = Arc::new(Mutex::new(Answers::new(calls)));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let lane = Arc::new(Lane::new(folder.path(), &mut upstream));
    let (next, all) = (Arc::<AtomicUsize>::default(), Arc::clone(&answers));
    let (warm, end) = runtime.block_on(async {
        let callers: Vec<_> = (0..CALLERS)
            .map(|_| {
                let (lane, next, answers) = (lane.clone(), next.clone(), all.clone());
                let folder = folder.path().to_owned();
                tokio::spawn(async move {
                    let mut warm = None;
                    loop {
                        let n = next.fetch_add(1, Ordering::Relaxed);
                        if n >= calls {
                            return warm;
                        }
                        if n == calls / 5 {
                            warm = Some(Usage::now());
                        }
                        if n % 701 == 700 {
                            lane::kill_sidecar(&folder);
                        }
                        let end = call(&lane, n).await;
                        answers.lock().unwrap().note(n, end);
                    }
                })
            })
            .collect();
        let mut warm = None;
        for caller in callers {
            warm = caller.await.unwrap().or(warm);
        }
        (warm.unwrap(), Usage::now())
    });
    // What runs, ends with what it belongs to.
    drop(lane);
    drop(runtime);
    upstream.kill().unwrap();
    upstream.wait().unwrap();
    let left = lane::left_behind(folder.path(), PATIENCE);
    let answers = std::mem::take(&mut *answers.lock().unwrap());
    let faults = report::report(&answers, folder.path(), (warm, end), left);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// How a call ended: `ok`, the code of a rejection, `dropped` or `lost`.
async fn call(lane: &Lane, n: usize) -> String {
    let plan = plan(n);
    let patience = if plan.is_dropped { IMPATIENCE } else { PATIENCE };
    match tokio::time::timeout(patience, lane.call(plan, n)).await {
        Ok(end) => end,
        Err(_) if plan.is_dropped => "dropped".to_owned(),
        Err(_) => "lost".to_owned(),
    }
}
