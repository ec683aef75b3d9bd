//! Where a path leads through its links, and which folders must be watched to notice any change on the way.

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    path::{Component, Path, PathBuf},
};

/// More links than any system follows.
const MAX_LINKS: usize = 64;

/// The way from a path to its file, without links: every folder is named as it really lies.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Chain {
    /// The folders to watch. True for those that hold a link of the way, or the file; false for the folders above.
    pub(super) folders: BTreeMap<PathBuf, bool>,
    /// Where the file is, or would be.
    pub(super) target: PathBuf,
}

/// Follows the path link by link, as far as it exists.
pub(super) fn resolve(path: &Path) -> Chain {
    let mut chain = Chain::default();
    let mut here = PathBuf::new();
    let mut links = 0;
    let mut left = steps(path);
    while let Some(step) = left.pop() {
        let name = match Path::new(&step).components().next() {
            Some(Component::Normal(name)) => name,
            Some(Component::ParentDir) => {
                here.pop();
                continue;
            }
            Some(Component::CurDir) | None => continue,
            Some(Component::RootDir | Component::Prefix(_)) => {
                here.push(&step);
                continue;
            }
        };
        let next = here.join(name);
        let link = fs::read_link(&next);
        if let Ok(link) = &link
            && links < MAX_LINKS
        {
            links += 1;
            chain.watch(&here);
            left.extend(steps(link));
            continue;
        }
        if link.is_ok() || left.is_empty() || fs::symlink_metadata(&next).is_err() {
            // The file, or what stops the way: a folder that is missing, or a circle of links.
            chain.watch(&here);
            chain.target = next;
            chain.target.extend(left.iter().rev());
            return chain;
        }
        here = next;
    }
    // The path is a folder or the root; it cannot be a manifest, but it can be replaced by one.
    chain.watch(&here);
    chain.target = here;
    chain
}

impl Chain {
    fn watch(&mut self, folder: &Path) {
        self.folders.insert(folder.to_path_buf(), true);
        if let Some(above) = folder.parent() {
            self.folders.entry(above.to_path_buf()).or_insert(false);
        }
    }
}

/// The parts of a path, the first one last.
fn steps(path: &Path) -> Vec<OsString> {
    path.components().rev().map(|step| step.as_os_str().to_owned()).collect()
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn watched(chain: &Chain, root: &Path) -> Vec<String> {
        let below = |path: &PathBuf| path.strip_prefix(root).ok().map(|p| p.display().to_string());
        chain.folders.iter().filter(|(_, holds)| **holds).filter_map(|(p, _)| below(p)).collect()
    }

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        (dir, root)
    }

    #[test]
    fn a_plain_file_has_its_folder_and_the_one_above_watched() {
        let (_dir, root) = folder();
        fs::create_dir(root.join("app")).unwrap();
        let chain = resolve(&root.join("app/./gateway.yaml"));
        assert_eq!(chain.target, root.join("app/gateway.yaml"));
        assert_eq!(chain.folders, [(root.join("app"), true), (root, false)].into());
    }

    #[test]
    fn every_link_on_the_way_counts() {
        let (_dir, root) = folder();
        fs::create_dir_all(root.join("mount/..ts1")).unwrap();
        fs::create_dir_all(root.join("etc/app")).unwrap();
        symlink("..ts1", root.join("mount/..data")).unwrap();
        symlink("..data/gateway.yaml", root.join("mount/gateway.yaml")).unwrap();
        symlink(root.join("mount"), root.join("etc/app/current")).unwrap();
        let chain = resolve(&root.join("etc/app/current/gateway.yaml"));
        assert_eq!(chain.target, root.join("mount/..ts1/gateway.yaml"));
        assert_eq!(watched(&chain, &root), ["etc/app", "mount", "mount/..ts1"]);
    }

    #[test]
    fn a_missing_folder_is_awaited_in_the_nearest_that_exists() {
        let (_dir, root) = folder();
        let chain = resolve(&root.join("a/b/gateway.yaml"));
        assert_eq!(chain.target, root.join("a/b/gateway.yaml"));
        assert_eq!(watched(&chain, &root), [""]);
    }

    #[test]
    fn a_circle_of_links_ends() {
        let (_dir, root) = folder();
        symlink("b", root.join("a")).unwrap();
        symlink("a", root.join("b")).unwrap();
        assert_eq!(watched(&resolve(&root.join("a/gateway.yaml")), &root), [""]);
    }
}
