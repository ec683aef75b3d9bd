//! `tests/manifests`: what is said about each file, whole. A new file is found by itself; `UPDATE=1` writes its text.

use super::{
    embedding::{Counter, embedding, forgetful, plugged},
    files, includes,
};
use crate::support::manifest::{
    FOLDERS, HINT, Run, assert_text_beside, codes, files as files_in, folders, load_manifest,
    manifests, portcullis, repository, run, validate,
};
use portcullis::{
    Registry,
    app::{host, initialize, undeclared, unmanaged, unregistered, unsupported},
    diagnostic::{Code, Diagnostic, Format, Style, has_errors, render, summary_line},
    gateway::Mode,
    manifest::Backend,
};
use serde_json::{Map, Value};
use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

/// The code that a file is named after: the longest one that its name begins with.
fn named_code(path: &Path) -> Code {
    find_code(path)
        .unwrap_or_else(|| panic!("{}: no code has this name: CODE-case.yaml", path.display()))
}

fn find_code(path: &Path) -> Option<Code> {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("a name");
    let is_named = |code: &&Code| {
        stem.strip_prefix(code.as_str()).and_then(|rest| rest.strip_prefix('-')).is_some()
    };
    Code::ALL.iter().filter(is_named).max_by_key(|code| code.as_str().len()).copied()
}

/// The codes that stand in a rendered text, in its order.
fn printed_codes(text: &str) -> Vec<&str> {
    let heading = |line: &'_ str| line.starts_with("error[") || line.starts_with("warning[");
    let code = |line| str::split_once(line, '[').and_then(|(_, tail)| tail.split_once(']'));
    text.lines().filter(|line| heading(line)).filter_map(code).map(|(code, _)| code).collect()
}

/// The codes of some findings, in the order in which they are printed.
fn codes_in_order(diagnostics: &[Diagnostic]) -> Vec<&str> {
    let mut sorted: Vec<_> = diagnostics.iter().collect();
    sorted.sort_by_key(|diagnostic| (diagnostic.span, diagnostic.code));
    sorted.iter().map(|diagnostic| diagnostic.code.as_str()).collect()
}

/// Files that are named after one of their codes, and whose text says exactly what was found.
#[track_caller]
fn assert_named_and_listed(path: &Path, diagnostics: &[Diagnostic], printed: &str) {
    let codes = codes_in_order(diagnostics);
    assert_eq!(printed_codes(printed), codes, "{}", path.display());
    let code = named_code(path);
    assert!(codes.contains(&code.as_str()), "{}: {codes:?}", path.display());
}

#[test]
fn invalid_manifests_exit_1_with_the_text_beside_them() {
    for path in manifests("tests/manifests/invalid") {
        let Run { code, out, err } = validate(repository(), &path);
        assert_eq!((code, err.as_str()), (Some(1), HINT), "{}", path.display());
        assert_text_beside(&path, &out);
        let loaded = load_manifest(&path);
        assert!(has_errors(&loaded.diagnostics) && loaded.manifest.is_none(), "{}", path.display());
        assert_named_and_listed(&path, &loaded.diagnostics, &out);
    }
}

#[test]
fn warnings_exit_0_with_the_text_beside_them_and_1_where_they_are_denied() {
    for path in manifests("tests/manifests/warning") {
        let Run { code, out, err } = validate(repository(), &path);
        assert_eq!((code, err.as_str()), (Some(0), HINT), "{}", path.display());
        assert_text_beside(&path, &out);
        let loaded = load_manifest(&path);
        assert!(loaded.manifest.is_some(), "{}", path.display());
        assert_named_and_listed(&path, &loaded.diagnostics, &out);
        let denied = run(portcullis()
            .current_dir(repository())
            .args(["validate", "--deny-warnings"])
            .arg(&path));
        assert_eq!((denied.code, denied.out), (Some(1), out), "{}", path.display());
    }
}

#[test]
fn manifests_that_this_build_cannot_run_are_valid_and_do_not_start() {
    for path in manifests("tests/manifests/start") {
        assert_eq!(validate(repository(), &path).code, Some(0), "{}", path.display());
        let loaded = load_manifest(&path);
        let manifest = loaded.manifest.as_ref().expect("a valid manifest");
        let code = named_code(&path);
        // Some are for programs of their own.
        let registry = match code {
            Code::PluginFailed => plugged(),
            _ if path.ends_with("unregistered-native-plugin.yaml") => plugged(),
            _ => Registry::standard(),
        };
        let mut missing = unregistered(manifest, &registry.declarations());
        missing.extend(initialize(manifest, &registry));
        missing.extend(unsupported(&loaded, Mode::Development));
        match code {
            Code::UndeclaredNative => {
                let program = embedding().plugin(Counter);
                missing.extend(undeclared(&loaded, &program.declarations()));
            }
            // The stock program does not know the functions at all.
            Code::UnmanagedState => missing = unmanaged(manifest, &forgetful().declarations()),
            _ => {}
        }
        let text = render(&missing, &loaded.sources, Format::Human, Style::default());
        let text = format!("{}\n\n{}\n", text.trim_end(), summary_line(&missing, 1));
        assert_text_beside(&path, &text);
        assert_named_and_listed(&path, &missing, &text);
    }
}

#[test]
fn what_a_machine_lacks_is_found_only_where_it_is_asked_for() {
    for path in manifests("tests/manifests/host") {
        assert_eq!(validate(repository(), &path).code, Some(0), "{}", path.display());
        let found =
            run(portcullis().current_dir(repository()).args(["validate", "--host"]).arg(&path));
        assert_eq!((found.code, found.err.as_str()), (Some(1), HINT), "{}", path.display());
        assert_text_beside(&path, &found.out);
        let missing = host(&load_manifest(&path));
        assert_named_and_listed(&path, &missing, &found.out);
    }
}

#[test]
fn valid_manifests_are_valid_without_a_word() {
    let all = [manifests("tests/manifests/valid"), manifests("config")].concat();
    for path in all {
        let Run { code, out, err } = validate(repository(), &path);
        let said = (code, out.as_str(), err.as_str());
        assert_eq!(said, (Some(0), "1 file is valid\n", ""), "{}", path.display());
    }
}

#[test]
fn nothing_that_was_written_is_lost_on_the_way_to_a_valid_manifest() {
    let all = [manifests("tests/manifests/valid"), manifests("config")].concat();
    for path in all {
        let loaded = load_manifest(&path);
        let manifest = loaded.manifest.expect("a valid manifest");
        // What the includes say is part of it.
        let json = loaded.document.expect("a tree").to_json();
        let written =
            |pointer: &str| json.pointer(pointer).and_then(Value::as_object).map_or(0, Map::len);
        let plugins = json.pointer("/plugins").and_then(Value::as_object);
        let in_plugins: usize = plugins
            .into_iter()
            .flat_map(Map::values)
            .map(|plugin| plugin["commands"].as_object().map_or(0, Map::len))
            .sum();
        assert_eq!(manifest.origins.len(), written("/origins"), "{}", path.display());
        assert_eq!(manifest.windows.len(), written("/windows"), "{}", path.display());
        assert_eq!(manifest.permissions.len(), written("/permissions"), "{}", path.display());
        assert_eq!(manifest.plugins.len(), written("/plugins"), "{}", path.display());
        for (section, count) in [
            ("/app/sites", manifest.sites.len()),
            ("/secrets", manifest.secrets.len()),
            ("/backends", manifest.backends.len()),
            ("/events", manifest.events.len()),
            ("/groups", manifest.groups.len()),
        ] {
            assert_eq!(count, written(section), "{}: {section}", path.display());
        }
        let never = json["never"].as_array().map_or(0, Vec::len);
        assert_eq!(manifest.never.len(), never, "{}", path.display());
        let declared = manifest.commands.values();
        assert_eq!(
            declared.filter(|command| !matches!(command.run.value, Backend::Builtin(_))).count(),
            written("/commands") + in_plugins,
            "{}",
            path.display()
        );
        let limits = [
            ("concurrency", manifest.limits.concurrency as usize),
            ("raw_threshold", manifest.channels.raw_threshold),
            ("json_threshold", manifest.channels.json_threshold),
        ];
        for (key, value) in limits {
            let written = json
                .pointer(&format!("/limits/{key}"))
                .or(json.pointer(&format!("/channels/{key}")));
            if let Some(written) = written.and_then(Value::as_f64) {
                assert_eq!(format!("{written}"), format!("{value}"), "{}: {key}", path.display());
            }
        }
    }
}

#[test]
fn every_code_has_a_fixture() {
    let mut shown: BTreeSet<Code> = files::MADE.iter().copied().collect();
    for folder in ["invalid", "warning", "start", "host"] {
        shown.extend(
            manifests(&format!("tests/manifests/{folder}")).iter().map(|path| named_code(path)),
        );
    }
    shown.extend(folders(includes::FOLDER).iter().filter_map(|path| find_code(path)));
    let lacking: Vec<&Code> = Code::ALL.iter().filter(|code| !shown.contains(code)).collect();
    assert!(lacking.is_empty(), "no fixture is named after {lacking:?}");
}

#[test]
fn every_file_of_the_folder_is_read_by_a_test() {
    let folder = repository().join("tests/manifests");
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let name = entry.expect("an entry").file_name();
        assert!(
            FOLDERS.iter().any(|known| name == *known) || name == "include",
            "no test reads tests/manifests/{name:?}"
        );
    }
    for folder in FOLDERS {
        let files: BTreeSet<PathBuf> =
            files_in(&format!("tests/manifests/{folder}")).into_iter().collect();
        for path in &files {
            let extension = path.extension().and_then(|extension| extension.to_str());
            let is_read = match extension {
                Some("yaml") => folder == "valid" || files.contains(&path.with_extension("txt")),
                Some("txt") => folder != "valid" && files.contains(&path.with_extension("yaml")),
                _ => false,
            };
            assert!(
                is_read,
                "{} belongs to nothing; UPDATE=1 writes a manifest's text",
                path.display()
            );
        }
    }
}

#[test]
fn several_faults_of_one_file_are_reported_in_one_run() {
    let several: Vec<PathBuf> = manifests("tests/manifests/invalid")
        .into_iter()
        .filter(|path| codes(&load_manifest(path).diagnostics).len() > 1)
        .collect();
    let stems: Vec<_> = several.iter().filter_map(|path| path.file_stem()?.to_str()).collect();
    for expected in ["wrong-type-and-undefined-command", "wrong-type-and-unquoted-glob"] {
        assert!(stems.contains(&expected), "{stems:?}");
    }
}
