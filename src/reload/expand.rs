//! What a glob stands for on the disk: no walk through links of folders, and none that never ends.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// So many names are looked at for one glob.
const MOST_NAMES: usize = 20_000;

pub(super) const GLOB: glob::MatchOptions = glob::MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: true,
};

/// A glob that leads through more folders than a manifest's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany;

/// Whether a path, or a part of one, has wildcards.
pub(super) fn is_glob(path: &Path) -> bool {
    path.to_string_lossy().contains(['*', '?', '['])
}

/// What is on the disk for a path or glob, in order; a name that exists as it is written is no wildcard.
pub(super) fn expand(pattern: &Path) -> Result<BTreeSet<PathBuf>, TooMany> {
    let mut names = MOST_NAMES;
    let mut found = BTreeSet::from([PathBuf::new()]);
    for part in pattern.components() {
        let mut next = BTreeSet::new();
        for folder in found {
            let path = folder.join(part);
            if !is_glob(part.as_ref()) {
                next.insert(path);
            } else if part.as_os_str() == "**" {
                below(folder, &mut names, &mut next)?;
            } else if path.symlink_metadata().is_ok() {
                next.insert(path);
            } else if let Some(glob) =
                part.as_os_str().to_str().and_then(|text| glob::Pattern::new(text).ok())
            {
                let is_match = |name: &String| glob.matches_with(name, GLOB);
                next.extend(
                    list(&folder, &mut names)?
                        .into_iter()
                        .filter(is_match)
                        .map(|name| folder.join(name)),
                );
            }
        }
        found = next;
    }
    found.retain(|path| path.symlink_metadata().is_ok());
    Ok(found)
}

/// A folder and all folders in it that are neither hidden nor links.
fn below(folder: PathBuf, names: &mut usize, found: &mut BTreeSet<PathBuf>) -> Result<(), TooMany> {
    let mut open = vec![folder];
    while let Some(folder) = open.pop() {
        for name in list(&folder, names)?.into_iter().filter(|name| !name.starts_with('.')) {
            let path = folder.join(name);
            if path.symlink_metadata().is_ok_and(|kind| kind.is_dir()) {
                open.push(path);
            }
        }
        found.insert(folder);
    }
    Ok(())
}

/// The names in a folder; none of one that cannot be read.
fn list(folder: &Path, names: &mut usize) -> Result<Vec<String>, TooMany> {
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = fs::read_dir(here).into_iter().flatten().filter_map(Result::ok);
    let mut found = Vec::new();
    for entry in entries {
        *names = names.checked_sub(1).ok_or(TooMany)?;
        found.extend(entry.file_name().into_string().ok());
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(root: &Path, pattern: &str) -> Vec<String> {
        let found = expand(&root.join(pattern)).unwrap();
        let below = found.iter().map(|path| path.strip_prefix(root).unwrap());
        below.map(|path| path.display().to_string().replace('\\', "/")).collect()
    }

    #[test]
    fn wildcards_stay_in_their_folder_and_leave_hidden_files_out() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("a/.git")).unwrap();
        fs::create_dir_all(root.path().join("[x]/b")).unwrap();
        for name in ["1.yaml", "a/2.yaml", "a/.3.yaml", "a/.git/4.yaml", "[x]/b/5.yaml"] {
            fs::write(root.path().join(name), "").unwrap();
        }
        assert_eq!(names(root.path(), "*.yaml"), ["1.yaml"]);
        assert_eq!(names(root.path(), "a/*"), ["a/2.yaml"]);
        assert_eq!(names(root.path(), "**/*.yaml"), ["1.yaml", "[x]/b/5.yaml", "a/2.yaml"]);
        assert_eq!(names(root.path(), "[x]/*/*.yaml"), ["[x]/b/5.yaml"]);
        assert_eq!(names(root.path(), "*/[0-2].yaml"), ["a/2.yaml"]);
        assert_eq!(names(root.path(), "missing/*.yaml"), [""; 0]);
        assert_eq!(names(root.path(), "a/../*.yaml"), ["a/../1.yaml"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_that_leads_back_to_itself_is_gone_through_once() {
        let root = tempfile::tempdir().unwrap();
        for name in ["self", "self2"] {
            std::os::unix::fs::symlink(".", root.path().join(name)).unwrap();
        }
        fs::write(root.path().join("1.yaml"), "").unwrap();
        assert_eq!(names(root.path(), "**/*.yaml"), ["1.yaml"]);
        // A link that is named is followed.
        assert_eq!(names(root.path(), "sel*/*.yaml"), ["self/1.yaml", "self2/1.yaml"]);
    }

    #[test]
    fn a_glob_over_everything_is_given_up() {
        let root = tempfile::tempdir().unwrap();
        for name in 0..200 {
            fs::create_dir_all(root.path().join(format!("{name}/x"))).unwrap();
            fs::write(root.path().join(format!("{name}/1.yaml")), "").unwrap();
        }
        assert_eq!(expand(&root.path().join("*/1.yaml")).unwrap().len(), 200);
        let again = "*/../".repeat(40);
        assert_eq!(expand(&root.path().join(format!("{again}*/1.yaml"))), Err(TooMany));
    }
}
