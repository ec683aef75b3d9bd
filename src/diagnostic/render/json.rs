//! Findings for programs: one document, whose shape changes only with its `version`.

use crate::{
    diagnostic::{Finding, Report},
    source::Span,
};
use serde_json::{Map, Value, json};

pub(super) fn render(report: &Report<'_>) -> Value {
    let files: Vec<String> =
        report.files().map(|source| source.path().display().to_string()).collect();
    let diagnostics: Vec<Value> = report.findings().map(diagnostic).collect();
    let whole = json!({ "version": 1, "files": files, "diagnostics": diagnostics });
    let omitted = report.omitted();
    // There only where a program has to know that the list is not all.
    if omitted.is_empty() { whole } else { with(whole, json!({ "omitted": omitted })) }
}

fn diagnostic(finding: Finding<'_>) -> Value {
    let diagnostic = finding.diagnostic;
    let related: Vec<Value> = diagnostic
        .related
        .iter()
        .map(|(span, label)| {
            let (start, _) = finding.places(*span);
            json!({
                "file": finding.path(*span).display().to_string(),
                "line": start.line,
                "column": start.column,
                "message": label,
            })
        })
        .collect();
    let fix = diagnostic.fix.as_ref().map(|fix| {
        let edits: Vec<Value> = fix
            .edits
            .iter()
            .map(|edit| with(region(finding, edit.span), json!({ "text": edit.text })))
            .collect();
        json!({ "title": fix.title, "edits": edits })
    });
    let head = json!({
        "code": diagnostic.code.as_str(),
        "severity": diagnostic.severity,
        "message": diagnostic.message,
    });
    let tail = json!({ "help": diagnostic.help, "related": related, "fix": fix });
    with(with(head, region(finding, diagnostic.span)), tail)
}

/// Where a span is, from its first character to the place behind its last one.
fn region(finding: Finding<'_>, span: Span) -> Value {
    let (start, end) = finding.places(span);
    json!({
        "file": finding.path(span).display().to_string(),
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
    })
}

/// The members of one object behind those of another.
fn with(first: Value, second: Value) -> Value {
    let members = [first, second].into_iter().flat_map(|object| match object {
        Value::Object(members) => members,
        _ => Map::new(),
    });
    Value::Object(members.collect())
}
