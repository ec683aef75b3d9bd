//! Applying fixes: only those after which the file has fewer faults and no new error.

use crate::{
    diagnostic::{Code, Diagnostic, Fix, clean},
    edit::{WriteError, replace_file, unified_diff},
    reload::{Edited, Files as _, LoadOptions, Loaded, load_from},
    source::{FileId, MAX_BYTES, Source},
};
use std::{
    collections::BTreeSet,
    mem,
    path::{Path, PathBuf},
};

/// A fix may uncover the next fault, whose fix may uncover another one; it has to end somewhere.
const MAX_ROUNDS: usize = 100;
/// So many readings of a file are spent to find out which of its fixes are good together.
const MOST_READINGS: usize = 150;
/// And so many bytes are read for it.
const MOST_BYTES: usize = 32 * MAX_BYTES;
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// What fixing a manifest came to, in memory.
#[derive(Debug, Default)]
pub(super) struct Fixed {
    changes: Vec<Change>,
    /// A line for each fix: place, fault and what was done.
    pub(super) done: Vec<String>,
    /// What no format prints, the longest first.
    secrets: Vec<String>,
}

/// A file's text before and after.
#[derive(Debug)]
struct Change {
    path: PathBuf,
    before: String,
    after: String,
}

/// Applies every good fix of a manifest and of what it includes, one file after the other, and writes nothing.
pub(super) fn fix(path: &Path) -> Fixed {
    let mut edited = Edited::default();
    let mut fixed = Fixed::default();
    let mut base = load_from(path, &LoadOptions::default(), &edited);
    let files: Vec<PathBuf> = base.sources.iter().map(|source| source.path().to_owned()).collect();
    fixed.keep_secrets(&base);
    for file in files {
        let before = text(&edited, &file);
        let target = Target { manifest: path, file: &file, edited: &edited };
        let bytes: usize = base.sources.iter().map(|source| source.text().len()).sum();
        let readings = MOST_READINGS.min(MOST_BYTES / bytes.max(1)).max(10);
        let mut search =
            Search { target, base: &base, kept: Vec::new(), best: Vec::new(), readings };
        search.keep(&separate(target, &base));
        let mut steps = search.best;
        fixed.done.extend(steps.iter_mut().flat_map(|step| mem::take(&mut step.done)));
        if let Some(Step { spliced: Spliced { text: after, .. }, loaded, .. }) = steps.pop() {
            base = loaded;
            fixed.keep_secrets(&base);
            edited.set(&file, Ok(after.clone().into_bytes()));
            fixed.changes.push(Change { path: file, before, after });
        }
    }
    fixed
}

impl Fixed {
    fn keep_secrets(&mut self, loaded: &Loaded) {
        let masked = loaded.diagnostics.iter().flat_map(|found| &found.masked);
        let texts = masked.flat_map(|span| loaded.sources.text(*span).lines());
        let texts = texts.map(str::trim).filter(|text| !text.is_empty());
        self.secrets.extend(texts.map(str::to_owned));
        self.secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        self.secrets.dedup();
    }

    /// Puts each result in its file's place, unless somebody else changed the file meanwhile; the error is with the
    /// file that could not be written.
    pub(super) fn write(&self) -> Result<(), (&Path, WriteError)> {
        // A byte order mark stays by itself.
        let text = |text: &str| text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text).to_owned();
        self.changes.iter().try_for_each(|change| {
            replace_file(&change.path, &text(&change.before), &text(&change.after))
                .map_err(|error| (change.path.as_path(), error))
        })
    }

    /// The changes as a unified diff, in which findings' secrets are dots; nothing if there is none.
    pub(super) fn diff(&self) -> String {
        let changes = self.changes.iter();
        let diff: String = changes
            .map(|change| unified_diff(&change.path, &change.before, &change.after))
            .collect();
        self.secrets
            .iter()
            .fold(diff, |diff, secret| diff.replace(secret, &"•".repeat(secret.chars().count())))
    }
}

/// The file that is being fixed, in the manifest that it is part of.
#[derive(Debug, Clone, Copy)]
struct Target<'a> {
    manifest: &'a Path,
    file: &'a Path,
    /// What has been fixed before it.
    edited: &'a Edited,
}

impl Target<'_> {
    fn has(self, loaded: &Loaded, file: FileId) -> bool {
        loaded.sources.find(file).is_some_and(|source| source.path() == self.file)
    }
}

/// A file's text as it is read, byte order mark included.
fn text(files: &Edited, path: &Path) -> String {
    String::from_utf8_lossy(&files.read(path).unwrap_or_default()).into_owned()
}

/// The findings of a file that have a fix, as far as no two fixes touch.
fn separate<'a>(target: Target<'_>, loaded: &'a Loaded) -> Vec<Candidate<'a>> {
    let mut found: Vec<Candidate<'_>> = loaded
        .diagnostics
        .iter()
        .filter_map(|diagnostic| Some((diagnostic, diagnostic.fix.as_ref()?)))
        .filter(|(found, fix)| fix.edits.iter().all(|edit| edit.span.file == found.span.file))
        .filter(|(found, _)| target.has(loaded, found.span.file))
        .collect();
    found.sort_by_key(|(_, fix)| reach(fix));
    // Places of one file, in order: a fix is free if it starts behind all that were taken.
    let mut taken = None;
    found.retain(|(_, fix)| {
        let Some((start, end)) = reach(fix) else { return false };
        let is_free = taken.is_none_or(|taken| taken < start);
        if is_free {
            taken = Some(end);
        }
        is_free
    });
    found
}

type Candidate<'a> = (&'a Diagnostic, &'a Fix);

/// From the first to the last character that a fix touches; none of another may stand between them.
fn reach(fix: &Fix) -> Option<(u32, u32)> {
    let start = fix.edits.iter().map(|edit| edit.span.start).min();
    start.zip(fix.edits.iter().map(|edit| edit.span.end).max())
}

/// What a finding is recognised by after edits: its place is the one before them.
type Key = (Code, FileId, usize, String);

/// One application of fixes, all at once, and what is found then.
struct Step {
    spliced: Spliced,
    loaded: Loaded,
    done: Vec<String>,
}

impl Step {
    fn new(target: Target<'_>, from: &Loaded, fixes: &[Candidate<'_>]) -> Self {
        let has_mark = text(target.edited, target.file).starts_with(BYTE_ORDER_MARK);
        let source = from.sources.iter().find(|source| source.path() == target.file);
        let spliced = Spliced::new(source.map_or("", Source::text), has_mark, fixes);
        let edited = target.edited.with(target.file, Ok(spliced.text.clone().into_bytes()));
        let loaded = load_from(target.manifest, &LoadOptions::default(), &edited);
        let line = |(found, fix): &Candidate<'_>| {
            let place = from.sources.place(found.span);
            clean(&format!("{place}: {}: {}", found.message, fix.title))
        };
        Self { spliced, loaded, done: fixes.iter().map(line).collect() }
    }
}

/// The key of a finding in what the last of some steps led to.
fn key(target: Target<'_>, steps: &[Step], loaded: &Loaded, found: &Diagnostic) -> Key {
    let at = found.span.range().start;
    let before = if target.has(loaded, found.span.file) {
        steps.iter().rev().fold(at, |at, step| step.spliced.before(at))
    } else {
        at
    };
    (found.code, found.span.file, before, found.message.clone())
}

/// The search for the fixes of a file that are good together.
struct Search<'a> {
    target: Target<'a>,
    base: &'a Loaded,
    kept: Vec<Candidate<'a>>,
    best: Vec<Step>,
    readings: usize,
}

impl<'a> Search<'a> {
    /// Keeps those of some fixes that are good: all at once if they are, else looked for by halves.
    fn keep(&mut self, fixes: &[Candidate<'a>]) {
        if fixes.is_empty() {
            return;
        }
        let all = [self.kept.as_slice(), fixes].concat();
        if let Some(steps) = settle(self.target, self.base, &all, &mut self.readings) {
            (self.kept, self.best) = (all, steps);
        } else if fixes.len() > 1 && self.readings > 0 {
            let (first, second) = fixes.split_at(fixes.len() / 2);
            self.keep(first);
            self.keep(second);
        }
    }
}

/// Applies fixes, and those of what they uncover; nothing if a fault stays or an error is left that was not there before.
fn settle(
    target: Target<'_>,
    base: &Loaded,
    fixes: &[Candidate<'_>],
    readings: &mut usize,
) -> Option<Vec<Step>> {
    *readings = readings.checked_sub(1)?;
    let known: BTreeSet<Key> =
        base.diagnostics.iter().map(|found| key(target, &[], base, found)).collect();
    // A fix that had to stand back for another one at its place is as good as one that was uncovered.
    let apart: BTreeSet<Key> =
        separate(target, base).iter().map(|(found, _)| key(target, &[], base, found)).collect();
    let has_fix = |found: &&Diagnostic| found.fix.is_some();
    let fixable = base.diagnostics.iter().filter(has_fix);
    let stood_back: BTreeSet<Key> = fixable
        .map(|found| key(target, &[], base, found))
        .filter(|key| !apart.contains(key))
        .collect();
    let mut steps = vec![Step::new(target, base, fixes)];
    while steps.len() < MAX_ROUNDS {
        let last = &steps.last()?.loaded;
        let mut uncovered = separate(target, last);
        uncovered.retain(|(found, _)| {
            let key = key(target, &steps, last, found);
            !known.contains(&key) || stood_back.contains(&key)
        });
        if uncovered.is_empty() {
            break;
        }
        *readings = readings.checked_sub(1)?;
        let step = Step::new(target, last, &uncovered);
        steps.push(step);
    }
    let last = &steps.last()?.loaded;
    let keys = |found: &Diagnostic| key(target, &steps, last, found);
    let left: BTreeSet<Key> = last.diagnostics.iter().map(keys).collect();
    let is_gone = |(found, _): &Candidate<'_>| !left.contains(&key(target, &[], base, found));
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
struct Spliced {
    text: String,
    /// Place before, length before and length after, in the order of the file.
    changes: Vec<(usize, usize, usize)>,
}

impl Spliced {
    fn new(text: &str, has_mark: bool, fixes: &[Candidate<'_>]) -> Self {
        let is_windows = text.contains("\r\n");
        let mut edits: Vec<_> = fixes.iter().flat_map(|(_, fix)| &fix.edits).collect();
        edits.sort_by_key(|edit| edit.span);
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
