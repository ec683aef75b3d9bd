//! Taking an entry or item out of a text, and putting another value in the place of one.

use super::{
    change::split,
    text::{line_start, line_stop},
};
use crate::{
    diagnostic::Edit,
    document::{Kind, Node, to_flow_yaml},
    source::{Source, Span},
};
use serde_json::Value;
use std::ops::Range;

/// Another value, on one line, in the place of one.
pub(super) fn replace(root: &Node, place: &str, value: &Value) -> Option<Vec<Edit>> {
    let node = root.pointer(place)?;
    let text = to_flow_yaml(value);
    let text = if node.span.range().is_empty() { format!(" {text}") } else { text };
    Some(vec![Edit { span: node.span, text }])
}

/// Takes an entry or an item away; a collection that becomes empty is `{}` or `[]` then.
pub(super) fn remove(source: &Source, root: &Node, place: &str) -> Option<Vec<Edit>> {
    let (outer, key) = split(place)?;
    let node = root.pointer(&outer)?;
    let text = source.text();
    let file = root.span.file;
    // Each part from its first character to its last, dashes not included.
    let parts: Vec<Range<usize>> = match &node.kind {
        Kind::Map(entries) => entries
            .values()
            .map(|entry| entry.key.range().start..entry.value.span.range().end)
            .collect(),
        Kind::Seq(items) => items.iter().map(|item| item.span.range()).collect(),
        _ => return None,
    };
    let number = match &node.kind {
        Kind::Map(entries) => entries.get_index_of(&key)?,
        _ => key.parse().ok()?,
    };
    let part = parts.get(number)?.clone();
    let edit = |range: Range<usize>, text: &str| {
        vec![Edit { span: Span::new(file, range.start, range.end), text: text.to_owned() }]
    };
    let is_flow = text.get(node.span.range())?.starts_with(['[', '{']);
    if parts.len() == 1 {
        let empty = if matches!(node.kind, Kind::Map(_)) { "{}" } else { "[]" };
        let range = node.span.range();
        // Below its key there is nothing left to write: the brackets stand behind the colon.
        let before = text.get(..range.start)?.trim_end();
        let line = before.get(line_start(before, before.len())..)?;
        let is_below = before.ends_with(':') && !line.contains('#');
        return Some(if is_below {
            edit(before.len()..range.end, &format!(" {empty}"))
        } else {
            edit(range, empty)
        });
    }
    if is_flow {
        let range = match (parts.get(number + 1), number.checked_sub(1).and_then(|n| parts.get(n)))
        {
            (Some(next), _) => part.start..next.start,
            (None, Some(before)) => before.end..part.end,
            (None, None) => return None,
        };
        return Some(edit(range, ""));
    }
    let start = match &node.kind {
        Kind::Seq(_) => {
            let from =
                number.checked_sub(1).and_then(|n| parts.get(n)).map_or(0, |before| before.end);
            text.get(from..part.start)?.rfind('-')? + from
        }
        _ => part.start,
    };
    let line = line_start(text, start);
    if !text.get(line..start)?.trim().is_empty() {
        // It begins behind the dash of an outer list: the next part comes up into its line.
        let next = parts.get(number + 1)?.start;
        return Some(edit(part.start..next, ""));
    }
    let stop = line_stop(text, part.end);
    let end = stop + text.get(stop..)?.find('\n').map_or(0, |end| end + 1);
    // At the end of a file without a last line end, the line end before goes.
    let line = if end == text.len() && !text.ends_with('\n') {
        text.get(..line)?.trim_end_matches(['\r', '\n']).len()
    } else {
        line
    };
    Some(edit(line..end, ""))
}
