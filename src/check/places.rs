//! Places of the file system, as far as the manifest alone can tell: what a path pattern reaches, whatever the machine.

use crate::{
    manifest::Manifest,
    pattern::{Budget, PathPattern, Root, Segment, TooManyClasses},
    source::Spanned,
};
use std::path::{Component, Path};

/// Where a place begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    /// The root of the file system.
    Absolute,
    /// The folder of the manifest.
    App,
    /// A folder whose place differs from machine to machine.
    Root(Root),
}

/// A start with what stands behind it.
#[derive(Debug, Clone)]
struct View {
    start: Start,
    segments: Vec<Segment>,
}

/// What a path pattern stands for.
#[derive(Debug, Clone)]
pub(super) struct Reach {
    own: View,
    /// The same from other starts, as far as they are known.
    others: Vec<View>,
}

/// A file or folder that the manifest names.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// From the folder of the manifest; `..` stands only at the front.
    from_app: Option<Vec<String>>,
    /// From the root of the file system, if the manifest's folder is known.
    from_top: Option<Vec<String>>,
    is_folder: bool,
}

impl Target {
    /// A path as the manifest holds it: joined with the folder of the file that it stands in.
    pub(super) fn new(manifest: &Manifest, path: &Path, is_folder: bool) -> Self {
        let folders = &manifest.folders;
        let from_app = match path.strip_prefix(folders.own()) {
            Ok(rest) => Some(names(rest)),
            Err(_) => path.is_relative().then(|| names(path)),
        };
        Self { from_app, from_top: folders.absolute(path).map(|path| names(&path)), is_folder }
    }
}

/// The parts of a path, without `.` and without what `..` takes back.
fn names(path: &Path) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for part in path.components() {
        match part {
            Component::ParentDir if names.last().is_some_and(|last| last != "..") => {
                names.pop();
            }
            Component::ParentDir if path.is_absolute() => {}
            Component::Normal(_) | Component::ParentDir | Component::Prefix(_) => {
                names.push(part.as_os_str().to_string_lossy().into_owned());
            }
            Component::CurDir | Component::RootDir => {}
        }
    }
    names
}

/// Where a root lies below the home folder unless somebody moved it, on one system or another.
fn below_home(root: Root) -> &'static [&'static [&'static str]] {
    match root {
        Root::Document => &[&["Documents"]],
        Root::Download => &[&["Downloads"]],
        Root::Desktop => &[&["Desktop"]],
        Root::Picture => &[&["Pictures"]],
        Root::Audio => &[&["Music"]],
        Root::Video => &[&["Videos"], &["Movies"]],
        Root::Public => &[&["Public"]],
        Root::Template => &[&["Templates"]],
        Root::Font => &[&[".local", "share", "fonts"], &["Library", "Fonts"]],
        Root::Data => &[
            &[".local", "share", "*"],
            &["Library", "Application Support", "*"],
            &["AppData", "Roaming", "*"],
        ],
        Root::Config => &[
            &[".config", "*"],
            &["Library", "Application Support", "*"],
            &["AppData", "Roaming", "*"],
        ],
        Root::LocalData => &[
            &[".local", "share", "*"],
            &["Library", "Application Support", "*"],
            &["AppData", "Local", "*"],
        ],
        Root::Cache => &[&[".cache", "*"], &["Library", "Caches", "*"], &["AppData", "Local", "*"]],
        Root::Log => &[
            &[".local", "share", "*", "logs"],
            &["Library", "Logs", "*"],
            &["AppData", "Local", "*", "logs"],
        ],
        Root::Home | Root::Temp | Root::Runtime | Root::Resource | Root::Exe | Root::App => &[],
    }
}

fn known(name: &str) -> Segment {
    if name == "*" { Segment::Any } else { Segment::Literal(name.to_owned()) }
}

impl Reach {
    pub(super) fn new(manifest: &Manifest, pattern: &Spanned<PathPattern>) -> Self {
        let behind = |names: &[String]| {
            let names = names.iter().cloned().map(Segment::Literal);
            names.chain(pattern.value.segments().iter().cloned()).collect::<Vec<_>>()
        };
        let folder = match pattern.value.root() {
            Some(Root::App) => manifest.folders.own(),
            Some(root) => {
                let others = below_home(root).iter().map(|place| View {
                    start: Start::Root(Root::Home),
                    segments: place
                        .iter()
                        .map(|name| known(name))
                        .chain(pattern.value.segments().iter().cloned())
                        .collect(),
                });
                let own = View { start: Start::Root(root), segments: behind(&[]) };
                return Self { own, others: others.collect() };
            }
            None if pattern.value.is_absolute() => {
                let own = View { start: Start::Absolute, segments: behind(&[]) };
                return Self { own, others: Vec::new() };
            }
            None => manifest.folders.at(pattern.span),
        };
        let place = Target::new(manifest, folder, true);
        let view = |start, names: Option<Vec<String>>| {
            names.map(|names| View { start, segments: behind(&names) })
        };
        let from_top = view(Start::Absolute, place.from_top);
        let mut views = view(Start::App, place.from_app).into_iter().chain(from_top);
        let nowhere = View { start: Start::App, segments: Vec::new() };
        Self { own: views.next().unwrap_or(nowhere), others: views.collect() }
    }

    /// Whether the pattern stands for the file, or for something in the folder.
    pub(super) fn covers(
        &self,
        target: &Target,
        budget: &mut Budget,
    ) -> Result<bool, TooManyClasses> {
        let is_reached = |states: &[usize], view: &View| {
            if target.is_folder {
                !states.is_empty()
            } else {
                states.contains(&view.segments.len())
            }
        };
        budget.spend(1)?;
        for view in self.views() {
            if let Some(names) = view.names(target)
                && is_reached(&view.states(0, names, false, budget)?, view)
            {
                return Ok(true);
            }
        }
        // Nobody knows how many folders lie above the manifest's.
        if let (Some(at), Some(names)) = (self.own.anywhere(), &target.from_app) {
            let inside = names.iter().position(|name| name != "..").unwrap_or(names.len());
            let names = names.get(inside..).unwrap_or_default();
            return Ok(is_reached(&self.own.states(at, names, false, budget)?, &self.own));
        }
        Ok(false)
    }

    /// Whether the pattern denies everything in the folder, or the file.
    pub(super) fn denies_all(
        &self,
        target: &Target,
        budget: &mut Budget,
    ) -> Result<bool, TooManyClasses> {
        budget.spend(1)?;
        for view in self.views() {
            // On every machine `/**` is everything.
            let is_everything = view.start == Start::Absolute
                && matches!(view.segments.as_slice(), [Segment::Deep, Segment::Any]);
            let Some(names) = view.names(target) else {
                if is_everything {
                    return Ok(true);
                }
                continue;
            };
            let states = view.states(0, names, true, budget)?;
            let ends_deep = matches!(view.segments.as_slice(), [.., Segment::Deep, Segment::Any]);
            let is_denied = if target.is_folder {
                ends_deep && states.contains(&(view.segments.len() - 2))
            } else {
                states.contains(&view.segments.len())
            };
            if is_denied || is_everything {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether some path may be one of both patterns.
    pub(super) fn overlaps(
        &self,
        other: &Self,
        budget: &mut Budget,
    ) -> Result<bool, TooManyClasses> {
        // Two that only may lie in the same place on some machine are not compared there.
        let pairs = self.views().map(|view| (view, &other.own));
        let pairs = pairs.chain(other.others.iter().map(|view| (&self.own, view)));
        for (one, another) in pairs {
            budget.spend(1)?;
            if one.start == another.start && meet(&one.segments, &another.segments, budget)? {
                return Ok(true);
            }
        }
        for (wide, narrow) in [(&self.own, &other.own), (&other.own, &self.own)] {
            let is_wide = wide.start == Start::Absolute || narrow.start == Start::App;
            if let Some(at) = wide.anywhere().filter(|_| is_wide)
                && meet(wide.segments.get(at..).unwrap_or_default(), &narrow.segments, budget)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn views(&self) -> impl Iterator<Item = &View> {
        std::iter::once(&self.own).chain(&self.others)
    }
}

impl View {
    /// The target's way from where the pattern starts.
    fn names<'a>(&self, target: &'a Target) -> Option<&'a [String]> {
        match self.start {
            Start::App => target.from_app.as_deref(),
            Start::Absolute => target.from_top.as_deref(),
            Start::Root(_) => None,
        }
    }

    /// The place of a `**` with nothing but wildcards before it: from there on the pattern stands for files below any
    /// folder. The manifest is taken to lie below the person's home while the app is made, and where it is installed
    /// among its resources or beside its program; there is no telling from the manifest.
    fn anywhere(&self) -> Option<usize> {
        let starts_above = match self.start {
            Start::Absolute => true,
            Start::Root(root) => matches!(root, Root::Home | Root::Resource | Root::Exe),
            Start::App => false,
        };
        let deep = self.segments.iter().position(|segment| matches!(segment, Segment::Deep))?;
        let before = self.segments.get(..deep)?;
        let is_wild = before.iter().all(|segment| !matches!(segment, Segment::Literal(_)));
        (starts_above && is_wild).then_some(deep)
    }

    /// How far the pattern can have come when it has read all names from one of its segments on.
    fn states(
        &self,
        from: usize,
        names: &[String],
        is_hidden_seen: bool,
        budget: &mut Budget,
    ) -> Result<Vec<usize>, TooManyClasses> {
        let mut states = vec![from];
        self.close(&mut states);
        for name in names {
            let mut next = Vec::new();
            for state in states {
                let Some(segment) = self.segments.get(state) else { continue };
                budget.spend(segment.cost())?;
                let is_matched = match (name.as_str(), segment) {
                    ("..", Segment::Literal(literal)) => literal == "..",
                    ("..", _) => false,
                    (name, segment) => segment.matches(name, is_hidden_seen),
                };
                let to = if matches!(segment, Segment::Deep) { state } else { state + 1 };
                // States are in order, so that the same one would be the last.
                if is_matched && next.last() != Some(&to) {
                    next.push(to);
                }
            }
            self.close(&mut next);
            states = next;
        }
        Ok(states)
    }

    /// `**` may stand for nothing.
    fn close(&self, states: &mut Vec<usize>) {
        let mut at = 0;
        while let Some(state) = states.get(at).copied() {
            let is_deep = matches!(self.segments.get(state), Some(Segment::Deep));
            if is_deep && states.get(at + 1) != Some(&(state + 1)) {
                states.insert(at + 1, state + 1);
            }
            at += 1;
        }
    }
}

/// Whether some row of names may be one of both rows of segments.
fn meet(own: &[Segment], other: &[Segment], budget: &mut Budget) -> Result<bool, TooManyClasses> {
    // Nearly all that do not meet part at their first segments.
    let mut at = 0;
    while let (Some(one), Some(another)) = (own.get(at), other.get(at)) {
        if matches!((one, another), (Segment::Deep, _) | (_, Segment::Deep)) {
            break;
        }
        budget.spend(one.cost() + another.cost())?;
        if !one.meets(another) {
            return Ok(false);
        }
        at += 1;
    }
    let (own, other) = (own.get(at..).unwrap_or_default(), other.get(at..).unwrap_or_default());
    // Row by row: whether the first segments of both may stand for one path.
    let get = |row: &[bool], by: usize| row.get(by).copied().unwrap_or(false);
    let mut above: Vec<bool> = Vec::with_capacity(other.len() + 1);
    for by in 0..=other.len() {
        let all_deep = other.get(..by).unwrap_or_default();
        above.push(
            all_deep.last().is_none_or(|last| matches!(last, Segment::Deep) && get(&above, by - 1)),
        );
    }
    for one in own {
        let is_deep = matches!(one, Segment::Deep);
        let mut row = vec![is_deep && get(&above, 0)];
        for (by, another) in other.iter().enumerate() {
            budget.spend(one.cost() + another.cost())?;
            let (left, up, both) = (get(&row, by), get(&above, by + 1), get(&above, by));
            row.push(match (one, another) {
                (Segment::Deep, Segment::Deep) => left || up || both,
                // `**` is nothing, or takes one more.
                (Segment::Deep, taken) => up || left && !taken.is_hidden(),
                (taken, Segment::Deep) => left || up && !taken.is_hidden(),
                _ => both && one.meets(another),
            });
        }
        if !row.contains(&true) {
            return Ok(false);
        }
        above = row;
    }
    Ok(above.last().copied().unwrap_or(false))
}
