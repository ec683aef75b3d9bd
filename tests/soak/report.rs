//! What came of the calls, held against what the backends counted; and what it cost.

use crate::fate::{Backend, plan};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// With fewer calls than these, memory is still being taken for the first time.
const ENOUGH: usize = 20_000;
/// Memory may differ by so much and still count as flat: allocators keep some of what they had at a peak.
const FLAT: usize = 16 * 1024;

/// What the gateway's process holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Usage {
    /// Resident memory in KiB.
    memory: usize,
    /// Open files, pipes and connections.
    descriptors: usize,
}

impl Usage {
    pub(crate) fn now() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let memory = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        let memory = memory.split_whitespace().next().unwrap().parse().unwrap();
        Self { memory, descriptors: fs::read_dir("/proc/self/fd").unwrap().count() }
    }
}

/// How the calls ended, by number.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    ends: Vec<Option<String>>,
    /// Calls that ended twice.
    again: usize,
}

impl Answers {
    pub(crate) fn new(calls: usize) -> Self {
        Self { ends: vec![None; calls], again: 0 }
    }

    pub(crate) fn note(&mut self, n: usize, end: String) {
        self.again += usize::from(self.ends[n].replace(end).is_some());
    }
}

/// How often a backend was asked for each call.
fn counted(folder: &Path, backend: &str) -> BTreeMap<usize, usize> {
    let mut counts = BTreeMap::new();
    for line in fs::read_to_string(folder.join(backend)).unwrap().lines() {
        *counts.entry(line.parse().unwrap()).or_default() += 1;
    }
    counts
}

/// Prints a table, and gives what must not be.
pub(crate) fn report(
    answers: &Answers,
    folder: &Path,
    (warm, end): (Usage, Usage),
    left: usize,
) -> Vec<String> {
    let counts: BTreeMap<Backend, _> = [
        (Backend::Native, "native"),
        (Backend::Program, "program"),
        (Backend::Sidecar, "sidecar"),
        (Backend::Post, "post"),
        (Backend::Get, "get"),
    ]
    .map(|(backend, file)| (backend, counted(folder, file)))
    .into();
    let mut faults = Vec::new();
    let mut table = BTreeMap::<(Backend, &str), usize>::new();
    let (mut lost, mut double, mut invented, mut unexpected) = (0, 0, 0, 0);
    for (n, end) in answers.ends.iter().enumerate() {
        let plan = plan(n);
        let end = end.as_deref().unwrap_or("lost");
        *table.entry((plan.backend, end)).or_default() += 1;
        let runs = counts.get(&plan.backend).and_then(|counts| counts.get(&n)).copied();
        let runs = runs.unwrap_or_default();
        lost += usize::from(end == "lost");
        double += usize::from(runs > plan.most());
        invented += usize::from(end == "ok" && runs == 0 && plan.backend != Backend::Value);
        if end != "lost" && !plan.ends().contains(&end) {
            unexpected += 1;
            if unexpected <= 10 {
                faults.push(format!("call {n}, {plan:?}, ended with `{end}`"));
            }
        }
    }
    let calls = answers.ends.len();
    println!("\n{calls} calls");
    for ((backend, end), count) in &table {
        println!("  {:8} {end:20} {count:>7}", format!("{backend:?}").to_lowercase());
    }
    let strangers = counts.values().flat_map(BTreeMap::keys).filter(|n| **n >= calls).count();
    let fates: BTreeSet<_> =
        (0..calls.min(ENOUGH)).map(|n| format!("{:?}", plan(n).fate)).collect();
    println!("  kinds of fates: {}", fates.len());
    for (what, count) in [
        ("lost", lost),
        ("run more often than it may be", double),
        ("answered but never run", invented),
        ("answered twice", answers.again),
        ("run but never made", strangers),
        ("ended in another way than it may", unexpected),
        ("processes left behind", left),
    ] {
        println!("  {what:34} {count:>7}");
        if count > 0 {
            faults.push(format!("{what}: {count}"));
        }
    }
    println!("  memory, KiB: {} after a fifth, {} at the end", warm.memory, end.memory);
    println!("  descriptors: {} after a fifth, {} at the end", warm.descriptors, end.descriptors);
    if calls >= ENOUGH && end.memory > warm.memory + FLAT {
        faults.push("memory grows".to_owned());
    }
    faults
}
