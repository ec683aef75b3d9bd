//! How findings leave the program: one file a format, all with the same report as input.

mod github;
mod human;
mod json;
mod junit;
mod plain;
mod sarif;
#[cfg(test)]
mod tests;

use super::{Diagnostic, Report};
use crate::source::Sources;
use serde_json::Value;
use std::fmt::Write as _;

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
    /// SARIF 2.1.0, for code scanning (`validate` alone).
    Sarif,
    /// Workflow commands that annotate lines on GitHub (`validate` alone).
    Github,
    /// JUnit's XML, one test case a file (`validate` alone).
    Junit,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 6] =
        [Self::Human, Self::Plain, Self::Json, Self::Sarif, Self::Github, Self::Junit];

    /// Whether it can say nothing but findings.
    pub fn is_for_findings_alone(self) -> bool {
        matches!(self, Self::Sarif | Self::Github | Self::Junit)
    }

    /// Whether the text is one document for a program, so that nothing may be written before or behind it.
    pub fn is_document(self) -> bool {
        matches!(self, Self::Json | Self::Sarif | Self::Junit)
    }
}

/// What the terminal can show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Style {
    /// Whether escape sequences for colours may be used; only `human` ever uses them.
    pub color: bool,
}

impl Report<'_> {
    /// All findings as text that ends with a line break, if there is any.
    pub fn render(&self, format: Format, style: Style) -> String {
        match format {
            Format::Human => human::render(self, style),
            Format::Plain => plain::render(self),
            Format::Json => document(&self.to_json()),
            Format::Sarif => document(&sarif::render(self)),
            Format::Github => github::render(self),
            Format::Junit => junit::render(self),
        }
    }

    /// The findings for programs. Lines and columns count from 1, columns in characters; an end is the place
    /// behind the last character.
    pub fn to_json(&self) -> Value {
        json::render(self)
    }
}

/// The findings about one manifest as text.
pub fn render(
    diagnostics: &[Diagnostic],
    sources: &Sources,
    format: Format,
    style: Style,
) -> String {
    Report::of(diagnostics, sources).render(format, style)
}

/// The findings about one manifest for programs.
pub fn to_json(diagnostics: &[Diagnostic], sources: &Sources) -> Value {
    Report::of(diagnostics, sources).to_json()
}

fn document(json: &Value) -> String {
    escape_json(&format!("{json:#}\n"))
}

/// One line of text that leaves the terminal alone: control characters become visible ones.
pub(crate) fn clean(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { '␊' } else { visible(c) }).collect()
}

/// The same for several lines, whose breaks stay as they are.
pub(crate) fn clean_text(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        let (line, end) = match line.strip_suffix("\r\n") {
            Some(line) => (line, "\r\n"),
            None => line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n")),
        };
        let clean = line.chars().map(|c| if c == '\t' { c } else { visible(c) });
        clean.chain(end.chars()).collect::<String>()
    });
    lines.collect()
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
