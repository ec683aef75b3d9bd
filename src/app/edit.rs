//! An edit of the manifest on its way into force: compiled, composed, swapped in, or kept out with its diagnostics.

use super::{Notice, Services, build, obstacles, plugins::is_configured_otherwise};
use crate::{
    command::Registry,
    diagnostic::has_errors,
    gateway::{Mode, Pipeline, Sessions},
    manifest::{App, Window},
    reload::{FileSnapshot, LoadOptions, Loaded, load_from},
};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    sync::Arc,
};

/// Applies readings of the manifest to a running pipeline.
#[derive(Debug)]
pub struct Editor {
    /// The manifest's path, as the user named it.
    pub path: PathBuf,
    /// What is read beside it: guardrails, a profile.
    pub options: LoadOptions,
    /// The Rust functions that `native` can name.
    pub registry: Registry,
    /// Running sidecars, and connections.
    pub services: Arc<Services>,
    /// What answers calls.
    pub pipeline: Arc<Pipeline>,
    /// The webviews that are open.
    pub sessions: Arc<Sessions>,
    /// What the windows were opened with.
    pub app: App,
    /// The windows that were opened.
    pub windows: Vec<Window>,
}

impl Editor {
    /// Puts a new reading in force, or keeps the last good policy; the notice says which.
    pub fn apply(&self, snapshot: &FileSnapshot) -> Notice {
        // An edit that is neither in force nor reported would be taken for the one in force.
        catch_unwind(AssertUnwindSafe(|| self.read(snapshot))).unwrap_or_else(|_| {
            Notice::Failed(
                "reading the edit panicked; the last good policy stays in force".to_owned(),
            )
        })
    }

    fn read(&self, snapshot: &FileSnapshot) -> Notice {
        let mut loaded = load_from(&self.path, &self.options, snapshot);
        // Only development applies edits.
        let obstacles = obstacles(&loaded, &self.registry, Mode::Development);
        loaded.diagnostics.extend(obstacles);
        if has_errors(&loaded.diagnostics) {
            return Notice::EditRejected(Box::new(loaded));
        }
        self.swap(loaded)
    }

    fn swap(&self, loaded: Loaded) -> Notice {
        let Some(manifest) = &loaded.manifest else {
            return Notice::EditRejected(Box::new(loaded));
        };
        let (registry, services) = (&self.registry, &self.services);
        let generation = self
            .pipeline
            .store()
            .swap(|generation| build(manifest, &loaded.sources, registry, services, generation));
        self.sessions.reconcile(&self.pipeline.store().snapshot());
        let needs_restart = manifest.app != self.app
            || !same(&manifest.windows, &self.windows)
            || is_configured_otherwise(manifest, registry);
        Notice::EditAccepted { generation, needs_restart, loaded: Box::new(loaded) }
    }
}

/// Whether two lists of windows differ in anything but where they stand in the file.
fn same(a: &[Window], b: &[Window]) -> bool {
    let parts = |window: &Window| {
        (window.label.clone(), window.title.clone(), window.size, window.page.clone())
    };
    a.iter().map(parts).eq(b.iter().map(parts))
}
