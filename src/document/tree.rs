//! From the scanner's events to the spanned tree: places, keys, and the hazards that do not stop the scanner.

use super::{
    Entry, Kind, Node,
    hazard::{self, MAX_DEPTH},
    repair::{Repairs, Stop},
    scalar, token,
};
use crate::{
    diagnostic::{Code, Diagnostics},
    source::{FileId, Span},
};
use granit_parser::{Event, ScalarStyle, ScanError, Span as Mark, StructureStyle};
use indexmap::IndexMap;
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    mem,
    ops::Range,
};

/// A tree under construction. Nothing here recurses, so depth costs no stack.
pub(super) struct Tree<'a> {
    text: &'a str,
    file: FileId,
    repairs: &'a Repairs<'a>,
    frames: Vec<Frame>,
    /// Open collections below the deepest that is kept.
    skipping: usize,
    anchors: HashMap<usize, Span>,
    /// Where the last token ends.
    last: usize,
    /// The last line whose indentation was looked at.
    line: usize,
    plain: Option<Range<usize>>,
    alias: Option<Range<usize>>,
    /// The outermost value.
    pub(super) root: Option<Node>,
    /// What was found so far.
    pub(super) diagnostics: Diagnostics,
    /// Values that were painted over, by start and end.
    pub(super) repaired: BTreeMap<usize, usize>,
}

struct Frame {
    start: usize,
    is_flow: bool,
    shape: Shape,
}

enum Shape {
    Seq(Vec<Node>),
    Map(Mapping),
}

#[derive(Default)]
struct Mapping {
    entries: IndexMap<String, Entry>,
    /// Keys whose value is not sound; they stay known until the mapping ends, so that duplicates are found.
    holes: HashSet<String>,
    key: Key,
    count: usize,
}

#[derive(Default)]
enum Key {
    #[default]
    Awaited,
    Named(String, Span),
    Refused,
}

impl<'a> Tree<'a> {
    pub(super) fn new(text: &'a str, file: FileId, repairs: &'a Repairs<'a>) -> Self {
        Self {
            text,
            file,
            repairs,
            frames: Vec::new(),
            skipping: 0,
            anchors: HashMap::new(),
            last: 0,
            line: 0,
            plain: None,
            alias: None,
            root: None,
            diagnostics: Diagnostics::default(),
            repaired: BTreeMap::new(),
        }
    }

    /// Takes one event of the first document.
    pub(super) fn event(&mut self, event: Event<'_>, mark: Mark) {
        if let Event::DocumentStart(false, _) = event {
            return;
        }
        let range = mark.byte_range().unwrap_or(self.last..self.last);
        if !range.is_empty() && mark.start.line() != self.line {
            self.line = mark.start.line();
            self.check_indentation(range.start);
        }
        // `scalar` says where a block scalar ends: the scanner counts the blank lines behind it.
        let is_scalar = matches!(event, Event::Scalar(..)) && self.skipping == 0;
        match event {
            Event::SequenceStart(style, _, tag) => {
                self.check_tag(tag.is_some(), mark);
                self.open(&range, style, Shape::Seq(Vec::new()));
            }
            Event::MappingStart(style, _, tag) => {
                self.check_tag(tag.is_some(), mark);
                self.open(&range, style, Shape::Map(Mapping::default()));
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(&range),
            Event::Scalar(value, style, _, tag) if is_scalar => {
                self.check_tag(tag.is_some(), mark);
                if tag.is_some() && range.is_empty() && value.is_empty() {
                    // `!**/x`: the tag may be meant as the value.
                    self.deliver(None, None);
                } else {
                    self.scalar(&value, style, range.clone());
                }
            }
            Event::Anchor(id, _) => self.anchor(id, range.clone()),
            Event::Alias(id) if self.skipping == 0 => self.alias(id, range.clone()),
            Event::UnresolvedAlias(_) if self.skipping == 0 => {
                let text = self.slice(range.clone()).to_owned();
                let span = self.span(range.clone());
                self.diagnostics.push(hazard::unquoted_glob(&text, span));
                self.alias = Some(range.clone());
                self.deliver(Some(Node { span, kind: Kind::String(text.clone()) }), Some(&text));
            }
            _ => {}
        }
        if !range.is_empty() && !is_scalar {
            self.last = self.last.max(range.end);
        }
    }

    /// Takes an event of the second document; true once it is reported.
    pub(super) fn second_document(&mut self, event: &Event<'_>, mark: Mark) -> bool {
        let range = mark.byte_range().unwrap_or(self.last..self.last);
        let place = match event {
            Event::DocumentStart(true, _) => range,
            event if event.is_node() => {
                let tag = mark.tag_start().and_then(|tag| tag.byte_offset());
                token::next_mark(self.text, tag.unwrap_or(range.start))
            }
            _ => return false,
        };
        let span = self.span(place);
        self.diagnostics.push(hazard::second_document(span));
        true
    }

    /// Where the scanner stopped, with what is needed to judge why.
    pub(super) fn stop(self, error: &ScanError) -> (Stop, Diagnostics, BTreeMap<usize, usize>) {
        let at = error.marker().byte_offset().unwrap_or(self.last).min(self.text.len());
        let ahead = self.slice(self.last.min(at)..at);
        let is_open = ahead.matches(['[', '{']).count() > ahead.matches([']', '}']).count();
        let is_flow = is_open || self.frames.last().is_some_and(|frame| frame.is_flow);
        // A pair in a list is a mapping that begins with its key, and no bracket.
        let is_bracket = |at: &usize| matches!(self.slice(*at..at + 1), "[" | "{");
        let flow = self.frames.iter().rev().take_while(|frame| frame.is_flow);
        let open = flow.map(|frame| frame.start).find(is_bracket);
        let (plain, alias) = (self.plain, self.alias);
        let stop = Stop { kind: error.kind().clone(), at, is_flow, open, plain, alias };
        (stop, self.diagnostics, self.repaired)
    }

    fn slice(&self, range: Range<usize>) -> &'a str {
        self.text.get(range).unwrap_or("")
    }

    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
    }

    fn check_indentation(&mut self, start: usize) {
        let line = self.slice(0..start).rfind('\n').map_or(0, |end| end + 1);
        let before = self.slice(line..start);
        let blank = before.len() - before.trim_start_matches([' ', '\t']).len();
        // A line that starts inside a longer value is text, not indentation.
        if let Some(tab) = self.slice(line..line + blank).find('\t').filter(|_| self.last <= line) {
            let span = self.span(line + tab..line + blank);
            self.diagnostics.push(hazard::tab_indentation(span));
        }
    }

    fn check_tag(&mut self, has_tag: bool, mark: Mark) {
        if !has_tag || self.skipping > 0 {
            return;
        }
        let range =
            mark.tag_span().and_then(|tag| tag.byte_range()).unwrap_or(self.last..self.last);
        self.diagnostics.push(hazard::tag(self.slice(range.clone()), self.span(range)));
    }

    fn anchor(&mut self, id: usize, range: Range<usize>) {
        let text = self.slice(range.clone());
        let span = self.span(range);
        self.anchors.insert(id, span);
        if self.skipping == 0 {
            self.diagnostics.push(hazard::anchor(text, span));
        }
    }

    fn alias(&mut self, id: usize, range: Range<usize>) {
        let text = self.slice(range.clone());
        let anchor = self.anchors.get(&id).copied();
        self.diagnostics.push(hazard::alias(text, self.span(range), anchor));
        self.deliver(None, None);
    }

    fn scalar(&mut self, value: &str, style: ScalarStyle, range: Range<usize>) {
        let is_plain = style == ScalarStyle::Plain;
        if range.is_empty() && is_plain {
            return self.omitted();
        }
        let range = match style {
            ScalarStyle::Literal | ScalarStyle::Folded => {
                token::block_scalar(self.text, self.last, range)
            }
            _ => range,
        };
        let span = self.span(range.clone());
        self.last = self.last.max(range.end);
        if let Some(end) = self.repairs.end(range.start) {
            self.repaired.insert(range.start, range.end);
            let painted = end - range.start;
            let text = self.slice(range.start..end).to_owned() + value.get(painted..).unwrap_or("");
            let kind = Kind::String(text.clone());
            return self.deliver(Some(Node { span, kind }), Some(&text));
        }
        if is_plain {
            self.plain = Some(range);
        }
        if is_plain && value == "<<" && self.awaits_key() {
            self.diagnostics.push(hazard::merge_key(span));
            return self.deliver(None, None);
        }
        let kind = if is_plain { scalar::resolve(value) } else { Kind::String(value.to_owned()) };
        self.deliver(Some(Node { span, kind }), Some(value));
    }

    /// A value or key of which nothing is written.
    fn omitted(&mut self) {
        let from = self.frames.last().map_or(self.last, |frame| self.last.max(frame.start));
        let place = match self.frames.last().map(|frame| &frame.shape) {
            Some(Shape::Map(Mapping { key: Key::Awaited, .. })) => {
                token::next_mark(self.text, from)
            }
            Some(Shape::Map(_)) => token::omitted(self.text, from, ':'),
            Some(Shape::Seq(_)) => token::omitted(self.text, from, '-'),
            None => from..from,
        };
        let node = Node { span: self.span(place.clone()), kind: Kind::Null };
        if !self.awaits_key() {
            self.last = self.last.max(place.end);
        }
        self.deliver(Some(node), Some(""));
    }

    fn awaits_key(&self) -> bool {
        matches!(
            self.frames.last(),
            Some(Frame { shape: Shape::Map(Mapping { key: Key::Awaited, .. }), .. })
        )
    }

    fn open(&mut self, range: &Range<usize>, style: StructureStyle, shape: Shape) {
        if self.skipping > 0 {
            self.skipping += 1;
        } else if self.frames.len() >= MAX_DEPTH {
            self.skipping = 1;
            let width =
                self.slice(range.start..self.text.len()).chars().next().map_or(0, char::len_utf8);
            let span = self.span(range.start..range.start + width);
            self.diagnostics.push(hazard::too_deep(span));
        } else {
            let is_flow = style == StructureStyle::Flow;
            // Only a mapping may hold a sequence that is not indented, whose start the scanner misses.
            let is_value = matches!(self.frames.last(), Some(Frame { shape: Shape::Map(_), .. }));
            let start = match shape {
                Shape::Seq(_) if !is_flow && is_value => {
                    token::first_dash(self.text, self.last, range.start)
                }
                _ => range.start,
            };
            self.frames.push(Frame { start, is_flow, shape });
        }
    }

    fn close(&mut self, range: &Range<usize>) {
        if self.skipping > 0 {
            self.skipping -= 1;
            if self.skipping == 0 {
                self.deliver(None, None);
            }
            return;
        }
        let Some(frame) = self.frames.pop() else { return };
        let end = if range.is_empty() { self.last } else { range.end };
        let span = self.span(frame.start..end.max(frame.start));
        self.last = self.last.max(span.end as usize);
        match frame.shape {
            Shape::Seq(mut items) => {
                items.shrink_to_fit();
                self.deliver(Some(Node { span, kind: Kind::Seq(items) }), None);
            }
            Shape::Map(mapping) if !range.is_empty() && self.is_placeholder(&mapping, span) => {
                // `{{x}}` is one fault, not two.
                self.diagnostics.pop_if(|last| {
                    last.code == Code::UnquotedPlaceholder && last.span.start >= span.start
                });
                let text = self.slice(span.range()).to_owned();
                self.diagnostics.push(hazard::unquoted_placeholder(&text, span));
                self.deliver(Some(Node { span, kind: Kind::String(text.clone()) }), Some(&text));
            }
            Shape::Map(mut mapping) => {
                if !mapping.holes.is_empty() {
                    mapping.entries.retain(|key, _| !mapping.holes.contains(key));
                }
                // Most mappings have fewer keys than room is made for, and there are many of them.
                mapping.entries.shrink_to_fit();
                self.deliver(Some(Node { span, kind: Kind::Map(Box::new(mapping.entries)) }), None);
            }
        }
    }

    /// Whether a flow mapping is `{name}`: one plain key and nothing else.
    fn is_placeholder(&self, mapping: &Mapping, span: Span) -> bool {
        let Some(entry) = mapping.entries.values().next().filter(|_| mapping.count == 1) else {
            return false;
        };
        let (start, end) = (span.start as usize, span.end as usize);
        let before = self.slice(start + 1..entry.key.start as usize);
        let after = self.slice(entry.key.end as usize..end - 1);
        let key = self.slice(entry.key.range());
        before.trim().is_empty() && after.trim().is_empty() && !key.starts_with(['"', '\''])
    }

    /// Puts a finished value, or the hole that an unsound one leaves, where it belongs.
    fn deliver(&mut self, node: Option<Node>, text: Option<&str>) {
        let Some(frame) = self.frames.last_mut() else {
            self.root = node;
            return;
        };
        let mapping = match &mut frame.shape {
            Shape::Seq(items) => return items.extend(node),
            Shape::Map(mapping) => mapping,
        };
        match mem::take(&mut mapping.key) {
            Key::Awaited => {
                mapping.count += 1;
                mapping.key = match node {
                    None => Key::Refused,
                    Some(node) => Self::name(mapping, &node, text, &mut self.diagnostics),
                };
            }
            Key::Named(name, key) => {
                let value = node.unwrap_or_else(|| {
                    mapping.holes.insert(name.clone());
                    Node { span: key, kind: Kind::Null }
                });
                mapping.entries.insert(name, Entry { key, value });
            }
            Key::Refused => {}
        }
    }

    fn name(
        mapping: &Mapping,
        node: &Node,
        text: Option<&str>,
        diagnostics: &mut Diagnostics,
    ) -> Key {
        let Some(text) = text else {
            diagnostics.push(hazard::collection_key(node.span));
            return Key::Refused;
        };
        if node.kind == Kind::Null {
            diagnostics.push(hazard::null_key(text, node.span));
            return Key::Refused;
        }
        if let Some(first) = mapping.entries.get(text) {
            diagnostics.push(hazard::duplicate_key(text, node.span, first.key));
            return Key::Refused;
        }
        Key::Named(text.to_owned(), node.span)
    }
}
