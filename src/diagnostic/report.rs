//! What a run found, over all of its manifests: the one input of every format.

use super::{Diagnostic, Omitted, Severity};
use crate::source::{Position, Source, Sources, Span};
use std::{
    collections::BTreeSet,
    ops::Range,
    path::{Component, Path, PathBuf},
};

/// The findings of a run, manifest by manifest, each with sources of its own.
#[derive(Debug, Clone, Default)]
pub struct Report<'a> {
    manifests: Vec<(&'a [Diagnostic], &'a Sources)>,
    omitted: Omitted,
    repository: PathBuf,
    folder: PathBuf,
    denies_warnings: bool,
}

/// One finding with the files that its places are in.
#[derive(Debug, Clone, Copy)]
pub struct Finding<'a> {
    /// The finding.
    pub diagnostic: &'a Diagnostic,
    /// The files of its manifest.
    pub sources: &'a Sources,
}

/// A piece of a file that no format may show.
#[derive(Debug)]
pub(super) struct Mask<'a> {
    pub(super) source: &'a Source,
    pub(super) range: Range<usize>,
}

impl<'a> Report<'a> {
    /// The report about one manifest.
    pub fn of(diagnostics: &'a [Diagnostic], sources: &'a Sources) -> Self {
        let mut report = Self::default();
        report.add(diagnostics, sources);
        report
    }

    /// Adds what was found about one more manifest.
    pub fn add(&mut self, diagnostics: &'a [Diagnostic], sources: &'a Sources) {
        self.manifests.push((diagnostics, sources));
    }

    /// Counts findings that were left out.
    pub fn omit(&mut self, omitted: Omitted) {
        self.omitted.errors += omitted.errors;
        self.omitted.warnings += omitted.warnings;
    }

    /// What was found and left out.
    pub(super) fn omitted(&self) -> Omitted {
        self.omitted
    }

    /// Says where the repository begins and in which folder the program was started, for formats that name
    /// files from the repository's root. Without it, files are named as they were named to the program.
    #[must_use]
    pub fn in_repository(
        mut self,
        repository: impl Into<PathBuf>,
        folder: impl Into<PathBuf>,
    ) -> Self {
        self.repository = repository.into();
        self.folder = folder.into();
        self
    }

    /// Says whether warnings count as failures.
    #[must_use]
    pub fn deny_warnings(mut self, denies_warnings: bool) -> Self {
        self.denies_warnings = denies_warnings;
        self
    }

    /// The findings in the order of the manifests, then of files, places and codes.
    pub fn findings(&self) -> impl Iterator<Item = Finding<'a>> {
        self.manifests.iter().flat_map(|(diagnostics, sources)| sorted(diagnostics, sources))
    }

    /// The findings of each manifest, with the path that it was named by.
    pub(super) fn manifests(&self) -> impl Iterator<Item = (String, Vec<Finding<'a>>)> {
        self.manifests.iter().map(|(diagnostics, sources)| {
            let path = sources.iter().next().map_or(Path::new(""), Source::path);
            (path.display().to_string(), sorted(diagnostics, sources))
        })
    }

    /// What must not be seen, whichever finding draws the line that it stands in.
    pub(super) fn masks(&self) -> impl Iterator<Item = Mask<'a>> {
        self.manifests.iter().flat_map(|(diagnostics, sources)| {
            let spans = diagnostics.iter().flat_map(|diagnostic| &diagnostic.masked);
            spans.filter_map(|span| {
                let source = sources.find(span.file)?;
                Some(Mask { source, range: clamp(source.text(), *span) })
            })
        })
    }

    /// Every file that was read.
    pub(super) fn files(&self) -> impl Iterator<Item = &'a Source> {
        self.manifests.iter().flat_map(|(_, sources)| sources.iter())
    }

    /// Whether there is nothing to say.
    pub fn is_empty(&self) -> bool {
        self.manifests.iter().all(|(diagnostics, _)| diagnostics.is_empty())
    }

    /// Whether the run is a no: because of an error or, where they are denied, a warning.
    pub fn is_refused(&self) -> bool {
        self.omitted.errors > 0
            || self.denies_warnings && self.omitted.warnings > 0
            || self.findings().any(|finding| self.is_failure(finding))
    }

    pub(super) fn is_failure(&self, finding: Finding<'_>) -> bool {
        finding.diagnostic.is_error() || self.denies_warnings
    }

    /// What the run found, in one line.
    pub fn summary_line(&self) -> String {
        let diagnostics = self.manifests.iter().flat_map(|(diagnostics, _)| diagnostics.iter());
        let found: BTreeSet<&Path> =
            self.findings().map(|finding| finding.path(finding.diagnostic.span)).collect();
        // Nothing is valid but a manifest with all of its files.
        let files = if found.is_empty() { self.manifests.len() } else { found.len() };
        summary(diagnostics, self.omitted, files)
    }

    /// A file's path from the repository's root; as it is if it lies outside.
    pub(super) fn repository_path(&self, path: &Path) -> PathBuf {
        let whole = normalized(&self.folder.join(path));
        match whole.strip_prefix(normalized(&self.repository)) {
            Ok(inside) => inside.to_owned(),
            Err(_) => whole,
        }
    }
}

fn sorted<'a>(diagnostics: &'a [Diagnostic], sources: &'a Sources) -> Vec<Finding<'a>> {
    let mut found: Vec<_> =
        diagnostics.iter().map(|diagnostic| Finding { diagnostic, sources }).collect();
    found.sort_by_key(|finding| (finding.diagnostic.span, finding.diagnostic.code));
    found
}

/// The path without `.` and `..`, as far as its text tells.
fn normalized(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if out.file_name().is_some() => drop(out.pop()),
            part => out.push(part),
        }
    }
    out
}

impl<'a> Finding<'a> {
    pub(super) fn severity(&self) -> Severity {
        self.diagnostic.severity
    }

    /// The file that a span is in; empty if it is not known.
    pub(super) fn path(&self, span: Span) -> &'a Path {
        self.sources.find(span.file).map_or(Path::new(""), Source::path)
    }

    /// Where a span starts and ends; `1:1` if its file is not known.
    pub(super) fn places(&self, span: Span) -> (Position, Position) {
        let Some(source) = self.sources.find(span.file) else {
            let start = Position { line: 1, column: 1 };
            return (start, start);
        };
        let Range { start, end } = clamp(source.text(), span);
        (source.position(start), source.position(end))
    }

    /// `path:line:column`, as the user named the file.
    pub(super) fn place(&self, span: Span) -> String {
        let start = self.places(span).0;
        format!("{}:{}:{}", self.path(span).display(), start.line, start.column)
    }

    /// What the finding is about: the underlined text, or the line if that is of several lines or nothing. A secret is
    /// nothing that a finding may be recognised by.
    pub(super) fn token(&self) -> &'a str {
        let Some(source) = self.sources.find(self.diagnostic.span.file) else { return "" };
        let text = source.text();
        let range = clamp(text, self.diagnostic.span);
        let token = text.get(range.clone()).unwrap_or("");
        if !self.diagnostic.masked.is_empty() {
            let is_shown = !self.diagnostic.masked.contains(&self.diagnostic.span);
            return if is_shown { token } else { "" };
        }
        if !token.is_empty() && !token.contains('\n') {
            return token;
        }
        text.get(source.line_range(range.start)).unwrap_or("").trim()
    }
}

/// The span moved inside the text and off the middle of characters and line breaks.
pub(super) fn clamp(text: &str, span: Span) -> Range<usize> {
    let floor = |offset: usize| {
        let mut at = offset.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let (before, after) = text.split_at(at);
        if before.ends_with('\r') && after.starts_with('\n') { at - 1 } else { at }
    };
    let Range { start, end } = span.range();
    let start = floor(start);
    start..floor(end).max(start)
}

/// What was found in some files, in one line: `1 error, 2 warnings in 1 file` or `1 file is valid`.
pub fn summary_line<'a>(
    diagnostics: impl IntoIterator<Item = &'a Diagnostic>,
    files: usize,
) -> String {
    summary(diagnostics, Omitted::default(), files)
}

fn summary<'a>(
    diagnostics: impl IntoIterator<Item = &'a Diagnostic>,
    omitted: Omitted,
    files: usize,
) -> String {
    let count = |number: usize, noun: &str| match number {
        0 => None,
        1 => Some(format!("1 {noun}")),
        _ => Some(format!("{number} {noun}s")),
    };
    let (mut errors, mut warnings) = (omitted.errors, omitted.warnings);
    for diagnostic in diagnostics {
        *if diagnostic.is_error() { &mut errors } else { &mut warnings } += 1;
    }
    let found: Vec<String> =
        [count(errors, "error"), count(warnings, "warning")].into_iter().flatten().collect();
    let files_text = count(files, "file").unwrap_or_else(|| "0 files".to_owned());
    match (found.is_empty(), files) {
        (true, 1) => format!("{files_text} is valid"),
        (true, _) => format!("{files_text} are valid"),
        (false, _) => format!("{} in {files_text}", found.join(", ")),
    }
}
