//! Findings for people: snippets of the files with the places underlined.

use super::{Style, clean, visible};
use crate::{
    diagnostic::{
        Finding, Report, Severity,
        report::{Mask, clamp},
    },
    source::{Source, Span},
};
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use std::ops::Range;

/// A related place within this many lines is drawn in the finding's own snippet.
const NEAR: usize = 40;
/// A span of more lines than this is underlined on its first line alone.
const TALL: usize = 6;
/// A line of more bytes than this is named and not drawn.
const WIDE: usize = 2000;

/// Every finding as a snippet with the place underlined, and an empty line behind it.
pub(super) fn render(report: &Report<'_>, style: Style) -> String {
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    let hidden: Vec<Mask<'_>> = report.masks().collect();
    let mut out = String::new();
    for finding in report.findings() {
        out.push_str(&draw(finding, &hidden, &renderer));
        out.push_str("\n\n");
    }
    out.extend(report.omitted().words().map(|words| format!("and {words}\n\n")));
    out
}

fn draw(finding: Finding<'_>, hidden: &[Mask<'_>], renderer: &Renderer) -> String {
    let diagnostic = finding.diagnostic;
    let level = match finding.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(clean(&diagnostic.message)).id(diagnostic.code.as_str());
    let mut group = Group::with_title(title);
    for excerpt in excerpts(finding) {
        group = match excerpt.snippet(hidden) {
            Some(snippet) => group.element(snippet),
            None => excerpt.marks.iter().fold(group, |group, (mark, label)| {
                let group = group.element(excerpt.origin(mark.start));
                label
                    .iter()
                    .fold(group, |group, label| group.element(Level::NOTE.message(clean(label))))
            }),
        };
    }
    if let Some(help) = &diagnostic.help {
        let lines: Vec<String> = help.lines().map(clean).collect();
        group = group.element(Level::HELP.message(lines.join("\n")));
    }
    renderer.render(&[group])
}

/// A part of one file with the places to underline, as offsets into the whole text.
struct Excerpt<'a> {
    source: &'a Source,
    marks: Vec<(Range<usize>, Option<&'a str>)>,
}

fn excerpts(finding: Finding<'_>) -> Vec<Excerpt<'_>> {
    let Finding { diagnostic, sources } = finding;
    let related = diagnostic.related.iter().map(|(span, label)| (*span, Some(label.as_str())));
    let mut excerpts: Vec<Excerpt<'_>> = Vec::new();
    for (span, label) in std::iter::once((diagnostic.span, None)).chain(related) {
        let Some(source) = sources.find(span.file) else { continue };
        let mark = (drawable(source.text(), span), label);
        match excerpts.iter_mut().find(|excerpt| excerpt.is_near(source, &mark.0)) {
            Some(excerpt) => excerpt.marks.push(mark),
            None => excerpts.push(Excerpt { source, marks: vec![mark] }),
        }
    }
    excerpts
}

/// The part of a span that is underlined: never a line's own break, and not many lines.
fn drawable(text: &str, span: Span) -> Range<usize> {
    let range = clamp(text, span);
    let inside = text.get(range.clone()).unwrap_or("").trim_end_matches(['\r', '\n']);
    let first = inside.lines().next().unwrap_or("");
    let shown = if inside.lines().nth(TALL).is_some() { first } else { inside };
    range.start..range.start + shown.len()
}

impl<'a> Excerpt<'a> {
    fn hull(&self) -> Range<usize> {
        let start = self.marks.iter().map(|(mark, _)| mark.start).min().unwrap_or(0);
        let end = self.marks.iter().map(|(mark, _)| mark.end).max().unwrap_or(0);
        start..end.max(start)
    }

    fn is_near(&self, source: &Source, mark: &Range<usize>) -> bool {
        let hull = self.hull();
        let [from, to] = [hull.start.min(mark.start), hull.end.max(mark.end)];
        let lines =
            source.text().get(from..to).map_or(0, |text| text.matches('\n').take(NEAR).count());
        std::ptr::eq(self.source, source) && lines < NEAR
    }

    fn path(&self) -> String {
        clean(&self.source.path().display().to_string())
    }

    fn origin(&self, at: usize) -> Origin<'a> {
        let place = self.source.position(at);
        Origin::path(self.path()).line(place.line).char_column(place.column)
    }

    /// Only the lines that are needed, so that the cost of a finding does not grow with the file;
    /// nothing if there is no text or too much of it.
    fn snippet(&self, hidden: &[Mask<'_>]) -> Option<Snippet<'a, Annotation<'a>>> {
        let text = self.source.text();
        let hull = self.hull();
        let from = self.source.line_range(hull.start).start;
        let to = self.source.line_range(hull.end).end.max(hull.end);
        let is_large = to - from > WIDE * NEAR;
        let is_wide = || text.get(from..to).is_some_and(|t| t.lines().any(|l| l.len() > WIDE));
        if text.is_empty() || is_large || is_wide() {
            return None;
        }
        let hidden: Vec<_> = hidden
            .iter()
            .filter(|mask| std::ptr::eq(mask.source, self.source) && mask.range.start < to)
            .map(|mask| mask.range.clone())
            .collect();
        let shown = |to: usize| clean_lines(&hide(text.get(from..to).unwrap_or(""), from, &hidden));
        let mut lines = shown(to);
        if lines.is_empty() || lines.ends_with('\n') {
            // The empty line at the end of a file is a place, too.
            lines.push(' ');
        }
        let marks: Vec<Annotation<'a>> = self
            .marks
            .iter()
            .map(|(mark, label)| {
                let kind = match label {
                    None => AnnotationKind::Primary,
                    Some(_) => AnnotationKind::Context,
                };
                let range = shown(mark.start).len()..shown(mark.end).len();
                kind.span(range).label(label.map(clean))
            })
            .collect();
        let line = self.source.position(from).line;
        Some(Snippet::source(lines).path(self.path()).line_start(line).annotations(marks))
    }
}

/// The text, which begins at `from`, with a dot for each character that must not be seen.
fn hide(text: &str, from: usize, hidden: &[Range<usize>]) -> String {
    let is_hidden = |at| hidden.iter().any(|range| range.contains(&at));
    let shown = |(at, c)| if !matches!(c, '\r' | '\n') && is_hidden(from + at) { '•' } else { c };
    text.char_indices().map(shown).collect()
}

/// Several lines that leave the terminal alone; tabs are drawn as spaces, by the snippets' own rule.
fn clean_lines(text: &str) -> String {
    let keep = |c| if matches!(c, '\n' | '\t') { c } else { visible(c) };
    text.replace("\r\n", "\n").chars().map(keep).collect()
}
