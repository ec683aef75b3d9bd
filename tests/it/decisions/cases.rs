//! The files of `tests/decisions/`: each is a manifest and what its callers may do, and every one of them is read.

use super::policy;
use portcullis::{
    ipc::Caller,
    pattern::Origin,
    policy::{Authority, Decision},
};
use serde::Deserialize;
use serde_json::json;
use serde_yaml::{Mapping, Value};
use std::{collections::BTreeSet, fmt::Write as _, path::PathBuf};

/// One file: a rule, a manifest, and the decisions that follow.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    about: String,
    manifest: Value,
    cases: Vec<Case>,
}

/// Every caller × every command comes to this.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    callers: Vec<Page>,
    commands: Vec<String>,
    decision: String,
    reason: String,
    #[serde(default)]
    causes: Vec<String>,
    nearest: Option<Nearest>,
}

/// Who calls: the webview is the window's own and the origin the app's unless they are given.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    window: String,
    webview: Option<String>,
    /// As an engine writes it in the `Origin` header; `none` is a request without one.
    origin: Option<String>,
}

/// What is given must be so.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nearest {
    permission: String,
    dimension: String,
    expected: Option<Vec<String>>,
    found: Option<String>,
}

impl Page {
    fn caller(&self) -> Caller {
        Caller {
            window: self.window.parse().expect("a label"),
            webview: self.webview.as_ref().unwrap_or(&self.window).parse().expect("a label"),
            origin: match self.origin.as_deref() {
                None => Some(Origin::app()),
                Some("none") => None,
                Some(text) => text.parse().ok(),
            },
        }
    }
}

/// Whether causes and the nearest miss are asked for, or only what does not depend on the order of the file.
#[derive(Clone, Copy, PartialEq)]
enum Rigour {
    AsWritten,
    AnyOrder,
}

impl Case {
    /// What is wrong with a decision, in words.
    fn difference(&self, decision: &Decision, rigour: Rigour) -> Option<String> {
        let verdict = if decision.is_allowed { "allow" } else { "deny" };
        let reason = json!(decision.reason);
        let mut causes: Vec<_> =
            decision.causes.iter().map(|cause| cause.permission.to_string()).collect();
        let mut expected = self.causes.clone();
        if rigour == Rigour::AnyOrder {
            causes.sort();
            expected.sort();
        }
        let is_nearest = match (&self.nearest, &decision.nearest) {
            (None, None) => true,
            (Some(expected), Some(miss)) => {
                rigour == Rigour::AnyOrder
                    || expected.permission == miss.cause.permission.as_str()
                        && json!(expected.dimension) == json!(miss.dimension)
                        && expected.expected.as_ref().is_none_or(|texts| *texts == miss.expected)
                        && expected.found.as_ref().is_none_or(|text| *text == miss.found)
            }
            _ => false,
        };
        let is_same = verdict == self.decision
            && reason == json!(self.reason)
            && causes == expected
            && is_nearest;
        (!is_same).then(|| {
            format!("{verdict}, {reason}, causes {causes:?}, nearest {:?}", decision.nearest)
        })
    }

    /// Adds what differs to `report`, for the whole way and for the warm one.
    fn check(&self, authority: &Authority, rigour: Rigour, report: &mut String) {
        for caller in self.callers.iter().map(Page::caller) {
            let row = authority.row(&caller);
            for command in &self.commands {
                let decision = authority.decide(&caller, command);
                if let Some(difference) = self.difference(&decision, rigour) {
                    let _ = writeln!(report, "  `{command}` for {caller}: {difference}");
                }
                let is_warm =
                    authority.command(command).is_some_and(|id| row.authorize(id).is_some());
                if is_warm != decision.is_allowed {
                    let _ = writeln!(report, "  `{command}` for {caller}: its row says {is_warm}");
                }
            }
        }
    }
}

/// The manifest with its permissions, and every list in them, from last to first.
fn reversed(manifest: &Value) -> Value {
    let mut manifest = manifest.clone();
    if let Some(Value::Mapping(permissions)) = manifest.get_mut("permissions") {
        let mut entries: Vec<_> = std::mem::take(permissions).into_iter().collect();
        entries.reverse();
        for (_, permission) in &mut entries {
            for (_, list) in permission.as_mapping_mut().into_iter().flatten() {
                list.as_sequence_mut().into_iter().for_each(|list| list.reverse());
            }
        }
        *permissions = Mapping::from_iter(entries);
    }
    manifest
}

fn text(manifest: &Value) -> String {
    serde_yaml::to_string(manifest).expect("YAML")
}

/// Every file of the folder; one that is no case file fails the run.
fn files() -> Vec<(PathBuf, File)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/decisions");
    let mut paths: Vec<_> =
        std::fs::read_dir(folder).expect(folder).map(|entry| entry.expect(folder).path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{folder} is empty");
    let read = |path: PathBuf| {
        let name = path.display();
        assert!(
            path.extension().is_some_and(|extension| extension == "yaml"),
            "{name}: nothing reads it"
        );
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        let file: File =
            serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!file.cases.is_empty(), "{name}: no cases");
        for case in &file.cases {
            assert!(!case.callers.is_empty() && !case.commands.is_empty(), "{name}: an empty case");
        }
        (path, file)
    };
    paths.into_iter().map(read).collect()
}

fn check_all(rigour: Rigour, manifest: impl Fn(&Value) -> Value) {
    let mut failures = String::new();
    for (path, file) in files() {
        let policy = policy(&text(&manifest(&file.manifest)));
        let mut report = String::new();
        file.cases.iter().for_each(|case| case.check(&policy.authority, rigour, &mut report));
        if !report.is_empty() {
            let _ = writeln!(failures, "{}: {}\n{report}", path.display(), file.about);
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

#[test]
fn every_file_decides_as_it_says() {
    check_all(Rigour::AsWritten, Clone::clone);
}

#[test]
fn every_file_decides_the_same_from_last_to_first() {
    check_all(Rigour::AnyOrder, reversed);
}

#[test]
fn the_files_know_every_reason_and_every_dimension() {
    let files = files();
    let cases = || files.iter().flat_map(|(_, file)| &file.cases);
    let reasons: BTreeSet<_> = cases().map(|case| case.reason.as_str()).collect();
    let all = [
        "allowed-by-permission",
        "allowed-by-unlisted",
        "denied-by-permission",
        "no-matching-permission",
        "unknown-command",
    ];
    assert_eq!(reasons, BTreeSet::from(all));
    let dimensions: BTreeSet<_> =
        cases().filter_map(|case| Some(case.nearest.as_ref()?.dimension.as_str())).collect();
    assert_eq!(dimensions, BTreeSet::from(["origin", "webview", "window"]));
}
