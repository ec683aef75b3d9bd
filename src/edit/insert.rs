//! Additions in the style of what is there: a line in a block, a part between brackets, a block where there was nothing.

use super::{
    change::split,
    format::WIDTH,
    text::{column, line_end, line_start, line_stop},
};
use crate::{
    diagnostic::Edit,
    document::{Entry, Kind, Node, to_flow_yaml},
    source::{Source, Span},
};
use serde_json::Value;

/// An item at the end of a list that is there, or that nothing was written for.
pub(super) fn item(source: &Source, root: &Node, place: &str, item: &Value) -> Option<Vec<Edit>> {
    let node = root.pointer(place)?;
    let site = Site::new(source, root);
    let text = to_flow_yaml(item);
    match node.items().last() {
        None => Some(vec![site.fill(node, &format!("[{text}]"))]),
        Some(last) if site.is_flow(node) => site.extend_flow(node, last, last, &text),
        Some(_) => {
            let start = node.span.range().start;
            let line = format!("{}- {text}", site.margin(start));
            Some(vec![site.add_lines(node, start, &[line], false)])
        }
    }
}

/// A key at the end of a mapping that is there, or that nothing was written for.
pub(super) fn entry(
    source: &Source,
    root: &Node,
    mapping: &str,
    key: &str,
    value: &Value,
) -> Option<Vec<Edit>> {
    let node = root.pointer(mapping)?;
    let site = Site::new(source, root);
    let entries: Vec<&Entry> = node.entries().map(|(_, entry)| entry).collect();
    let name = to_flow_yaml(&Value::from(key));
    let flow = format!("{name}: {}", to_flow_yaml(value));
    let Some(last) = entries.last() else {
        let Some(owner) = site.block_owner(root, mapping) else {
            return Some(vec![site.fill(node, &format!("{{ {flow} }}"))]);
        };
        // A block below the key takes the place of `{}`.
        let margin = site.margin(owner.range().start);
        let indent = margin.len() + site.unit;
        let lines = site.lines(&name, value, indent, false);
        let end = line_stop(site.text, node.span.range().end);
        let braces = site.before(node.span.range().start)..node.span.range().end;
        let text = lines.iter().fold(String::new(), |text, line| text + site.eol + line);
        return Some(vec![
            Edit { span: site.span(braces), text: String::new() },
            Edit { span: site.span(end..end), text },
        ]);
    };
    if site.is_flow(node) {
        let key = Node { span: last.key, kind: Kind::Null };
        return site.extend_flow(node, &key, &last.value, &flow);
    }
    let start = entries.first()?.key.range().start;
    let is_flow = entries
        .iter()
        .rev()
        .map(|entry| &entry.value)
        .find(|value| matches!(&value.kind, Kind::Map(entries) if !entries.is_empty()));
    let is_flow = is_flow.is_some_and(|value| site.is_flow(value));
    let lines = site.lines(&name, value, column(site.text, start), is_flow);
    let is_apart = entries.len() > 1 && site.has_blank_line_before(last.key.range().start);
    Some(vec![site.add_lines(node, start, &lines, is_apart)])
}

/// One file and how it is written.
struct Site<'a> {
    text: &'a str,
    file: crate::source::FileId,
    eol: &'static str,
    /// By how much a block is indented.
    unit: usize,
}

impl<'a> Site<'a> {
    fn new(source: &'a Source, root: &Node) -> Self {
        let text = source.text();
        let unit = root.entries().find_map(|(_, entry)| match &entry.value.kind {
            Kind::Map(entries) if !text.get(entry.value.span.range())?.starts_with('{') => {
                let inner = column(text, entries.values().next()?.key.range().start);
                inner.checked_sub(column(text, entry.key.range().start)).filter(|unit| *unit > 0)
            }
            _ => None,
        });
        Self { text, file: root.span.file, eol: line_end(text), unit: unit.unwrap_or(2) }
    }

    fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
    }

    fn is_flow(&self, node: &Node) -> bool {
        self.text.get(node.span.range()).is_some_and(|text| text.starts_with(['[', '{']))
    }

    /// The blanks before something that begins at this place.
    fn margin(&self, at: usize) -> String {
        " ".repeat(column(self.text, at))
    }

    /// Where the blanks before a place begin.
    fn before(&self, at: usize) -> usize {
        self.text.get(..at).map_or(at, |before| before.trim_end_matches([' ', '\t']).len())
    }

    /// Writes where nothing, `[]` or `{}` stands.
    fn fill(&self, node: &Node, text: &str) -> Edit {
        let range = node.span.range();
        let is_behind_key = range.is_empty()
            && self.text.get(..range.start).is_some_and(|before| before.ends_with([':', '-']));
        let text = if is_behind_key { format!(" {text}") } else { text.to_owned() };
        Edit { span: self.span(range), text }
    }

    /// The key of a block mapping that holds this place, if only such mappings are around it.
    fn block_owner(&self, root: &Node, pointer: &str) -> Option<Span> {
        let (outer, key) = split(pointer)?;
        let mut at = outer.as_str();
        loop {
            let node = root.pointer(at)?;
            if self.is_flow(node) {
                return None;
            }
            match at.rsplit_once('/') {
                Some((next, _)) => at = next,
                None => break,
            }
        }
        root.pointer(&outer)?.entry(&key).map(|entry| entry.key)
    }

    /// Adds a part before the closing bracket; `first` begins the last part and `last` ends it.
    fn extend_flow(&self, node: &Node, first: &Node, last: &Node, part: &str) -> Option<Vec<Edit>> {
        let end = last.span.range().end.max(first.span.range().end);
        let close = node.span.range().end.checked_sub(1)?;
        let comma = self.comma(end, close);
        let start = first.span.range().start;
        let line = line_start(self.text, start);
        let begins_line = self.text.get(line..start)?.trim().is_empty();
        if !begins_line {
            return Some(vec![match comma {
                Some(at) => Edit { span: self.span(at..at), text: format!(" {part}") },
                None => Edit { span: self.span(end..end), text: format!(", {part}") },
            }]);
        }
        // One part a line: the new one gets its own, behind the last one's comment, and a comma if that has one.
        let mut edits = Vec::new();
        if comma.is_none() {
            edits.push(Edit { span: self.span(end..end), text: ",".to_owned() });
        }
        let stop = line_stop(self.text, comma.unwrap_or(end));
        // A bracket behind the last part stays behind the new one.
        let at = if stop > close { comma.unwrap_or(end) } else { stop };
        let tail = if comma.is_some() { "," } else { "" };
        let text = format!("{}{}{part}{tail}", self.eol, self.margin(start));
        edits.push(Edit { span: self.span(at..at), text });
        Some(edits)
    }

    /// The place behind a comma that follows the last part.
    fn comma(&self, end: usize, close: usize) -> Option<usize> {
        let mut at = end;
        for line in self.text.get(end..close)?.split_inclusive('\n') {
            let code = line.split_once('#').map_or(line, |(code, _)| code);
            if let Some(comma) = code.find(',') {
                return Some(at + comma + 1);
            }
            at += line.len();
        }
        None
    }

    /// Adds lines behind a block and the comments that end it.
    fn add_lines(&self, block: &Node, start: usize, lines: &[String], is_apart: bool) -> Edit {
        let at = self.end_of_block(block.span.range().end, column(self.text, start));
        let gap = if is_apart { self.eol } else { "" };
        let lines = lines.iter().fold(gap.to_owned(), |text, line| text + self.eol + line);
        Edit { span: self.span(at..at), text: lines }
    }

    /// The end of the last line of a block: that of its last value, or of a comment that is indented like it.
    fn end_of_block(&self, end: usize, column: usize) -> usize {
        let mut last = line_stop(self.text, end);
        let mut at = last;
        for line in self.text.get(last..).unwrap_or("").split_inclusive('\n').skip(1) {
            at += self.text.get(at..).and_then(|rest| rest.find('\n')).map_or(0, |end| end + 1);
            let code = line.trim_start_matches([' ', '\t']);
            let indent = line.len() - code.len();
            if code.starts_with('#') && indent >= column {
                last = line_stop(self.text, at);
            } else if !code.trim().is_empty() {
                break;
            }
        }
        last
    }

    fn has_blank_line_before(&self, at: usize) -> bool {
        let line = line_start(self.text, at);
        let before = self.text.get(..line).unwrap_or("");
        let mut lines = before.lines().rev().map(str::trim);
        lines.find(|line| !line.starts_with('#')).is_some_and(str::is_empty)
    }

    /// The lines of a new entry. Lists, and mappings if `is_flow`, stand in brackets where they fit.
    fn lines(&self, key: &str, value: &Value, indent: usize, is_flow: bool) -> Vec<String> {
        let margin = " ".repeat(indent);
        let flow = format!("{margin}{key}: {}", to_flow_yaml(value));
        let fits = flow.chars().count() <= WIDTH;
        let inner = indent + self.unit;
        match value {
            Value::Object(entries) if !(entries.is_empty() || is_flow && fits) => {
                let lines = entries.iter().flat_map(|(key, value)| {
                    self.lines(&to_flow_yaml(&Value::from(key.as_str())), value, inner, is_flow)
                });
                std::iter::once(format!("{margin}{key}:")).chain(lines).collect()
            }
            Value::Array(items) if !items.is_empty() && !fits => {
                let margin_of_items = " ".repeat(inner);
                let lines =
                    items.iter().map(|item| format!("{margin_of_items}- {}", to_flow_yaml(item)));
                std::iter::once(format!("{margin}{key}:")).chain(lines).collect()
            }
            _ => vec![flow],
        }
    }
}
