//! Label templates: the labels of windows that are opened at run time, with one `*` in them.

use super::PatternError;
use crate::name::{Label, is_label_character};

/// Labels of one form: a prefix, what `*` stands for, and a suffix.
///
/// ```
/// use portcullis::pattern::LabelTemplate;
/// let template: LabelTemplate = "diff-*".parse().unwrap();
/// assert_eq!(template.matches(&"diff-7".parse().unwrap()), Some("7".to_owned()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabelTemplate {
    text: String,
    star: usize,
}

impl std::str::FromStr for LabelTemplate {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let Some(star) = text.find('*') else {
            return Err(PatternError::new("a template has one `*`, which each window fills")
                .help(format!("write `{text}-*`, or leave `template` out")));
        };
        let rest = text.get(star + 1..).unwrap_or_default();
        if rest.contains('*') {
            return Err(PatternError::new("a template has only one `*`"));
        }
        if let Some(bad) = text.chars().find(|c| *c != '*' && !is_label_character(*c)) {
            return Err(PatternError::new(format!(
                "`{}` cannot stand in a label",
                bad.escape_debug()
            ))
            .help("labels are made of ASCII letters, digits and `_`, `/`, `:`, `-`"));
        }
        if text == "*" {
            return Err(PatternError::new("the template stands for every label")
                .help("begin it with a word, such as `diff-*`"));
        }
        Ok(Self { text: text.to_owned(), star })
    }
}

impl LabelTemplate {
    /// The template as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn parts(&self) -> (&str, &str) {
        let (prefix, rest) = self.text.split_at(self.star);
        (prefix, rest.get(1..).unwrap_or_default())
    }

    /// What `*` stands for in a label, if the label is one of the template's; it is never empty.
    pub fn matches(&self, label: &Label) -> Option<String> {
        let (prefix, suffix) = self.parts();
        let filled = label.as_str().strip_prefix(prefix)?.strip_suffix(suffix)?;
        (!filled.is_empty()).then(|| filled.to_owned())
    }

    /// The template's label for a text.
    pub fn fill(&self, text: &str) -> Option<Label> {
        let (prefix, suffix) = self.parts();
        format!("{prefix}{text}{suffix}").parse().ok().filter(|_| !text.is_empty())
    }

    /// A label that both templates stand for.
    pub fn overlaps(&self, other: &Self) -> Option<Label> {
        let ((a, x), (b, y)) = (self.parts(), other.parts());
        let prefix = [a, b].into_iter().max_by_key(|part| part.len())?;
        let suffix = [x, y].into_iter().max_by_key(|part| part.len())?;
        let is_compatible = prefix.starts_with(a)
            && prefix.starts_with(b)
            && suffix.ends_with(x)
            && suffix.ends_with(y);
        is_compatible.then(|| format!("{prefix}1{suffix}").parse().ok()).flatten()
    }
}
