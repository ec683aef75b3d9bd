//! What `portcullis help CODE` shows: every example of wrong has the fault, and every example of right has none.

use super::{
    embedding::{embedding, forgetful, plugged},
    files,
};
use crate::support::markdown::blocks;
use portcullis::{
    Registry,
    app::{host, initialize, undeclared, unmanaged, unregistered, unsupported},
    diagnostic::{Code, Diagnostic},
    gateway::Mode,
    manifest::{Manifest, Plugin, PluginKind},
    reload::{load, load_content},
};
use std::path::Path;

/// Everything that is found in a manifest before its app starts.
fn findings(text: &str) -> Vec<Diagnostic> {
    // In a folder of its own, which holds the file too: what it includes is looked for there.
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("gateway.yaml");
    std::fs::write(&path, text).expect("a file");
    let loaded = load(&path);
    let missing = loaded
        .manifest
        .as_ref()
        .map(|manifest| unregistered(manifest, &known(manifest).declarations()));
    [loaded.diagnostics, missing.unwrap_or_default()].concat()
}

/// The program that an example is for: the one with the plugin, if the example has one.
fn known(manifest: &Manifest) -> Registry {
    let is_native = |plugin: &Plugin| matches!(plugin.kind, PluginKind::Native(_));
    if manifest.plugins.values().any(is_native) { plugged() } else { embedding() }
}

/// What a machine or this build lacks; it says nothing about the examples of other codes.
fn lacking(code: Code, text: &str) -> Vec<Diagnostic> {
    let loaded = load_content(Path::new("gateway.yaml"), Ok(text.as_bytes().to_vec()));
    match code {
        Code::MissingProgram | Code::MissingSecret => host(&loaded),
        Code::UnmanagedState => {
            let natives = forgetful().declarations();
            loaded.manifest.iter().flat_map(|manifest| unmanaged(manifest, &natives)).collect()
        }
        Code::UndeclaredNative => undeclared(&loaded, &embedding().declarations()),
        Code::PluginFailed => {
            let manifest = loaded.manifest.as_ref().expect("a valid manifest");
            initialize(manifest, &plugged())
        }
        Code::Unsupported => unsupported(&loaded, Mode::Development),
        _ => Vec::new(),
    }
}

#[test]
fn every_example_is_what_it_says() {
    for code in Code::ALL {
        // Faults of the file itself have no text to show.
        let language = if files::MADE.contains(code) { "text" } else { "yaml" };
        let examples = blocks(code.explanation());
        for kind in ["wrong", "right"] {
            let info = format!("{language} {kind}");
            assert!(examples.iter().any(|example| example.info == info), "{code}: no ```{info}");
        }
        for example in examples {
            let found = findings(&example.text);
            match example.info.as_str() {
                "yaml wrong" => {
                    let lacking = lacking(*code, &example.text);
                    let has_code = found.iter().chain(&lacking).any(|found| found.code == *code);
                    assert!(has_code, "{code} is not what is wrong: {found:#?}\n{}", example.text);
                }
                "yaml right" => assert_eq!(found, [], "{code}\n{}", example.text),
                "text wrong" | "text right" if language == "text" => {}
                other => panic!("{code}: ```{other}"),
            }
        }
    }
}

#[test]
fn every_explanation_begins_with_words_and_belongs_to_a_code() {
    for code in Code::ALL {
        let prose = code.explanation().split("```").next().unwrap_or_default().trim();
        assert!(prose.len() > 40 && prose.ends_with('.'), "{code}: {prose:?}");
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/diagnostic/help");
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().and_then(|stem| stem.to_str()).expect("a name");
        assert!(Code::find(name).is_some(), "{} explains no code", path.display());
    }
}
