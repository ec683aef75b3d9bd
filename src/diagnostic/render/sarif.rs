//! Findings as SARIF 2.1.0, the format of code scanning.

use crate::{
    diagnostic::{Code, Edit, Finding, Fix, Report},
    source::Span,
};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// GitHub refuses a run with more results.
const MOST_RESULTS: usize = 25_000;
/// Where relative addresses begin.
const ROOT: &str = "%SRCROOT%";
/// What stands for itself in the path of an address.
const PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

pub(super) fn render(report: &Report<'_>) -> Value {
    let findings: Vec<Finding<'_>> = report.findings().collect();
    let omitted = report.omitted();
    let hidden = findings.len().saturating_sub(MOST_RESULTS) + omitted.errors + omitted.warnings;
    let codes: BTreeSet<Code> = findings.iter().map(|finding| finding.diagnostic.code).collect();
    let rules: Vec<Value> = codes.iter().copied().map(rule).collect();
    let mut fingerprints = Fingerprints::default();
    let results: Vec<Value> = findings
        .into_iter()
        .take(MOST_RESULTS)
        .map(|finding| {
            let index = codes.range(..finding.diagnostic.code).count();
            result(report, finding, index, &fingerprints.next(report, finding))
        })
        .collect();
    let mut invocation = json!({ "executionSuccessful": true });
    if hidden > 0 {
        let text = format!("{hidden} more findings are not part of this file");
        insert(
            &mut invocation,
            "toolExecutionNotifications",
            json!([{ "level": "warning", "message": { "text": text } }]),
        );
    }
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "portcullis",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "invocations": [invocation],
            "originalUriBaseIds": { ROOT: { "description": { "text": "the root of the repository" } } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rule(code: Code) -> Value {
    // Viewers show a fence's language and nothing else of what stands behind it.
    let help = ["wrong", "right"].iter().fold(code.explanation().to_owned(), |help, kind| {
        help.replace(&format!("```yaml {kind}"), &format!("{kind}:\n\n```yaml"))
            .replace(&format!("```text {kind}"), &format!("{kind}:\n\n```text"))
    });
    json!({
        "id": code.as_str(),
        "shortDescription": { "text": code.summary() },
        "help": { "text": help, "markdown": help },
        "defaultConfiguration": { "level": code.severity().as_str() },
    })
}

fn result(report: &Report<'_>, finding: Finding<'_>, rule: usize, fingerprint: &str) -> Value {
    let diagnostic = finding.diagnostic;
    let text = match &diagnostic.help {
        Some(help) => format!("{}\nhelp: {help}", diagnostic.message),
        None => diagnostic.message.clone(),
    };
    let mut result = json!({
        "ruleId": diagnostic.code.as_str(),
        "ruleIndex": rule,
        "level": diagnostic.severity.as_str(),
        "message": { "text": text },
        "locations": [{ "physicalLocation": location(report, finding, diagnostic.span) }],
        "partialFingerprints": { "portcullis/v1": fingerprint },
    });
    if !diagnostic.related.is_empty() {
        let related = diagnostic.related.iter().enumerate().map(|(id, (span, label))| {
            json!({
                "id": id,
                "physicalLocation": location(report, finding, *span),
                "message": { "text": label },
            })
        });
        insert(&mut result, "relatedLocations", related.collect());
    }
    if let Some(fix) = &diagnostic.fix {
        insert(&mut result, "fixes", json!([sarif_fix(report, finding, fix)]));
    }
    result
}

fn insert(object: &mut Value, key: &str, value: Value) {
    if let Some(members) = object.as_object_mut() {
        members.insert(key.to_owned(), value);
    }
}

fn location(report: &Report<'_>, finding: Finding<'_>, span: Span) -> Value {
    json!({ "artifactLocation": artifact(report, finding, span), "region": region(finding, span) })
}

fn region(finding: Finding<'_>, span: Span) -> Value {
    let (start, end) = finding.places(span);
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

fn artifact(report: &Report<'_>, finding: Finding<'_>, span: Span) -> Value {
    let path = report.repository_path(finding.path(span));
    if path.is_absolute() {
        json!({ "uri": format!("file://{}", address(&path)) })
    } else {
        json!({ "uri": address(&path), "uriBaseId": ROOT })
    }
}

/// The path with forward slashes, as the path of an address.
fn address(path: &Path) -> String {
    let path = path.to_string_lossy().replace('\\', "/");
    // `C:/x` has its own slash to begin with in an address.
    let is_drive = path.chars().nth(1) == Some(':');
    let lead = if is_drive { "/" } else { "" };
    format!("{lead}{}", utf8_percent_encode(&path, PATH))
}

fn sarif_fix(report: &Report<'_>, finding: Finding<'_>, fix: &Fix) -> Value {
    let mut files: BTreeMap<_, Vec<&Edit>> = BTreeMap::new();
    for edit in &fix.edits {
        files.entry(edit.span.file).or_default().push(edit);
    }
    let changes: Vec<Value> = files
        .into_values()
        .filter_map(|edits| {
            let first = edits.first()?;
            let replacements: Vec<Value> = edits
                .iter()
                .map(|edit| {
                    json!({
                        "deletedRegion": region(finding, edit.span),
                        "insertedContent": { "text": edit.text },
                    })
                })
                .collect();
            let artifact = artifact(report, finding, first.span);
            Some(json!({ "artifactLocation": artifact, "replacements": replacements }))
        })
        .collect();
    json!({ "description": { "text": fix.title }, "artifactChanges": changes })
}

/// What a result is recognised by in the next run: code, file and the words it is about, but no line number. Equal
/// ones are counted.
#[derive(Default)]
struct Fingerprints {
    seen: BTreeMap<u64, usize>,
}

impl Fingerprints {
    fn next(&mut self, report: &Report<'_>, finding: Finding<'_>) -> String {
        let diagnostic = finding.diagnostic;
        let path = report.repository_path(finding.path(diagnostic.span));
        let hash = fnv1a(&[diagnostic.code.as_str(), &address(&path), finding.token()]);
        let ordinal = self.seen.entry(hash).or_default();
        *ordinal += 1;
        format!("{hash:016x}:{ordinal}")
    }
}

/// FNV-1a of some texts: the same on every machine and in every version, which the standard library does not promise.
fn fnv1a(texts: &[&str]) -> u64 {
    let bytes = texts.iter().flat_map(|text| text.bytes().chain([0xff]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
