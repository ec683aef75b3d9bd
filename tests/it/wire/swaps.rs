//! Many calls while many edits are swapped in: every call sees one generation whole, and none is lost or run twice.

use crate::support::gateway::{Call, Gateway, Lane, Settled, Webview};
use portcullis::{
    Registry,
    ipc::{InvokeBody, InvokeResponse},
    serde_json::json,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread::ScopedJoinHandle,
};

const THREADS: usize = 8;
const SWAPS: u64 = 200;
/// How many calls end between two edits, at least.
const CALLS: u64 = 16;

/// Odd generations allow `a` and say 1; even ones allow `b` and say 2.
fn generation(number: u64) -> String {
    let (allowed, value) = if number % 2 == 1 { ("a", 1) } else { ("b", 2) };
    format!(
        "
limits: {{ rate: 4000000000/s }}
commands:
  a: {{ run: {{ value: {value} }} }}
  b: {{ run: {{ value: {value} }} }}
  tick: {{ args: {{ n: {{ default: {value} }} }}, run: {{ native: tick }} }}
permissions: {{ all: {{ windows: [\"*\"], allow: [{allowed}, tick] }} }}
"
    )
}

/// Calls until it is told to stop; gives back how many calls it made.
fn keep_calling(
    gateway: &Gateway,
    from: &Webview,
    lane: Lane,
    ended: &AtomicU64,
    is_over: &AtomicBool,
) -> u64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut made = 0;
    while !is_over.load(Ordering::Acquire) {
        for command in ["a", "b", "tick"] {
            let answer = runtime.block_on(gateway.call_over(lane, from, &Call::new(command)));
            match (command, &answer) {
                ("a", Settled::Json(value)) => assert_eq!(*value, 1),
                ("b", Settled::Json(value)) => assert_eq!(*value, 2),
                ("tick", Settled::Json(pair)) => {
                    let number = pair[0].as_u64().unwrap();
                    assert_eq!(pair[1], 2 - number % 2, "{pair}");
                }
                ("a" | "b", Settled::Rejected(_)) => assert_eq!(answer.code(), "not_allowed"),
                _ => panic!("{command}: {answer:?}"),
            }
            made += 1;
            ended.fetch_add(1, Ordering::Release);
        }
    }
    made
}

#[test]
fn every_call_sees_one_generation_whole() {
    let runs = Arc::<AtomicU64>::default();
    let counting = Arc::clone(&runs);
    let registry = Registry::new().invocation("tick", move |invocation| {
        counting.fetch_add(1, Ordering::SeqCst);
        let n = match &invocation.body {
            InvokeBody::Json(arguments) => arguments["n"].clone(),
            InvokeBody::Raw(_) => json!(null),
        };
        std::future::ready(InvokeResponse::json(&json!([invocation.generation, n])))
    });
    let gateway = Gateway::new(&generation(1), registry);
    // Two threads share a webview.
    let webviews: Vec<_> =
        (0..THREADS / 2).map(|number| gateway.open(&format!("window-{number}"))).collect();
    let (ended, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
    let made: u64 = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|number| {
                let (gateway, webview) = (&gateway, &webviews[number / 2]);
                let (ended, is_over) = (&ended, &is_over);
                let lane = Lane::ALL[number % Lane::ALL.len()];
                scope.spawn(move || keep_calling(gateway, webview, lane, ended, is_over))
            })
            .collect();
        for number in 2..=SWAPS + 1 {
            let before = ended.load(Ordering::Acquire);
            while ended.load(Ordering::Acquire) < before + CALLS
                && !threads.iter().any(ScopedJoinHandle::is_finished)
            {
                std::thread::yield_now();
            }
            assert_eq!(gateway.accept(&generation(number)), number);
        }
        is_over.store(true, Ordering::Release);
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });

    let notes = gateway.take_notes();
    assert_eq!(notes.len() as u64, made);
    let mut ticks = 0;
    let mut generations = std::collections::BTreeSet::new();
    for note in &notes {
        let number = note.generation.unwrap();
        generations.insert(number);
        let is_odd = number % 2 == 1;
        let expected = match note.command.as_str() {
            "a" if is_odd => "ok",
            "b" if !is_odd => "ok",
            "tick" => {
                ticks += 1;
                "ok"
            }
            _ => "not_allowed",
        };
        assert_eq!(note.outcome.to_string(), expected, "{note:?}");
    }
    assert_eq!(runs.load(Ordering::SeqCst), ticks);
    let counts = gateway.counts();
    assert_eq!((counts.ok + counts.refused, counts.failed, counts.wrong_key), (made, 0, 0));
    assert_eq!(gateway.sessions.running(), 0);
    // Between two edits more calls end than there are threads, so some of them began there.
    assert!(
        generations.len() as u64 >= SWAPS,
        "calls and edits did not meet: {}",
        generations.len()
    );
}
