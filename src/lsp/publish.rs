//! Findings as the client wants them: the same that `validate` prints, at positions of the editor's text.

use super::{
    analysis::{Analysis, Overlay},
    session::Session,
    uri,
};
use crate::{
    diagnostic::{Diagnostic, Severity},
    source::Span,
};
use lsp_types::{
    Diagnostic as Finding, DiagnosticRelatedInformation, DiagnosticSeverity, Location,
    NumberOrString, Range as Area,
};
use std::path::{Path, PathBuf};

/// The findings of an analysis that are in one file, in the order of `validate`.
pub(super) fn findings(
    analysis: &Analysis,
    path: &Path,
    overlay: &Overlay,
    session: Session,
) -> Vec<Finding> {
    let sources = &analysis.loaded.sources;
    let is_here = |span: Span| sources.find(span.file).is_some_and(|source| source.path() == path);
    let mut here: Vec<&Diagnostic> =
        analysis.loaded.diagnostics.iter().filter(|found| is_here(found.span)).collect();
    here.sort_by_key(|found| (found.span, found.code));
    let place = Places { analysis, overlay, session };
    here.into_iter().map(|found| place.finding(found)).collect()
}

struct Places<'a> {
    analysis: &'a Analysis,
    overlay: &'a Overlay,
    session: Session,
}

impl Places<'_> {
    fn finding(&self, found: &Diagnostic) -> Finding {
        let mut message = found.message.clone();
        if let Some(help) = &found.help {
            message = format!("{message}\nhelp: {help}");
        }
        let related = found.related.iter().filter_map(|(span, label)| {
            let (path, range) = self.area(*span)?;
            let location = Location::new(uri::of(&path)?, range);
            Some(DiagnosticRelatedInformation { location, message: label.clone() })
        });
        let related: Vec<_> = related.collect();
        Finding {
            range: self.area(found.span).map(|(_, area)| area).unwrap_or_default(),
            severity: Some(match found.severity {
                Severity::Error => DiagnosticSeverity::ERROR,
                Severity::Warning => DiagnosticSeverity::WARNING,
            }),
            code: Some(NumberOrString::String(found.code.to_string())),
            source: Some("portcullis".to_owned()),
            message,
            related_information: (self.session.shows_related && !related.is_empty())
                .then_some(related),
            ..Finding::default()
        }
    }

    fn area(&self, span: Span) -> Option<(PathBuf, Area)> {
        let source = self.analysis.loaded.sources.find(span.file)?;
        let area = self.overlay.area(source, &span.range(), self.session.encoding);
        Some((source.path().to_path_buf(), area))
    }
}
