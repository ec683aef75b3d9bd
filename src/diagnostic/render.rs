//! How findings reach people and programs: snippets for terminals, one line each for screen readers, JSON.

use super::{Diagnostic, Severity};
use crate::source::{FileId, Source, Sources, Span};
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use serde_json::{Value, json};
use std::{fmt::Write as _, ops::Range};

/// A related place within this many lines is drawn in the finding's own snippet.
const NEAR: usize = 40;
/// A span of more lines than this is underlined on its first line alone.
const TALL: usize = 6;

/// A line of more bytes than this is named and not drawn.
const WIDE: usize = 2000;

/// How findings are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Snippets of the file with the place underlined.
    #[default]
    Human,
    /// One line a finding, without drawing or colour, for screen readers and logs.
    Plain,
    /// One JSON document.
    Json,
}

/// What the terminal can show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Style {
    /// Whether escape sequences for colours may be used; `plain` and `json` never use them.
    pub color: bool,
}

/// All findings as text, sorted by file, place and code.
pub fn render(
    diagnostics: &[Diagnostic],
    sources: &Sources,
    format: Format,
    style: Style,
) -> String {
    match format {
        Format::Human => {
            let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
            sorted(diagnostics).iter().fold(String::new(), |out, diagnostic| {
                out + &human(diagnostic, sources, &renderer) + "\n\n"
            })
        }
        Format::Plain => sorted(diagnostics)
            .iter()
            .fold(String::new(), |out, diagnostic| out + &plain(diagnostic, sources)),
        Format::Json => {
            let text = to_json(diagnostics, sources);
            escape_json(&format!("{text:#}\n"))
        }
    }
}

/// What a run found, in one line: `1 error, 2 warnings in 1 file` or `1 file is valid`.
pub fn summary_line(diagnostics: &[Diagnostic], files: usize) -> String {
    let count = |number: usize, noun: &str| match number {
        0 => None,
        1 => Some(format!("1 {noun}")),
        _ => Some(format!("{number} {noun}s")),
    };
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
    let found: Vec<String> = [count(errors, "error"), count(diagnostics.len() - errors, "warning")]
        .into_iter()
        .flatten()
        .collect();
    let files_text = count(files, "file").unwrap_or_else(|| "0 files".to_owned());
    match (found.is_empty(), files) {
        (true, 1) => format!("{files_text} is valid"),
        (true, _) => format!("{files_text} are valid"),
        (false, _) => format!("{} in {files_text}", found.join(", ")),
    }
}

/// The findings for programs. Lines and columns count from 1, columns in characters; an end is the
/// place behind the last character.
pub fn to_json(diagnostics: &[Diagnostic], sources: &Sources) -> Value {
    let diagnostics: Vec<Value> = sorted(diagnostics)
        .into_iter()
        .map(|diagnostic| {
            let (start, end) = places(diagnostic.span, sources);
            let related: Vec<Value> = diagnostic
                .related
                .iter()
                .map(|(span, label)| {
                    let (start, _) = places(*span, sources);
                    json!({
                        "file": path(span.file, sources),
                        "line": start.0,
                        "column": start.1,
                        "message": label,
                    })
                })
                .collect();
            json!({
                "code": diagnostic.code.as_str(),
                "severity": diagnostic.severity,
                "message": diagnostic.message,
                "file": path(diagnostic.span.file, sources),
                "line": start.0,
                "column": start.1,
                "end_line": end.0,
                "end_column": end.1,
                "help": diagnostic.help,
                "related": related,
            })
        })
        .collect();
    let files: Vec<String> =
        sources.iter().map(|source| source.path().display().to_string()).collect();
    json!({ "version": 1, "files": files, "diagnostics": diagnostics })
}

fn sorted(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by_key(|diagnostic| (diagnostic.span, diagnostic.code));
    sorted
}

fn path(file: FileId, sources: &Sources) -> String {
    sources.find(file).map(|source| source.path().display().to_string()).unwrap_or_default()
}

/// Line and column of a span's start and end; `1:1` if its file is not known.
fn places(span: Span, sources: &Sources) -> ((usize, usize), (usize, usize)) {
    let Some(source) = sources.find(span.file) else { return ((1, 1), (1, 1)) };
    let range = clamp(source.text(), span);
    let [start, end] = [range.start, range.end].map(|at| source.position(at));
    ((start.line, start.column), (end.line, end.column))
}

/// The span moved inside the text and off the middle of characters and line breaks.
fn clamp(text: &str, span: Span) -> Range<usize> {
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

fn plain(diagnostic: &Diagnostic, sources: &Sources) -> String {
    let place = |span: Span| {
        let ((line, column), _) = places(span, sources);
        format!("{}:{line}:{column}", clean(&path(span.file, sources)))
    };
    let level = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let code = diagnostic.code;
    let mut out =
        format!("{}: {level}[{code}]: {}\n", place(diagnostic.span), clean(&diagnostic.message));
    if let Some(help) = &diagnostic.help {
        for (number, line) in help.lines().enumerate() {
            let lead = if number == 0 { "  help: " } else { "        " };
            let _ = writeln!(out, "{lead}{}", clean(line));
        }
    }
    for (span, label) in &diagnostic.related {
        let _ = writeln!(out, "  see {}: {}", place(*span), clean(label));
    }
    out
}

fn human(diagnostic: &Diagnostic, sources: &Sources, renderer: &Renderer) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(clean(&diagnostic.message)).id(diagnostic.code.as_str());
    let mut group = Group::with_title(title);
    for excerpt in excerpts(diagnostic, sources) {
        group = match excerpt.snippet() {
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

fn excerpts<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> Vec<Excerpt<'a>> {
    let related = diagnostic.related.iter().map(|(span, label)| (*span, Some(label.as_str())));
    let mut excerpts: Vec<Excerpt<'a>> = Vec::new();
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
    fn snippet(&self) -> Option<Snippet<'a, Annotation<'a>>> {
        let text = self.source.text();
        let hull = self.hull();
        let from = text.get(..hull.start).and_then(|t| t.rfind('\n')).map_or(0, |end| end + 1);
        let to = text
            .get(hull.end..)
            .and_then(|tail| tail.lines().next())
            .map_or(text.len(), |line| hull.end + line.len());
        let is_wide = text.get(from..to).is_some_and(|t| t.lines().any(|line| line.len() > WIDE));
        if text.is_empty() || is_wide {
            return None;
        }
        let shown = |to: usize| clean_lines(text.get(from..to).unwrap_or(""));
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

/// One line of text that leaves the terminal alone: control characters become visible ones.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { '␊' } else { visible(c) }).collect()
}

/// The same for several lines; tabs are drawn as spaces, by the snippets' own rule.
fn clean_lines(text: &str) -> String {
    let keep = |c| if matches!(c, '\n' | '\t') { c } else { visible(c) };
    text.replace("\r\n", "\n").chars().map(keep).collect()
}

fn visible(character: char) -> char {
    match character {
        '\u{0}'..='\u{1f}' => {
            char::from_u32(0x2400 + u32::from(character)).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        '\u{7f}' => '␡',
        character if is_hidden(character) => char::REPLACEMENT_CHARACTER,
        _ => character,
    }
}

/// Characters that steer a terminal or the direction and the breaks of text.
fn is_hidden(character: char) -> bool {
    matches!(
        character,
        '\u{7f}'..='\u{9f}'
            | '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
    )
}

/// JSON text in which nothing is hidden from whoever looks at it in a terminal.
pub(crate) fn json_text(json: &Value) -> String {
    escape_json(&json.to_string())
}

/// JSON escapes the ASCII controls by itself; the others are escaped here, which changes no value.
fn escape_json(json: &str) -> String {
    json.chars().fold(String::with_capacity(json.len()), |mut out, character| {
        if is_hidden(character) {
            let _ = write!(out, "\\u{:04x}", u32::from(character));
        } else {
            out.push(character);
        }
        out
    })
}

#[cfg(test)]
mod tests;
