//! Path patterns: which files an argument or a scope may name, segment by segment.

use super::{PatternError, root::Root, segment::Segment};
use std::str::FromStr;

/// No path is longer on the systems that there are.
const MAX_BYTES: usize = 4096;

/// A pattern over paths.
///
/// `*` is any run of characters within a segment, `**` as a whole segment any number of segments, at the end
/// everything below; `?` is one character, `{a,b}` are alternatives and `[a-z]` is a class. No wildcard stands for the
/// dot at the start of a segment: hidden files are matched where a segment of the pattern begins with a dot.
/// It begins with a [`Root`] such as `$HOME`, with `/` or `**`, or else at the folder of the file that declares it.
///
/// ```
/// use portcullis::pattern::{PathPattern, Root};
/// let pattern: PathPattern = "$HOME/src/**".parse().unwrap();
/// let glob = pattern.expand("/app", &|root| (root == Root::Home).then(|| "/home/ada".into())).unwrap();
/// assert!(glob.matches("/home/ada/src/a/b.rs"));
/// assert!(!glob.matches("/home/ada/src/.git/config"));
/// ```
#[derive(Debug, Clone)]
pub struct PathPattern {
    text: String,
    start: Start,
    segments: Vec<Segment>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Start {
    Root(Root),
    /// The root of the file system.
    Absolute,
    /// The folder of the file that declares the pattern.
    Declaring,
}

impl FromStr for PathPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        check_characters(text)?;
        let (start, rest) = if let Some(rest) = text.strip_prefix('$') {
            let (name, rest) = rest.split_once('/').unwrap_or((rest, "."));
            (Start::Root(Root::parse(name)?), rest)
        } else if let Some(rest) = text.strip_prefix('/') {
            (Start::Absolute, if rest.is_empty() { "." } else { rest })
        } else if is_absolute(text) || text == "**" || text.starts_with("**/") {
            (Start::Absolute, text)
        } else {
            (Start::Declaring, text)
        };
        let mut segments = Vec::new();
        for segment in rest.split('/').filter(|segment| *segment != ".") {
            segments.push(Segment::parse(segment)?);
        }
        if matches!(segments.last(), Some(Segment::Deep)) {
            segments.push(Segment::Any);
        }
        Ok(Self { text: text.to_owned(), start, segments })
    }
}

fn check_characters(text: &str) -> Result<(), PatternError> {
    if text.is_empty() {
        return Err(PatternError::new("a path pattern cannot be empty")
            .help("everything in the folder is `**`"));
    }
    if text.len() > MAX_BYTES {
        return Err(PatternError::new(format!("a path pattern has at most {MAX_BYTES} bytes")));
    }
    if let Some(bad) = text.chars().find(|character| character.is_control()) {
        return Err(PatternError::new(format!(
            "`{}` cannot stand in a path",
            bad.escape_default()
        )));
    }
    if text.contains('\\') {
        return Err(PatternError::new("`\\` cannot stand in a path pattern")
            .help("folders are separated by `/`, also on Windows; `[*]` is the character itself"));
    }
    if text.starts_with('~') {
        return Err(PatternError::new("`~` has no meaning here")
            .help("write `$HOME` for the person's home folder"));
    }
    let dollars = text
        .match_indices('$')
        .filter(|(at, _)| *at > 0 && !text.get(..*at).is_some_and(|before| before.ends_with('[')));
    if dollars.count() > 0 {
        return Err(PatternError::new("`$` stands only at the start, for a folder")
            .help("`[$]` is the character itself"));
    }
    Ok(())
}

/// Whether a path begins at the root of a file system: `/`, or a drive's letter on Windows.
fn is_absolute(path: &str) -> bool {
    path.starts_with('/')
        || matches!(path.as_bytes(), [letter, b':', b'/', ..] if letter.is_ascii_alphabetic())
}

/// Whether a path says where it leads, without steps on the spot or back.
fn is_plain(path: &str) -> bool {
    is_absolute(path) && !path.split('/').any(|part| matches!(part, "." | ".."))
}

impl PathPattern {
    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The folder that it begins with, if it names one.
    pub fn root(&self) -> Option<Root> {
        match self.start {
            Start::Root(root) => Some(root),
            Start::Absolute | Start::Declaring => None,
        }
    }

    /// Whether it begins with `/` or `**`.
    pub(crate) fn is_absolute(&self) -> bool {
        self.start == Start::Absolute
    }

    /// What stands between the slashes behind its start; `*` stands behind a `**` at its end.
    pub(crate) fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// The pattern over absolute paths, where folders are what they are on this machine: `folder` is that of the file
    /// which declares it. Nothing if this machine does not have its root.
    pub fn expand(&self, folder: &str, roots: &dyn Fn(Root) -> Option<String>) -> Option<PathGlob> {
        let start = match self.start {
            Start::Root(root) => roots(root)?,
            Start::Absolute => String::new(),
            Start::Declaring => folder.to_owned(),
        };
        // Names of folders are no patterns, whatever characters are in them.
        let literals = start.split('/').filter(|part| !part.is_empty());
        let mut segments: Vec<_> = literals.map(|part| Segment::Literal(part.to_owned())).collect();
        segments.extend(self.segments.iter().cloned());
        Some(PathGlob { segments })
    }

    /// Whether all that the other matches, this one matches too, where both are declared in the same folder.
    ///
    /// `false` also stands for "cannot tell": patterns with different roots are not compared, nor are segments
    /// with different wildcards but for `*` alone.
    pub fn contains(&self, other: &Self) -> bool {
        self.start == other.start && contains(&self.segments, &other.segments)
    }
}

/// Goes through the other's segments from the last to the first; `row` says which rests of this one contain what
/// has been seen.
fn contains(own: &[Segment], other: &[Segment]) -> bool {
    let covers = |covered: Option<&Segment>, after: &[bool]| {
        // `after` is the row of what follows the covered segment; without a segment there is no such row.
        let mut row = vec![covered.is_none()];
        for (at, segment) in own.iter().enumerate().rev() {
            let rest = row.last().copied().unwrap_or_default();
            let from_the_end = own.len() - at;
            let follows = |back: usize| after.get(back).copied().unwrap_or_default();
            row.push(match (segment, covered) {
                (Segment::Deep, None) => rest,
                (_, None) => false,
                (Segment::Deep, Some(covered)) => {
                    rest || (segment.contains(covered) && follows(from_the_end))
                }
                (_, Some(covered)) => segment.contains(covered) && follows(from_the_end - 1),
            });
        }
        row
    };
    let end = covers(None, &[]);
    let row = other.iter().rev().fold(end, |after, segment| covers(Some(segment), &after));
    row.last().copied().unwrap_or_default()
}

/// A path pattern over absolute paths.
#[derive(Debug, Clone)]
pub struct PathGlob {
    segments: Vec<Segment>,
}

impl PathGlob {
    /// Whether the pattern, as something that is allowed, stands for the path: absolute, with `/` between segments
    /// and without `.` and `..`; any other path is not matched. Letters are compared as they are.
    pub fn matches(&self, path: &str) -> bool {
        is_plain(path) && self.reads(path, false)
    }

    /// Whether the pattern, as something that is denied, stands for the path: here wildcards stand for hidden files
    /// too, and what is not an absolute path without `.` and `..` is denied.
    pub fn denies(&self, path: &str) -> bool {
        !is_plain(path) || self.reads(path, true)
    }

    fn reads(&self, path: &str, is_hidden_seen: bool) -> bool {
        // Whether so many segments of the pattern can have been used up.
        let mut reached = vec![false; self.segments.len() + 1];
        if let Some(start) = reached.first_mut() {
            *start = true;
        }
        self.skip_deep(&mut reached);
        for part in path.split('/').filter(|part| !part.is_empty()) {
            let mut next = vec![false; reached.len()];
            for (at, segment) in self.segments.iter().enumerate() {
                if reached.get(at) == Some(&true) && segment.matches(part, is_hidden_seen) {
                    let to = if matches!(segment, Segment::Deep) { at } else { at + 1 };
                    if let Some(reached) = next.get_mut(to) {
                        *reached = true;
                    }
                }
            }
            self.skip_deep(&mut next);
            reached = next;
        }
        reached.last().copied().unwrap_or_default()
    }

    /// `**` may stand for nothing.
    fn skip_deep(&self, reached: &mut [bool]) {
        for (at, segment) in self.segments.iter().enumerate() {
            if matches!(segment, Segment::Deep)
                && reached.get(at) == Some(&true)
                && let Some(next) = reached.get_mut(at + 1)
            {
                *next = true;
            }
        }
    }
}
