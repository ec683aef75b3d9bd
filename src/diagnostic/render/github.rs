//! Findings as GitHub's workflow commands, which annotate lines of a pull request.

use super::{clean, plain};
use crate::diagnostic::{Finding, Report, Severity};
use std::fmt::Write as _;

/// GitHub shows so many errors and so many warnings of a step, and drops the others without a word.
const SHOWN: usize = 10;

/// The worst first, as annotations; then how many more there are, and those as plain lines.
pub(super) fn render(report: &Report<'_>) -> String {
    let (mut errors, mut warnings): (Vec<_>, Vec<_>) =
        report.findings().partition(|finding| finding.severity() == Severity::Error);
    let mut rest = errors.split_off(errors.len().min(SHOWN));
    rest.extend(warnings.split_off(warnings.len().min(SHOWN)));
    let mut out = String::new();
    for finding in errors.into_iter().chain(warnings) {
        let _ = writeln!(out, "{}", command(report, finding));
    }
    if !rest.is_empty() {
        let _ = writeln!(out, "::notice::{} more findings are in the log of this step", rest.len());
    }
    for finding in rest {
        // GitHub reads `##[…]` as a command wherever it stands in a line.
        let _ = writeln!(out, "{}", plain::line(finding).replace("##[", "## ["));
    }
    if let Some(words) = report.omitted().words() {
        let _ = writeln!(out, "::notice::and {words}, which are not shown");
    }
    out
}

fn command(report: &Report<'_>, finding: Finding<'_>) -> String {
    let diagnostic = finding.diagnostic;
    let (start, end) = finding.places(diagnostic.span);
    let path = report.repository_path(finding.path(diagnostic.span));
    let file = property(&path.display().to_string().replace('\\', "/"));
    // GitHub takes columns only where a finding begins and ends in one line.
    let columns = if start.line == end.line {
        format!(",col={},endColumn={}", start.column, end.column)
    } else {
        String::new()
    };
    let text: Vec<&str> = [Some(diagnostic.message.as_str()), diagnostic.help.as_deref()]
        .into_iter()
        .flatten()
        .collect();
    format!(
        "::{} file={file},line={},endLine={}{columns},title={}::{}",
        finding.severity().as_str(),
        start.line,
        end.line,
        diagnostic.code,
        data(&text.join("\n")),
    )
}

/// A command's text, escaped as the runner reads it.
fn data(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(clean).collect();
    lines.join("\n").replace('%', "%25").replace('\n', "%0A")
}

/// A command's property, in which two more characters mean something.
fn property(text: &str) -> String {
    clean(text).replace('%', "%25").replace(':', "%3A").replace(',', "%2C")
}
