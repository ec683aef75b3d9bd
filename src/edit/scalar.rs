//! Scalars of several lines at another indentation: the text stays, the blanks before it do not.

use crate::document::{Kind, Node};
use std::ops::Range;

/// A plain or quoted scalar as it is written, with its further lines indented by `indent`.
///
/// Blanks at the start and the end of such lines mean nothing to YAML, but for an escaped one.
pub(super) fn flow_scalar(written: &str, indent: usize) -> String {
    let mut lines = lines(written).peekable();
    let mut out = String::new();
    let mut is_first = true;
    while let Some(line) = lines.next() {
        let line = if is_first { line } else { line.trim_start_matches([' ', '\t']) };
        let trimmed = line.trim_end_matches([' ', '\t']);
        let is_last = lines.peek().is_none();
        let line = if is_last || trimmed.ends_with('\\') { line } else { trimmed };
        if is_first {
            out.push_str(line);
        } else {
            push_line(&mut out, line, indent);
        }
        is_first = false;
    }
    out
}

/// A block scalar as it is written, its lines indented by `indent`.
///
/// `extent` is from its `|` or `>` to where [`block_scalar_end`] says.
pub(super) fn block_scalar(node: &Node, text: &str, extent: Range<usize>, indent: usize) -> String {
    let is_unfinished = !text.get(extent.end..).unwrap_or("").contains('\n');
    let written = text.get(extent).unwrap_or("");
    let mut lines = lines(written);
    let header = lines.next().unwrap_or("");
    let (indicators, comment) = match header.split_once('#') {
        Some((indicators, comment)) => (indicators.trim_end(), Some(comment)),
        None => (header.trim_end(), None),
    };
    let mut out: String = indicators
        .chars()
        .map(|indicator| if indicator.is_ascii_digit() { '2' } else { indicator })
        .collect();
    if is_unfinished && !out.ends_with('-') {
        // The end of the file ends its last line; the line end that the file gets would become content.
        out = out.replace(['+', '-'], "") + "-";
    }
    if let Some(comment) = comment {
        out.push_str("  #");
        out.push_str(comment.trim_end());
    }
    let base = written_indent(node, written);
    for line in lines {
        push_line(&mut out, line.get(blanks(line).min(base)..).unwrap_or(""), indent);
    }
    out
}

/// Where a block scalar ends whose last character that is no blank stands before `range.end`.
///
/// Blank lines behind it belong to it if its header keeps them, or if they are longer than the indentation.
pub(super) fn block_scalar_end(node: &Node, text: &str, range: Range<usize>) -> usize {
    let written = text.get(range.clone()).unwrap_or("");
    let behind = text.get(range.end..).unwrap_or("");
    let indicators = lines(written).next().and_then(|header| header.split('#').next());
    let is_keeping = indicators.is_some_and(|indicators| indicators.contains('+'));
    let base = written_indent(node, written);
    let mut end = range.end;
    let mut at = range.end;
    let mut lines = behind.split_inclusive('\n');
    if let Some(rest) = lines.next() {
        at += rest.len();
        if rest.trim().is_empty() {
            // Blanks at the end of a line are content too.
            end += rest.trim_end_matches(['\r', '\n']).len();
        }
    }
    for line in lines.take_while(|line| line.trim().is_empty() && line.ends_with('\n')) {
        let content = line.trim_end_matches(['\r', '\n']);
        if is_keeping || content.len() > base {
            end = at + content.len();
        }
        at += line.len();
    }
    end
}

/// By how much the lines of a block scalar are indented: what they have more than the value says.
fn written_indent(node: &Node, written: &str) -> usize {
    let Kind::String(value) = &node.kind else { return usize::MAX };
    let first = |mut lines: std::str::Split<'_, char>| {
        lines.find(|line| !line.trim().is_empty()).map(blanks)
    };
    let mut lines = written.split('\n');
    lines.next();
    match (first(lines), first(value.split('\n'))) {
        (Some(written), Some(meant)) => written.saturating_sub(meant),
        _ => usize::MAX,
    }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line))
}

fn blanks(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn push_line(out: &mut String, line: &str, indent: usize) {
    out.push('\n');
    if !line.is_empty() {
        out.extend(std::iter::repeat_n(' ', indent));
        out.push_str(line);
    }
}
