//! What the design says about the source tree and no compiler checks: who imports whom, and how files begin and end.

use crate::support::manifest::repository;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Modules that everything may use, and that use only each other.
const BASE: [&str; 7] = ["source", "name", "pattern", "diagnostic", "ipc", "plan", "space"];

/// What a module may import beside itself and the base; the stages of the design's "Source tree".
const IMPORTS: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("name", &[]),
    ("pattern", &[]),
    ("diagnostic", &[]),
    ("ipc", &[]),
    ("plan", &[]),
    ("space", &[]),
    ("document", &[]),
    ("edit", &["document"]),
    ("manifest", &["document"]),
    ("check", &["manifest"]),
    ("policy", &["manifest", "check"]),
    ("channel", &[]),
    ("command", &["channel"]),
    ("plugin", &["command"]),
    ("backend", &["command", "channel"]),
    ("event", &["policy", "channel"]),
    // A route holds what the manifest says about arguments and limits.
    ("gateway", &["policy", "command", "channel", "event", "manifest"]),
    ("transport", &["gateway"]),
    ("reload", &["document", "manifest", "check", "policy"]),
    ("lsp", &["document", "edit", "manifest", "policy", "reload"]),
    (
        "app",
        &[
            "document",
            "manifest",
            "check",
            "policy",
            "command",
            "channel",
            "plugin",
            "backend",
            "gateway",
            "transport",
            "reload",
        ],
    ),
    (
        "cli",
        &[
            "document", "edit", "manifest", "check", "policy", "command", "channel", "gateway",
            "plugin", "reload", "lsp", "app",
        ],
    ),
    ("embed", &["app", "cli", "command", "gateway", "plugin", "reload"]),
];

/// Crates that are an implementation detail of one place, as prefixes of paths below `src`.
const CONFINED: &[(&str, &[&str])] = &[
    ("serde_yaml", &["document/"]),
    ("granit_parser", &["document/"]),
    ("similar", &["edit/"]),
    ("notify", &["reload/watch"]),
    ("lsp_server", &["lsp/"]),
    ("lsp_types", &["lsp/"]),
    ("reqwest", &["backend/http/"]),
    ("rustls", &["backend/http/"]),
    ("wry", &["transport/", "app/"]),
    ("tao", &["transport/", "app/"]),
];

/// What `lib.rs` has for unit tests, beside the modules.
const FOR_TESTS: &str = "property";

const MOST_LINES: usize = 450;

/// Every Rust file below a folder of the repository, as a path from that folder, with its text.
fn rust_files(folder: &str) -> BTreeMap<String, String> {
    fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path: PathBuf = entry.expect("an entry").path();
            if path.is_dir() {
                walk(root, &path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).expect("a path below").to_str().expect("UTF-8");
                let text = fs::read_to_string(&path).expect(name);
                found.insert(name.replace('\\', "/"), text);
            }
        }
    }
    let root = repository().join(folder);
    let mut found = BTreeMap::new();
    walk(&root, &root, &mut found);
    found
}

/// The files of `src`, as code alone.
fn sources() -> BTreeMap<String, String> {
    let found = rust_files("src");
    assert!(found.len() > 50, "{}", found.len());
    found.into_iter().map(|(path, text)| (path, code(&text))).collect()
}

/// The text without comments and without what stands in quotes.
fn code(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(end) = raw_string(rest, &out) {
            end
        } else if first == '"' {
            quoted(rest)
        } else if first == '\'' {
            character(rest)
        } else {
            0
        };
        if skipped == 0 {
            out.push(first);
            rest = &rest[first.len_utf8()..];
        } else {
            out.push(' ');
            rest = &rest[skipped..];
        }
    }
    out
}

/// Length of a raw string that starts here.
fn raw_string(rest: &str, before: &str) -> Option<usize> {
    let is_word =
        before.ends_with(|c: char| c.is_alphanumeric() || c == '_') && !before.ends_with('b');
    let hashes = rest.strip_prefix('r')?.chars().take_while(|c| *c == '#').count();
    let inner = rest.get(1 + hashes..)?.strip_prefix('"').filter(|_| !is_word)?;
    let close = format!("\"{}", "#".repeat(hashes));
    inner.find(&close).map(|end| 2 + hashes + end + close.len())
}

fn quoted(rest: &str) -> usize {
    let mut characters = rest.char_indices().skip(1);
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => drop(characters.next()),
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// Length of a character literal; 0 for a lifetime.
fn character(rest: &str) -> usize {
    let mut characters = rest.char_indices().skip(1);
    match characters.next() {
        Some((_, '\\')) => rest[3..].find('\'').map_or(0, |end| 3 + end + 1),
        Some((at, character)) => {
            let end = at + character.len_utf8();
            if rest[end..].starts_with('\'') { end + 1 } else { 0 }
        }
        None => 0,
    }
}

fn word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

/// Places where a word stands as a word.
fn places<'a>(code: &'a str, wanted: &'a str) -> impl Iterator<Item = usize> + 'a {
    code.match_indices(wanted).map(|(at, _)| at).filter(move |at| {
        let before = code[..*at].chars().next_back();
        before.is_none_or(|c| !c.is_alphanumeric() && c != '_') && word(&code[*at..]) == wanted
    })
}

/// The first words of a path's next part: one, or one for each member of a group.
fn heads(path: &str) -> Vec<&str> {
    let path = path.trim_start();
    let Some(group) = path.strip_prefix('{') else { return vec![word(path)] };
    let mut depth = 0;
    let mut found = vec![word(group.trim_start())];
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => found.push(word(group[at + 1..].trim_start())),
            _ => {}
        }
    }
    found.retain(|head| !head.is_empty());
    found
}

/// The modules of the crate's root that a file names as `crate::…`.
fn crate_paths(code: &str) -> BTreeSet<&str> {
    let paths =
        places(code, "crate").filter_map(|at| code[at + 5..].trim_start().strip_prefix("::"));
    paths.flat_map(heads).collect()
}

/// The module of the crate's root that a file belongs to.
fn module(path: &str) -> &str {
    path.split('/').next().unwrap_or(path).trim_end_matches(".rs")
}

#[test]
fn modules_import_only_what_the_design_allows() {
    let mut faults = Vec::new();
    let mut known: BTreeSet<&str> = IMPORTS.iter().map(|(module, _)| *module).collect();
    known.extend(["lib", "main"]);
    let sources = sources();
    for (path, code) in &sources {
        let from = module(path);
        if !known.contains(from) {
            faults.push(format!("src/{path}: the design knows no module `{from}`"));
        }
        let Some((_, allowed)) = IMPORTS.iter().find(|(module, _)| *module == from) else {
            continue;
        };
        // Unit tests have it alone: without `cfg(test)` the compiler does not find it.
        for to in crate_paths(code).into_iter().filter(|to| *to != FOR_TESTS) {
            // What is no module of ours is an item that `lib.rs` exports, and comes from a module after all.
            let is_module = IMPORTS.iter().any(|(module, _)| *module == to);
            if !is_module {
                faults.push(format!(
                    "src/{path}: `crate::{to}` is no module: name where it comes from"
                ));
            } else if to != from && !BASE.contains(&to) && !allowed.contains(&to) {
                faults.push(format!("src/{path}: `{from}` must not import `{to}`"));
            }
        }
    }
    for (name, _) in IMPORTS {
        if !sources.keys().any(|path| module(path) == *name) {
            faults.push(format!("nobody is `{name}` any more: remove it from the table"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// `super::super` would be a way around the table.
#[test]
fn no_path_leaves_its_module_upward() {
    for (path, code) in sources() {
        let is_folder = path.ends_with("/mod.rs") || ["lib.rs", "main.rs"].contains(&path.as_str());
        let depth = path.split('/').count() - usize::from(is_folder);
        for at in places(&code, "super") {
            let before: String = code[..at].chars().filter(|c| !c.is_whitespace()).collect();
            if before.ends_with("super::") {
                continue;
            }
            let after: String =
                code[at..].chars().filter(|c| !c.is_whitespace()).take(80).collect();
            // `pub(super)` names nothing.
            let steps = after.split("::").take_while(|part| *part == "super").count();
            let inline = open_modules(&code[..at]);
            assert!(steps < depth + inline, "src/{path}: {after}");
        }
    }
}

/// How many inline modules are open at the end of a piece of code.
fn open_modules(code: &str) -> usize {
    let is_open = |at: &usize| {
        let tail = code[*at + 3..].trim_start();
        let behind = tail[word(tail).len()..].trim_start();
        let count = |bracket: char| behind.matches(bracket).count();
        behind.starts_with('{') && count('{') > count('}')
    };
    places(code, "mod").filter(is_open).count()
}

#[test]
fn crates_stay_where_they_belong() {
    let sources = sources();
    for (name, folders) in CONFINED {
        let mut uses = 0;
        for (path, code) in &sources {
            let is_named = places(code, name).any(|at| {
                let is_path = code[at + name.len()..].trim_start().starts_with("::");
                is_path || code[..at].trim_end().ends_with("use")
            });
            if is_named {
                uses += 1;
                let is_home = folders.iter().any(|folder| path.starts_with(folder));
                assert!(is_home, "src/{path}: `{name}` belongs to {folders:?}");
            }
        }
        assert!(uses > 0, "nobody uses `{name}` any more: remove it from the table");
    }
}

/// The files that may say `unsafe`, and how often.
const UNSAFE: &[(&str, usize)] = &[("backend/process/parent_death.rs", 1)];

#[test]
fn unsafe_is_where_it_is_known_and_says_why_it_is_sound() {
    let texts = rust_files("src");
    for (path, code) in sources() {
        let known = UNSAFE.iter().find(|(file, _)| *file == path).map_or(0, |(_, count)| *count);
        // `unsafe_code` is the lint's name.
        assert_eq!(places(&code, "unsafe").count(), known, "src/{path}");
        assert_eq!(texts[&path].matches("// SAFETY: ").count(), known, "src/{path}");
    }
    for (path, _) in UNSAFE {
        assert!(texts.contains_key(*path), "src/{path} is gone: remove it from the table");
    }
}

/// The names in the first column of a table of ARCHITECTURE.md.
fn first_column(heading: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(repository().join("ARCHITECTURE.md")).expect("a document");
    let (_, section) = text.split_once(&format!("\n## {heading}\n")).expect(heading);
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    rows.flat_map(|cell| cell.split(", ")).map(|name| name.trim_matches('`').to_owned()).collect()
}

#[test]
fn the_architecture_says_what_each_dependency_and_each_module_is_for() {
    let manifest = fs::read_to_string(repository().join("Cargo.toml")).expect("a manifest");
    let mut is_ours = false;
    let mut used = BTreeSet::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            is_ours = line.ends_with("dependencies]") && !line.contains("dev-dependencies");
        } else if let Some((name, _)) = line.split_once(" = ").filter(|_| is_ours) {
            used.insert(name.to_owned());
        }
    }
    let mut listed = first_column("Dependencies");
    listed.remove("crate");
    listed.retain(|name| !name.starts_with("---"));
    assert_eq!(listed, used);
    let map = first_column("Code map");
    for (name, _) in IMPORTS {
        let is_listed = map.contains(&format!("{name}/")) || map.contains(&format!("{name}.rs"));
        assert!(is_listed, "the code map of ARCHITECTURE.md has no `{name}`");
    }
}

#[test]
fn files_are_short_and_say_why_they_exist() {
    for folder in ["src", "tests", "macros", "examples"] {
        for (path, text) in rust_files(folder) {
            let lines = text.lines().count();
            assert!(lines < MOST_LINES, "{folder}/{path} has {lines} lines");
            let first = text.lines().next().unwrap_or_default();
            assert!(first.starts_with("//! ") && first.len() > 12, "{folder}/{path}: {first:?}");
        }
    }
}

#[test]
fn the_reader_of_code_sees_what_the_compiler_sees() {
    let text = r##"
        use crate::{
            a::{x, y},
            b, // crate::comment
            c::{self, z::{Z}},
        };
        /// [`crate::documentation`]
        fn f<'a>(s: &'a str) -> char { crate::d::g("crate::text \" crate::more"); '"' }
        const R: &str = r#"crate::raw " crate::still"#;
        const C: char = '\''; /* crate::block */ pub(crate) fn h() { $crate::e!() }
        mod tests { use super::*; }
    "##;
    let code = code(text);
    assert_eq!(crate_paths(&code).into_iter().collect::<String>(), "abcde");
    assert_eq!(places(&code, "super").map(|at| open_modules(&code[..at])).collect::<Vec<_>>(), [1]);
}

/// A run that fails by chance tells nobody what is wrong with the change.
#[test]
fn properties_are_tried_from_one_seed() {
    for folder in ["src", "tests"] {
        for (path, text) in rust_files(folder) {
            let text = code(&text);
            let blocks = text.matches("proptest! {\n").count();
            let says_so = text.matches("#![proptest_config(").count();
            assert!(blocks == says_so, "{folder}/{path}: use `property::config`");
            assert!(!text.contains("ProptestConfig {"), "{folder}/{path}: use `property::config`");
        }
    }
}
