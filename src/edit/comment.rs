//! Where comments stand. Between the scalars of a sound tree there is nothing but blanks, indicators and comments.

use crate::document::{Kind, Node};
use std::ops::Range;

/// One comment, from its `#` to the end of its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Comment<'a> {
    /// Where its `#` stands.
    pub(super) start: usize,
    /// What is written, without the blanks at its end.
    pub(super) text: &'a str,
    /// How many characters stand before it on its line.
    pub(super) column: usize,
    /// Whether anything but blanks stands before it on its line.
    pub(super) is_trailing: bool,
    /// Whether it stands behind the `|` or `>` of a block scalar, and so inside of the scalar's span.
    pub(super) is_in_header: bool,
}

impl Comment<'_> {
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// Every comment of a text, in order.
pub(super) fn comments<'a>(text: &'a str, root: &Node) -> Vec<Comment<'a>> {
    let mut found = Vec::new();
    let mut at = 0;
    scalars(root, &mut |scalar| {
        scan(text, at..scalar.start, false, &mut found);
        if is_block_scalar(text, &scalar) {
            let header = text.get(scalar.clone()).unwrap_or("").lines().next().unwrap_or("");
            scan(text, scalar.start..scalar.start + header.len(), true, &mut found);
        }
        at = scalar.end;
    });
    scan(text, at..text.len(), false, &mut found);
    found
}

/// Whether what stands here is a `|` or `>` with its text; no other scalar begins with these.
pub(super) fn is_block_scalar(text: &str, range: &Range<usize>) -> bool {
    text.get(range.clone()).is_some_and(|text| text.starts_with(['|', '>']))
}

/// Visits the places of keys and scalars in order; what is left out has none.
fn scalars(node: &Node, visit: &mut impl FnMut(Range<usize>)) {
    match &node.kind {
        Kind::Map(entries) => {
            for entry in entries.values() {
                visit(entry.key.range());
                scalars(&entry.value, visit);
            }
        }
        Kind::Seq(items) => items.iter().for_each(|item| scalars(item, visit)),
        _ if node.span.range().is_empty() => {}
        _ => visit(node.span.range()),
    }
}

fn scan<'a>(text: &'a str, gap: Range<usize>, is_in_header: bool, found: &mut Vec<Comment<'a>>) {
    let mut at = gap.start;
    while let Some(mark) = text.get(at..gap.end).and_then(|rest| rest.find('#')) {
        let start = at + mark;
        let line = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
        let before = text.get(line..start).unwrap_or("");
        let rest = text.get(start..).unwrap_or("");
        let end = rest.find('\n').unwrap_or(rest.len());
        found.push(Comment {
            start,
            text: rest.get(..end).unwrap_or("").trim_end(),
            column: before.chars().count(),
            is_trailing: !before.trim().is_empty(),
            is_in_header,
        });
        at = start + end;
    }
}
