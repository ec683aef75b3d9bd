//! Small readings of a file's text: lines, columns and line ends.

/// The line end that a file uses first.
pub(super) fn line_end(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text.get(..at).is_some_and(|before| before.ends_with('\r')) => "\r\n",
        _ => "\n",
    }
}

/// Where the line of a place begins.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1)
}

/// Where the line of a place ends, its line end not included.
pub(super) fn line_stop(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or("");
    let line = rest.split('\n').next().unwrap_or("");
    at + line.strip_suffix('\r').unwrap_or(line).len()
}

/// How many bytes stand before a place on its line; before a block's first character these are blanks and dashes.
pub(super) fn column(text: &str, at: usize) -> usize {
    at - line_start(text, at)
}

/// Whether a piece of text between two tokens has a line in it that is blank.
pub(super) fn has_blank_line(gap: &str) -> bool {
    let mut inner = gap.split('\n').skip(1).peekable();
    while let Some(line) = inner.next() {
        if line.trim().is_empty() && inner.peek().is_some() {
            return true;
        }
    }
    false
}
