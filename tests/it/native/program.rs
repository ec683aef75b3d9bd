//! `portcullis::Gateway`: what a program is told that cannot run its manifest.

use crate::support::{cli::Portcullis, gateway::manifest};
use portcullis::{Gateway, GatewayError, commands, gateway::Mode};
use std::path::Path;

#[portcullis::command]
fn greet() {}

const NATIVE: &str = "
commands: { hello: { run: { native: gret } } }
permissions: { main: { windows: [main], allow: [hello] } }
";

fn faults(of: Result<(), GatewayError>) -> String {
    match of {
        Err(error @ GatewayError::Manifest(_)) => {
            // What a `main` that gives it back prints.
            assert_eq!(format!("{error:?}"), error.to_string());
            error.to_string()
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_manifest_with_faults_is_no_program() {
    let missing = faults(Gateway::from_manifest("/nowhere/gateway.yaml").map(drop));
    assert!(missing.contains("error[missing-file]"), "{missing}");
    let folder = Portcullis::with_manifest("version: 1\napp: { id: dev.example.x }\nwindow: {}\n");
    let unknown = faults(Gateway::from_manifest(folder.folder().join("gateway.yaml")).map(drop));
    assert!(unknown.contains("error[unknown-key]"), "{unknown}");
}

#[test]
fn a_program_does_not_start_where_it_and_its_manifest_differ() {
    let folder = Portcullis::with_manifest(&manifest(NATIVE));
    for mode in [Mode::Development, Mode::Production] {
        let gateway = Gateway::from_manifest(folder.folder().join("gateway.yaml")).unwrap();
        let gateway = gateway.manage(Path::new("any").to_owned()).commands(commands![greet]);
        let told = faults(gateway.mode(mode).run());
        for code in ["error[unregistered-native]", "error[undeclared-native]"] {
            assert!(told.contains(code), "{told}");
        }
        assert!(
            told.contains("did you mean `greet`? It is at tests/it/native/program.rs:"),
            "{told}"
        );
    }
}

#[test]
fn without_a_manifest_nothing_runs() {
    let error = Gateway::new().commands(commands![greet]).run().unwrap_err();
    assert!(matches!(error, GatewayError::Windows(_)), "{error}");
    assert!(error.to_string().contains("Gateway::from_manifest"), "{error}");
}
