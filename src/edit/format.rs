//! The canonical layout of a manifest: one indentation, one spacing, the author's comments, quotes, order and blank lines.

use super::{
    comment::{Comment, comments, is_block_scalar},
    page::{Level, Page},
    scalar,
    text::{has_blank_line, line_end},
};
use crate::{
    diagnostic::Diagnostic,
    document::{Entry, Kind, Node, parse, to_flow_yaml},
    source::{FileId, Source, Sources},
};
use serde_json::Value;
use std::ops::Range;
use thiserror::Error;

/// What stands in braces or brackets stays on one line if the line has at most so many characters.
pub const WIDTH: usize = 100;

/// Why a text was not formatted.
#[derive(Debug, Error)]
pub enum FormatError {
    /// It is no sound YAML.
    #[error("the file has faults")]
    Faults(Vec<Diagnostic>),
    /// The formatted text would not say the same; this is a fault of the formatter.
    #[error("its layout cannot be changed without changing its meaning")]
    Unfaithful,
}

/// The text of a file in canonical layout.
///
/// The result has the same values and the same comments in the same order, which is checked; formatting it once
/// more changes nothing.
///
/// ```
/// use portcullis::{edit::format, source::{Source, Sources}};
/// let source = Source::new("gateway.yaml", "version:   1 # always\napp: {id: dev.example}\n");
/// let file = Sources::default().add(source.clone());
/// assert_eq!(format(&source, file).unwrap(), "version: 1  # always\napp: { id: dev.example }\n");
/// ```
pub fn format(source: &Source, file: FileId) -> Result<String, FormatError> {
    let mut diagnostics = Vec::new();
    let root = parse(source, file, &mut diagnostics);
    let Some(root) = root.filter(|_| diagnostics.is_empty()) else {
        return Err(FormatError::Faults(diagnostics));
    };
    let before = comments(source.text(), &root);
    let text = lay_out(source.text(), &root, &before);
    let after = Source::new(source.path(), &text);
    let file = Sources::default().add(after.clone());
    let again = parse(&after, file, &mut diagnostics).filter(|_| diagnostics.is_empty());
    let is_faithful = again.is_some_and(|again| {
        let after = comments(after.text(), &again);
        is_same(&root.to_json(), &again.to_json())
            && before.iter().map(|c| c.text).eq(after.iter().map(|c| c.text))
    });
    if is_faithful { Ok(text) } else { Err(FormatError::Unfaithful) }
}

/// Whether two values are the same, keys in the same order; `==` does not look at the order.
pub(super) fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .zip(other)
                    .all(|(one, other)| one.0 == other.0 && is_same(one.1, other.1))
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        _ => one == other,
    }
}

fn lay_out(text: &str, root: &Node, comments: &[Comment<'_>]) -> String {
    let outside: Vec<_> = comments.iter().filter(|c| !c.is_in_header).copied().collect();
    let mut writer = Writer::new(text, &outside);
    writer.marker();
    if is_empty(root) || !matches!(root.kind, Kind::Map(_) | Kind::Seq(_)) {
        writer.node(root, 0);
    } else {
        writer.block(root, 0);
    }
    writer.take(text.len());
    let out = writer.page.finish();
    match line_end(text) {
        "\n" => out,
        other => out.replace('\n', other),
    }
}

/// Walks a tree and its text side by side. Its recursion is as deep as a tree may be, which parsing bounds.
struct Writer<'a, 'c> {
    text: &'a str,
    line_starts: Vec<usize>,
    comments: &'c [Comment<'a>],
    /// The first comment that was not taken yet.
    next: usize,
    /// Up to where the text was taken.
    at: usize,
    /// Dashes that wait for the first line of their item.
    dashes: Vec<Level>,
    page: Page<'a>,
}

impl<'a, 'c> Writer<'a, 'c> {
    fn new(text: &'a str, comments: &'c [Comment<'a>]) -> Self {
        let line_starts = text.match_indices('\n').map(|(at, _)| at + 1);
        Self {
            text,
            line_starts: std::iter::once(0).chain(line_starts).collect(),
            comments,
            next: 0,
            at: 0,
            dashes: Vec::new(),
            page: Page::default(),
        }
    }

    fn slice(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or("")
    }

    fn column(&self, at: usize) -> usize {
        let line = self.line_starts.partition_point(|start| *start <= at);
        at - self.line_starts.get(line.saturating_sub(1)).copied().unwrap_or(0)
    }

    fn has_comment(&self, range: Range<usize>) -> bool {
        let at = self.comments.partition_point(|comment| comment.start < range.start);
        self.comments.get(at).is_some_and(|comment| comment.start < range.end)
    }

    fn is_flow(&self, node: &Node) -> bool {
        matches!(node.kind, Kind::Map(_) | Kind::Seq(_))
            && self.slice(node.span.range()).starts_with(['[', '{'])
    }

    /// Hands comments and blank lines before `end` to the page.
    fn take(&mut self, end: usize) {
        while let Some(comment) = self.comments.get(self.next).filter(|c| c.start < end) {
            if has_blank_line(self.slice(self.at..comment.start)) {
                self.page.blank();
            }
            self.page.comment(*comment);
            self.at = comment.end();
            self.next += 1;
        }
        // Between a dash and what it is for there is no place for a blank line.
        if self.dashes.is_empty() && has_blank_line(self.slice(self.at..end.max(self.at))) {
            self.page.blank();
        }
        self.at = self.at.max(end);
    }

    /// A line that begins a part of a block, or a scalar, which is no block.
    fn line(&mut self, indent: usize, at: usize, text: &str, is_block: bool) {
        let mut blocks = std::mem::take(&mut self.dashes);
        let text = "- ".repeat(blocks.len()) + text;
        let own = Level { indent, column: self.column(at) };
        let place = blocks.first().copied().unwrap_or(own);
        if is_block {
            blocks.push(own);
        }
        self.page.line(place, &blocks, text);
    }

    /// `---` before the document.
    fn marker(&mut self) {
        let mut at = 0;
        for line in self.text.split_inclusive('\n') {
            if line.starts_with("---") {
                self.take(at);
                self.line(0, at, "---", false);
                self.at = at + 3;
            }
            if !line.trim().is_empty() && !line.trim_start().starts_with('#') {
                return;
            }
            at += line.len();
        }
    }

    /// A value that begins on a line of its own, or behind dashes.
    fn node(&mut self, node: &Node, indent: usize) {
        match self.inline(node, indent, indent) {
            Some(text) => {
                self.line(indent, node.span.range().start, &text, false);
                self.pass(node);
            }
            None => self.block(node, indent),
        }
    }

    /// Leaves a value behind that is written; comments in empty braces are still to come.
    fn pass(&mut self, node: &Node) {
        let range = node.span.range();
        let end = if is_empty(node) {
            range.start
        } else if is_block_scalar(self.text, &range) {
            scalar::block_scalar_end(node, self.text, range)
        } else {
            range.end
        };
        self.at = self.at.max(end);
    }

    fn block(&mut self, node: &Node, indent: usize) {
        match &node.kind {
            Kind::Map(entries) => {
                for (name, entry) in entries.iter() {
                    self.take(entry.key.range().start);
                    self.entry(name, entry, indent);
                }
            }
            Kind::Seq(items) => items.iter().for_each(|item| self.item(node, item, indent)),
            _ => {}
        }
        if self.is_flow(node) {
            self.take(node.span.range().end.saturating_sub(1));
            self.page.settle_at(indent);
            self.at = node.span.range().end;
        }
    }

    fn entry(&mut self, name: &str, entry: &Entry, indent: usize) {
        let (key, value) = (entry.key.range(), &entry.value);
        let head = self.key(name, key.clone()) + ":";
        let room = indent + head.chars().count() + 1;
        let inline = self.inline(value, indent + 2, room);
        let has_comment = self.has_comment(key.end..value.span.range().start);
        self.at = key.end;
        match inline {
            Some(text) if text.is_empty() => {
                self.line(indent, key.start, &head, true);
                self.page.room();
                self.pass(value);
            }
            Some(text) if !has_comment => {
                self.line(indent, key.start, &(head + " " + &text), true);
                self.pass(value);
            }
            _ => {
                self.line(indent, key.start, &head, true);
                self.page.open();
                self.lift_comment(value);
                self.take(value.span.range().start);
                if has_comment {
                    self.node(value, indent + 2);
                } else {
                    self.block(value, indent + 2);
                }
            }
        }
    }

    fn item(&mut self, list: &Node, item: &Node, indent: usize) {
        let is_flow = self.is_flow(list);
        let dash = if is_flow { item.span.range().start } else { self.dash(self.at) };
        self.take(dash);
        let behind = if is_flow { dash } else { dash + 1 };
        let start = self.start(item, behind);
        let first = if is_empty(item) { start } else { self.first(item, behind) };
        let is_broken = self.is_flow(item) && self.inline(item, indent + 2, indent + 2).is_none();
        let is_lifted = is_broken && self.comment_behind(item).is_some();
        if item.span.range().is_empty() {
            self.line(indent, dash, "-", true);
            self.page.room();
        } else if is_lifted || self.has_comment(behind..first) {
            self.line(indent, dash, "-", true);
            self.page.open();
            self.at = behind;
            self.lift_comment(item);
            self.take(start);
            self.node(item, indent + 2);
        } else {
            self.dashes.push(Level { indent, column: self.column(dash) });
            self.at = start;
            self.node(item, indent + 2);
        }
        self.at = self.at.max(behind);
    }

    /// Where the next dash stands. Between two parts of a tree there are no other dashes than those of lists.
    fn dash(&self, from: usize) -> usize {
        let mut at = from;
        let next = self.comments.partition_point(|comment| comment.start < from);
        for comment in self.comments.iter().skip(next) {
            if let Some(found) = self.slice(at..comment.start).find('-') {
                return at + found;
            }
            at = comment.end();
        }
        self.slice(at..self.text.len()).find('-').map_or(at, |found| at + found)
    }

    /// Where a value begins that stands behind `from`. The scanner does not always say it for lists in lists.
    fn start(&self, node: &Node, from: usize) -> usize {
        match &node.kind {
            Kind::Seq(_) if !self.is_flow(node) => self.dash(from),
            _ => node.span.range().start,
        }
    }

    /// Where the first key or item of a value stands.
    fn first(&self, node: &Node, from: usize) -> usize {
        match &node.kind {
            Kind::Map(entries) => entries.values().next().map(|entry| entry.key.range().start),
            Kind::Seq(items) if self.is_flow(node) => {
                items.first().map(|item| item.span.range().start)
            }
            _ => None,
        }
        .unwrap_or_else(|| self.start(node, from))
    }

    /// The comment behind the bracket that closes a collection without comments.
    fn comment_behind(&self, node: &Node) -> Option<Comment<'a>> {
        let range = node.span.range();
        let comment = self.comments.get(self.next).filter(|c| c.start >= range.end)?;
        let between = self.slice(range.end..comment.start);
        let is_behind = matches!(between.trim_matches([' ', '\t']), "" | ",");
        (is_behind && self.is_flow(node)).then_some(*comment)
    }

    /// Where brackets are taken away, the comment behind the last one goes to the line that they began in.
    fn lift_comment(&mut self, node: &Node) {
        if let Some(comment) = self.comment_behind(node)
            && self.page.trail(comment)
        {
            self.next += 1;
        }
    }

    /// A key as it is written; over several lines, which only braces allow, as what it says.
    fn key(&self, name: &str, key: Range<usize>) -> String {
        let written = self.slice(key);
        if written.contains('\n') {
            return to_flow_yaml(&Value::from(name));
        }
        written.to_owned()
    }

    /// The text of a value that can stand behind its key: scalars, and what fits in braces or brackets.
    ///
    /// `indent` is for its further lines, `column` is where it begins.
    fn inline(&self, node: &Node, indent: usize, column: usize) -> Option<String> {
        let range = node.span.range();
        if is_block_scalar(self.text, &range) {
            let end = scalar::block_scalar_end(node, self.text, range.clone());
            return Some(scalar::block_scalar(node, self.text, range.start..end, indent));
        }
        match &node.kind {
            Kind::Map(entries) if entries.is_empty() => Some("{}".to_owned()),
            Kind::Seq(items) if items.is_empty() => Some("[]".to_owned()),
            Kind::Map(_) | Kind::Seq(_) => {
                let is_on_line = self.is_flow(node) && !self.has_comment(range);
                let mut out = String::new();
                (is_on_line && self.flow(node, column, &mut out)).then_some(out)
            }
            _ => Some(scalar::flow_scalar(self.slice(range), indent)),
        }
    }

    /// Writes a value on one line; false if it does not fit.
    fn flow(&self, node: &Node, column: usize, out: &mut String) -> bool {
        match &node.kind {
            Kind::Map(entries) if entries.is_empty() => out.push_str("{}"),
            Kind::Map(entries) => {
                out.push_str("{ ");
                for (number, entry) in entries.values().enumerate() {
                    out.push_str(if number == 0 { "" } else { ", " });
                    let key = self.slice(entry.key.range());
                    out.push_str(key);
                    if key.contains('\n') {
                        return false;
                    }
                    if entry.value.span.range().is_empty() {
                        // `{ name }` would be a placeholder without quotes, and `name:` lose its colon.
                        let is_alone = entries.len() == 1 && !key.starts_with(['"', '\'']);
                        out.push_str(if is_alone || key.ends_with(':') { ":" } else { "" });
                        continue;
                    }
                    out.push_str(": ");
                    if !self.flow(&entry.value, column, out) {
                        return false;
                    }
                }
                out.push_str(" }");
            }
            Kind::Seq(items) => {
                out.push('[');
                for (number, item) in items.iter().enumerate() {
                    out.push_str(if number == 0 { "" } else { ", " });
                    if !self.flow(item, column, out) {
                        return false;
                    }
                }
                out.push(']');
            }
            _ => {
                let written = self.slice(node.span.range());
                out.push_str(written);
                if written.contains('\n') {
                    return false;
                }
            }
        }
        // Bytes bound characters from above, and by no more than four times.
        out.len() <= WIDTH.saturating_sub(column)
            || (out.len() <= 4 * WIDTH && column + out.chars().count() <= WIDTH)
    }
}

fn is_empty(node: &Node) -> bool {
    match &node.kind {
        Kind::Map(entries) => entries.is_empty(),
        Kind::Seq(items) => items.is_empty(),
        _ => false,
    }
}
