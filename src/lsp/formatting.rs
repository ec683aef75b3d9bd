//! The canonical layout as an edit of the text that the client has.

use super::{session::Session, text::Text};
use crate::{
    edit,
    source::{MAX_BYTES, Source, Sources},
};
use lsp_types::TextEdit;
use std::path::Path;

/// The edit that brings a text into canonical layout: of what differs alone, so that the cursor stays where it is.
/// A text that is no sound YAML has none; its findings say why.
pub(super) fn format(path: &Path, text: &Text, session: Session) -> Option<Vec<TextEdit>> {
    if text.whole().len() > MAX_BYTES {
        return None;
    }
    let source = Source::new(path, text.as_str());
    let file = Sources::default().add(source.clone());
    let new = edit::format(&source, file).ok()?;
    let old = source.text();
    if old == new {
        return Some(Vec::new());
    }
    // Whole lines differ or do not: an edit never ends inside a character or between `\r` and `\n`.
    let same = |(one, other): &(&str, &str)| one == other;
    let (lines, new_lines) = (old.split_inclusive('\n'), new.split_inclusive('\n'));
    let start: usize =
        lines.clone().zip(new_lines.clone()).take_while(same).map(|(line, _)| line.len()).sum();
    let behind = lines.rev().zip(new_lines.rev()).take_while(same).map(|(line, _)| line.len());
    let most = old.len().min(new.len()) - start;
    let mut end = 0;
    for length in behind {
        if end + length > most {
            break;
        }
        end += length;
    }
    let range = text.area(&(start..old.len() - end), session.encoding);
    let new_text = new.get(start..new.len() - end)?.to_owned();
    Some(vec![TextEdit { range, new_text }])
}
