//! The files as the editor shows them: what is open and not saved yet stands in place of what is on disk.

use super::text::Text;
use crate::reload::{Content, Disk, Files, Found, is_meant, lexical};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

/// What is open, over what is on disk.
#[derive(Debug, Default)]
pub(super) struct Overlay {
    open: BTreeMap<PathBuf, Document>,
}

/// An open text.
#[derive(Debug)]
struct Document {
    text: Text,
    /// Where the links in its path lead.
    identity: PathBuf,
}

impl Overlay {
    pub(super) fn find(&self, path: &Path) -> Option<&Text> {
        self.open.get(path).map(|document| &document.text)
    }

    pub(super) fn find_mut(&mut self, path: &Path) -> Option<&mut Text> {
        self.open.get_mut(path).map(|document| &mut document.text)
    }

    pub(super) fn insert(&mut self, path: PathBuf, text: Text) {
        let identity = Disk.identity(&path);
        self.open.insert(path, Document { text, identity });
    }

    pub(super) fn remove(&mut self, path: &Path) {
        self.open.remove(path);
    }

    /// Whether there is a file, open or on disk.
    pub(super) fn has_file(&self, path: &Path) -> bool {
        self.open.contains_key(path) || path.is_file()
    }

    /// The path by which the editor knows a file, whatever way leads to it.
    fn known(&self, path: PathBuf) -> PathBuf {
        let clean = lexical(&path);
        if self.open.contains_key(&clean) {
            return clean;
        }
        let identity = self.identity(&path);
        let open = self.open.iter().find(|(_, document)| document.identity == identity);
        match open {
            Some((path, _)) => path.clone(),
            // A link in front of `..` may lead elsewhere than the text says.
            None if self.identity(&clean) == identity => clean,
            None => path,
        }
    }
}

impl Files for Overlay {
    fn read(&self, path: &Path) -> Content {
        let open = self.find(path).map(|text| Ok(text.whole().as_bytes().to_vec()));
        open.unwrap_or_else(|| Disk.read(path))
    }

    fn matches(&self, pattern: &Path) -> Found {
        let on_disk = Disk.matches(pattern)?.into_iter().map(|path| self.known(path));
        // A file that was never saved counts too.
        let open = self.open.keys().filter(|path| is_meant(pattern, path)).cloned();
        let mut found: Vec<PathBuf> = on_disk.chain(open).collect();
        found.sort();
        found.dedup();
        Ok(found)
    }

    fn identity(&self, path: &Path) -> PathBuf {
        match self.open.get(path) {
            Some(document) => document.identity.clone(),
            None => Disk.identity(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn overlay(paths: &[&Path]) -> Overlay {
        let mut overlay = Overlay::default();
        for path in paths {
            overlay.insert((*path).to_owned(), Text::new(String::new()));
        }
        overlay
    }

    #[test]
    fn a_glob_finds_what_is_open_and_what_is_on_disk_once_each() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["a.yaml", "b.yaml", ".hidden.yaml", "b.txt"] {
            std::fs::write(path(name), "").unwrap();
        }
        let overlay = overlay(&[&path("b.yaml"), &path("new.yaml"), &path("deep/x.yaml")]);
        let expected = ["a.yaml", "b.yaml", "new.yaml"].map(path);
        assert_eq!(overlay.matches(&path("*.yaml")).unwrap(), expected);
        assert_eq!(overlay.matches(&path("new.yaml")).unwrap(), [path("new.yaml")]);
        assert_eq!(overlay.matches(&path("other/../new.yaml")).unwrap(), [path("new.yaml")]);
        assert!(overlay.matches(&path("missing.yaml")).unwrap().is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_known_by_the_path_that_the_editor_has() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir(path("real")).unwrap();
        std::fs::write(path("real/a.yaml"), "").unwrap();
        std::os::unix::fs::symlink(path("real"), path("link")).unwrap();
        let overlay = overlay(&[&path("link/a.yaml")]);
        assert_eq!(overlay.matches(&path("real/../real/*.yaml")).unwrap(), [path("link/a.yaml")]);
        assert_eq!(overlay.matches(&path("real/a.yaml")).unwrap(), [path("link/a.yaml")]);
    }
}
