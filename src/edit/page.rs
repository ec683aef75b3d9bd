//! The lines of a formatted file: which block a comment belongs to, where blank lines stay, and which comments line up.

use super::comment::Comment;

/// Where a block begins: its indentation as it will be, and the column where it stood.
#[derive(Debug, Clone, Copy)]
pub(super) struct Level {
    pub(super) indent: usize,
    pub(super) column: usize,
}

/// Lines that are finished, and the comments that wait for the line behind them.
#[derive(Debug, Default)]
pub(super) struct Page<'a> {
    lines: Vec<Line<'a>>,
    waiting: Vec<Waiting<'a>>,
    /// The blocks that are open at the last line, outermost first.
    levels: Vec<Level>,
    has_blank: bool,
    /// Whether the last line is the key or dash of the block that begins.
    is_opening: bool,
}

#[derive(Debug)]
enum Line<'a> {
    Blank,
    Comment {
        indent: usize,
        text: &'a str,
    },
    /// A text whose further lines, if it has any, are indented already.
    Text {
        indent: usize,
        text: String,
        comment: Option<Comment<'a>>,
    },
}

#[derive(Debug)]
struct Waiting<'a> {
    comment: Comment<'a>,
    has_blank: bool,
}

impl<'a> Page<'a> {
    /// Keeps one of the blank lines that stand here.
    pub(super) fn blank(&mut self) {
        self.has_blank = true;
    }

    /// A comment: behind the last line if it stood behind it, else on a line of its own.
    pub(super) fn comment(&mut self, comment: Comment<'a>) {
        if comment.is_trailing && self.waiting.is_empty() && self.trail(comment) {
            return;
        }
        let has_blank = std::mem::take(&mut self.has_blank);
        self.waiting.push(Waiting { comment, has_blank });
    }

    /// Puts a comment behind the last line; false if there is no place.
    pub(super) fn trail(&mut self, comment: Comment<'a>) -> bool {
        match self.lines.last_mut() {
            Some(Line::Text { comment: place @ None, .. }) => {
                *place = Some(comment);
                true
            }
            _ => false,
        }
    }

    /// A line at a place, with the blocks that it is part of from there on: `- key:` is part of two.
    pub(super) fn line(&mut self, place: Level, blocks: &[Level], text: String) {
        self.settle(|page, comment| page.indent_before(comment, place));
        self.levels.retain(|level| level.indent < place.indent);
        self.levels.extend_from_slice(blocks);
        self.lines.push(Line::Text { indent: place.indent, text, comment: None });
        self.is_opening = false;
    }

    /// Says that the last line is the key or dash of what follows: no blank line comes between them.
    pub(super) fn open(&mut self) {
        self.is_opening = true;
    }

    /// Says that the last line leaves room for a block, which comments may stand in.
    pub(super) fn room(&mut self) {
        if let Some(last) = self.levels.last() {
            self.levels.push(Level { indent: last.indent + 2, column: last.column + 1 });
        }
    }

    /// Puts the comments that wait at an indentation of their own.
    pub(super) fn settle_at(&mut self, indent: usize) {
        self.has_blank = false;
        self.settle(|_, _| indent);
    }

    fn settle(&mut self, indent: impl Fn(&Self, &Comment<'a>) -> usize) {
        for waiting in std::mem::take(&mut self.waiting) {
            if waiting.has_blank {
                self.push_blank();
            }
            let indent = indent(self, &waiting.comment);
            self.lines.push(Line::Comment { indent, text: waiting.comment.text });
            self.is_opening = false;
        }
        if std::mem::take(&mut self.has_blank) {
            self.push_blank();
        }
    }

    fn push_blank(&mut self) {
        if !self.is_opening && !matches!(self.lines.last(), None | Some(Line::Blank)) {
            self.lines.push(Line::Blank);
        }
    }

    /// A comment belongs to what follows, or to a block that ends here if it is indented like that block.
    fn indent_before(&self, comment: &Comment<'_>, next: Level) -> usize {
        let ending = self.levels.iter().rev().filter(|level| level.indent > next.indent);
        let mut home = ending.filter(|level| level.column <= comment.column);
        match home.next() {
            Some(level) if comment.column > next.column => level.indent,
            _ => next.indent,
        }
    }

    /// The text, with `\n` at the end of every line.
    pub(super) fn finish(mut self) -> String {
        self.has_blank = false;
        let end = Level { indent: 0, column: 0 };
        self.settle(|page, comment| page.indent_before(comment, end));
        let columns = self.comment_columns();
        let mut out = String::new();
        for (line, column) in self.lines.iter().zip(columns) {
            match line {
                Line::Blank => {}
                Line::Comment { indent, text } => {
                    out.extend(std::iter::repeat_n(' ', *indent));
                    out.push_str(text);
                }
                Line::Text { indent, text, comment } => {
                    out.extend(std::iter::repeat_n(' ', *indent));
                    out.push_str(text);
                    if let Some(comment) = comment {
                        let gap = column.saturating_sub(line.width());
                        out.extend(std::iter::repeat_n(' ', gap));
                        out.push_str(comment.text);
                    }
                }
            }
            out.push('\n');
        }
        out
    }

    /// The column of each line's comment: two blanks behind the line, or behind the longest of those whose
    /// comments the author lined up.
    fn comment_columns(&self) -> Vec<usize> {
        let mut columns = vec![0; self.lines.len()];
        let mut group: Vec<usize> = Vec::new();
        let mut shared = None;
        let mut close = |group: &mut Vec<usize>| {
            let widths = group.iter().filter_map(|at| self.lines.get(*at)).map(Line::width);
            let column = widths.max().unwrap_or(0) + 2;
            for at in group.drain(..) {
                if let Some(place) = columns.get_mut(at) {
                    *place = column;
                }
            }
        };
        for (at, line) in self.lines.iter().enumerate() {
            match line {
                Line::Text { comment: Some(comment), .. } => {
                    if shared != Some(comment.column) {
                        close(&mut group);
                    }
                    shared = Some(comment.column);
                    group.push(at);
                }
                Line::Blank => {
                    close(&mut group);
                    shared = None;
                }
                _ => {}
            }
        }
        close(&mut group);
        columns
    }
}

impl Line<'_> {
    /// Width of the last line of a text.
    fn width(&self) -> usize {
        match self {
            Self::Text { indent, text, .. } => match text.rsplit_once('\n') {
                Some((_, last)) => last.chars().count(),
                None => indent + text.chars().count(),
            },
            _ => 0,
        }
    }
}
