//! The text of manifests and where things stand in it: every later stage speaks in [`Span`]s.

use std::{
    fmt,
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

/// A manifest larger than this many bytes is refused before it is parsed.
pub const MAX_BYTES: usize = 1024 * 1024;

/// Which file of a [`Sources`] a span belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(u16);

impl FileId {
    /// Its place in the order in which the files were read.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// A half-open range of bytes, `start..end`, in one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file that the range is in.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// The byte after the last one.
    pub end: u32,
}

impl Span {
    /// The range `start..end` of `file`; offsets beyond `u32::MAX` cannot occur below [`MAX_BYTES`].
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { file, start: clamp(start), end: clamp(end.max(start)) }
    }

    /// Whether the other range lies in this one.
    pub fn contains(self, other: Self) -> bool {
        self.file == other.file && self.start <= other.start && other.end <= self.end
    }

    /// The range as `usize`s, for slicing text.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A value and where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// What was written.
    pub value: T,
    /// Where it was written.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// Joins a value with its place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// A place for a person: both numbers count from 1, `column` counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters (Unicode scalar values), from 1.
    pub column: usize,
}

/// One file's text. A byte order mark is not part of it, so that columns are what an editor shows.
#[derive(Clone)]
pub struct Source {
    path: PathBuf,
    text: Arc<str>,
    line_starts: Vec<usize>,
    /// The number of characters that begin before each block of the text.
    characters: Vec<usize>,
}

/// A column is counted from the start of a block, so that it costs the same in a line of any length.
const BLOCK: usize = 1024;

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Source").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Source {
    /// Text that came from `path`; the path is used for messages and to resolve relative paths.
    pub fn new(path: impl Into<PathBuf>, text: &str) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let line_starts =
            std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let mut characters = Vec::with_capacity(text.len() / BLOCK + 2);
        let mut count = 0;
        for block in text.as_bytes().chunks(BLOCK) {
            characters.push(count);
            count += first_bytes(block);
        }
        // The end of the text may be where a block would begin.
        characters.push(count);
        Self { path: path.into(), text: text.into(), line_starts, characters }
    }

    /// Where the text came from, as the user named it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Line and column of a byte offset; an offset past the end is the end.
    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let (line, start) = self.line(offset);
        let column = self.characters_before(offset) - self.characters_before(start) + 1;
        Position { line, column }
    }

    /// Where the line of a byte offset begins and ends, its line break not included.
    pub fn line_range(&self, offset: usize) -> Range<usize> {
        let (line, start) = self.line(offset);
        let end = self.line_starts.get(line).map_or(self.text.len(), |next| next - 1);
        let is_windows = self.text.get(start..end).is_some_and(|text| text.ends_with('\r'));
        start..end - usize::from(is_windows)
    }

    /// The number of the line that an offset is in, and where it begins.
    fn line(&self, offset: usize) -> (usize, usize) {
        let line = self.line_starts.partition_point(|start| *start <= offset).max(1);
        (line, self.line_starts.get(line - 1).copied().unwrap_or(0))
    }

    fn characters_before(&self, offset: usize) -> usize {
        let block = offset / BLOCK;
        let rest = self.text.as_bytes().get(block * BLOCK..offset).unwrap_or_default();
        self.characters.get(block).copied().unwrap_or(0) + first_bytes(rest)
    }
}

/// How many characters begin in a piece of UTF-8: each has one byte that continues none.
fn first_bytes(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}

/// All files of one manifest, in the order in which they were read.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<Source>,
}

impl Sources {
    /// Adds a file and returns its id.
    pub fn add(&mut self, source: Source) -> FileId {
        let id = FileId(u16::try_from(self.files.len()).unwrap_or(u16::MAX));
        self.files.push(source);
        id
    }

    /// The file with this id, if it belongs to this set.
    pub fn find(&self, id: FileId) -> Option<&Source> {
        self.files.get(usize::from(id.0))
    }

    /// All files.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.files.iter()
    }

    /// All files, each with its first character, for findings about the whole of it.
    pub fn starts(&self) -> impl Iterator<Item = (&Source, Span)> {
        self.files.iter().zip(0..).map(|(source, index)| {
            let width = source.text().chars().next().map_or(0, char::len_utf8);
            (source, Span::new(FileId(index), 0, width))
        })
    }

    /// The text under a span, or nothing if the span is not of these sources.
    pub fn text(&self, span: Span) -> &str {
        self.find(span.file).and_then(|source| source.text().get(span.range())).unwrap_or("")
    }

    /// `path:line:column` of a span's start, for messages and logs.
    pub fn place(&self, span: Span) -> Place {
        let source = self.find(span.file);
        let position = source
            .map_or(Position { line: 1, column: 1 }, |source| source.position(span.start as usize));
        Place { file: source.map(|s| s.path().to_path_buf()).unwrap_or_default(), position }
    }
}

/// A span that no longer needs its [`Sources`]: file, line and column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file as the user named it.
    pub file: PathBuf,
    /// Line and column.
    pub position: Position,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file.display(), self.position.line, self.position.column)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_not_bytes() {
        let source = Source::new("a.yaml", "ä: ☃x\nb: 1");
        assert_eq!(source.position(6 + 1), Position { line: 1, column: 5 });
        assert_eq!(source.position("ä: ☃x\n".len()), Position { line: 2, column: 1 });
    }

    #[test]
    fn a_byte_order_mark_does_not_shift_columns() {
        let source = Source::new("a.yaml", "\u{feff}version: 1");
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
        assert_eq!(source.text(), "version: 1");
    }

    #[test]
    fn columns_of_a_long_line_are_those_of_a_count_from_its_start() {
        let text = format!("{}\n{}", "é☃x🦀".repeat(700), "🦀a".repeat(BLOCK));
        let source = Source::new("a.yaml", &text);
        for (offset, _) in text.char_indices().chain([(text.len(), ' ')]) {
            let line = text[..offset].matches('\n').count() + 1;
            let start = text[..offset].rfind('\n').map_or(0, |end| end + 1);
            let column = text[start..offset].chars().count() + 1;
            assert_eq!(source.position(offset), Position { line, column });
        }
        let whole = Source::new("a.yaml", &"x".repeat(2 * BLOCK));
        assert_eq!(whole.position(2 * BLOCK), Position { line: 1, column: 2 * BLOCK + 1 });
    }

    #[test]
    fn a_line_ends_before_its_break() {
        let source = Source::new("a.yaml", "a\r\n\nbc");
        assert_eq!([0, 1, 2].map(|at| source.line_range(at)), [0..1, 0..1, 0..1]);
        assert_eq!([3, 4, 6].map(|at| source.line_range(at)), [3..3, 4..6, 4..6]);
    }

    #[test]
    fn an_offset_past_the_end_is_the_end() {
        assert_eq!(Source::new("a", "x").position(9), Position { line: 1, column: 2 });
    }
}
