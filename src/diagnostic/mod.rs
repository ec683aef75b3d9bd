//! What the stages find: a stable code, a place, a message and a help text; wording lives with the finder.

mod bounded;
mod code;
mod fix;
mod render;
mod report;
mod suggest;

pub use bounded::{Diagnostics, Omitted};
pub use code::{Code, Severity};
pub use fix::{Edit, Fix, apply};
pub use render::{Format, Style, render, to_json};
pub(crate) use render::{clean, clean_text, json_text};
pub use report::{Finding, Report, summary_line};
pub use suggest::{Suggestions, nearest, surely_meant};

use crate::source::Span;

/// One finding about a manifest.
///
/// Messages are lower case without a full stop, with the user's words in backticks; what to do about it is
/// `help`, kept apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable name of the fault; also the name of its fixtures.
    pub code: Code,
    /// Whether it stops the manifest from being used.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What to do about it; the code's general advice where the finder has none of its own.
    pub help: Option<String>,
    /// Other places that take part, each with a word on how.
    pub related: Vec<(Span, String)>,
    /// What a program may change about it.
    pub fix: Option<Fix>,
    /// Pieces of the files that no format may show, in this finding or in any other.
    pub masked: Vec<Span>,
}

impl Diagnostic {
    /// A finding with its code's usual severity.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            span,
            help: Some(code.advice().to_owned()),
            related: Vec::new(),
            fix: None,
            masked: Vec::new(),
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a help text if there is one.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help.or(self.help);
        self
    }

    /// Keeps a piece of a file out of everything that is printed.
    #[must_use]
    pub fn mask(mut self, span: Span) -> Self {
        self.masked.push(span);
        self
    }

    /// Adds another place, such as the first of two definitions.
    #[must_use]
    pub fn related(mut self, span: Span, label: impl Into<String>) -> Self {
        self.related.push((span, label.into()));
        self
    }

    /// Adds edits that mend the fault, if they are surely what was meant.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.fix = Some(Fix::new(title, edits));
        self
    }

    /// Adds the fix that writes a text in the place of a span.
    #[must_use]
    pub fn replace(self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        self.maybe_fix(Some(Fix::replace(title, span, text)))
    }

    /// Adds a fix if there is one.
    #[must_use]
    pub fn maybe_fix(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix.or(self.fix);
        self
    }

    /// Adds the fix that writes the name that was surely meant, if there is one.
    #[must_use]
    pub fn did_you_mean(self, span: Span, written: &str, near: Option<&str>) -> Self {
        let fix = near
            .map(|near| Fix::new(format!("write `{near}`"), vec![Edit::word(span, written, near)]));
        self.maybe_fix(fix)
    }

    /// Whether this finding stops the manifest from being used.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Whether any finding stops the manifest from being used.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(Diagnostic::is_error)
}
