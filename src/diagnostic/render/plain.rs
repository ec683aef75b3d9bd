//! Findings for logs, `grep` and screen readers: exactly one line each.

use super::clean;
use crate::diagnostic::{Finding, Report};
use std::fmt::Write as _;

pub(super) fn render(report: &Report<'_>) -> String {
    let mut out = String::new();
    for finding in report.findings() {
        out.push_str(&line(finding));
        out.push('\n');
    }
    out.extend(report.omitted().words().map(|words| format!("and {words}\n")));
    out
}

/// `PLACE: SEVERITY[CODE]: MESSAGE; help: HELP; see PLACE: LABEL`
pub(super) fn line(finding: Finding<'_>) -> String {
    let diagnostic = finding.diagnostic;
    let (level, code) = (finding.severity().as_str(), diagnostic.code);
    let place = finding.place(diagnostic.span);
    let mut out = format!("{place}: {level}[{code}]: {}", diagnostic.message);
    if let Some(help) = &diagnostic.help {
        let help: Vec<&str> = help.lines().map(str::trim).collect();
        let _ = write!(out, "; help: {}", help.join(" "));
    }
    for (span, label) in &diagnostic.related {
        let _ = write!(out, "; see {}: {label}", finding.place(*span));
    }
    clean(&out)
}
