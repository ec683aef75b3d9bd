//! What one manifest came to, with what the editor has not saved yet in place of what is on disk.

use super::{
    outline::Outline,
    scan,
    text::{Encoding, Text},
};
use crate::{
    document,
    policy::{Policy, compile},
    reload::{Content, Loaded, load_content, read},
    source::{Source, Sources},
};
use lsp_types::Range as Area;
use std::{
    cell::OnceCell,
    collections::BTreeMap,
    ops::Range,
    path::{Path, PathBuf},
};

/// The files as the editor shows them.
#[derive(Debug, Default)]
pub(super) struct Overlay {
    open: BTreeMap<PathBuf, Text>,
}

impl Overlay {
    pub(super) fn find(&self, path: &Path) -> Option<&Text> {
        self.open.get(path)
    }

    pub(super) fn find_mut(&mut self, path: &Path) -> Option<&mut Text> {
        self.open.get_mut(path)
    }

    pub(super) fn insert(&mut self, path: PathBuf, text: Text) {
        self.open.insert(path, text);
    }

    pub(super) fn remove(&mut self, path: &Path) {
        self.open.remove(path);
    }

    /// A part of a file as the client counts lines and columns.
    pub(super) fn area(&self, source: &Source, range: &Range<usize>, encoding: Encoding) -> Area {
        match self.find(source.path()) {
            Some(text) => text.area(range, encoding),
            None => Text::new(source.text().to_owned()).area(range, encoding),
        }
    }

    fn read(&self, path: &Path) -> Content {
        self.find(path).map_or_else(|| read(path), |text| Ok(text.whole().as_bytes().to_vec()))
    }
}

/// Takes a manifest through every stage.
pub(super) type Analyse = fn(&Overlay, &Path) -> Loaded;

/// The only place that knows how a manifest is read through an overlay.
pub(super) fn analyse(overlay: &Overlay, path: &Path) -> Loaded {
    load_content(path, overlay.read(path))
}

/// What a manifest came to, and what is worked out from it when somebody asks.
#[derive(Debug)]
pub(super) struct Analysis {
    pub(super) loaded: Loaded,
    policy: OnceCell<Option<Policy>>,
    outlines: OnceCell<Vec<Outline>>,
}

impl Analysis {
    pub(super) fn new(loaded: Loaded) -> Self {
        Self { loaded, policy: OnceCell::new(), outlines: OnceCell::new() }
    }

    /// Who may call what, if the manifest has no error.
    pub(super) fn policy(&self) -> Option<&Policy> {
        let compiled = || Some(compile(self.loaded.manifest.as_ref()?, &self.loaded.sources, 1));
        self.policy.get_or_init(compiled).as_ref()
    }

    pub(super) fn has_file(&self, path: &Path) -> bool {
        self.loaded.sources.iter().any(|source| source.path() == path)
    }

    /// The files with their outlines.
    pub(super) fn files(&self) -> impl Iterator<Item = (&Source, &Outline)> {
        let outlines =
            self.outlines.get_or_init(|| self.loaded.sources.iter().map(outline).collect());
        self.loaded.sources.iter().zip(outlines)
    }

    pub(super) fn file(&self, path: &Path) -> Option<(&Source, &Outline)> {
        self.files().find(|(source, _)| source.path() == path)
    }
}

/// The parser's word where it has one.
fn outline(source: &Source) -> Outline {
    let file = Sources::default().add(source.clone());
    match document::parse(source, file, &mut Vec::new()) {
        Some(root) => Outline::of(&root),
        None => scan::outline(source.text()),
    }
}
