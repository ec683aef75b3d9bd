//! Whose files a manifest is made of: somebody else's could change what runs as the gateway's user.

use crate::{
    diagnostic::{Code, Diagnostic},
    source::Sources,
};
use std::path::Path;

/// The super-user, who can change every file anyway.
const ROOT: u32 = 0;

/// A finding for each file that belongs to another user than the one who runs the gateway.
#[cfg(unix)]
pub fn foreign_owners(sources: &Sources) -> Vec<Diagnostic> {
    use std::os::unix::fs::MetadataExt as _;
    let owner = |path: &Path| std::fs::metadata(path).ok().map(|metadata| metadata.uid());
    foreign(sources, rustix::process::geteuid().as_raw(), owner)
}

/// Owners mean something else here.
#[cfg(not(unix))]
pub fn foreign_owners(_: &Sources) -> Vec<Diagnostic> {
    Vec::new()
}

#[cfg_attr(not(unix), expect(dead_code, reason = "only Unix has owners that are numbers"))]
fn foreign(sources: &Sources, user: u32, owner: impl Fn(&Path) -> Option<u32>) -> Vec<Diagnostic> {
    let is_foreign = |path: &Path| owner(path).is_some_and(|owner| ![user, ROOT].contains(&owner));
    let files = sources.starts().filter(|(source, _)| is_foreign(source.path()));
    let finding = |span| {
        let message = "the file belongs to another user, who could change what runs";
        Diagnostic::new(Code::ForeignOwner, span, message)
            .help("take it over after you have read it: `chown \"$USER\" FILE`")
    };
    files.map(|(_, span)| finding(span)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;

    #[test]
    fn only_ones_own_files_and_those_of_the_super_user_are_taken() {
        let mut sources = Sources::default();
        let files = [("mine", 1000), ("root", 0), ("other", 1001), ("gone", u32::MAX)];
        for (name, _) in files {
            sources.add(Source::new(name, "version: 1\n"));
        }
        let owner = |path: &Path| {
            let (_, owner) = files.iter().find(|(name, _)| Path::new(name) == path).unwrap();
            (*owner != u32::MAX).then_some(*owner)
        };
        let names = |user| {
            let found = foreign(&sources, user, owner);
            assert!(found.iter().all(|found| found.code == Code::ForeignOwner && found.is_error()));
            let name = |found: &Diagnostic| sources.place(found.span).file.display().to_string();
            found.iter().map(name).collect::<Vec<_>>()
        };
        assert_eq!(names(1000), ["other"]);
        assert_eq!(names(1001), ["mine"]);
        // Who runs as the super-user must trust every file's owner as much.
        assert_eq!(names(ROOT), ["mine", "other"]);
    }

    #[cfg(unix)]
    #[test]
    fn the_owner_of_a_file_on_the_disk_is_asked() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("gateway.yaml");
        std::fs::write(&file, "version: 1\n").unwrap();
        let mut sources = Sources::default();
        sources.add(Source::new(file, "version: 1\n"));
        assert_eq!(foreign_owners(&sources), []);
    }
}
