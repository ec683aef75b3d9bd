//! What stops the scanner: values that lack quotes are read as they were meant, the rest is explained.

use super::{check, check_wording, read};
use crate::diagnostic::Code;
use serde_json::json;

#[test]
fn unquoted_globs_are_read_as_meant() {
    let glob = |text| (Code::UnquotedGlob, text);
    check("webviews: *", &[glob("*")], json!({"webviews": "*"}));
    check("- *.example.com\n- x", &[glob("*.example.com")], json!(["*.example.com", "x"]));
    check("windows: [*]", &[glob("*")], json!({"windows": ["*"]}));
    check(
        "- [ * , **, \"a\",*-b ]",
        &[glob("*"), glob("**"), glob("*-b")],
        json!([["*", "**", "a", "*-b"]]),
    );
    check(
        "*: 1\nb: *  # all\n*.c: 2",
        &[glob("*"), glob("*"), glob("*.c")],
        json!({"*": 1, "b": "*", "*.c": 2}),
    );
    check(
        "a: {*: b, *x : *y z}",
        &[glob("*"), glob("*x"), glob("*y z")],
        json!({"a": {"*": "b", "*x": "*y z"}}),
    );
    check("a: [*.{a,b}/**]", &[glob("*.{a,b}/**")], json!({"a": ["*.{a,b}/**"]}));
    check_wording(
        "- *.example.com",
        "`*.example.com` without quotes is an alias in YAML",
        "quote it: \"*.example.com\"",
    );
}

#[test]
fn unquoted_placeholders_are_read_as_meant() {
    let slot = |text| (Code::UnquotedPlaceholder, text);
    check("a: {repo}", &[slot("{repo}")], json!({"a": "{repo}"}));
    check(
        "a: [-C, {repo}, {paths...}]",
        &[slot("{repo}"), slot("{paths...}")],
        json!({"a": ["-C", "{repo}", "{paths...}"]}),
    );
    check("- {repo}/sub\n- x", &[slot("{repo}/sub")], json!(["{repo}/sub", "x"]));
    check("key: {a}-{b}", &[slot("{a}-{b}")], json!({"key": "{a}-{b}"}));
    check(
        "[--x={a}, {a}{b}, {c} d]",
        &[slot("--x={a}"), slot("{a}{b}"), slot("{c} d")],
        json!(["--x={a}", "{a}{b}", "{c} d"]),
    );
    check("{a}: {{b}}", &[slot("{a}"), slot("{{b}}")], json!({"{a}": "{{b}}"}));
    check("a: {b}/c:\n", &[slot("{b}/c"), (Code::YamlSyntax, ":")], None);
    check(
        "a: {b: }\nc: {d: {}, e}\nf: {'g'}",
        &[],
        json!({
            "a": {"b": null}, "c": {"d": {}, "e": null}, "f": {"g": null}
        }),
    );
    check_wording(
        "- {repo}/\"x\"",
        "`{repo}/\"x\"` without quotes is a mapping in YAML",
        "quote it: '{repo}/\"x\"'",
    );
    check_wording(
        "a: {type:string}",
        "`{type:string}` without quotes is a mapping in YAML",
        "quote it: \"{type:string}\", or put a space after the `:`",
    );
}

#[test]
fn one_run_reports_what_stops_the_scanner_and_what_follows() {
    let text = "a: *\nb: [{x}/y, @read]\na: `z`\nc: &n 1\n";
    let expected = [
        (Code::UnquotedGlob, "*"),
        (Code::UnquotedPlaceholder, "{x}/y"),
        (Code::YamlSyntax, "@read"),
        (Code::DuplicateKey, "a"),
        (Code::YamlSyntax, "`z`"),
        (Code::YamlAnchor, "&n"),
    ];
    check(text, &expected, json!({"a": "*", "b": ["{x}/y", "@read"], "c": 1}));
    let many: Vec<String> = (0..100).map(|n| format!("k{n}: *\n")).collect();
    assert_eq!(read(&many.concat()).2.len(), 100);
}

#[test]
fn syntax_faults_point_at_the_cause() {
    let cases = [
        ("a: \"open\nb: 1", "\""),
        ("a: 'open", "'"),
        ("a: [1, 2", "["),
        ("a: [1}", "["),
        ("a: ]", "]"),
        ("a: {b: 1}}", "}"),
        ("a: b: c", ":"),
        ("a: 1\n b: 2", ":"),
        ("b: 1\nno colon here", "no colon here"),
        ("- a\nb: 1", "b"),
        ("b: 1\n- a", "-"),
        ("a: - b", "-"),
        ("a: [x] y", "y"),
        ("a: [1, , 2]", ","),
        ("a: \"x\" y", "y"),
        ("a: \"C:\\path\\dir\"", "\\"),
        ("a: \"\\x4\"", "\""),
        (" a: 1\nb: 2", "b"),
        ("a:\n    b: 1\n  c: 2", "c"),
        ("%YAML 1.1\n---\na: yes", "%"),
        ("a: x\u{1b}[31m", "\u{1b}"),
        ("ä: \u{0}", "\u{0}"),
        ("a: 1\nb: \u{feff}x", "\u{feff}"),
        ("a: {b: 1, c", "{"),
    ];
    for (text, underlined) in cases {
        check(text, &[(Code::YamlSyntax, underlined)], None);
    }
    check_wording(
        "a: \"C:\\path\"",
        "this escape does not exist",
        "write `\\\\` for a backslash, or put the text in single quotes",
    );
    check_wording(
        "allow: [@read]",
        "a value without quotes cannot start with `@`",
        "quote it: \"@read\"",
    );
    check_wording("a: [1", "`[` is never closed", "close it with `]`");
}
