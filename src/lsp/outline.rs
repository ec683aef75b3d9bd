//! What stands where in a manifest, flat and in the order of the file: what every request but diagnostics works on.

use crate::document::{Kind, Node};
use std::ops::Range;

/// One entry of a mapping or one item of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// The entry that it is a part of.
    pub(super) parent: Option<usize>,
    /// Its key; for an item its index.
    pub(super) name: String,
    /// Where the key stands; items have none.
    pub(super) key: Option<Range<usize>>,
    /// Where the value stands.
    pub(super) value: Range<usize>,
    /// The value, if it is neither a mapping nor a list. Nothing at all is empty.
    pub(super) scalar: Option<String>,
}

impl Entry {
    /// Key and value.
    pub(super) fn range(&self) -> Range<usize> {
        self.key.as_ref().map_or(self.value.start, |key| key.start)..self.value.end
    }
}

/// What of an entry stands at an offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Key,
    Scalar,
}

/// The entries of one file; a parent stands before its parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Outline {
    pub(super) entries: Vec<Entry>,
    /// For each entry, the first one that is no part of it.
    ends: Vec<usize>,
}

impl Outline {
    /// The outline of what the one reading of manifests gave.
    pub(super) fn of(root: &Node) -> Self {
        let mut outline = Self::default();
        outline.add(root, None);
        outline.finished()
    }

    /// The outline with what finds the parts of an entry without looking at all the others.
    pub(super) fn finished(mut self) -> Self {
        self.ends = (1..=self.entries.len()).collect();
        for (index, entry) in self.entries.iter().enumerate().rev() {
            let end = self.ends.get(index).copied().unwrap_or_default();
            if let Some(parent) = entry.parent.and_then(|parent| self.ends.get_mut(parent)) {
                *parent = end.max(*parent);
            }
        }
        self
    }

    fn add(&mut self, node: &Node, parent: Option<usize>) {
        let keyed = node
            .entries()
            .map(|(key, entry)| (key.to_owned(), Some(entry.key.range()), &entry.value));
        let items = node.items().iter().enumerate();
        let items = items.map(|(index, item)| (index.to_string(), None, item));
        for (name, key, value) in keyed.chain(items) {
            let scalar = match &value.kind {
                Kind::Map(_) | Kind::Seq(_) => None,
                Kind::Null => Some(String::new()),
                Kind::String(text) => Some(text.clone()),
                Kind::Bool(flag) => Some(flag.to_string()),
                Kind::Number(number) => Some(number.to_string()),
            };
            let index = self.entries.len();
            self.entries.push(Entry { parent, name, key, value: value.span.range(), scalar });
            self.add(value, Some(index));
        }
    }

    pub(super) fn entry(&self, index: usize) -> Option<&Entry> {
        self.entries.get(index)
    }

    /// The names that lead to an entry, from the top.
    pub(super) fn path(&self, index: usize) -> Vec<&str> {
        let parents = std::iter::successors(self.entry(index), |entry| self.entry(entry.parent?));
        let mut path: Vec<&str> = parents.map(|entry| entry.name.as_str()).collect();
        path.reverse();
        path
    }

    /// The entry that is `levels` above one.
    pub(super) fn above(&self, index: usize, levels: usize) -> Option<usize> {
        (0..levels).try_fold(index, |index, _| self.entry(index)?.parent)
    }

    /// The parts of an entry; of none, the top of the file.
    pub(super) fn parts(&self, parent: Option<usize>) -> impl Iterator<Item = (usize, &Entry)> {
        let first = parent.map_or(0, |parent| parent + 1);
        let end = parent.map_or(self.entries.len(), |it| self.ends.get(it).copied().unwrap_or(it));
        let parts = std::iter::successors(Some(first), |index| self.ends.get(*index).copied());
        parts
            .take_while(move |index| *index < end)
            .filter_map(|index| Some((index, self.entry(index)?)))
    }

    pub(super) fn part(&self, parent: Option<usize>, name: &str) -> Option<usize> {
        self.parts(parent).find(|(_, entry)| entry.name == name).map(|(index, _)| index)
    }

    /// The entry that some names lead to.
    pub(super) fn find(&self, path: &[&str]) -> Option<usize> {
        path.iter().try_fold(None, |parent, name| self.part(parent, name).map(Some)).flatten()
    }

    /// The parts of the entry that some names lead to.
    pub(super) fn parts_of(&self, path: &[&str]) -> impl Iterator<Item = (usize, &Entry)> {
        let parent = self.find(path);
        self.parts(parent).filter(move |_| parent.is_some())
    }

    /// The value under some names, as text.
    pub(super) fn scalar(&self, parent: usize, path: &[&str]) -> Option<&str> {
        let found = path.iter().try_fold(parent, |parent, name| self.part(Some(parent), name))?;
        self.entry(found)?.scalar.as_deref()
    }

    /// The key or scalar that an offset touches.
    pub(super) fn at(&self, offset: usize) -> Option<(usize, Part)> {
        let is_touched = |range: &Range<usize>| range.start <= offset && offset <= range.end;
        self.entries.iter().enumerate().find_map(|(index, entry)| {
            if entry.key.as_ref().is_some_and(is_touched) {
                return Some((index, Part::Key));
            }
            // An item whose value is not written has the place of its dash.
            let is_written = entry.scalar.as_ref().is_some_and(|text| !text.is_empty());
            (is_written && is_touched(&entry.value)).then_some((index, Part::Scalar))
        })
    }
}
