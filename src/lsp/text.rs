//! The text of an open document, its edits, and positions as the client counts them.

use lsp_types::{Position, PositionEncodingKind, Range as Area};
use std::ops::Range;

/// In what units the client counts characters of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Utf8,
    Utf16,
    Utf32,
}

impl Encoding {
    /// The first that the client offers and this server knows; what the protocol began with is known to all.
    pub(super) fn negotiate(offered: &[&str]) -> Self {
        let known = offered.iter().find_map(|kind| match *kind {
            "utf-8" => Some(Self::Utf8),
            "utf-16" => Some(Self::Utf16),
            "utf-32" => Some(Self::Utf32),
            _ => None,
        });
        known.unwrap_or(Self::Utf16)
    }

    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn width(self, character: char) -> usize {
        match self {
            Self::Utf8 => character.len_utf8(),
            Self::Utf16 => character.len_utf16(),
            Self::Utf32 => 1,
        }
    }
}

/// A text with an index of its lines. Offsets are bytes of the text without its byte order mark, as in spans;
/// positions count the mark, which is a character to the client.
#[derive(Debug, Clone)]
pub(super) struct Text {
    whole: String,
    mark: usize,
    lines: Vec<usize>,
    wide: Vec<Wide>,
}

/// A character of several bytes: where it stands, and how many bytes more than units there are up to its end.
#[derive(Debug, Clone, Copy)]
struct Wide {
    at: usize,
    over_utf16: usize,
    over_utf32: usize,
}

impl Text {
    pub(super) fn new(whole: String) -> Self {
        let mark = if whole.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let bytes = whole.as_bytes();
        // The protocol knows three ends of a line: `\n`, `\r\n` and `\r`.
        let ends = bytes.iter().enumerate().filter(|(at, byte)| match byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        let lines = std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect();
        let wide = whole.char_indices().filter(|(_, character)| !character.is_ascii());
        let wide = wide.scan((0, 0), |(over_utf16, over_utf32), (at, character)| {
            *over_utf16 += character.len_utf8() - character.len_utf16();
            *over_utf32 += character.len_utf8() - 1;
            Some(Wide { at, over_utf16: *over_utf16, over_utf32: *over_utf32 })
        });
        let wide = wide.collect();
        Self { whole, mark, lines, wide }
    }

    /// The text as the client has it.
    pub(super) fn whole(&self) -> &str {
        &self.whole
    }

    /// The text without its byte order mark.
    pub(super) fn as_str(&self) -> &str {
        self.whole.get(self.mark..).unwrap_or_default()
    }

    /// A line's bytes without its end.
    fn line(&self, number: usize) -> Option<Range<usize>> {
        let start = *self.lines.get(number)?;
        let end = self.lines.get(number + 1).copied().unwrap_or(self.whole.len());
        let text = self.whole.get(start..end).unwrap_or_default();
        let is_last = number + 1 == self.lines.len();
        let length = if is_last { text.len() } else { text.trim_end_matches(['\r', '\n']).len() };
        Some(start..start + length)
    }

    /// How many bytes more than units stand in front of a byte.
    fn surplus(&self, at: usize, encoding: Encoding) -> usize {
        let before = self.wide.partition_point(|wide| wide.at < at);
        let last = before.checked_sub(1).and_then(|last| self.wide.get(last));
        match encoding {
            Encoding::Utf8 => 0,
            Encoding::Utf16 => last.map_or(0, |wide| wide.over_utf16),
            Encoding::Utf32 => last.map_or(0, |wide| wide.over_utf32),
        }
    }

    /// A byte of the whole text. What lies behind a line is its end, what lies behind the text is the text's, and the
    /// inside of a character is its beginning.
    fn byte(&self, position: Position, encoding: Encoding) -> usize {
        let Some(line) = self.line(position.line as usize) else { return self.whole.len() };
        let wanted = position.character as usize;
        let mut units = 0;
        for (at, character) in self.whole.get(line.clone()).unwrap_or_default().char_indices() {
            units += encoding.width(character);
            if units > wanted {
                return line.start + at;
            }
        }
        line.end
    }

    /// The offset of a position.
    pub(super) fn offset(&self, position: Position, encoding: Encoding) -> usize {
        self.byte(position, encoding).saturating_sub(self.mark)
    }

    /// The position of an offset; one between `\r` and `\n` is the line's end.
    pub(super) fn position(&self, offset: usize, encoding: Encoding) -> Position {
        let at = (offset + self.mark).min(self.whole.len());
        let number = self.lines.partition_point(|start| *start <= at).saturating_sub(1);
        let line = self.line(number).unwrap_or_default();
        let end = at.min(line.end).max(line.start);
        // A line may be the whole text, and a text may have very many places to show.
        let units = (end - line.start)
            .saturating_sub(self.surplus(end, encoding) - self.surplus(line.start, encoding));
        let small = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        Position::new(small(number), small(units))
    }

    pub(super) fn area(&self, range: &Range<usize>, encoding: Encoding) -> Area {
        Area::new(self.position(range.start, encoding), self.position(range.end, encoding))
    }

    /// Replaces a part of the text.
    pub(super) fn edit(&mut self, area: Area, new: &str, encoding: Encoding) {
        let start = self.byte(area.start, encoding);
        let end = self.byte(area.end, encoding).max(start);
        let mut whole = std::mem::take(&mut self.whole);
        whole.replace_range(start..end, new);
        *self = Self::new(whole);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Encoding; 3] = [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32];

    fn text(text: &str) -> Text {
        Text::new(text.to_owned())
    }

    #[test]
    fn each_encoding_counts_an_emoji_in_its_own_way() {
        let text = text("a: 😀x\nb");
        let columns = ALL.map(|encoding| text.position("a: 😀".len(), encoding).character);
        assert_eq!(columns, [7, 5, 4]);
        for (encoding, column) in ALL.into_iter().zip(columns) {
            assert_eq!(text.offset(Position::new(0, column), encoding), 7);
            // The inside of a character is its beginning.
            assert_eq!(text.offset(Position::new(0, 4), encoding), [3, 3, 7][encoding as usize]);
        }
    }

    #[test]
    fn every_end_of_a_line_counts_and_none_can_be_split() {
        let text = text("a\r\nb\rc\n");
        let starts: Vec<_> =
            (0..4).map(|l| text.offset(Position::new(l, 0), Encoding::Utf16)).collect();
        assert_eq!(starts, [0, 3, 5, 7]);
        assert_eq!(text.offset(Position::new(0, 99), Encoding::Utf16), 1);
        assert_eq!(text.position(2, Encoding::Utf16), Position::new(0, 1));
        assert_eq!(text.offset(Position::new(99, 0), Encoding::Utf16), 7);
    }

    #[test]
    fn a_byte_order_mark_is_the_clients_and_not_the_spans() {
        let mut text = text("\u{feff}a: b");
        assert_eq!(text.as_str(), "a: b");
        assert_eq!(text.position(3, Encoding::Utf16), Position::new(0, 4));
        assert_eq!(text.offset(Position::new(0, 4), Encoding::Utf16), 3);
        text.edit(Area::new(Position::new(0, 4), Position::new(0, 5)), "c", Encoding::Utf16);
        assert_eq!(text.whole(), "\u{feff}a: c");
    }

    #[test]
    fn an_edit_that_runs_backwards_or_out_of_the_text_is_put_inside() {
        let mut text = text("ab\ncd");
        text.edit(Area::new(Position::new(1, 1), Position::new(0, 0)), "X", Encoding::Utf16);
        assert_eq!(text.whole(), "ab\ncXd");
        text.edit(Area::new(Position::new(0, 2), Position::new(9, 9)), "", Encoding::Utf16);
        assert_eq!(text.whole(), "ab");
    }

    #[test]
    fn the_clients_order_of_preference_decides() {
        let offered = ["utf-7", "utf-32", "utf-8"];
        assert_eq!(Encoding::negotiate(&offered), Encoding::Utf32);
        assert_eq!(Encoding::negotiate(&[]), Encoding::Utf16);
    }
}
