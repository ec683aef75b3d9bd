//! What one manifest came to, with what the editor has not saved yet in place of what is on disk.

use super::{outline::Outline, overlay::Overlay, scan};
use crate::{
    document,
    policy::{Policy, compile},
    reload::{LoadOptions, Loaded, is_meant, load_profiles},
    source::{Source, Sources},
};
use std::{cell::OnceCell, path::Path};

/// Takes a manifest through every stage.
pub(super) type Analyse = fn(&Overlay, &Path) -> Loaded;

/// The only place that knows how a manifest is read through an overlay.
pub(super) fn analyse(overlay: &Overlay, path: &Path) -> Loaded {
    load_profiles(path, &LoadOptions::default(), overlay)
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

    /// Whether a file is one of the manifest, or would be if it were there.
    pub(super) fn concerns(&self, path: &Path) -> bool {
        let is_named = || self.loaded.includes.iter().any(|include| is_meant(include, path));
        self.has_file(path) || is_named()
    }

    /// Whether a file is an include rather than the manifest's own.
    pub(super) fn is_include(&self, path: &Path) -> bool {
        self.loaded.sources.iter().skip(1).any(|source| source.path() == path)
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
