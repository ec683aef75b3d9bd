//! Where files are, seen from each other.

use std::{
    io,
    path::{Component, Path, PathBuf},
};

/// An absolute path without links, as far as it exists.
pub(in crate::cli) fn resolved(path: &Path) -> io::Result<PathBuf> {
    let path = std::path::absolute(path)?;
    for ancestor in path.ancestors() {
        if let (Ok(found), Ok(rest)) = (ancestor.canonicalize(), path.strip_prefix(ancestor)) {
            return Ok(normal(&found.join(rest)));
        }
    }
    Ok(path)
}

/// The path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut out, part| {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            part => out.push(part),
        }
        out
    })
}

/// How `to` is written in a file of the folder `from`, both absolute: with `/`, on every system.
pub(in crate::cli) fn seen_from(from: &Path, to: &Path) -> String {
    let to = normal(to);
    let common = from.components().zip(to.components()).take_while(|(a, b)| a == b).count();
    if common == 0 {
        return to.display().to_string();
    }
    let up = from.components().skip(common).map(|_| "..".into());
    let down = to.components().skip(common).map(|part| part.as_os_str().to_string_lossy());
    let parts: Vec<_> = up.chain(down).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

/// The folder of the version control that a folder belongs to, or the folder itself.
pub(super) fn repository(folder: &Path) -> &Path {
    folder.ancestors().find(|folder| folder.join(".git").exists()).unwrap_or(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_from_one_folder_to_the_other() {
        let check = |from: &str, to: &str, expected: &str| {
            assert_eq!(seen_from(Path::new(from), Path::new(to)), expected, "{from} to {to}");
        };
        check("/a/b", "/a/b", ".");
        check("/a/b", "/a/b/c/d", "c/d");
        check("/a/b", "/a", "..");
        check("/a/b", "/a/c", "../c");
        check("/a/b", "/a/b/c/../dist", "dist");
        check("/a/b", "/x", "../../x");
    }
}
