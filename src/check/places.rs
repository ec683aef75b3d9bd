//! Places of the file system, as far as the manifest alone can tell: what a path pattern reaches, whatever the machine.

use crate::{manifest::Manifest, pattern::PathPattern, source::Spanned};
use globset::GlobBuilder;
use std::path::{Component, Path};

/// Where a place begins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Start {
    /// The root of the file system.
    Absolute,
    /// The folder of the manifest.
    App,
    /// A folder whose place differs from machine to machine.
    Root(String),
}

/// A path pattern in segments.
#[derive(Debug, Clone)]
pub(super) struct Reach {
    pub(super) start: Start,
    pub(super) segments: Vec<String>,
}

/// A file or folder that the manifest names.
#[derive(Debug, Clone)]
pub(super) struct Target {
    start: Start,
    segments: Vec<String>,
    is_folder: bool,
}

impl Target {
    /// A path as the manifest holds it: joined with the folder of the file that it stands in.
    pub(super) fn new(manifest: &Manifest, path: &Path, is_folder: bool) -> Self {
        let own = manifest.folders.own();
        let (start, rest) = match path.strip_prefix(own) {
            Ok(rest) => (Start::App, rest),
            Err(_) if path.is_absolute() => (Start::Absolute, path),
            Err(_) => (Start::App, path),
        };
        let mut segments: Vec<String> = Vec::new();
        for part in rest.components() {
            match part {
                Component::Normal(name) => segments.push(name.to_string_lossy().into_owned()),
                Component::ParentDir if segments.last().is_some_and(|last| last != "..") => {
                    segments.pop();
                }
                Component::ParentDir => segments.push("..".to_owned()),
                Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
            }
        }
        Self { start, segments, is_folder }
    }
}

impl Reach {
    pub(super) fn new(manifest: &Manifest, pattern: &Spanned<PathPattern>) -> Self {
        let text = pattern.value.as_str();
        let (start, rest) = if let Some(rest) = text.strip_prefix('$') {
            let (name, rest) = rest.split_once('/').unwrap_or((rest, ""));
            let start = if name == "APP" { Start::App } else { Start::Root(name.to_owned()) };
            (start, rest.to_owned())
        } else if text == "**" || text.starts_with("**/") {
            (Start::Absolute, text.to_owned())
        } else if let Some(rest) = text.strip_prefix('/') {
            (Start::Absolute, rest.to_owned())
        } else {
            // It begins in the folder of the file that it stands in.
            let folder = Target::new(manifest, manifest.folders.at(pattern.span), true);
            let mut segments = folder.segments;
            segments.extend(split(text));
            return Self { start: folder.start, segments };
        };
        Self { start, segments: split(&rest) }
    }

    /// Whether the pattern surely stands for the file, or for something in the folder.
    pub(super) fn covers(&self, target: &Target) -> bool {
        let states = self.states(target);
        if target.is_folder { !states.is_empty() } else { states.contains(&self.segments.len()) }
    }

    /// Whether it stands for everything in the folder, or for the file.
    pub(super) fn covers_all(&self, target: &Target) -> bool {
        let last = self.segments.len().saturating_sub(1);
        let ends_deep = self.segments.last().is_some_and(|segment| segment == "**");
        let states = self.states(target);
        if target.is_folder {
            ends_deep && states.contains(&last)
        } else {
            states.contains(&self.segments.len())
        }
    }

    /// How far the pattern can have come when it has read the whole target.
    fn states(&self, target: &Target) -> Vec<usize> {
        let is_deep = |at: usize| self.segments.get(at).is_some_and(|segment| segment == "**");
        // Where the manifest's folder is, only a pattern that begins with `**` does not ask.
        let is_known = self.start == target.start || (self.start == Start::Absolute && is_deep(0));
        let is_inside = target.segments.first().is_none_or(|first| first != "..");
        if !is_known || !(is_inside || is_deep(0) && self.start == Start::Absolute) {
            return Vec::new();
        }
        let close = |states: &mut Vec<usize>| {
            let mut at = 0;
            while let Some(state) = states.get(at).copied() {
                if is_deep(state) && !states.contains(&(state + 1)) {
                    states.push(state + 1);
                }
                at += 1;
            }
        };
        let mut states = vec![0];
        close(&mut states);
        for name in target.segments.iter().filter(|name| *name != "..") {
            let mut next = Vec::new();
            for state in states {
                let Some(segment) = self.segments.get(state) else { continue };
                let reached = if segment == "**" {
                    (!name.starts_with('.')).then_some(state)
                } else {
                    matches(segment, name).then_some(state + 1)
                };
                next.extend(reached.filter(|reached| !next.contains(reached)));
            }
            close(&mut next);
            states = next;
        }
        states
    }

    /// Whether some path may be one of both patterns.
    pub(super) fn overlaps(&self, other: &Self) -> bool {
        let anywhere = |reach: &Self| reach.start == Start::Absolute && reach.is_deep_first();
        if self.start != other.start && !anywhere(self) && !anywhere(other) {
            return false;
        }
        // Row by row: whether the first segments of both may stand for one path.
        let width = other.segments.len() + 1;
        let mut above = vec![false; width];
        for at in 0..=self.segments.len() {
            let mut row = vec![false; width];
            for by in 0..width {
                let own = at.checked_sub(1).and_then(|at| self.segments.get(at));
                let its = by.checked_sub(1).and_then(|by| other.segments.get(by));
                let get = |row: &[bool], by: usize| row.get(by).copied().unwrap_or(false);
                let before = by.checked_sub(1);
                let is_reached = match (own, its) {
                    (None, None) => true,
                    (Some(own), None) => own == "**" && get(&above, by),
                    (None, Some(its)) => its == "**" && before.is_some_and(|by| get(&row, by)),
                    (Some(own), Some(its)) => {
                        let left = before.is_some_and(|by| get(&row, by));
                        let up = get(&above, by);
                        let both = before.is_some_and(|by| get(&above, by));
                        let is_deep = own == "**" || its == "**";
                        is_deep && (left || up) || both && may_meet(own, its)
                    }
                };
                if let Some(slot) = row.get_mut(by) {
                    *slot = is_reached;
                }
            }
            above = row;
        }
        above.last().copied().unwrap_or(false)
    }

    fn is_deep_first(&self) -> bool {
        self.segments.first().is_some_and(|segment| segment == "**")
    }
}

fn split(text: &str) -> Vec<String> {
    let mut segments: Vec<String> = Vec::new();
    for part in text.split('/').filter(|part| !part.is_empty() && *part != ".") {
        // Two in a row are one.
        if part != "**" || segments.last().is_none_or(|last| last != "**") {
            segments.push(part.to_owned());
        }
    }
    segments
}

fn is_glob(segment: &str) -> bool {
    segment.contains(['*', '?', '[', '{'])
}

fn matches(segment: &str, name: &str) -> bool {
    if !is_glob(segment) {
        return segment == name;
    }
    // No wildcard stands for the dot at the start of a name.
    (segment.starts_with('.') || !name.starts_with('.'))
        && GlobBuilder::new(segment).build().is_ok_and(|glob| glob.compile_matcher().is_match(name))
}

/// Whether a name may be one of both segments: wildcards are compared by what stands before and behind them.
fn may_meet(one: &str, other: &str) -> bool {
    match (is_glob(one), is_glob(other)) {
        (false, _) => matches(other, one),
        (true, false) => matches(one, other),
        (true, true) => {
            let special = ['*', '?', '[', ']', '{', '}'];
            let head = |text: &'_ str| text.split(special).next().unwrap_or_default().to_owned();
            let tail = |text: &'_ str| text.rsplit(special).next().unwrap_or_default().to_owned();
            let (a, b) = (head(one), head(other));
            let (x, y) = (tail(one), tail(other));
            (a.starts_with(&b) || b.starts_with(&a)) && (x.ends_with(&y) || y.ends_with(&x))
        }
    }
}
