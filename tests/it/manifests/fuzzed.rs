//! What the fuzzer asks of any bytes, asked of every manifest here and of what it once found.

#[path = "../../../fuzz/laws.rs"]
mod laws;

use crate::support::manifest::{all_manifests, files, repository};
use std::fs;

pub(super) use laws::hold;

#[test]
fn the_laws_hold_for_every_manifest_of_the_repository() {
    let manifests = all_manifests();
    assert!(manifests.len() > 100, "{}", manifests.len());
    for path in manifests.iter().chain(&files("fuzz/found")) {
        println!("{}", path.display());
        hold(&fs::read(repository().join(path)).expect("a file"));
    }
}
