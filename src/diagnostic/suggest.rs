//! "Did you mean": one notion of nearness for keys, names and arguments.

/// Longer words are hardly typing mistakes, and comparing them costs the square of their length.
const MAX_WORD: usize = 64;
/// Shorter words are too often one letter away from each other.
const MIN_SURE: usize = 4;
/// Of so many candidates of about the word's length, the nearest is near enough.
const MAX_CANDIDATES: usize = 500;

/// The candidate nearest to `word`, if it is near enough to be what the user meant.
///
/// Cost grows with the number of candidates times the length of the words.
///
/// ```
/// use portcullis::diagnostic::nearest;
/// assert_eq!(nearest("comands", ["commands", "windows"]), Some("commands"));
/// assert_eq!(nearest("zebra", ["commands", "windows"]), None);
/// ```
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > MAX_WORD {
        return None;
    }
    let allowed = word.chars().count().div_ceil(3).clamp(1, 3);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len().abs_diff(word.len()) <= 3)
        .take(MAX_CANDIDATES)
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// The candidate that is surely meant, so surely that a program may write it where it grants something: it alone is one
/// letter away, by a slip of the hand rather than by another number or another short word.
///
/// ```
/// use portcullis::diagnostic::surely_meant;
/// assert_eq!(surely_meant("gret", ["greet", "words"]), Some("greet"));
/// assert_eq!(surely_meant("read_c", ["read_a", "read_b"]), None);
/// assert_eq!(surely_meant("lock", ["unlock"]), None);
/// assert_eq!(surely_meant("doc1", ["doc2"]), None);
/// assert_eq!(surely_meant("get", ["set"]), None);
/// ```
pub fn surely_meant<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    if !(MIN_SURE..=MAX_WORD).contains(&word.len()) {
        return None;
    }
    let mut similar =
        candidates.into_iter().filter(|candidate| candidate.len().abs_diff(word.len()) <= 1);
    let looked_at: Vec<&str> = similar.by_ref().take(MAX_CANDIDATES).collect();
    // Among those that are not looked at there may be another one.
    if similar.next().is_some() {
        return None;
    }
    let mut near =
        looked_at.into_iter().filter(|candidate| strsim::damerau_levenshtein(word, candidate) <= 1);
    let only = near.next().filter(|_| near.next().is_none())?;
    let digits = |text: &'a str| text.chars().filter(char::is_ascii_digit);
    let has_same_digits = word.chars().filter(char::is_ascii_digit).eq(digits(only));
    has_same_digits.then_some(only)
}

/// Suggestions for all that is misspelt in one manifest. Whoever has made a hundred mistakes has made one mistake a
/// hundred times, and needs no more of them.
///
/// ```
/// use portcullis::diagnostic::Suggestions;
/// let mut suggestions = Suggestions::default();
/// let found = (0..200).filter_map(|_| suggestions.nearest("comands", ["commands"]));
/// assert_eq!(found.count(), 100);
/// ```
#[derive(Debug)]
pub struct Suggestions {
    left: usize,
}

impl Default for Suggestions {
    fn default() -> Self {
        Self { left: 100 }
    }
}

impl Suggestions {
    /// The [`nearest`] candidate, for the first words that are asked about.
    pub fn nearest<'a>(
        &mut self,
        word: &str,
        candidates: impl IntoIterator<Item = &'a str>,
    ) -> Option<&'a str> {
        self.left = self.left.checked_sub(1)?;
        nearest(word, candidates)
    }
}
