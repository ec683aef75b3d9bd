//! Label globs: `*`, `?`, `{a,b}` and `[a-z]` over the characters of labels; labels have no folders, so nothing stops `*`.

use super::{
    PatternError,
    braces::{MAX_BRACES, deepest_braces, has_empty_alternative},
    command::is_run,
};
use crate::name::{Label, MAX_NAME_BYTES, is_label_character};
use globset::{ErrorKind, Glob, GlobBuilder, GlobMatcher};
use std::{
    borrow::Cow,
    sync::{Arc, OnceLock},
};

/// A pattern over window or webview labels.
///
/// `*` is any run of label characters (also none, also across `/` and `:`), `?` is one character, `{a,b}` are
/// alternatives and `[a-z]` is a class.
///
/// ```
/// use portcullis::pattern::LabelPattern;
/// let pattern: LabelPattern = "diff-*".parse().unwrap();
/// assert!(pattern.matches(&"diff-7".parse().unwrap()));
/// assert!(!pattern.matches(&"main".parse().unwrap()));
/// ```
#[derive(Debug, Clone)]
pub struct LabelPattern {
    text: Arc<str>,
    form: Form,
}

/// Nearly all patterns are of the first two forms, and there may be very many of them.
#[derive(Debug, Clone)]
enum Form {
    /// No wildcard.
    Literal,
    /// The only wildcard is a star at the end.
    Prefix,
    /// The only wildcards are stars.
    Stars,
    /// Anything else.
    Glob(Arc<LazyGlob>),
}

/// A glob whose matcher is made when a label is first held against it.
#[derive(Debug)]
struct LazyGlob {
    glob: Glob,
    matcher: OnceLock<GlobMatcher>,
}

impl std::str::FromStr for LabelPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        if text.is_empty() {
            return Err(
                PatternError::new("a label pattern cannot be empty").help("every label is `*`")
            );
        }
        if text.len() > MAX_NAME_BYTES {
            return Err(PatternError::new(format!(
                "a label pattern has at most {MAX_NAME_BYTES} bytes"
            )));
        }
        if deepest_braces(text) > MAX_BRACES {
            return Err(PatternError::new("the braces are nested too deep")
                .help("write one pattern for each alternative"));
        }
        if has_empty_alternative(text) {
            return Err(PatternError::new("nothing stands between two commas or braces")
                .help("write the label without it as a pattern of its own"));
        }
        if text.contains("**") {
            return Err(PatternError::new("`**` has no meaning in a label pattern")
                .help("`*` already stands for any run of characters"));
        }
        let is_syntax = |c: char| matches!(c, '*' | '?' | '{' | '}' | '[' | ']' | ',' | '!');
        if let Some(bad) = text.chars().find(|c| !is_label_character(*c) && !is_syntax(*c)) {
            return Err(PatternError::new(format!(
                "`{}` cannot stand in a label",
                bad.escape_default()
            ))
            .help("labels are made of ASCII letters, digits and `_`, `/`, `:`, `-`"));
        }
        let form = if text.chars().all(is_label_character) {
            Form::Literal
        } else if before_star(text).is_some() {
            Form::Prefix
        } else if text.chars().all(|c| c == '*' || is_label_character(c)) {
            Form::Stars
        } else {
            let glob = GlobBuilder::new(text)
                .literal_separator(false)
                .backslash_escape(false)
                .build()
                .map_err(|error| malformed(error.kind()))?;
            Form::Glob(Arc::new(LazyGlob { glob, matcher: OnceLock::new() }))
        };
        Ok(Self { text: text.into(), form })
    }
}

fn before_star(text: &str) -> Option<&str> {
    text.strip_suffix('*').filter(|prefix| prefix.chars().all(is_label_character))
}

/// The library's words speak of escapes, which a label pattern does not have.
fn malformed(kind: &ErrorKind) -> PatternError {
    match kind {
        ErrorKind::UnclosedClass => PatternError::new("`[` is never closed"),
        ErrorKind::UnclosedAlternates => PatternError::new("`{` is never closed"),
        ErrorKind::UnopenedAlternates => PatternError::new("`}` closes nothing"),
        ErrorKind::InvalidRange(from, to) => {
            PatternError::new(format!("the range `{from}-{to}` runs backwards"))
                .help(format!("write `{to}-{from}`"))
        }
        other => PatternError::new(other.to_string()),
    }
}

impl LabelPattern {
    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the label is one of those that the pattern stands for.
    pub fn matches(&self, label: &Label) -> bool {
        match &self.form {
            Form::Literal => *self.text == *label.as_str(),
            Form::Prefix | Form::Stars => is_run(&self.text, label.as_str()),
            Form::Glob(lazy) => {
                lazy.matcher.get_or_init(|| lazy.glob.compile_matcher()).is_match(label.as_str())
            }
        }
    }

    /// What stands before the star, if that is the pattern's only wildcard and stands at its end.
    pub fn prefix(&self) -> Option<&str> {
        match self.form {
            Form::Prefix => before_star(&self.text),
            Form::Literal | Form::Stars | Form::Glob(_) => None,
        }
    }

    /// The regular expression that [`matches`](Self::matches) goes by, anchored at both ends, if the pattern is
    /// neither a literal nor a [prefix](Self::prefix).
    pub(super) fn regex(&self) -> Option<Cow<'_, str>> {
        match &self.form {
            Form::Literal | Form::Prefix => None,
            // No character of a label means anything in an expression.
            Form::Stars => Some(format!("(?-u)^{}$", self.text.replace('*', ".*")).into()),
            Form::Glob(lazy) => Some(lazy.glob.regex().into()),
        }
    }

    /// The one label that the pattern stands for, if it has no wildcard.
    pub fn literal(&self) -> Option<Label> {
        match self.form {
            Form::Literal => self.text.parse().ok(),
            Form::Prefix | Form::Stars | Form::Glob(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, label: &str) -> bool {
        pattern.parse::<LabelPattern>().unwrap().matches(&label.parse().unwrap())
    }

    #[test]
    fn wildcards_mean_what_the_table_says() {
        assert!(matches("*", "a/b:c"));
        assert!(matches("diff-*", "diff-"));
        assert!(!matches("diff-?", "diff-12"));
        assert!(matches("{left,right}", "right"));
        assert!(matches("t[0-9]", "t4"));
        assert!(!matches("main", "main2"));
        assert!(!matches("main", "MAIN"));
    }

    #[test]
    fn malformed_patterns_are_refused() {
        let (deep, long) = ("{a,".repeat(250) + &"}".repeat(250), "*a".repeat(100_000));
        for bad in [deep.as_str(), &long, "", "a**", "a b", "a.b", "ä", "[a", "{a", "a\\*", "a{,b}"]
        {
            assert!(bad.parse::<LabelPattern>().is_err(), "{bad}");
        }
    }
}
