//! Manifests of which there is too much: what is bounded is said, and never at the price of the verdict.

use portcullis::{
    diagnostic::{Code, has_errors},
    reload::{Content, Files, Found, LoadOptions, Loaded, load_content, load_from, load_profiles},
};
use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

const HEAD: &str =
    "version: 1\napp: { id: dev.example.notes, frontend: . }\nwindows: { main: {} }\n";

fn load(rest: &str) -> Loaded {
    load_content(Path::new("gateway.yaml"), Ok(format!("{HEAD}{rest}").into_bytes()))
}

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, number| {
        let _ = writeln!(text, "{}", line(number));
        text
    })
}

fn count(loaded: &Loaded, code: Code) -> usize {
    loaded.diagnostics.iter().filter(|found| found.code == code).count()
}

#[test]
fn every_stage_counts_what_it_does_not_keep() {
    let cases = [
        ("yaml", lines(3000, |n| format!("k{n}: &a{n} 1")), Code::YamlAnchor),
        ("structure", lines(3000, |n| format!("k{n}: 1")), Code::UnknownKey),
        (
            "lowering",
            format!(
                "commands:\n{}",
                lines(3000, |n| format!("  c.{n}: {{ run: {{ value: 1 }} }}"))
            ),
            Code::InvalidName,
        ),
        (
            "checks",
            format!(
                "permissions: {{ p: {{ windows: [main], allow: [\n{}] }} }}\n",
                lines(3000, |n| format!("    c{n},"))
            ),
            Code::UndefinedCommand,
        ),
    ];
    for (stage, text, code) in cases {
        let loaded = load(&text);
        let kept = loaded.diagnostics.iter().filter(|found| found.is_error()).count();
        assert!(count(&loaded, code) > 400 && loaded.diagnostics.len() == 1000, "{stage}: {kept}");
        assert!(kept + loaded.omitted.errors >= 3000, "{stage}: {:?}", loaded.omitted);
        assert!(loaded.manifest.is_none(), "{stage}");
    }
}

#[test]
fn an_error_at_the_end_of_many_warnings_is_told() {
    let commands =
        lines(3000, |n| format!("  c{n}: {{ args: {{ a: {{}} }}, run: {{ value: 1 }} }}"));
    let permission = |name: &str| {
        format!("permissions: {{ p: {{ windows: [main], allow: [\"*\", {name}] }} }}\n")
    };
    let warned = load(&format!("commands:\n{commands}{}", permission("c1")));
    assert!(warned.manifest.is_some() && !has_errors(&warned.diagnostics));
    assert!(count(&warned, Code::UnusedArgument) + warned.omitted.warnings >= 3000);
    let refused = load(&format!("commands:\n{commands}{}", permission("nothing")));
    assert_eq!(count(&refused, Code::UndefinedCommand), 1);
    assert!(refused.manifest.is_none() && refused.omitted.errors == 0);
}

#[test]
fn what_names_stand_for_is_bounded_and_said_once() {
    let group = format!("groups: {{ all: [{}] }}\n", lines(1000, |n| format!("c{n},")));
    let permissions = lines(1000, |n| format!("  p{n}: {{ windows: [main], allow: [\"@all\"] }}"));
    let backend = format!(
        "backends: {{ b: {{ process: {{ program: p, args: [{}] }} }} }}\n",
        lines(1000, |n| format!("a{n},"))
    );
    let commands = lines(1000, |n| format!("  c{n}: {{ run: {{ use: b }} }}"));
    let chain = lines(2000, |n| format!("  g{}: [c{n}, \"@g{n}\"]", n + 1));
    for text in [
        format!("{group}permissions:\n{permissions}"),
        format!("{backend}commands:\n{commands}"),
        format!("groups:\n  g0: [c]\n{chain}"),
    ] {
        let loaded = load(&text);
        assert_eq!(count(&loaded, Code::FileTooLarge), 1, "{:#?}", loaded.diagnostics.first());
    }
}

#[test]
fn groups_that_lead_to_each_other_are_gone_through_once() {
    // Every group leads to all before it: a walk along all ways would not end.
    let lattice = lines(200, |n| {
        let inner: Vec<String> = (0..n).map(|inner| format!("\"@g{inner}\"")).collect();
        format!("  g{n}: [c, {}]", inner.join(", "))
    });
    let text = format!(
        "commands: {{ c: {{ run: {{ value: 1 }} }} }}\ngroups:\n{lattice}permissions: {{ p: {{ windows: [main], allow: [\"@g199\"] }} }}\n"
    );
    let loaded = load(&text);
    assert!(loaded.manifest.is_some(), "{:#?}", loaded.diagnostics);
    // A chain as long as the file is no chain of calls.
    let chain = lines(40_000, |n| format!("  g{n}: [\"@g{}\"]", n + 1));
    let loaded = load(&format!("groups:\n{chain}  g40000: [\"@g0\"]\n"));
    assert_eq!(count(&loaded, Code::GroupCycle), 1);
    let message = &loaded.diagnostics[0].message;
    assert!(message.ends_with("`@g7` → … → `@g0`"), "{message}");
}

#[test]
fn a_small_regular_expression_that_becomes_large_is_not_compiled() {
    let command = |pattern: &str| {
        format!(
            "  c: {{ args: {{ a: {{ type: string, pattern: '{pattern}' }} }}, run: {{ value: \"{{a}}\" }} }}\n"
        )
    };
    let permission = "permissions: { p: { windows: [main], allow: [\"*\"] } }\n";
    let loaded = load(&format!("commands:\n{}{permission}", command(r"^(\w{90}){90}$")));
    assert_eq!(count(&loaded, Code::SchemaInvalid), 1);
    assert!(loaded.diagnostics[0].message.contains("too large"));
    assert!(load(&format!("commands:\n{}{permission}", command(r"^\w{1,64}$"))).manifest.is_some());
    let many =
        lines(2000, |n| command(&format!(r"^\w{{1,60}}{n}$")).replace("  c:", &format!("  c{n}:")));
    assert!(count(&load(&format!("commands:\n{many}{permission}")), Code::FileTooLarge) > 0);
}

#[test]
fn a_schema_that_compiles_to_more_than_a_manifest_is_refused() {
    let definitions = |count| lines(count, |n| format!("        d{n}: {{ type: string }}"));
    let schema = |count| {
        format!(
            "commands:\n  c:\n    args:\n      a:\n       $ref: '#/$defs/d1'\n       $defs:\n{}    run: {{ value: '{{a}}' }}\n{}",
            definitions(count),
            "permissions: { p: { windows: [main], allow: [c] } }\n"
        )
    };
    assert!(load(&schema(4000)).manifest.is_some());
    assert_eq!(count(&load(&schema(6000)), Code::FileTooLarge), 1);
}

/// One file, and any number of includes that all are empty.
struct Endless(String);

impl Files for Endless {
    fn read(&self, path: &Path) -> Content {
        Ok(if path.ends_with("gateway.yaml") {
            self.0.clone().into_bytes()
        } else {
            b"{}".to_vec()
        })
    }

    fn matches(&self, pattern: &Path) -> Found {
        Ok(vec![pattern.to_owned()])
    }

    fn identity(&self, path: &Path) -> PathBuf {
        path.to_owned()
    }
}

#[test]
fn includes_and_profiles_are_bounded() {
    let includes = lines(3000, |n| format!("  - {n}.yaml"));
    let files = Endless(format!("{HEAD}include:\n{includes}"));
    let loaded = load_from(Path::new("gateway.yaml"), &LoadOptions::default(), &files);
    assert_eq!(count(&loaded, Code::FileTooLarge), 1);
    assert!(loaded.sources.iter().count() <= 1000);
    let profiles = lines(400, |n| format!("  p{n}: {{}}"));
    let filler = "# filler\n".repeat(60_000);
    let files = Endless(format!("{HEAD}{filler}profiles:\n{profiles}"));
    let loaded = load_profiles(Path::new("gateway.yaml"), &LoadOptions::default(), &files);
    assert_eq!(count(&loaded, Code::FileTooLarge), 1);
    assert_eq!(loaded.diagnostics[0].message, "a manifest of this size has at most 7 profiles");
}

#[test]
fn paths_that_are_too_many_to_compare_are_an_error() {
    let plugins = "plugins: { fs: { use: fs } }\n";
    let permission = |paths: &str| {
        format!(
            "permissions: {{ p: {{ windows: [main], allow: [{{ commands: [\"@fs:write\"], scope: {{ allow: [\n{paths}] }} }}] }} }}\n"
        )
    };
    let argument = |n: usize| {
        format!(
            "  c{n}: {{ args: {{ f: {{ path: file, within: [\"$DOCUMENT/**/*{n}b*/**/x\"] }} }}, run: {{ value: \"{{f}}\" }} }}"
        )
    };
    let few = lines(300, |n| format!("{{ path: \"$DOCUMENT/**/*{n}a*/**/y\" }},"));
    let loaded = load(&format!("{plugins}commands:\n{}{}", lines(300, argument), permission(&few)));
    assert_eq!(count(&loaded, Code::Undecidable) + count(&loaded, Code::WritableWithin), 0);
    let many = lines(3000, |n| format!("{{ path: \"$DOCUMENT/**/*{n}a*/**/y\" }},"));
    let loaded =
        load(&format!("{plugins}commands:\n{}{}", lines(3000, argument), permission(&many)));
    assert_eq!(count(&loaded, Code::Undecidable), 1);
    assert!(loaded.manifest.is_none());
    let globs = lines(20_000, |n| format!("{{ path: \"$APP/{{a{n},b}}.x\" }},"));
    let head = HEAD.replace("frontend: .", "frontend: dist");
    let text = format!("{head}{plugins}{}", permission(&globs));
    let loaded = load_content(Path::new("gateway.yaml"), Ok(text.into_bytes()));
    assert_eq!(count(&loaded, Code::Undecidable), 1);
}
