//! Applying fixes: only those after which the file has fewer faults and no new error.

use crate::{
    diagnostic::{Code, Diagnostic, Fix, clean},
    edit::{WriteError, replace_file, unified_diff},
    reload::{Loaded, load, load_content},
    source::{FileId, Source},
};
use std::{collections::BTreeSet, path::Path};

/// A fix may uncover the next fault, whose fix may uncover another one; it has to end somewhere.
const MAX_ROUNDS: usize = 10;
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// What fixing one file came to, in memory.
#[derive(Debug)]
pub(super) struct Fixed {
    before: String,
    after: String,
    /// A line for each fix: place, fault and what was done.
    pub(super) done: Vec<String>,
}

/// Applies every good fix of a manifest's own file, and writes nothing.
pub(super) fn fix(path: &Path) -> Fixed {
    let base = load(path);
    let before = text(&base);
    let mut search = Search { path, base: &base, kept: Vec::new(), best: Vec::new() };
    search.keep(&separate(&base));
    let mut best = search.best;
    let done = best.iter_mut().flat_map(|step| std::mem::take(&mut step.done)).collect();
    let loaded = best.pop().map_or(base, |last| last.loaded);
    Fixed { before, after: text(&loaded), done }
}

impl Fixed {
    /// Puts the result in the file's place, unless somebody else changed the file meanwhile.
    pub(super) fn write(&self, path: &Path) -> Result<(), WriteError> {
        if self.done.is_empty() {
            return Ok(());
        }
        // A byte order mark stays by itself.
        let text = |text: &str| text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text).to_owned();
        replace_file(path, &text(&self.before), &text(&self.after))
    }

    /// The change as a unified diff; nothing if there is none.
    pub(super) fn diff(&self, path: &Path) -> String {
        unified_diff(path, &self.before, &self.after)
    }
}

/// The file's text as it was read, byte order mark included.
fn text(loaded: &Loaded) -> String {
    let bytes = loaded.content.as_ref().map(Vec::as_slice).unwrap_or_default();
    String::from_utf8_lossy(bytes).into_owned()
}

/// The findings of the manifest's own file that have a fix, as far as no two fixes touch.
fn separate(loaded: &Loaded) -> Vec<Candidate<'_>> {
    let mut found: Vec<Candidate<'_>> = loaded
        .diagnostics
        .iter()
        .filter_map(|diagnostic| Some((diagnostic, diagnostic.fix.as_ref()?)))
        .filter(|(found, fix)| fix.edits.iter().all(|edit| edit.span.file == found.span.file))
        .filter(|(found, _)| is_own(loaded, found.span.file))
        .collect();
    found.sort_by_key(|(_, fix)| fix.edits.iter().map(|edit| edit.span).min());
    let mut taken: Vec<&Fix> = Vec::new();
    found.retain(|(_, fix)| {
        let is_free = !taken.iter().any(|other| overlap(other, fix));
        if is_free {
            taken.push(fix);
        }
        is_free
    });
    found
}

type Candidate<'a> = (&'a Diagnostic, &'a Fix);

fn is_own(loaded: &Loaded, file: FileId) -> bool {
    let own = loaded.sources.iter().next();
    own.zip(loaded.sources.find(file)).is_some_and(|(own, found)| std::ptr::eq(own, found))
}

/// Whether two fixes touch the same text, or one stands between the edits of the other.
fn overlap(one: &Fix, other: &Fix) -> bool {
    let hull = |fix: &Fix| {
        let start = fix.edits.iter().map(|edit| edit.span.start).min();
        start.zip(fix.edits.iter().map(|edit| edit.span.end).max())
    };
    let Some(((start, end), (from, to))) = hull(one).zip(hull(other)) else { return false };
    start <= to && from <= end
}

/// What a finding is recognised by after edits: its place is the one before them.
type Key = (Code, FileId, usize, String);

/// One application of fixes, all at once, and what is found then.
struct Step {
    edited: Edited,
    loaded: Loaded,
    done: Vec<String>,
}

impl Step {
    fn new(path: &Path, from: &Loaded, fixes: &[Candidate<'_>]) -> Self {
        let edited = Edited::new(from, fixes);
        let loaded = load_content(path, Ok(edited.text.clone().into_bytes()));
        let line = |(found, fix): &Candidate<'_>| {
            let place = from.sources.place(found.span);
            clean(&format!("{place}: {}: {}", found.message, fix.title))
        };
        Self { edited, loaded, done: fixes.iter().map(line).collect() }
    }
}

/// The key of a finding in what the last of some steps led to.
fn key(steps: &[Step], loaded: &Loaded, found: &Diagnostic) -> Key {
    let at = found.span.range().start;
    let before = if is_own(loaded, found.span.file) {
        steps.iter().rev().fold(at, |at, step| step.edited.before(at))
    } else {
        at
    };
    (found.code, found.span.file, before, found.message.clone())
}

/// The search for the fixes of a file that are good together.
struct Search<'a> {
    path: &'a Path,
    base: &'a Loaded,
    kept: Vec<Candidate<'a>>,
    best: Vec<Step>,
}

impl<'a> Search<'a> {
    /// Keeps those of some fixes that are good: all at once if they are, else looked for by halves.
    fn keep(&mut self, fixes: &[Candidate<'a>]) {
        if fixes.is_empty() {
            return;
        }
        let all = [self.kept.as_slice(), fixes].concat();
        if let Some(steps) = settle(self.path, self.base, &all) {
            (self.kept, self.best) = (all, steps);
        } else if fixes.len() > 1 {
            let (first, second) = fixes.split_at(fixes.len() / 2);
            self.keep(first);
            self.keep(second);
        }
    }
}

/// Applies fixes, and those of what they uncover; nothing if a fault stays or an error is left that was not there before.
fn settle(path: &Path, base: &Loaded, fixes: &[Candidate<'_>]) -> Option<Vec<Step>> {
    let known: BTreeSet<Key> = base.diagnostics.iter().map(|found| key(&[], base, found)).collect();
    let mut steps = vec![Step::new(path, base, fixes)];
    while steps.len() < MAX_ROUNDS {
        let last = &steps.last()?.loaded;
        let mut uncovered = separate(last);
        uncovered.retain(|(found, _)| !known.contains(&key(&steps, last, found)));
        if uncovered.is_empty() {
            break;
        }
        let step = Step::new(path, last, &uncovered);
        steps.push(step);
    }
    let last = &steps.last()?.loaded;
    let keys = |found: &Diagnostic| key(&steps, last, found);
    let left: BTreeSet<Key> = last.diagnostics.iter().map(keys).collect();
    let is_gone = |(found, _): &Candidate<'_>| !left.contains(&key(&[], base, found));
    // Behind those that were left out, old ones come up: then their number tells.
    let errors = |loaded: &Loaded| {
        loaded.diagnostics.iter().filter(|found| found.is_error()).count() + loaded.omitted.errors
    };
    let has_fewer = !base.omitted.is_empty() && errors(last) < errors(base);
    let is_known =
        |found: &Diagnostic| has_fewer || !found.is_error() || known.contains(&keys(found));
    (fixes.iter().all(is_gone) && last.diagnostics.iter().all(is_known)).then_some(steps)
}

/// A file's text after some edits, and the way back to the places before them.
struct Edited {
    text: String,
    /// Place before, length before and length after, in the order of the file.
    changes: Vec<(usize, usize, usize)>,
}

impl Edited {
    fn new(loaded: &Loaded, fixes: &[Candidate<'_>]) -> Self {
        let source = loaded.sources.iter().next();
        let text = source.map_or("", Source::text);
        let is_windows = text.contains("\r\n");
        let mut edits: Vec<_> = fixes.iter().flat_map(|(_, fix)| &fix.edits).collect();
        edits.sort_by_key(|edit| edit.span);
        let has_mark = self::text(loaded).starts_with(BYTE_ORDER_MARK);
        let mut out = if has_mark { BYTE_ORDER_MARK.to_owned() } else { String::new() };
        let (mut at, mut changes) = (0, Vec::new());
        for edit in edits {
            let range = edit.span.range();
            let new = if is_windows { edit.text.replace('\n', "\r\n") } else { edit.text.clone() };
            out.push_str(text.get(at..range.start).unwrap_or(""));
            out.push_str(&new);
            changes.push((range.start, range.len(), new.len()));
            at = range.end;
        }
        out.push_str(text.get(at..).unwrap_or(""));
        Self { text: out, changes }
    }

    /// Where a place of the new text was before the edits.
    fn before(&self, at: usize) -> usize {
        // How far the text in front has moved, as lengths after and before.
        let (mut longer, mut shorter) = (0, 0);
        for (start, before, after) in &self.changes {
            let new_start = start + longer - shorter;
            if at <= new_start {
                break;
            }
            if at < new_start + after {
                return start + (at - new_start).min(*before);
            }
            longer += after;
            shorter += before;
        }
        (at + shorter).saturating_sub(longer)
    }
}
