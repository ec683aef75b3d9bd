//! `tests/manifests/include`: manifests of several files and with profiles, each with the whole text that is said about it.

use crate::support::manifest::{HINT, folders, repository, text, validate};
use portcullis::reload::{Disk, LoadOptions, load_from};
use std::{fs, path::Path};

/// The folders, each a manifest with its parts.
pub(super) const FOLDER: &str = "tests/manifests/include";

#[test]
fn every_case_says_what_stands_beside_it() {
    let cases = folders(FOLDER);
    assert!(cases.len() > 8, "{cases:?}");
    for folder in cases {
        let found = validate(repository(), &folder.join("gateway.yaml"));
        let expected = folder.join("expected.txt");
        if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
            fs::write(repository().join(&expected), &found.out).expect("the text can be written");
        }
        assert_eq!(found.out, text(&expected), "{}", folder.display());
        let is_valid = found.out == "1 file is valid\n";
        assert_eq!(found.code, Some(i32::from(!is_valid)), "{}", folder.display());
        assert_eq!(found.err, if is_valid { "" } else { HINT }, "{}", folder.display());
    }
}

#[test]
fn guardrails_only_grow() {
    let path = Path::new("config/dashboard/gateway.yaml");
    let count = |profile: Option<&str>, guardrails: Option<&str>| {
        let options = LoadOptions {
            profile: profile.map(str::to_owned),
            guardrails: guardrails.map(|file| path.with_file_name(file)),
        };
        let loaded = load_from(path, &options, &Disk);
        loaded.manifest.unwrap_or_else(|| panic!("{:?}", loaded.diagnostics)).never.len()
    };
    assert_eq!(count(None, None), 2);
    assert_eq!(count(Some("demo"), None), 3);
    assert_eq!(count(Some("dev"), Some("guardrails.yaml")), 4);
    assert_eq!(count(Some("demo"), Some("guardrails.yaml")), 5);
}
