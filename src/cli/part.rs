//! A file that is a part of a manifest and was taken for a manifest: which one it belongs to.

use super::{
    init::place::{resolved, seen_from},
    locate::FILE_NAME,
};
use crate::{
    diagnostic::Code,
    document::Node,
    manifest::may_be_included,
    reload::{Disk, Files as _, Loaded, load},
};
use std::path::{Path, PathBuf};

/// Says which manifest includes a file that lacks what only manifests have.
pub(super) fn mention_whole(file: &Path, loaded: &mut Loaded) {
    let may_be_part = loaded.document.as_ref().is_some_and(may_be_included);
    let root = loaded.document.as_ref().map(Node::first_character);
    let lacks = |code: Code| code == Code::MissingKey;
    let missing = loaded.diagnostics.iter_mut();
    let mut missing =
        missing.filter(|found| lacks(found.code) && Some(found.span) == root).peekable();
    if !may_be_part || missing.peek().is_none() {
        return;
    }
    if let Some(whole) = whole(file) {
        let help = format!("this is a part of `{whole}`; check that one");
        missing.for_each(|found| found.help = Some(help.clone()));
    }
}

/// The nearest manifest upward that includes the file, as a person would write it.
fn whole(file: &Path) -> Option<String> {
    let file = resolved(file).ok()?;
    let current = resolved(Path::new(".")).ok()?;
    let manifests = file.ancestors().skip(1).map(|folder| folder.join(FILE_NAME));
    let includes = |manifest: &PathBuf| {
        *manifest != file
            && manifest.is_file()
            && load(manifest).sources.iter().any(|part| Disk.identity(part.path()) == file)
    };
    manifests.filter(|manifest| includes(manifest)).map(|found| seen_from(&current, &found)).next()
}
