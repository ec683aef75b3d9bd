//! One segment of a path pattern: what stands between two slashes.

use super::{
    PatternError,
    braces::{MAX_BRACES, alternatives, deepest_braces, has_empty_alternative},
    command::is_run,
};
use globset::{ErrorKind, Glob, GlobBuilder, GlobMatcher};
use std::sync::{Arc, OnceLock};

/// What it costs to compile a glob, in steps of a budget.
const STEPS_TO_COMPILE: usize = 8000;

/// What one segment, or any number of them, must be like.
#[derive(Debug, Clone)]
pub(crate) enum Segment {
    /// `**`: any number of segments, also none.
    Deep,
    /// `*`: any segment.
    Any,
    /// This one.
    Literal(String),
    /// Stars are its only wildcards.
    Stars(String),
    /// Segments that a glob matches.
    Glob(Arc<Matcher>),
}

/// A glob that is compiled when it is first asked: most patterns of a manifest that is checked never are.
#[derive(Debug)]
pub(crate) struct Matcher {
    glob: Glob,
    compiled: OnceLock<GlobMatcher>,
}

impl Matcher {
    fn is_match(&self, part: &str) -> bool {
        self.compiled.get_or_init(|| self.glob.compile_matcher()).is_match(part)
    }
}

impl Segment {
    pub(crate) fn parse(text: &str) -> Result<Self, PatternError> {
        match text {
            "**" => return Ok(Self::Deep),
            "*" => return Ok(Self::Any),
            "" => {
                return Err(PatternError::new(
                    "nothing stands between two `/`, or behind the last",
                )
                .help(
                    "a folder is written without a slash at its end; `/**` is everything below it",
                ));
            }
            ".." => {
                return Err(PatternError::new("`..` would lead out of the folder")
                    .help("begin with the folder itself, such as `$HOME`"));
            }
            _ if text.contains("**") => {
                return Err(PatternError::new("`**` is a whole segment of a path")
                    .help("write `*` for any characters, or `/**/` for any folders"));
            }
            _ if !text.contains(['*', '?', '{', '}', '[', ']']) => {
                return Ok(Self::Literal(text.to_owned()));
            }
            _ if !text.contains(['?', '{', '}', '[', ']']) => {
                return Ok(Self::Stars(text.to_owned()));
            }
            _ => {}
        }
        if deepest_braces(text) > MAX_BRACES {
            return Err(PatternError::new("the braces are nested too deep")
                .help("write one pattern for each alternative"));
        }
        if has_empty_alternative(text) {
            return Err(PatternError::new("nothing stands between two commas or braces")
                .help("write the name without it as a pattern of its own"));
        }
        let first_group = text.strip_prefix('{').and_then(|rest| rest.split('}').next());
        if first_group.is_some_and(|group| {
            group.starts_with('.') || group.contains(",.") || group.contains("{.")
        }) {
            return Err(PatternError::new(
                "a dot at the start of a segment stands outside of braces",
            )
            .help("write one pattern for each alternative: no wildcard matches a hidden file"));
        }
        // The library matches bytes.
        let classes = text.split('[').skip(1).filter_map(|rest| rest.split(']').next());
        if classes.into_iter().any(|class| !class.is_ascii()) {
            return Err(PatternError::new("only ASCII characters can stand in `[…]`")
                .help("write `{ä,ö}` for alternatives"));
        }
        GlobBuilder::new(text)
            .literal_separator(true)
            .backslash_escape(false)
            .build()
            .map(|glob| Self::Glob(Arc::new(Matcher { glob, compiled: OnceLock::new() })))
            .map_err(|error| malformed(error.kind()))
    }

    /// Whether a segment of a path is like this; hidden ones only where they are named, or seen all the same.
    pub(crate) fn matches(&self, part: &str, is_hidden_seen: bool) -> bool {
        let is_seen = is_hidden_seen || !part.starts_with('.');
        match self {
            Self::Deep | Self::Any => is_seen,
            Self::Literal(literal) => literal == part,
            Self::Stars(text) => (is_seen || self.is_hidden()) && is_run(text, part),
            Self::Glob(glob) => (is_seen || self.is_hidden()) && glob.is_match(part),
        }
    }

    /// Whether all that the other stands for, this stands for. `false` also means "cannot tell".
    pub(crate) fn contains(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Deep, other) => !other.is_hidden(),
            (_, Self::Deep) => false,
            (Self::Any, other) => !other.is_hidden(),
            (own, Self::Literal(literal)) => own.matches(literal, false),
            (Self::Stars(own), Self::Stars(other)) => own == other,
            (Self::Glob(own), Self::Glob(other)) => own.glob == other.glob,
            _ => false,
        }
    }

    /// Whether some segment may be like both. `true` also means "cannot tell".
    pub(crate) fn meets(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Literal(own), Self::Literal(other)) => own == other,
            (Self::Literal(literal), glob) | (glob, Self::Literal(literal)) => {
                glob.matches(literal, false)
            }
            _ => self.is_hidden() == other.is_hidden() && may_meet(self.text(), other.text()),
        }
    }

    /// What one question about it costs, in steps of a budget.
    pub(crate) fn cost(&self) -> usize {
        match self {
            Self::Glob(glob) if glob.compiled.get().is_none() => STEPS_TO_COMPILE,
            Self::Glob(_) => 8,
            _ => 1,
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Deep => "**",
            Self::Any => "*",
            Self::Literal(text) | Self::Stars(text) => text,
            Self::Glob(glob) => glob.glob.glob(),
        }
    }

    /// Whether it names what no wildcard sees.
    pub(crate) fn is_hidden(&self) -> bool {
        match self {
            Self::Deep | Self::Any => false,
            Self::Literal(text) | Self::Stars(text) => text.starts_with('.'),
            Self::Glob(glob) => glob.glob.glob().starts_with('.'),
        }
    }
}

/// Globs are compared by what stands before and behind their wildcards.
fn may_meet(own: &str, other: &str) -> bool {
    let special = ['*', '?', '[', ']', '{', '}'];
    let head = |text: &str| text.find(special).unwrap_or(text.len());
    let tail = |text: &str| text.rfind(special).map_or(0, |at| at + 1);
    let (own, other) = (alternatives(own), alternatives(other));
    own.iter().any(|own| {
        let (before, behind) = (own.get(..head(own)), own.get(tail(own)..));
        let (before, behind) = (before.unwrap_or_default(), behind.unwrap_or_default());
        other.iter().any(|other| {
            let (first, last) = (other.get(..head(other)), other.get(tail(other)..));
            let (first, last) = (first.unwrap_or_default(), last.unwrap_or_default());
            (before.starts_with(first) || first.starts_with(before))
                && (behind.ends_with(last) || last.ends_with(behind))
        })
    })
}

/// The library sees only the segment, and speaks of escapes, which there are none of.
fn malformed(kind: &ErrorKind) -> PatternError {
    let each = "write one pattern for each alternative";
    match kind {
        ErrorKind::UnclosedClass => PatternError::new("`[` is not closed before the next `/`"),
        ErrorKind::UnclosedAlternates => {
            PatternError::new("`{` is not closed before the next `/`").help(each)
        }
        ErrorKind::UnopenedAlternates => {
            PatternError::new("`}` closes nothing since the last `/`").help(each)
        }
        ErrorKind::InvalidRange(from, to) => {
            PatternError::new(format!("the range `{from}-{to}` runs backwards"))
                .help(format!("write `{to}-{from}`"))
        }
        other => PatternError::new(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_meet_where_a_name_may_be_like_both() {
        let meets = |one: &str, other: &str| {
            let (one, other) = (Segment::parse(one).unwrap(), Segment::parse(other).unwrap());
            assert_eq!(one.meets(&other), other.meets(&one));
            one.meets(&other)
        };
        for (one, other) in [
            ("*.md", "a.md"),
            ("*", "a"),
            ("*", "[ab]?"),
            ("a*", "*b"),
            ("*.{md,txt}", "note.*"),
            (".e*", ".env"),
            ("{a,b}", "b*"),
        ] {
            assert!(meets(one, other), "{one} {other}");
        }
        for (one, other) in [
            ("*.md", "a.txt"),
            ("*", ".env"),
            ("*", ".e*"),
            ("a*", "b*"),
            ("*.{md,txt}", "*.log"),
            ("{a,b}*", "c*"),
        ] {
            assert!(!meets(one, other), "{one} {other}");
        }
    }
}
