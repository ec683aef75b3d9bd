//! One segment of a path pattern: what stands between two slashes.

use super::{
    PatternError,
    label::{MAX_BRACES, deepest_braces},
};
use globset::{ErrorKind, Glob, GlobBuilder, GlobMatcher};
use std::sync::{Arc, OnceLock};

/// What one segment, or any number of them, must be like.
#[derive(Debug, Clone)]
pub(super) enum Segment {
    /// `**`: any number of segments, also none.
    Deep,
    /// `*`: any segment.
    Any,
    /// This one.
    Literal(String),
    /// Segments that a glob matches.
    Glob(Arc<Matcher>),
}

/// A glob that is compiled when it is first asked: most patterns of a manifest that is checked never are.
#[derive(Debug)]
pub(super) struct Matcher {
    glob: Glob,
    compiled: OnceLock<GlobMatcher>,
}

impl Matcher {
    fn is_match(&self, part: &str) -> bool {
        self.compiled.get_or_init(|| self.glob.compile_matcher()).is_match(part)
    }
}

impl Segment {
    pub(super) fn parse(text: &str) -> Result<Self, PatternError> {
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
            _ => {}
        }
        if deepest_braces(text) > MAX_BRACES {
            return Err(PatternError::new("the braces are nested too deep")
                .help("write one pattern for each alternative"));
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
    pub(super) fn matches(&self, part: &str, is_hidden_seen: bool) -> bool {
        let is_seen = is_hidden_seen || !part.starts_with('.');
        match self {
            Self::Deep | Self::Any => is_seen,
            Self::Literal(literal) => literal == part,
            Self::Glob(glob) => (is_seen || self.is_hidden()) && glob.is_match(part),
        }
    }

    /// Whether all that the other stands for, this stands for. `false` also means "cannot tell".
    pub(super) fn contains(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Deep, other) => !other.is_hidden(),
            (_, Self::Deep) => false,
            (Self::Any, other) => !other.is_hidden(),
            (own, Self::Literal(literal)) => own.matches(literal, false),
            (Self::Glob(own), Self::Glob(other)) => own.glob == other.glob,
            _ => false,
        }
    }

    fn is_hidden(&self) -> bool {
        match self {
            Self::Deep | Self::Any => false,
            Self::Literal(text) => text.starts_with('.'),
            Self::Glob(glob) => glob.glob.glob().starts_with('.'),
        }
    }
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
