//! Fixes that write blanks or quotes change where YAML sees a key: one that would spoil its file is taken back.

use crate::{
    diagnostic::{Diagnostic, Diagnostics, Fix, apply},
    document,
    source::{FileId, MAX_BYTES, Source, Sources},
};
use std::collections::HashMap;

/// How much text is read again for this; the fixes that come after it are taken back unread.
const MAX_READ: usize = MAX_BYTES;

/// Takes back each fix after which its file would have more faults than before, or be none that can be read.
///
/// A fix that writes one word for another cannot do that, so that only those that write blanks or quotes are tried. This
/// costs one reading of the file for each of them, up to 1 MiB in all.
pub(super) fn withdraw(diagnostics: &mut [Diagnostic], sources: &Sources) {
    let mut faults = HashMap::new();
    let mut read = 0;
    for diagnostic in diagnostics {
        let Some(fix) = diagnostic.fix.as_ref().filter(|fix| may_spoil(fix)) else { continue };
        let Some(source) = sources.find(diagnostic.span.file) else { continue };
        read += source.text().len();
        let file = diagnostic.span.file;
        let is_kept = read <= MAX_READ && {
            let before = *faults.entry(file).or_insert_with(|| errors(source.text(), file));
            errors(&apply(source.text(), &fix.edits), file) <= before
        };
        if !is_kept {
            diagnostic.fix = None;
        }
    }
}

fn may_spoil(fix: &Fix) -> bool {
    fix.edits.iter().any(|edit| edit.text.trim().is_empty() || edit.text.starts_with('"'))
}

/// How many faults YAML finds in a text; no number is large enough for one that is no tree at all.
fn errors(text: &str, file: FileId) -> usize {
    let mut found = Diagnostics::default();
    match document::read(&Source::new("", text), file, &mut found) {
        Some(_) => {
            let (kept, omitted) = found.into_parts();
            kept.len() + omitted.errors
        }
        None => usize::MAX,
    }
}

#[cfg(test)]
mod tests {
    use crate::reload::load_content;
    use std::path::Path;

    fn fixes(text: &str) -> Vec<Option<String>> {
        let found = load_content(Path::new("gateway.yaml"), Ok(text.into())).diagnostics;
        let glued = found.into_iter().filter(|found| {
            found.help.as_ref().is_some_and(|help| help.contains("write a space behind"))
        });
        glued.map(|found| found.fix.map(|fix| fix.title)).collect()
    }

    #[test]
    fn a_space_is_written_only_where_the_file_can_be_read_with_it() {
        for (text, is_fixed) in [
            ("windows:\n  main:{ url: /x }", true),
            ("windows:\n  main:{ url: /x", false),
            ("windows:\n  main:[ url: /x", false),
            ("permissions:\n  main:\n    windows:[m]", true),
            ("permissions:\n  main:\n    windows:[m", false),
        ] {
            let text = format!("version: 1\n{text}\n");
            let expected = is_fixed.then(|| "write the space".to_owned());
            assert_eq!(fixes(&text), [expected], "{text}");
        }
    }
}
