//! Structure by brackets, which may go over many lines and be left open.

use super::Scan;

impl Scan<'_> {
    /// Brackets, to their end or to the end of the line.
    pub(super) fn flow(&mut self) {
        loop {
            self.skip_blank();
            if self.is_line_over() {
                return;
            }
            let is_list = self.frames.last().is_some_and(|frame| frame.is_list);
            match self.rest().chars().next() {
                Some('{' | '[') => {
                    self.word = None;
                    self.is_key = false;
                    if self.flow_column().is_some() && is_list {
                        self.add(String::new(), None, self.at..self.at);
                    }
                    let column = self.margin();
                    self.open(column, true, self.rest().starts_with('['));
                    self.at += 1;
                    self.last = self.at;
                }
                Some('}' | ']') => {
                    self.at += 1;
                    self.last = self.at;
                    self.word = None;
                    self.is_key = false;
                    if self.flow_column().is_some() {
                        self.close();
                    }
                    if self.flow_column().is_none() {
                        self.at += self.line().len();
                        return;
                    }
                }
                Some(',') => {
                    self.at += 1;
                    self.word = None;
                    self.is_key = false;
                    if let Some(top) = self.frames.last_mut() {
                        top.current = None;
                    }
                }
                Some(':') if self.is_colon(true, false) => {
                    self.at += 1;
                    self.word = None;
                }
                _ => self.flow_word(is_list),
            }
        }
    }

    fn flow_word(&mut self, is_list: bool) {
        let Some(word) = self.read_word(true) else {
            self.at += self.rest().chars().next().map_or(0, char::len_utf8);
            return;
        };
        let end = self.at;
        self.skip_blank();
        let is_key = word.is_closed && self.is_colon(true, word.quote.is_some());
        let has_current = self.frames.last().is_some_and(|top| top.current.is_some());
        if is_key && !is_list {
            self.at += 1;
            self.last = self.at;
            self.add(word.text.clone(), Some(word.range.clone()), self.last..self.last);
            self.word = None;
            self.is_key = true;
            return;
        }
        if has_current {
            self.put(&word);
        } else if is_list {
            self.add(String::new(), None, word.range.clone());
            self.put(&word);
        } else {
            self.add(word.text.clone(), Some(word.range.clone()), end..end);
        }
        self.word = Some(word);
    }
}
