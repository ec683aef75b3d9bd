//! Findings as the client wants them: the same that `validate` prints, at positions of the editor's text.

use super::{analysis::Analysis, overlay::Overlay, session::Session, text::Text};
use crate::{
    diagnostic::{Diagnostic, Severity},
    source::{Source, Span},
};
use lsp_types::{
    Diagnostic as Finding, DiagnosticRelatedInformation, DiagnosticSeverity, Location,
    NumberOrString, Range as Area, Uri,
};
use std::{
    borrow::Cow,
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    path::{Path, PathBuf},
};

/// The places of one analysis as the client counts lines and columns.
pub(super) struct Places<'a> {
    analysis: &'a Analysis,
    session: Session,
    /// How the client knows a file.
    uri: &'a dyn Fn(&Path) -> Option<Uri>,
    overlay: &'a Overlay,
    /// By file, once something of it is asked for: finding the lines of a large one takes its time.
    texts: Vec<OnceCell<Cow<'a, Text>>>,
}

impl<'a> Places<'a> {
    pub(super) fn new(
        analysis: &'a Analysis,
        overlay: &'a Overlay,
        session: Session,
        uri: &'a dyn Fn(&Path) -> Option<Uri>,
    ) -> Self {
        let texts = analysis.loaded.sources.iter().map(|_| OnceCell::new()).collect();
        Self { analysis, session, uri, overlay, texts }
    }

    /// The findings in some files, in the order of `validate`.
    pub(super) fn findings(&self, files: &BTreeSet<PathBuf>) -> BTreeMap<PathBuf, Vec<Finding>> {
        let mut all: Vec<&Diagnostic> = self.analysis.loaded.diagnostics.iter().collect();
        all.sort_by_key(|found| (found.span, found.code));
        let mut findings = BTreeMap::<PathBuf, Vec<Finding>>::new();
        for found in all {
            let path = self.analysis.loaded.sources.find(found.span.file).map(Source::path);
            if let Some(path) = path.filter(|path| files.contains(*path)) {
                findings.entry(path.to_owned()).or_default().push(self.finding(found));
            }
        }
        findings
    }

    pub(super) fn finding(&self, found: &Diagnostic) -> Finding {
        let mut message = found.message.clone();
        if let Some(help) = &found.help {
            message = format!("{message}\nhelp: {help}");
        }
        let related = found.related.iter().filter_map(|(span, label)| {
            Some(DiagnosticRelatedInformation {
                location: self.location(*span)?,
                message: label.clone(),
            })
        });
        let related: Vec<_> = related.collect();
        Finding {
            range: self.area(found.span).unwrap_or_default(),
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

    pub(super) fn area(&self, span: Span) -> Option<Area> {
        self.range(span.file.index(), &span.range())
    }

    fn location(&self, span: Span) -> Option<Location> {
        let source = self.analysis.loaded.sources.find(span.file)?;
        Some(Location::new((self.uri)(source.path())?, self.area(span)?))
    }

    /// A part of one of the analysis' files.
    pub(super) fn place(&self, path: &Path, range: &Range<usize>) -> Option<Location> {
        let file = self.analysis.loaded.sources.iter().position(|it| it.path() == path)?;
        Some(Location::new((self.uri)(path)?, self.range(file, range)?))
    }

    fn range(&self, file: usize, range: &Range<usize>) -> Option<Area> {
        let text = self.texts.get(file)?.get_or_init(|| {
            let source = self.analysis.loaded.sources.iter().nth(file);
            let open = source.and_then(|source| self.overlay.find(source.path()));
            let on_disk = || Text::new(source.map(Source::text).unwrap_or_default().to_owned());
            open.map_or_else(|| Cow::Owned(on_disk()), Cow::Borrowed)
        });
        Some(text.area(range, self.session.encoding))
    }
}
