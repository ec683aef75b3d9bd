//! Applying fixes: never one that the next reading of the file would not thank for.

use super::write;
use crate::{
    diagnostic::{Diagnostic, Fix},
    reload::{Loaded, load, load_content, read},
    source::{FileId, Source},
};
use similar::TextDiff;
use std::{collections::BTreeSet, io, path::Path};

/// A fix may uncover the next fault; a file that is not settled by then never will be.
const MAX_ROUNDS: usize = 10;
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// What fixing one file came to, in memory.
#[derive(Debug)]
pub(super) struct Fixed {
    before: String,
    after: String,
    /// The file as it is after the fixes.
    pub(super) loaded: Loaded,
    /// A line for each fix: place, fault and what was done.
    pub(super) done: Vec<String>,
}

/// Applies the fixes of a manifest's own file until there are no more, and writes nothing.
pub(super) fn fix(path: &Path) -> Fixed {
    let loaded = load(path);
    let before = text(&loaded);
    let mut fixed = Fixed { after: before.clone(), before, loaded, done: Vec::new() };
    for _ in 0..MAX_ROUNDS {
        let fixes = separate(&fixed.loaded);
        let mut round = Round { path, base: &fixed.loaded, kept: Vec::new(), best: None };
        round.keep(&fixes);
        let Round { kept, best: Some(best), .. } = round else { break };
        fixed.done.extend(kept.iter().map(|(found, fix)| {
            let place = fixed.loaded.sources.place(found.span);
            format!("{place}: {}: {}", found.message, fix.title)
        }));
        fixed.after = text(&best);
        fixed.loaded = best;
    }
    fixed
}

impl Fixed {
    /// Puts the result in the file's place, unless somebody else changed the file meanwhile.
    pub(super) fn write(&self, path: &Path) -> io::Result<()> {
        if self.done.is_empty() {
            return Ok(());
        }
        if !read(path).is_ok_and(|bytes| bytes == self.before.as_bytes()) {
            return Err(io::Error::other("it changed while it was being fixed"));
        }
        write::replace(path, self.after.as_bytes())
    }

    /// The change as a unified diff; nothing if there is none.
    pub(super) fn diff(&self, path: &Path) -> String {
        let name = path.display().to_string();
        TextDiff::from_lines(&self.before, &self.after)
            .unified_diff()
            .header(&name, &name)
            .to_string()
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

/// One reading of the file and the fixes that were found to be good for it.
struct Round<'a> {
    path: &'a Path,
    base: &'a Loaded,
    kept: Vec<Candidate<'a>>,
    best: Option<Loaded>,
}

impl<'a> Round<'a> {
    /// Keeps those of some fixes that are good: all at once if they are, else looked for by halves.
    fn keep(&mut self, fixes: &[Candidate<'a>]) {
        if fixes.is_empty() {
            return;
        }
        let all = [self.kept.as_slice(), fixes].concat();
        let edited = Edited::new(self.base, &all);
        let next = load_content(self.path, Ok(edited.text.clone().into_bytes()));
        if is_better(self.base, &next, &edited, &all) {
            self.kept = all;
            self.best = Some(next);
        } else if fixes.len() > 1 {
            let (first, second) = fixes.split_at(fixes.len() / 2);
            self.keep(first);
            self.keep(second);
        }
    }
}

/// Whether every fault that was to be mended is gone and no error came up that was not there before.
fn is_better(before: &Loaded, after: &Loaded, edited: &Edited, fixes: &[Candidate<'_>]) -> bool {
    let key = |found: &Diagnostic, at| (found.code, found.span.file, at, found.message.clone());
    let before_key = |found: &Diagnostic| key(found, found.span.range().start);
    let after_key = |found: &Diagnostic| {
        let at = found.span.range().start;
        key(found, if is_own(after, found.span.file) { edited.before(at) } else { at })
    };
    let known: BTreeSet<_> = before.diagnostics.iter().map(before_key).collect();
    let left: BTreeSet<_> = after.diagnostics.iter().map(after_key).collect();
    let is_gone = |found: &Diagnostic| !left.contains(&before_key(found));
    let is_known = |found: &Diagnostic| known.contains(&after_key(found));
    fixes.iter().all(|(found, _)| is_gone(found))
        && after.diagnostics.iter().filter(|found| found.is_error()).all(is_known)
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
