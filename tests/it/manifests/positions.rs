//! One known mistake in every valid manifest, in many disguises: what is underlined is the mistake and nothing else.
//!
//! Where it stands is counted here, from the text alone, and compared with what each format says.

use crate::support::manifest::{manifests, text};
use portcullis::{
    diagnostic::{Code, Diagnostic, Format, Style, render, to_json},
    reload::load_content,
    source::{MAX_BYTES, Sources},
};
use serde_json::Value;
use std::path::Path;

/// A key and what it is set to; `‹…›` stand around the mistake.
type Field = (&'static str, &'static str);

/// A new entry of a section with one mistake.
struct Mistake {
    code: Code,
    section: &'static str,
    name: &'static str,
    fields: &'static [Field],
}

const fn mistake(
    code: Code,
    section: &'static str,
    name: &'static str,
    fields: &'static [Field],
) -> Mistake {
    Mistake { code, section, name, fields }
}

const MISTAKES: &[Mistake] = &[
    mistake(
        Code::UndefinedCommand,
        "permissions",
        "zz",
        &[("windows", "[main]"), ("allow", "[‹zzcommand›]")],
    ),
    mistake(
        Code::UndefinedPlugin,
        "permissions",
        "zz",
        &[("windows", "[main]"), ("allow", "[‹\"plugin:zz|*\"›]")],
    ),
    mistake(
        Code::UndefinedGroup,
        "permissions",
        "zz",
        &[("windows", "[main]"), ("allow", "[‹'@zzgroup'›]")],
    ),
    mistake(
        Code::UndefinedWindow,
        "permissions",
        "zz",
        &[("windows", "[‹zzwindow›, main]"), ("allow", "[]")],
    ),
    mistake(
        Code::UndefinedOrigin,
        "permissions",
        "zz",
        &[("windows", "[main]"), ("origins", "[‹zzorigin›]")],
    ),
    mistake(Code::InvalidGlob, "permissions", "zz", &[("windows", "[‹\"a[\"›]"), ("allow", "[]")]),
    mistake(Code::UnknownKey, "permissions", "zz", &[("windows", "[main]"), ("‹alow›", "[]")]),
    mistake(Code::WrongType, "permissions", "zz", &[("windows", "‹main›"), ("allow", "[]")]),
    mistake(Code::WrongType, "permissions", "zz", &[("windows", "[main, ‹1›]"), ("allow", "[]")]),
    mistake(Code::InvalidName, "permissions", "‹zz.z›", &[("windows", "[main]"), ("allow", "[]")]),
    mistake(Code::MissingSubject, "permissions", "‹zz›", &[("allow", "[]")]),
    mistake(
        Code::UndefinedArgument,
        "commands",
        "zz",
        &[("args", "{ a: {} }"), ("run", "{ value: [\"{a}\", ‹\"{zzargument}\"›] }")],
    ),
    mistake(Code::InvalidPlaceholder, "commands", "zz", &[("run", "{ value: ‹\"{\"› }")]),
    mistake(
        Code::SchemaInvalid,
        "commands",
        "zz",
        &[("args", "{ a: { type: ‹strnig› } }"), ("run", "{ value: \"{a}\" }")],
    ),
    mistake(Code::MissingKey, "commands", "‹zz›", &[("limits", "{ timeout: 2s }")]),
    mistake(
        Code::InvalidValue,
        "commands",
        "zz",
        &[("run", "{ value: 1 }"), ("limits", "{ timeout: ‹2 days› }")],
    ),
    mistake(
        Code::UnusedArgument,
        "commands",
        "zz",
        &[("args", "{ ‹a›: {} }"), ("run", "{ value: 1 }")],
    ),
    mistake(Code::InvalidUrl, "windows", "zz", &[("url", "‹../x.html›")]),
    mistake(Code::InvalidLabel, "windows", "‹z.z›", &[("url", "x.html")]),
];

/// How the entry is written, and what stands around it.
#[derive(Debug, Clone, Copy)]
struct Disguise {
    is_block: bool,
    has_mark: bool,
    is_windows: bool,
    /// What else stands on the lines of the entry and above it.
    decoration: &'static str,
}

const DECORATIONS: [&str; 4] =
    ["", "a\tb", "🦀 漢字 e\u{301}", "<é>\u{a0}\u{1f469}\u{200d}\u{1f680}"];

/// So many disguises of each mistake are tried in each manifest; no divisor of all of them, so that they change.
const EACH: usize = 5;

fn disguises() -> Vec<Disguise> {
    let mut found = Vec::new();
    for decoration in DECORATIONS {
        for number in 0..8 {
            found.push(Disguise {
                is_block: number & 1 > 0,
                has_mark: number & 2 > 0,
                is_windows: number & 4 > 0,
                decoration,
            });
        }
    }
    found
}

/// The entry as a line of flow style, or as lines of block style.
fn entry(mistake: &Mistake, disguise: Disguise) -> String {
    let Disguise { is_block, decoration, .. } = disguise;
    let described = format!("\"{decoration}\"");
    // Windows have a title where other entries have a description.
    let words = if mistake.section == "windows" { "title" } else { "description" };
    let mut fields = mistake.fields.to_vec();
    if !decoration.is_empty() {
        fields.insert(0, (words, &described));
    }
    if is_block {
        let lines =
            fields.iter().map(|(key, value)| format!("    {key}: {value} # {decoration}\n"));
        return format!("  {}: # {decoration}\n{}", mistake.name, lines.collect::<String>());
    }
    let fields: Vec<String> = fields.iter().map(|(key, value)| format!("{key}: {value}")).collect();
    format!("  {}: {{ {} }}", mistake.name, fields.join(", "))
}

/// A manifest with the entry in its section, whose text is still marked; nothing if its style does not take it.
fn with_entry(manifest: &str, mistake: &Mistake, disguise: Disguise) -> Option<String> {
    let entry = entry(mistake, disguise);
    let flow = format!("\n{}: {{", mistake.section);
    let block = format!("\n{}:\n", mistake.section);
    if let Some((before, behind)) = manifest.split_once(&block) {
        let end = if disguise.is_block { "" } else { "\n" };
        return Some(format!("{before}{block}{entry}{end}{behind}"));
    }
    if manifest.contains(&flow) {
        let (before, behind) = manifest.split_once(&flow)?;
        return (!disguise.is_block).then(|| format!("{before}{flow}{entry}, {behind}"));
    }
    let is_elsewhere = manifest.contains(&format!("\n{}:", mistake.section));
    let is_ended = manifest.ends_with('\n') && !is_elsewhere;
    let body = if disguise.is_block { entry } else { format!("{entry}\n") };
    is_ended.then(|| format!("{manifest}{}:\n{body}", mistake.section))
}

/// Where the mistake is, counted in the text alone.
#[derive(Debug)]
struct Expected {
    token: String,
    bytes: std::ops::Range<usize>,
    line: usize,
    column: usize,
}

/// Takes the marks out of a text, and says where they were.
fn unmark(marked: &str) -> (String, Expected) {
    let (before, rest) = marked.split_once('‹').expect("a mark");
    let (token, behind) = rest.split_once('›').expect("its other end");
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    let expected = Expected {
        token: token.to_owned(),
        bytes: before.len()..before.len() + token.len(),
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    };
    (format!("{before}{token}{behind}"), expected)
}

fn assert_formats(found: &Diagnostic, sources: &Sources, path: &Path, expected: &Expected) {
    let one = std::slice::from_ref(found);
    let json = &to_json(one, sources)["diagnostics"][0];
    let number = |value: &Value| value.as_u64().and_then(|number| usize::try_from(number).ok());
    let end = expected.column + expected.token.chars().count();
    let places = [
        (&json["line"], expected.line),
        (&json["column"], expected.column),
        (&json["end_line"], expected.line),
        (&json["end_column"], end),
    ];
    for (value, wanted) in places {
        assert_eq!(number(value), Some(wanted), "{json}");
    }
    let sarif = render(one, sources, Format::Sarif, Style::default());
    let sarif: Value = serde_json::from_str(&sarif).expect("JSON");
    let region = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
    assert_eq!(number(&region["startLine"]), Some(expected.line), "{region}");
    assert_eq!(number(&region["startColumn"]), Some(expected.column), "{region}");
    assert_eq!(number(&region["endColumn"]), Some(end), "{region}");
    let place = format!("{}:{}:{}", path.display(), expected.line, expected.column);
    let human = render(one, sources, Format::Human, Style::default());
    assert!(
        human.lines().any(|line| line.trim().ends_with(&format!("> {place}"))),
        "{place}\n{human}"
    );
    let plain = render(one, sources, Format::Plain, Style::default());
    assert!(plain.starts_with(&format!("{place}: ")), "{place}\n{plain}");
}

#[test]
fn every_mistake_is_underlined_where_it_stands() {
    let disguises = disguises();
    let mut turns = disguises.iter().cycle();
    let mut tried = vec![0; MISTAKES.len()];
    for path in [manifests("tests/manifests/valid"), manifests("config")].concat() {
        let manifest = text(&path);
        for (mistake, tried) in MISTAKES.iter().zip(&mut tried) {
            // By turns, so that each manifest is seen in some and each mistake in all of them.
            for disguise in turns.by_ref().take(EACH) {
                let Some(marked) = with_entry(&manifest, mistake, *disguise) else { continue };
                let marked = format!("# {}\n{marked}", disguise.decoration);
                let marked =
                    if disguise.is_windows { marked.replace('\n', "\r\n") } else { marked };
                let (text, expected) = unmark(&marked);
                assert!(text.len() < MAX_BYTES);
                let mark = if disguise.has_mark { "\u{feff}" } else { "" };
                let loaded = load_content(&path, Ok(format!("{mark}{text}").into_bytes()));
                let own = |found: &&Diagnostic| {
                    found.code == mistake.code
                        && found.span.file.index() == 0
                        && found.span.range() == expected.bytes
                };
                let Some(found) = loaded.diagnostics.iter().find(own) else {
                    panic!(
                        "{}: {:?} {disguise:?} {expected:?}\n{:#?}\n{text}",
                        path.display(),
                        mistake.code,
                        loaded.diagnostics
                    );
                };
                assert_eq!(loaded.sources.text(found.span), expected.token);
                assert_formats(found, &loaded.sources, &path, &expected);
                *tried += 1;
            }
        }
    }
    assert!(tried.iter().all(|tried| *tried > disguises.len()), "{tried:?}");
}
