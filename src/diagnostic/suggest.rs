//! "Did you mean": one notion of nearness for keys, names and arguments.

/// Longer words are hardly typing mistakes, and comparing them costs the square of their length.
const MAX_WORD: usize = 64;
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
