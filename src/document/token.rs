//! Small readings of the text around an event: where a token starts and ends, and how to quote it.

use std::ops::Range;

/// Longest piece of the user's text that a message repeats.
const EXCERPT: usize = 80;

fn rest(text: &str, at: usize) -> &str {
    text.get(at..).unwrap_or("")
}

/// Where the first character after blanks, line breaks and comments stands.
fn skip_blank(text: &str, from: usize) -> usize {
    let mut at = from;
    loop {
        let tail = rest(text, at);
        at += tail.len() - tail.trim_start_matches([' ', '\t', '\r', '\n']).len();
        let tail = rest(text, at);
        if !tail.starts_with('#') {
            return at;
        }
        at += tail.find(['\n', '\r']).unwrap_or(tail.len());
    }
}

/// Where a value that was left out would stand: right after its indicator, or where the token before it ends.
pub(super) fn omitted(text: &str, from: usize, indicator: char) -> Range<usize> {
    let at = skip_blank(text, from);
    let is_alone =
        |tail: &&str| tail.is_empty() || tail.starts_with([' ', '\t', '\r', '\n', ',', '}', ']']);
    let behind = rest(text, at).strip_prefix(indicator).filter(is_alone);
    let end = behind.map_or(from, |tail| text.len() - tail.len());
    end..end
}

/// The next character that is not blank: what to point at when there is nothing to point at.
pub(super) fn next_mark(text: &str, from: usize) -> Range<usize> {
    let at = skip_blank(text, from);
    at..at + rest(text, at).chars().next().map_or(0, char::len_utf8)
}

/// Where a block sequence starts: at its first `-`, which the scanner does not always say.
pub(super) fn first_dash(text: &str, from: usize, start: usize) -> usize {
    indicator(text, from, start, |c| c == '-')
}

/// The first indicator of a kind behind other indicators and properties; `limit` if there is none before it.
fn indicator(text: &str, from: usize, limit: usize, is_wanted: impl Fn(char) -> bool) -> usize {
    let mut at = from;
    loop {
        at = skip_blank(text, at);
        let tail = rest(text, at);
        match tail.chars().next().filter(|_| at < limit) {
            Some(found) if is_wanted(found) => return at,
            Some(':' | '-' | '?') => at += 1,
            Some('&' | '!') => at += tail.find([' ', '\t', '\r', '\n']).unwrap_or(tail.len()),
            _ => return limit,
        }
    }
}

/// The character at a place or, where the line or the text ends, the last one before it.
pub(super) fn mark_at(text: &str, at: usize) -> Range<usize> {
    if let Some(next) = rest(text, at).chars().next().filter(|c| !matches!(c, '\r' | '\n')) {
        return at..at + next.len_utf8();
    }
    let before = text.get(..at).unwrap_or("").trim_end_matches([' ', '\t', '\r', '\n']);
    let width = before.chars().next_back().map_or(0, char::len_utf8);
    before.len() - width..before.len()
}

/// A block scalar from its `|` or `>` to its last character; `content` is the part below the header.
pub(super) fn block_scalar(text: &str, from: usize, content: Range<usize>) -> Range<usize> {
    let start = indicator(text, from, content.start, |c| matches!(c, '|' | '>'));
    let body = text.get(content.clone()).unwrap_or("");
    let written = body.trim_end_matches([' ', '\t', '\r', '\n']).len();
    let header = rest(text, start).find([' ', '\t', '\r', '\n']).unwrap_or(text.len() - start);
    // Without content, the scanner may give the header in its place.
    let is_empty = written == 0 || content.start <= start;
    let end = if is_empty { start + header } else { content.start + written };
    start..end.max(start)
}

/// The run of text at `start` that the user meant as one value.
pub(super) fn word(text: &str, start: usize, is_flow: bool) -> Range<usize> {
    let tail = rest(text, start);
    let mut depth = 0_usize;
    let mut before = 'x';
    let mut end = tail.len();
    for (at, character) in tail.char_indices() {
        let is_closing = matches!(character, ',' | '}' | ']') && is_flow && depth == 0;
        let is_comment = character == '#' && matches!(before, ' ' | '\t');
        let is_key = character == ':'
            && depth == 0
            && rest(tail, at + 1).chars().next().is_none_or(|next| " \t\r\n".contains(next));
        if matches!(character, '\r' | '\n') || is_closing || is_comment || is_key {
            end = at;
            break;
        }
        match character {
            '{' | '[' => depth += 1,
            '}' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        before = character;
    }
    let word = tail.get(..end).unwrap_or("").trim_end_matches([' ', '\t']);
    start..start + word.len()
}

/// Where a `{placeholder}` that starts at `at` ends, if there is one.
pub(super) fn placeholder(text: &str, at: usize) -> Option<usize> {
    let inner = rest(text, at).strip_prefix('{')?;
    let end = inner.find('}')?;
    let name = inner.get(..end)?.trim_matches(' ');
    let is_name = |c: char| c.is_alphanumeric() || "_-.:|".contains(c);
    (!name.is_empty() && name.chars().all(is_name)).then_some(at + 1 + end + 1)
}

/// Where the `{placeholder}` starts that ends right before `at`, blanks aside.
pub(super) fn placeholder_before(text: &str, at: usize) -> Option<usize> {
    let before = text.get(..at)?.trim_end_matches([' ', '\t']);
    let start = before.rfind('{')?;
    (placeholder(text, start)? == before.len()).then_some(start)
}

/// The user's text as a quoted YAML scalar.
pub(super) fn quoted(text: &str) -> String {
    if text.contains(['"', '\\']) {
        format!("'{}'", text.replace('\'', "''"))
    } else {
        format!("\"{text}\"")
    }
}

/// The start of a long text, the whole of a short one.
pub(super) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(EXCERPT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or("")),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_where_the_user_meant_them_to() {
        let cases = [
            ("*.{a,b}, c]", true, "*.{a,b}"),
            ("{a}-{b}]", true, "{a}-{b}"),
            ("{a}, b", false, "{a}, b"),
            ("*: 1", false, "*"),
            ("* # all", false, "*"),
            ("a#b:c  \r\nd", false, "a#b:c"),
        ];
        for (text, is_flow, expected) in cases {
            assert_eq!(&text[word(text, 0, is_flow)], expected);
        }
    }

    #[test]
    fn quoting_keeps_the_text() {
        assert_eq!(quoted("*.x"), r#""*.x""#);
        assert_eq!(quoted(r#"{a}"it's"#), r#"'{a}"it''s'"#);
    }

    #[test]
    fn placeholders_are_found_from_both_sides() {
        assert_eq!(placeholder("{paths...}/x", 0), Some(10));
        assert_eq!(placeholder("{a: 1}", 0), None);
        assert_eq!(placeholder("{}", 0), None);
        assert_eq!(placeholder_before("x: {repo} /sub", 10), Some(3));
        assert_eq!(placeholder_before("x: 1", 4), None);
    }
}
