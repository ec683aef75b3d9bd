//! Placeholders in texts: `{argument}`, `{origin:capture}` and `{secret:name}`, finished or not.

use crate::name::is_word_character;
use std::ops::Range;

/// What a placeholder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filler {
    Argument,
    /// A capture of the caller's origin.
    Capture,
    Secret,
}

impl Filler {
    /// The fillers that are no arguments, with what stands before their names.
    pub(super) const PREFIXES: [(&'static str, Self); 2] =
        [("origin:", Self::Capture), ("secret:", Self::Secret)];

    /// What begins with this text, and how much of it is no part of the name.
    fn of(text: &str) -> (Self, usize) {
        let found = Self::PREFIXES.into_iter().find(|(prefix, _)| text.starts_with(prefix));
        found.map_or((Self::Argument, 0), |(prefix, filler)| (filler, prefix.len()))
    }
}

/// The names in a text's placeholders, as they are written.
pub(super) fn placeholders(text: &str) -> Vec<(Filler, Range<usize>)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = text.get(at..).and_then(|rest| rest.find('{')) {
        let start = at + next + 1;
        let rest = text.get(start..).unwrap_or_default();
        if rest.starts_with('{') {
            at = start + 1;
            continue;
        }
        let (filler, skipped) = Filler::of(rest);
        let start = start + skipped;
        let rest = rest.get(skipped..).unwrap_or_default();
        let length = rest.find(|c| !is_word_character(c)).unwrap_or(rest.len());
        let is_closed = rest.get(length..).is_some_and(|end| end.starts_with(['}', '.']));
        if length > 0 && is_closed {
            found.push((filler, start..start + length));
        }
        at = start + length;
    }
    found
}

/// The unfinished placeholder that a text ends in: what it is of, and where its name begins.
pub(super) fn open_placeholder(text: &str) -> Option<(Filler, usize)> {
    let start = text.rfind('{')? + 1;
    let inner = text.get(start..)?;
    let braces = text.get(..start)?.chars().rev().take_while(|c| *c == '{').count();
    let (filler, skipped) = Filler::of(inner);
    let is_name = inner.get(skipped..)?.chars().all(is_word_character);
    (is_name && braces % 2 == 1).then_some((filler, start + skipped))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubled_braces_are_no_placeholders() {
        let text = "a{b}{{c}}{d...} {e {} {origin:f}{secret:g}{secret:}{other:h}";
        let names: Vec<_> =
            placeholders(text).into_iter().map(|(filler, range)| (filler, &text[range])).collect();
        let expected = [
            (Filler::Argument, "b"),
            (Filler::Argument, "d"),
            (Filler::Capture, "f"),
            (Filler::Secret, "g"),
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn an_unfinished_placeholder_is_the_last_one() {
        assert_eq!(open_placeholder("x{ab"), Some((Filler::Argument, 2)));
        assert_eq!(open_placeholder("x{secret:ab"), Some((Filler::Secret, 9)));
        assert_eq!(open_placeholder("x{origin:"), Some((Filler::Capture, 9)));
        assert_eq!(open_placeholder("x{{ab"), None);
        assert_eq!(open_placeholder("{a} b"), None);
    }
}
