//! Label templates: labels of one form, such as `diff-*`, for windows that are opened while the app runs.

use super::{PatternError, label::LabelPattern};
use crate::name::Label;
use std::str::FromStr;

/// A label in which one `*` stands for any run of label characters, also none; what it stands for can be read off.
///
/// ```
/// use portcullis::pattern::LabelTemplate;
/// let template: LabelTemplate = "tenant-*".parse().unwrap();
/// assert_eq!(template.matches(&"tenant-acme".parse().unwrap()), Some("acme"));
/// assert_eq!(template.matches(&"main".parse().unwrap()), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelTemplate {
    text: String,
    /// Where the star stands in it.
    star: usize,
}

impl FromStr for LabelTemplate {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        text.parse::<LabelPattern>()?;
        if text.contains(['?', '{', '}', '[', ']', ',', '!']) {
            return Err(PatternError::new("only `*` has a meaning in a template")
                .help("write a template for each form that labels have"));
        }
        let Some((prefix, suffix)) = text.split_once('*') else {
            return Err(PatternError::new("a template has one `*`, which stands for what varies")
                .help(format!("write `{text}-*`, or declare a window with this label")));
        };
        if suffix.contains('*') {
            return Err(PatternError::new("a template has only one `*`")
                .help(format!("write `{prefix}*`: it stands for any run of characters")));
        }
        Ok(Self { text: text.to_owned(), star: prefix.len() })
    }
}

impl LabelTemplate {
    /// The template as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What stands before the star.
    pub fn prefix(&self) -> &str {
        self.ends().0
    }

    /// What the star stands for in a label of this form.
    pub fn matches<'a>(&self, label: &'a Label) -> Option<&'a str> {
        let (prefix, suffix) = self.ends();
        label.as_str().strip_prefix(prefix)?.strip_suffix(suffix)
    }

    /// The label of this form in which the star stands for `text`.
    pub fn fill(&self, text: &str) -> Option<Label> {
        let (prefix, suffix) = self.ends();
        format!("{prefix}{text}{suffix}").parse().ok()
    }

    /// A label that is of both forms.
    pub fn overlaps(&self, other: &Self) -> Option<Label> {
        let ((prefix, suffix), (other_prefix, other_suffix)) = (self.ends(), other.ends());
        let start = longer(prefix, other_prefix);
        let end = longer(suffix, other_suffix);
        // Any label of both forms begins with the longer prefix and ends with the longer suffix.
        let parts_may_overlap = (0..=start.len().min(end.len()))
            .rev()
            .filter(|shared| end.get(..*shared).is_some_and(|part| start.ends_with(part)))
            .filter_map(|shared| Some(format!("{start}{}", end.get(shared..)?)));
        let telling = format!("{start}1{end}");
        [telling].into_iter().chain(parts_may_overlap).find_map(|text| {
            let label = text.parse().ok()?;
            (self.matches(&label).is_some() && other.matches(&label).is_some()).then_some(label)
        })
    }

    fn ends(&self) -> (&str, &str) {
        let (prefix, rest) = self.text.split_at_checked(self.star).unwrap_or_default();
        (prefix, rest.strip_prefix('*').unwrap_or(rest))
    }
}

fn longer<'a>(one: &'a str, other: &'a str) -> &'a str {
    if one.len() < other.len() { other } else { one }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::MAX_NAME_BYTES;

    fn overlap(one: &str, other: &str) -> Option<String> {
        let (one, other): (LabelTemplate, LabelTemplate) =
            (one.parse().unwrap(), other.parse().unwrap());
        let found = one.overlaps(&other);
        assert_eq!(found.is_some(), other.overlaps(&one).is_some());
        if let Some(label) = &found {
            assert!(one.matches(label).is_some() && other.matches(label).is_some(), "{label}");
        }
        found.map(|label| label.to_string())
    }

    #[test]
    fn the_star_is_any_run_of_characters() {
        let template: LabelTemplate = "a-*-z".parse().unwrap();
        let matches = |label: &str| template.matches(&label.parse().unwrap()).map(str::to_owned);
        assert_eq!(matches("a-b/c-z").as_deref(), Some("b/c"));
        assert_eq!(matches("a--z").as_deref(), Some(""));
        assert_eq!(matches("a-z"), None);
    }

    #[test]
    fn templates_overlap_if_some_label_is_of_both_forms() {
        assert_eq!(overlap("diff-*", "diff-left-*").as_deref(), Some("diff-left-1"));
        assert_eq!(overlap("*-a", "b-*").as_deref(), Some("b-1-a"));
        assert_eq!(overlap("*", "*").as_deref(), Some("1"));
        assert_eq!(overlap("diff-*", "tenant-*"), None);
        assert_eq!(overlap("*-a", "*-b"), None);
    }

    #[test]
    fn a_label_has_to_be_short_enough_to_be_of_both_forms() {
        let part = |letter: &str| letter.repeat(MAX_NAME_BYTES / 2);
        let exact = overlap(&format!("{}*", part("x")), &format!("*{}", part("y")));
        assert_eq!(exact, Some(part("x") + &part("y")));
        assert_eq!(overlap(&format!("{}x*", part("x")), &format!("*y{}", part("y"))), None);
        let shared = overlap(&format!("{}x*", part("x")), &format!("*x{}", part("x")));
        assert_eq!(shared, Some(part("x") + "x"));
    }
}
