//! What the stages find about one manifest, bounded: the worst of it is kept and the rest is counted.

use super::{Code, Diagnostic, Severity};

/// So many findings are kept. Nobody reads more, and a broken generator makes one for every line.
const MOST: usize = 1000;

/// Findings that were counted and not kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Omitted {
    /// How many of them are errors.
    pub errors: usize,
    /// How many of them are warnings.
    pub warnings: usize,
}

impl Omitted {
    /// Whether everything that was found was kept.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }

    /// `3 more errors, 1 more warning`, or nothing.
    pub(super) fn words(self) -> Option<String> {
        let count = |number: usize, noun: &str| match number {
            0 => None,
            1 => Some(format!("1 more {noun}")),
            _ => Some(format!("{number} more {noun}s")),
        };
        let words: Vec<String> = [count(self.errors, "error"), count(self.warnings, "warning")]
            .into_iter()
            .flatten()
            .collect();
        (!words.is_empty()).then(|| words.join(", "))
    }
}

/// The findings about one manifest: at most a thousand, errors before warnings, and how many there are beside them.
///
/// An error is never left out for a warning, so that what is kept tells the verdict.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    kept: Vec<Diagnostic>,
    omitted: Omitted,
}

impl Diagnostics {
    /// Adds a finding.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.kept.push(diagnostic);
        // Not at each one: cutting costs as much as sorting all.
        if self.kept.len() >= 2 * MOST {
            self.cut();
        }
    }

    /// Counts findings that somebody else left out.
    pub fn omit(&mut self, omitted: Omitted) {
        self.omitted.errors += omitted.errors;
        self.omitted.warnings += omitted.warnings;
    }

    /// What is kept so far.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.kept.iter()
    }

    /// Takes the last finding back, if it is one that another finding says better.
    pub(crate) fn pop_if(&mut self, is_told: impl FnOnce(&mut Diagnostic) -> bool) {
        self.kept.pop_if(is_told);
    }

    /// Whether a finding with this code is kept.
    pub(crate) fn has(&self, code: Code) -> bool {
        self.iter().any(|found| found.code == code)
    }

    /// How many findings there are in all.
    pub fn count(&self) -> usize {
        self.kept.len() + self.omitted.errors + self.omitted.warnings
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// Whether any finding stops the manifest from being used.
    pub fn has_errors(&self) -> bool {
        self.omitted.errors > 0 || super::has_errors(&self.kept)
    }

    /// What is kept, and how many findings are not.
    pub fn into_parts(mut self) -> (Vec<Diagnostic>, Omitted) {
        self.cut();
        (self.kept, self.omitted)
    }

    fn cut(&mut self) {
        if self.kept.len() <= MOST {
            return;
        }
        self.kept
            .sort_by_key(|found| (found.severity == Severity::Warning, found.span, found.code));
        for found in self.kept.drain(MOST..) {
            match found.severity {
                Severity::Error => self.omitted.errors += 1,
                Severity::Warning => self.omitted.warnings += 1,
            }
        }
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<T: IntoIterator<Item = Diagnostic>>(&mut self, found: T) {
        found.into_iter().for_each(|found| self.push(found));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Source, Sources, Span};

    fn found(code: Code, at: usize) -> Diagnostic {
        let file = Sources::default().add(Source::new("gateway.yaml", ""));
        Diagnostic::new(code, Span::new(file, at, at + 1), "x")
    }

    #[test]
    fn a_thousand_are_kept_errors_first_and_the_rest_is_counted() {
        let mut all = Diagnostics::default();
        all.extend((0..5000).map(|at| found(Code::UnusedArgument, at)));
        all.extend((0..700).rev().map(|at| found(Code::UnknownKey, at)));
        all.omit(Omitted { errors: 30, warnings: 0 });
        assert_eq!(all.count(), 5730);
        let (kept, omitted) = all.into_parts();
        assert_eq!(omitted, Omitted { errors: 30, warnings: 4700 });
        assert_eq!(omitted.words().as_deref(), Some("30 more errors, 4700 more warnings"));
        let places = |code: Code| -> Vec<u32> {
            kept.iter().filter(|found| found.code == code).map(|found| found.span.start).collect()
        };
        assert_eq!(places(Code::UnknownKey), (0..700).collect::<Vec<_>>());
        assert_eq!(places(Code::UnusedArgument), (0..300).collect::<Vec<_>>());
    }

    #[test]
    fn an_error_behind_any_number_of_warnings_decides() {
        let mut all = Diagnostics::default();
        all.extend((0..1999).map(|at| found(Code::UnusedArgument, at)));
        assert!(!all.has_errors());
        all.push(found(Code::UnknownKey, 5000));
        assert!(all.has_errors());
        let (kept, _) = all.into_parts();
        assert_eq!(kept.first().map(|found| found.code), Some(Code::UnknownKey));
    }

    #[test]
    fn few_findings_stay_in_the_order_in_which_they_came() {
        let mut all = Diagnostics::default();
        all.extend((0..1000).rev().map(|at| found(Code::UnknownKey, at)));
        let (kept, omitted) = all.into_parts();
        assert!(omitted.is_empty());
        assert!(kept.iter().map(|found| found.span.start).eq((0..1000).rev()));
    }
}
