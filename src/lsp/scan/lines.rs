//! Structure by indentation: keys, dashes and what stands behind them.

use super::{Scan, word::Word};

impl Scan<'_> {
    /// One line of indented structure.
    pub(super) fn block_line(&mut self) {
        loop {
            let column = self.column();
            let line = self.line();
            if line == "-" || line.starts_with("- ") || line.starts_with("-\t") {
                self.close_where(|frame| frame.column > column);
                if !self.frames.last().is_some_and(|top| top.is_list && top.column == column) {
                    self.open(column, false, true);
                }
                let dash = self.at;
                self.at += 1;
                self.last = self.at;
                self.add(String::new(), None, dash..self.at);
                self.skip_blank();
                if self.is_line_over() {
                    return;
                }
                continue;
            }
            let Some(word) = self.read_word(false) else { return self.value() };
            self.skip_blank();
            if word.is_closed && self.is_colon(false, word.quote.is_some()) {
                self.close_where(|frame| {
                    frame.column > column || (frame.column == column && frame.is_list)
                });
                if self.frames.last().is_none_or(|top| top.column != column) {
                    self.open(column, false, false);
                }
                self.at += 1;
                self.last = self.at;
                self.add(word.text.clone(), Some(word.range.clone()), self.last..self.last);
                self.word = None;
                self.is_key = true;
                self.skip_blank();
                if !self.is_line_over() {
                    self.value();
                }
                return;
            }
            self.close_where(|frame| frame.column > column);
            // A word beside keys is one that is being typed; further in, it is their value.
            if self.frames.last().is_none_or(|top| top.column < column) {
                self.put(&word);
            }
            self.word = Some(word);
            return;
        }
    }

    /// A value behind a key or a dash.
    fn value(&mut self) {
        match self.rest().chars().next() {
            Some('{' | '[') => self.flow(),
            Some('|' | '>') => self.block_scalar(),
            _ => {
                if let Some(word) = self.read_word(false) {
                    self.put(&word);
                    self.word = Some(word);
                    self.skip_blank();
                } else {
                    self.at += self.line().len();
                }
            }
        }
    }

    /// Text that lasts as long as its lines are indented.
    fn block_scalar(&mut self) {
        let start = self.at;
        let margin = self.margin();
        let header = self.line().trim_end();
        let mut end = start + header.len();
        self.at += self.line().len();
        loop {
            if self.at >= self.text.len() {
                self.block = Some(start);
                break;
            }
            let before = self.at;
            self.next_line();
            let line = self.line();
            let indent = line.len() - line.trim_start_matches(' ').len();
            if !line.trim().is_empty() && indent < margin {
                // The line that ends it is read anew, from the end of the one before.
                self.at = before;
                break;
            }
            self.at += line.len();
            if !line.trim().is_empty() {
                end = self.at;
            }
        }
        let text = self.text.get(start + header.len()..end).unwrap_or_default().to_owned();
        self.put(&Word { range: start..end, text, quote: None, is_closed: true });
    }
}
