//! The folders of this machine that `$HOME` and its like stand for.

use crate::{backend::Roots, pattern::Root};
use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// What this machine has of them; `id` is the app's, and `folder` that of its manifest.
pub(super) fn roots(id: &str, folder: &Path) -> Roots {
    let find = folder_of(id, folder);
    Root::ALL.iter().filter_map(|root| Some((*root, find(*root)?))).collect()
}

/// The same one by one, looked for each time.
pub(super) fn folder_of(id: &str, folder: &Path) -> impl Fn(Root) -> Option<PathBuf> + use<> {
    let manifest = env::current_dir().unwrap_or_default().join(folder);
    let manifest = fs::canonicalize(&manifest).unwrap_or(manifest);
    let id = id.to_owned();
    move |root| find(root, &id, &manifest)
}

fn find(root: Root, id: &str, manifest: &Path) -> Option<PathBuf> {
    let own = |folder: Option<PathBuf>| folder.map(|folder| folder.join(id));
    match root {
        Root::Home => dirs::home_dir(),
        Root::Document => dirs::document_dir(),
        Root::Download => dirs::download_dir(),
        Root::Desktop => dirs::desktop_dir(),
        Root::Picture => dirs::picture_dir(),
        Root::Audio => dirs::audio_dir(),
        Root::Video => dirs::video_dir(),
        Root::Public => dirs::public_dir(),
        Root::Template => dirs::template_dir(),
        Root::Font => dirs::font_dir(),
        Root::Data => own(dirs::data_dir()),
        Root::Config => own(dirs::config_dir()),
        Root::Cache => own(dirs::cache_dir()),
        Root::LocalData => own(dirs::data_local_dir()),
        Root::Log if cfg!(target_os = "macos") => {
            own(dirs::home_dir().map(|home| home.join("Library/Logs")))
        }
        Root::Log => own(dirs::data_local_dir()).map(|folder| folder.join("logs")),
        Root::Temp => Some(env::temp_dir()),
        Root::Runtime => dirs::runtime_dir(),
        // What comes with the app lies beside its manifest.
        Root::Resource | Root::App => Some(manifest.to_owned()),
        Root::Exe => Some(env::current_exe().ok()?.parent()?.to_owned()),
    }
}
