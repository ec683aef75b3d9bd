//! How many findings a reader takes, and text that would mean something to it.

use super::{bare, sources};
use crate::{
    diagnostic::{Code, Diagnostic, Format, Omitted, Report, Style, render},
    source::{FileId, Span},
};

/// Errors and warnings by turns, each with its number.
fn many(file: FileId, count: usize) -> Vec<Diagnostic> {
    let codes = [Code::UnusedArgument, Code::UnknownKey].into_iter().cycle();
    let finding = |(number, code)| bare(code, Span::new(file, 0, 1), format!("no {number}"));
    codes.take(count).enumerate().map(finding).collect()
}

#[test]
fn github_gets_the_ten_worst_of_each_kind_and_the_rest_as_text() {
    let (sources, ids) = sources(&["a: 1\n"]);
    let text = render(&many(ids[0], 24), &sources, Format::Github, Style::default());
    let lines: Vec<&str> = text.lines().collect();
    let count = |start: &str| lines.iter().take_while(|line| line.starts_with(start)).count();
    assert_eq!((lines.len(), count("::error file=0.yaml,line=1,")), (25, 10));
    assert!(lines[10..20].iter().all(|line| line.starts_with("::warning file=0.yaml,line=1,")));
    assert_eq!(lines[20], "::notice::4 more findings are in the log of this step");
    assert_eq!(lines[21], "0.yaml:1:1: error[unknown-key]: no 21");
    assert_eq!(lines[24], "0.yaml:1:1: warning[unused-argument]: no 22");
    let few = render(&many(ids[0], 20), &sources, Format::Github, Style::default());
    assert_eq!((few.lines().count(), few.contains("::notice")), (20, false));
}

#[test]
fn github_reads_no_command_from_a_manifest() {
    let (sources, ids) = sources(&["a: 1\n"]);
    let evil = "x\r\n::error::forged ##[add-mask]a,b:c%0A";
    let one = bare(Code::UnknownKey, Span::new(ids[0], 0, 1), evil).help("first\nsecond");
    let all: Vec<Diagnostic> = std::iter::repeat_n(one, 11).collect();
    let text = render(&all, &sources, Format::Github, Style::default());
    let expected = "::error file=0.yaml,line=1,endLine=1,col=1,endColumn=2,title=unknown-key::\
                    x%0A::error::forged ##[add-mask]a,b:c%250A%0Afirst%0Asecond";
    assert_eq!(text.lines().next(), Some(expected));
    assert_eq!(text.lines().filter(|line| line.contains("##[")).count(), 10);
    assert!(text.lines().all(|line| line.starts_with("::error f")
        || line.starts_with("::notice::")
        || line.starts_with("0.yaml:1:1: error")));
}

#[test]
fn xml_holds_any_text() {
    let (sources, ids) = sources(&["a: 1\n"]);
    let evil = "<&>\"'\u{0}\u{1b}\u{fffe}]]>\n";
    let text = render(
        &[bare(Code::UnknownKey, Span::new(ids[0], 0, 1), evil)],
        &sources,
        Format::Junit,
        Style::default(),
    );
    let message = "message=\"&lt;&amp;&gt;&quot;'␀␛\u{fffd}]]&gt;␊\"";
    assert!(text.contains(message), "{text}");
}

#[test]
fn sarif_stops_at_what_github_takes_and_says_so() {
    let (sources, ids) = sources(&["a: 1\n"]);
    let log = |count: usize| {
        let diagnostics = many(ids[0], count);
        super::sarif::render(&Report::of(&diagnostics, &sources))["runs"][0].clone()
    };
    let whole = log(2);
    assert_eq!(whole["results"].as_array().map(Vec::len), Some(2));
    assert!(whole["invocations"][0]["toolExecutionNotifications"].is_null());
    let cut = log(25_002);
    assert_eq!(cut["results"].as_array().map(Vec::len), Some(25_000));
    let notice = &cut["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    assert_eq!(notice, "2 more findings are not part of this file");
}

#[test]
fn equal_findings_have_fingerprints_of_their_own() {
    let (sources, ids) = sources(&["a: 1\nb: a\n"]);
    let at = |start| bare(Code::UnknownKey, Span::new(ids[0], start, start + 1), "again");
    let found = [at(0), at(8)];
    let run = &super::sarif::render(&Report::of(&found, &sources))["runs"][0];
    let print = |index: usize| {
        run["results"][index]["partialFingerprints"]["portcullis/v1"].as_str().unwrap().to_owned()
    };
    let (first, second) = (print(0), print(1));
    assert_eq!(first.replace(":1", ":2"), second);
}

#[test]
fn files_outside_the_repository_keep_their_whole_path() {
    let mut all = crate::source::Sources::default();
    let file = all.add(crate::source::Source::new("../../else where.yaml", "a: 1\n"));
    let found = [bare(Code::UnknownKey, Span::new(file, 0, 1), "x")];
    let report = Report::of(&found, &all).in_repository("/home/ada/notes", "/home/ada/notes/app");
    let log = super::sarif::render(&report);
    let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    let expected = serde_json::json!({ "uri": "file:///home/ada/else%20where.yaml" });
    assert_eq!(place["artifactLocation"], expected);
    let report = Report::of(&found, &all).in_repository("/home/ada", "/home/ada/notes/app");
    let log = super::sarif::render(&report);
    let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    let expected = serde_json::json!({ "uri": "else%20where.yaml", "uriBaseId": "%SRCROOT%" });
    assert_eq!(place["artifactLocation"], expected);
}

#[test]
fn every_format_says_how_much_was_left_out_and_the_verdict_knows() {
    let (sources, ids) = sources(&["a: 1\n"]);
    let found = [bare(Code::UnusedArgument, Span::new(ids[0], 0, 1), "x")];
    let mut report = Report::of(&found, &sources);
    assert!(!report.is_refused());
    report.omit(Omitted { errors: 0, warnings: 2 });
    assert!(!report.is_refused() && report.clone().deny_warnings(true).is_refused());
    report.omit(Omitted { errors: 7, warnings: 0 });
    assert!(report.is_refused());
    assert_eq!(report.summary_line(), "7 errors, 3 warnings in 1 file");
    let words = "and 7 more errors, 2 more warnings";
    for format in [Format::Human, Format::Plain, Format::Github, Format::Junit] {
        assert!(report.render(format, Style::default()).contains(words), "{format:?}");
    }
    assert_eq!(report.to_json()["omitted"], serde_json::json!({ "errors": 7, "warnings": 2 }));
    let sarif = super::sarif::render(&report);
    let notice = &sarif["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(notice["message"]["text"], "9 more findings are not part of this file");
    let whole = Report::of(&found, &sources);
    assert!(!whole.render(Format::Human, Style::default()).contains("more"));
    assert!(whole.to_json()["omitted"].is_null());
}
