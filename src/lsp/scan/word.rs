//! Scalars of a text that may not be YAML yet: each ends where YAML ends it, or where its line does.

use std::ops::Range;

/// A scalar that was just read.
#[derive(Debug)]
pub(super) struct Word {
    pub(super) range: Range<usize>,
    pub(super) text: String,
    pub(super) quote: Option<char>,
    /// Whether it is plain or its last quote is there.
    pub(super) is_closed: bool,
}

pub(super) fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t')
}

/// A plain scalar at the beginning of a text; it ends with its line.
pub(super) fn plain(rest: &str, is_flow: bool) -> Option<Word> {
    let mut end = rest.len();
    let mut before = ' ';
    for (at, character) in rest.char_indices() {
        let next = rest.get(at + character.len_utf8()..).and_then(|rest| rest.chars().next());
        let is_end = match character {
            '\n' | '\r' => true,
            ':' => {
                next.is_none_or(|next| next.is_ascii_whitespace() || (is_flow && is_bracket(next)))
            }
            '#' => is_blank(before),
            character => is_flow && is_bracket(character),
        };
        if is_end {
            end = at;
            break;
        }
        before = character;
    }
    let text = rest.get(..end)?.trim_end_matches(is_blank);
    if text.is_empty() || text.starts_with(['{', '[', '|', '>']) {
        return None;
    }
    Some(Word { range: 0..text.len(), text: text.to_owned(), quote: None, is_closed: true })
}

fn is_bracket(character: char) -> bool {
    matches!(character, ',' | '[' | ']' | '{' | '}')
}

/// A quoted scalar at the beginning of a text. It goes on in lines that begin at the margin or behind it.
pub(super) fn quoted(rest: &str, quote: char, margin: usize) -> Word {
    let mut length = rest.len();
    let mut is_closed = false;
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' if quote == '"' && characters.peek().is_some_and(|(_, c)| *c != '\n') => {
                characters.next();
            }
            '\'' if quote == '\'' && characters.peek().is_some_and(|(_, c)| *c == '\'') => {
                characters.next();
            }
            '\n' if !goes_on(rest.get(at + 1..).unwrap_or_default(), margin) => {
                length = rest.get(..at).map_or(at, |text| text.trim_end_matches('\r').len());
                break;
            }
            character if character == quote => {
                length = at + 1;
                is_closed = true;
                break;
            }
            _ => {}
        }
    }
    let whole = rest.get(..length).unwrap_or_default();
    let inner = whole.get(1..length - usize::from(is_closed)).unwrap_or_default();
    let text = match quote {
        '\'' => inner.replace("''", "'"),
        // Escapes are JSON's and some more; a text with one of those stays as it is written.
        _ => serde_json::from_str(whole).unwrap_or_else(|_| inner.to_owned()),
    };
    Word { range: 0..length, text, quote: Some(quote), is_closed }
}

fn goes_on(line: &str, margin: usize) -> bool {
    let indented = line.trim_start_matches(is_blank);
    indented.is_empty()
        || indented.starts_with(['\n', '\r'])
        || line.len() - indented.len() >= margin.max(1)
}
