//! A manifest as it is and with each of its profiles over it: all that an edit of its text may change.

use super::{ManifestArg, locate::Sound};
use crate::{
    check::Checked,
    manifest::{Manifest, Permission},
    policy::{Authority, compile},
    reload::{Disk, LoadOptions, Loaded, load_from},
};
use std::path::PathBuf;

/// A manifest with one profile over it, or with none.
pub(super) struct View {
    pub(super) options: LoadOptions,
    pub(super) loaded: Loaded,
    pub(super) manifest: Checked<Manifest>,
    pub(super) authority: Authority,
}

/// All the ways in which a manifest is read.
pub(super) struct Views {
    pub(super) path: PathBuf,
    /// The one that was asked for.
    pub(super) chosen: View,
    others: Vec<View>,
}

/// A view with errors: what an edit would change there, nobody knows.
pub(super) struct Unsound {
    pub(super) options: LoadOptions,
    pub(super) loaded: Loaded,
}

impl Views {
    /// Reads the other views beside the one that was asked for.
    pub(super) fn read(sound: Sound, arg: &ManifestArg) -> Result<Self, Box<Unsound>> {
        let Sound { path, loaded, manifest } = sound;
        let profiles = loaded.profiles.iter().cloned().map(Some);
        let profiles = std::iter::once(None).chain(profiles);
        let others: Vec<_> = profiles.filter(|profile| *profile != arg.profile).collect();
        let read = |profile| {
            let options = LoadOptions { profile, ..arg.options() };
            let mut loaded = load_from(&path, &options, &Disk);
            match loaded.manifest.take() {
                Some(manifest) => Ok(View::new(options, loaded, manifest)),
                None => Err(Box::new(Unsound { options, loaded })),
            }
        };
        let others = others.into_iter().map(read).collect::<Result<_, _>>()?;
        Ok(Self { path, chosen: View::new(arg.options(), loaded, manifest), others })
    }

    /// Every view, the one that was asked for first.
    pub(super) fn all(&self) -> impl Iterator<Item = &View> {
        std::iter::once(&self.chosen).chain(&self.others)
    }

    /// The manifest without a profile: what its text says.
    pub(super) fn base(&self) -> &View {
        self.all().find(|view| view.options.profile.is_none()).unwrap_or(&self.chosen)
    }
}

impl View {
    fn new(options: LoadOptions, loaded: Loaded, manifest: Checked<Manifest>) -> Self {
        let authority = compile(&manifest, &loaded.sources, 1).authority;
        Self { options, loaded, manifest, authority }
    }

    /// The permission of an id.
    pub(super) fn permission(&self, id: &str) -> Option<&Permission> {
        self.manifest.permissions.iter().find(|permission| permission.id.as_str() == id)
    }

    /// The profile, if it says itself what a permission allows.
    pub(super) fn replaces_allow(&self, id: &str) -> Option<&str> {
        let profile = self.options.profile.as_deref()?;
        let overlay = self.loaded.document.as_ref()?.find("profiles")?.find(profile)?;
        overlay.find("permissions")?.find(id)?.find("allow").map(|_| profile)
    }
}

/// Which view is meant, behind a sentence about it.
pub(super) fn with(options: &LoadOptions) -> String {
    match &options.profile {
        Some(profile) => format!("with the profile `{profile}`"),
        None => "without a profile".to_owned(),
    }
}
