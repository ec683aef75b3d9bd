//! "Did you mean": one notion of nearness for keys, names and arguments.

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
    let allowed = word.chars().count().div_ceil(3).clamp(1, 3);
    candidates
        .into_iter()
        .filter(|candidate| candidate.len().abs_diff(word.len()) <= 3)
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}
