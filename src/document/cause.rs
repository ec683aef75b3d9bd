//! Mistakes that the scanner notices only further on: quotes that stay open, and spaces that are missing or are none.

use super::repair::Stop;
use crate::{
    diagnostic::{Code, Diagnostic, Edit},
    source::{FileId, Span},
};
use granit_parser::ErrorKind as Fault;
use std::ops::Range;

/// YAML takes it for a letter, and nobody sees that it is no space.
const HARD_SPACE: char = '\u{a0}';

/// The finding for a stop of the scanner whose cause stands further up, or earlier in the line.
pub(super) fn find(text: &str, file: FileId, stop: &Stop) -> Option<Diagnostic> {
    let span = |range: Range<usize>| Span::new(file, range.start, range.end);
    let syntax = |range, message: String| Diagnostic::new(Code::YamlSyntax, span(range), message);
    if let Some(quotes) = unclosed_quotes(text, stop) {
        let (open, end) = (quotes.start..quotes.start + 1, quotes.end - 1..quotes.end);
        let found =
            syntax(open, "the quotes that open here are not closed in this line".to_owned());
        return Some(
            found
                .help("close the quotes at the end of the value")
                .related(span(end), "this quote is read as their end"),
        );
    }
    let (near, above) = lines(text, stop.at);
    let places = |line: &Range<usize>| hard_spaces(text, line.clone());
    let hard = [&near, &above].into_iter().map(places).find(|found| !found.is_empty());
    if let Some(hard) = hard {
        let first = hard.first()?.clone();
        let write = |place| Edit { span: span(place), text: " ".to_owned() };
        let message = "a no-break space (U+00A0) stands where a space belongs".to_owned();
        return Some(
            syntax(first, message)
                .help("write a space in its place")
                .fix("write a space", hard.into_iter().map(write).collect()),
        );
    }
    let (key, is_opening) = glued_key(text, &near)
        .filter(|(_, is_opening)| *is_opening)
        .or_else(|| glued_key(text, &above))?;
    // Before another fault, `title:Recipes` may be what it says.
    let is_cause = is_opening || matches!(stop.kind, Fault::MappingValueNotAllowed);
    is_cause.then(|| {
        let name = text.get(key.clone()).unwrap_or_default();
        let gap = Edit { span: span(key.end..key.end), text: " ".to_owned() };
        syntax(key.clone(), format!("a space is missing behind `{name}`"))
            .help("write a space between a key's `:` and its value")
            .fix("write the space", vec![gap])
    })
}

/// The quoted text before a stop, from quote to quote, if it goes over several lines and text follows it.
pub(super) fn unclosed_quotes(text: &str, stop: &Stop) -> Option<Range<usize>> {
    let quote = match stop.kind {
        Fault::InvalidTrailingDoubleQuotedScalar => '"',
        Fault::InvalidTrailingSingleQuotedScalar => '\'',
        _ => return None,
    };
    let end = text.get(..stop.at)?.rfind(quote)?;
    let open = text.get(..end)?.rfind(quote)?;
    text.get(open..end)?.contains('\n').then_some(open..end + 1)
}

/// The line of a place, and the one above it that is not empty.
fn lines(text: &str, at: usize) -> (Range<usize>, Range<usize>) {
    let line = |at: usize| {
        let before = text.get(..at).unwrap_or_default();
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let rest = text.get(start..).unwrap_or_default();
        start..start + rest.find(['\r', '\n']).unwrap_or(rest.len())
    };
    // The scanner may stop where a line has ended.
    let written = |at: usize| text.get(..at).unwrap_or_default().trim_end().len();
    let near = line(if text.get(at..).is_some_and(|rest| rest.trim_start().is_empty()) {
        written(at)
    } else {
        at
    });
    let above = line(written(near.start));
    (near, above)
}

/// No-break spaces in a line where only a space makes sense: before the first word, or behind an indicator.
fn hard_spaces(text: &str, line: Range<usize>) -> Vec<Range<usize>> {
    let start = line.start;
    let line = text.get(line).unwrap_or_default();
    let mut before = ' ';
    let mut found = Vec::new();
    for (at, character) in line.char_indices() {
        if matches!(character, '"' | '\'' | '#') {
            break;
        }
        if character != HARD_SPACE {
            before = character;
        } else if " :,-[{".contains(before) {
            found.push(start + at..start + at + HARD_SPACE.len_utf8());
        }
    }
    found
}

/// A key at the start of a line with its colon, if the value follows at once; and whether that opens with a bracket.
fn glued_key(text: &str, line: &Range<usize>) -> Option<(Range<usize>, bool)> {
    let content = text.get(line.clone())?;
    let start = content.len() - content.trim_start_matches(' ').len();
    let (key, value) = content.get(start..)?.split_once(':')?;
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    let is_key = !key.is_empty() && key.bytes().all(is_word) && key != "plugin";
    let is_opening = value.starts_with(['{', '[']);
    let is_value = is_opening || value.starts_with(char::is_alphanumeric);
    let place = line.start + start..line.start + start + key.len() + 1;
    (is_key && is_value).then_some((place, is_opening))
}
