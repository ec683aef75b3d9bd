//! Findings as JUnit's XML: a test case for each manifest, and a failure for each thing that is wrong with it.

use super::{clean, plain};
use crate::diagnostic::{Finding, Report};
use std::fmt::Write as _;

pub(super) fn render(report: &Report<'_>) -> String {
    let (mut cases, mut tests, mut failures) = (String::new(), 0, 0);
    for (file, findings) in report.manifests() {
        let (failed, passed): (Vec<_>, Vec<_>) =
            findings.into_iter().partition(|finding| report.is_failure(*finding));
        tests += 1;
        failures += usize::from(!failed.is_empty());
        let file = escape(&clean(&file));
        let _ = write!(
            cases,
            "    <testcase classname=\"portcullis.validate\" name=\"{file}\" file=\"{file}\""
        );
        if failed.is_empty() && passed.is_empty() {
            cases.push_str("/>\n");
            continue;
        }
        cases.push_str(">\n");
        cases.extend(failed.into_iter().map(failure));
        if !passed.is_empty() {
            let lines: Vec<String> =
                passed.into_iter().map(|finding| escape(&plain::line(finding))).collect();
            let _ = writeln!(cases, "      <system-out>{}</system-out>", lines.join("\n"));
        }
        cases.push_str("    </testcase>\n");
    }
    let omitted = report.omitted().words();
    let rest = omitted.map(|words| format!("    <system-out>and {words}</system-out>\n"));
    let rest = rest.unwrap_or_default();
    let counts = format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"0\"");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <testsuites name=\"portcullis\" {counts}>\n  \
           <testsuite name=\"validate\" {counts}>\n{cases}{rest}  </testsuite>\n\
         </testsuites>\n"
    )
}

fn failure(finding: Finding<'_>) -> String {
    let diagnostic = finding.diagnostic;
    format!(
        "      <failure type=\"{}\" message=\"{}\">{}</failure>\n",
        diagnostic.code,
        escape(&clean(&diagnostic.message)),
        escape(&plain::line(finding)),
    )
}

/// Text for an attribute or an element. Control characters have become visible ones by then, because XML has no way
/// to write most of them; two more code points are no XML either.
fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, character| {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            _ => out.push(character),
        }
        out
    })
}
