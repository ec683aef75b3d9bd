//! Where somebody is typing: which mapping a key would go into, or which entry a value would be of.

use super::{Frame, Scan, word::Word};
use std::ops::Range;

/// Where in the structure an offset is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::lsp) struct Place {
    /// The names of the mapping that a key would go into.
    pub(in crate::lsp) keys: Option<Vec<String>>,
    /// The names of the entry or item that a value would be of.
    pub(in crate::lsp) value: Option<Vec<String>>,
    /// What is written of it, up to the offset.
    pub(in crate::lsp) token: Range<usize>,
    /// The quote that it begins with.
    pub(in crate::lsp) quote: Option<char>,
    /// Whether brackets rather than indentation give the structure.
    pub(in crate::lsp) is_flow: bool,
}

/// Where an offset is in the structure of what stands before it.
pub(in crate::lsp) fn place(text: &str, offset: usize) -> Place {
    let before = text.get(..offset).unwrap_or(text);
    let mut scan = Scan::new(before);
    scan.run();
    scan.place()
}

impl Scan<'_> {
    fn place(mut self) -> Place {
        let end = self.text.len();
        let word = self.word.take();
        let is_left = word
            .as_ref()
            .is_some_and(|word| word.range.end != end || (word.quote.is_some() && word.is_closed));
        if self.in_comment || is_left {
            return Place::default();
        }
        let token = match (&word, self.block) {
            (Some(word), _) => word.range.clone(),
            (None, Some(start)) => start..end,
            (None, None) => end..end,
        };
        let quote = word.as_ref().and_then(|word| word.quote);
        let is_flow = self.flow_column().is_some();
        let (keys, value) = if self.block.is_some() {
            (None, self.current().map(|entry| self.names(Some(entry))))
        } else if is_flow {
            self.in_brackets(word.as_ref())
        } else {
            self.in_lines(word.as_ref())
        };
        Place { keys, value, token, quote, is_flow }
    }

    fn in_brackets(&self, word: Option<&Word>) -> (Option<Vec<String>>, Option<Vec<String>>) {
        let Some(top) = self.frames.last() else { return (None, None) };
        let Some(current) = top.current else {
            let mut names = self.names(top.owner);
            if !top.is_list {
                return (Some(names), None);
            }
            names.push(top.count.to_string());
            return (None, Some(names));
        };
        let entry = self.outline.entries.get(current);
        let is_key = word.is_some_and(|word| {
            entry.and_then(|entry| entry.key.as_ref()).is_some_and(|key| *key == word.range)
        });
        if is_key {
            return (Some(self.names(top.owner)), None);
        }
        // Behind a finished value nothing but a comma can stand.
        let is_open = word.is_some() || self.is_key;
        (None, is_open.then(|| self.names(Some(current))))
    }

    fn in_lines(&mut self, word: Option<&Word>) -> (Option<Vec<String>>, Option<Vec<String>>) {
        if self.is_key {
            return (None, self.current().map(|entry| self.names(Some(entry))));
        }
        let end = word.map_or(self.text.len(), |word| word.range.start);
        self.at = end;
        let start = self.line_start();
        let before = self.text.get(start..end).unwrap_or_default();
        if before.trim_end().ends_with('-') {
            let item = self.current().map(|entry| self.names(Some(entry)));
            return (item.clone(), item);
        }
        if !before.trim().is_empty() {
            return (None, None);
        }
        let column = end - start;
        let is_over =
            |frame: &Frame| frame.column > column || (frame.column == column && frame.is_list);
        self.close_where(is_over);
        match self.frames.last() {
            None => (Some(Vec::new()), None),
            Some(top) if top.column == column => (Some(self.names(top.owner)), None),
            Some(top) => {
                let entry = top.current.and_then(|current| self.outline.entries.get(current));
                let names = self.names(top.current);
                // A word further in is the value of the key above it, or the first key of that value.
                let is_free = entry.is_some_and(|entry| {
                    let written = entry.scalar.as_deref().unwrap_or_default();
                    word.map_or(written.is_empty(), |word| {
                        written == word.text || written.is_empty()
                    })
                });
                if !is_free {
                    return (None, None);
                }
                (Some(names.clone()), word.is_some().then_some(names))
            }
        }
    }

    fn names(&self, entry: Option<usize>) -> Vec<String> {
        let path = entry.map(|entry| self.outline.path(entry)).unwrap_or_default();
        path.into_iter().map(str::to_owned).collect()
    }
}
