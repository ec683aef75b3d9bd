//! The outline of a text that is not YAML yet, and the place where somebody is typing in it.
//!
//! While a line is being written the parser has no tree. This reader goes by indentation and brackets, line by line,
//! and never gives up; a test holds it to the parser's tree wherever there is one.

mod brackets;
mod lines;
mod place;
mod word;

use super::outline::{Entry, Outline};
use std::ops::Range;
use word::{Word, is_blank};

pub(super) use place::{Place, place};

/// The outline of any text.
pub(super) fn outline(text: &str) -> Outline {
    let mut scan = Scan::new(text);
    scan.run();
    scan.close_to(0);
    scan.outline.finished()
}

/// An open mapping or list.
struct Frame {
    /// The column of its keys or dashes; in brackets, the least column of the lines inside.
    column: usize,
    is_flow: bool,
    is_list: bool,
    owner: Option<usize>,
    /// The entry or item that is being written.
    current: Option<usize>,
    count: usize,
}

struct Scan<'a> {
    text: &'a str,
    at: usize,
    outline: Outline,
    frames: Vec<Frame>,
    /// The end of the last thing that was read.
    last: usize,
    word: Option<Word>,
    /// Whether the last thing that was read in this line is a key with its colon.
    is_key: bool,
    /// Where the block scalar begins that the text ends in.
    block: Option<usize>,
    /// Whether the text ends in a comment.
    in_comment: bool,
}

impl<'a> Scan<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            outline: Outline::default(),
            frames: Vec::new(),
            last: 0,
            word: None,
            is_key: false,
            block: None,
            in_comment: false,
        }
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// What is left of the line.
    fn line(&self) -> &'a str {
        self.rest().split(['\n', '\r']).next().unwrap_or_default()
    }

    fn line_start(&self) -> usize {
        let before = self.text.get(..self.at).unwrap_or_default();
        before.rfind(['\n', '\r']).map_or(0, |end| end + 1)
    }

    fn column(&self) -> usize {
        self.at - self.line_start()
    }

    fn skip_blank(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches(is_blank).len();
    }

    /// Moves to the next line. What was being read is over.
    fn next_line(&mut self) {
        self.at += self.line().len();
        if self.at < self.text.len() {
            self.at += if self.rest().starts_with("\r\n") { 2 } else { 1 };
            self.word = None;
            self.is_key = false;
            self.in_comment = false;
        }
    }

    /// Whether nothing but a comment is left of the line.
    fn is_line_over(&self) -> bool {
        // A line may be the whole file: only its next character is looked at.
        let next = self.rest().chars().next();
        let is_apart = || {
            self.text.get(..self.at).is_none_or(|before| {
                before.is_empty() || before.ends_with([' ', '\t', '\n', '\r', ',', '[', '{'])
            })
        };
        matches!(next, None | Some('\n' | '\r')) || (next == Some('#') && is_apart())
    }

    fn run(&mut self) {
        while self.at < self.text.len() {
            let start = self.at;
            self.skip_blank();
            if self.is_line_over() {
                self.end_line();
                continue;
            }
            if let Some(column) = self.flow_column() {
                let column_now = self.at - start;
                let is_inside = column_now >= column || self.rest().starts_with(['}', ']']);
                // A line that is not indented belongs to no bracket: one was left open above.
                if is_inside || !self.has_key() {
                    self.flow();
                    self.end_line();
                    continue;
                }
                while self.frames.last().is_some_and(|frame| frame.is_flow) {
                    self.close();
                }
            }
            if self.at == start && ["---", "..."].contains(&self.line().trim_end()) {
                self.next_line();
                continue;
            }
            self.block_line();
            self.end_line();
        }
    }

    /// Skips what is left of a line, unless the text ends in it.
    fn end_line(&mut self) {
        let is_over = self.is_line_over() && !self.line().is_empty();
        self.in_comment = is_over;
        self.next_line();
    }

    /// The least column at which a line can go on with what the line before left open.
    fn margin(&self) -> usize {
        self.frames.last().map_or(0, |frame| frame.column + usize::from(!frame.is_flow))
    }

    fn flow_column(&self) -> Option<usize> {
        self.frames.last().filter(|frame| frame.is_flow).map(|frame| frame.column)
    }

    /// Whether a key and its colon stand here.
    fn has_key(&mut self) -> bool {
        let before = self.at;
        let word = self.read_word(false);
        let is_key = word.is_some_and(|word| word.is_closed) && self.is_colon(false, false);
        self.at = before;
        is_key
    }

    fn is_colon(&self, is_flow: bool, is_quoted: bool) -> bool {
        let Some(after) = self.rest().strip_prefix(':') else { return false };
        after.chars().next().is_none_or(|next| {
            next.is_whitespace()
                || is_flow && (is_quoted || matches!(next, ',' | '[' | ']' | '{' | '}'))
        })
    }

    /// A quoted or plain scalar, if one stands here.
    fn read_word(&mut self, is_flow: bool) -> Option<Word> {
        let word = match self.rest().chars().next()? {
            quote @ ('"' | '\'') => word::quoted(self.rest(), quote, self.margin()),
            _ => word::plain(self.rest(), is_flow)?,
        };
        let range = self.at..self.at + word.range.end;
        self.at = range.end;
        self.last = range.end;
        Some(Word { range, ..word })
    }

    /// The entry whose value comes next.
    fn current(&self) -> Option<usize> {
        self.frames.last().and_then(|top| top.current)
    }

    fn open(&mut self, column: usize, is_flow: bool, is_list: bool) {
        let owner = self.current();
        if let Some(entry) = owner.and_then(|owner| self.outline.entries.get_mut(owner)) {
            entry.value = self.at..self.at;
            entry.scalar = None;
        }
        self.frames.push(Frame { column, is_flow, is_list, owner, current: None, count: 0 });
    }

    /// Adds an entry or item to the innermost collection.
    fn add(&mut self, name: String, key: Option<Range<usize>>, value: Range<usize>) {
        let index = self.outline.entries.len();
        let Some(top) = self.frames.last_mut() else { return };
        let name = if top.is_list { top.count.to_string() } else { name };
        top.count += 1;
        top.current = Some(index);
        let scalar = Some(String::new());
        self.outline.entries.push(Entry { parent: top.owner, name, key, value, scalar });
    }

    /// Gives the current entry a value, or more of it.
    fn put(&mut self, word: &Word) {
        let Some(entry) = self.current().and_then(|index| self.outline.entries.get_mut(index))
        else {
            return;
        };
        match &mut entry.scalar {
            Some(text) if !text.is_empty() => {
                *text = format!("{text} {}", word.text);
                entry.value.end = word.range.end;
            }
            Some(text) => {
                text.clone_from(&word.text);
                entry.value = word.range.clone();
            }
            None => {}
        }
        self.last = word.range.end;
    }

    /// Ends the innermost collection.
    fn close(&mut self) {
        let owner = self.frames.pop().and_then(|frame| frame.owner);
        if let Some(entry) = owner.and_then(|owner| self.outline.entries.get_mut(owner)) {
            entry.value.end = self.last.max(entry.value.start);
        }
    }

    fn close_where(&mut self, is_over: impl Fn(&Frame) -> bool) {
        while self.frames.last().is_some_and(&is_over) {
            self.close();
        }
    }

    fn close_to(&mut self, depth: usize) {
        while self.frames.len() > depth {
            self.close();
        }
    }
}

#[cfg(test)]
mod tests;
