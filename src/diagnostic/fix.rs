//! Fixes: edits that a program may make, because they are surely what was meant.

use crate::source::Span;

/// What to change so that a finding goes away.
///
/// A finding has one only where nobody would have to think about it: a misspelt name with one near neighbour,
/// a value that lacks its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an order: "write `main`".
    pub title: String,
    /// The changes, which belong together: all of them or none.
    pub edits: Vec<Edit>,
}

/// A piece of a file and the text to put in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What goes; an empty span is a place to insert at.
    pub span: Span,
    /// What comes.
    pub text: String,
}

impl Fix {
    /// A fix of some edits.
    pub fn new(title: impl Into<String>, edits: Vec<Edit>) -> Self {
        Self { title: title.into(), edits }
    }

    /// The fix that writes a text in the place of a span.
    pub fn replace(title: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        Self::new(title, vec![Edit { span, text: text.into() }])
    }
}

impl Edit {
    /// Writes one word in the place of another, and keeps the quotes that stand around it.
    ///
    /// `span` is what the scalar `written` covers in the file. A word that YAML would not read as a text is quoted.
    pub fn word(span: Span, written: &str, wanted: &str) -> Self {
        let inner = span.range();
        let is_quoted = inner.len() == written.len() + 2;
        if is_quoted && wanted.chars().all(is_plain) {
            let span = Span::new(span.file, inner.start + 1, inner.end - 1);
            return Self { span, text: wanted.to_owned() };
        }
        let text = if is_text(wanted) {
            wanted.to_owned()
        } else {
            serde_json::Value::from(wanted).to_string()
        };
        Self { span, text }
    }

    /// Puts quotes around what is written, to the byte.
    pub fn quotes(span: Span) -> Vec<Self> {
        let range = span.range();
        let quote = |at| Self { span: Span::new(span.file, at, at), text: "\"".to_owned() };
        vec![quote(range.start), quote(range.end)]
    }
}

/// A text after edits of it, which do not overlap.
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| edit.span);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        let range = edit.span.range();
        out.push_str(text.get(at..range.start).unwrap_or(""));
        out.push_str(&edit.text);
        at = range.end;
    }
    out.push_str(text.get(at..).unwrap_or(""));
    out
}

/// Characters of names, labels and patterns that mean nothing to YAML, wherever they stand in a text.
fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_-./:|*".contains(character)
}

/// Whether YAML reads the word as a text without quotes, in a list in brackets as well as in a line of its own.
fn is_text(word: &str) -> bool {
    let starts_well = word.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let is_word = ["true", "false", "null"]
        .iter()
        .any(|word_of_yaml| word.eq_ignore_ascii_case(word_of_yaml));
    starts_well && word.chars().all(is_plain) && !word.ends_with(':') && !is_word
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Source, Sources};

    fn written(text: &str, scalar: &str, wanted: &str) -> String {
        let file = Sources::default().add(Source::new("gateway.yaml", text));
        let edit = Edit::word(Span::new(file, 0, text.len()), scalar, wanted);
        let mut text = text.to_owned();
        text.replace_range(edit.span.range(), &edit.text);
        text
    }

    #[test]
    fn a_word_keeps_its_quotes_and_gets_them_where_it_needs_them() {
        assert_eq!(written("mian", "mian", "main"), "main");
        assert_eq!(written("'mian'", "mian", "main"), "'main'");
        assert_eq!(written("\"mian\"", "mian", "main"), "\"main\"");
        assert_eq!(written("\"m\\x69an\"", "mian", "main"), "main");
        assert_eq!(written("plugin:fs|raed", "plugin:fs|raed", "plugin:fs|read"), "plugin:fs|read");
        for word in ["1", "-x", "true", "NULL", "*", "a:", "a b", "", "~", "@read"] {
            assert_eq!(written("x", "x", word), format!("{word:?}"), "{word}");
        }
    }
}
