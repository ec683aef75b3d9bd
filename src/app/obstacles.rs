//! Why a valid manifest does not run here and now; asked at start, and for every edit before it comes into force.

use super::{
    foreign_owners, misfits, plugins::initialize, secrets::missing_secrets, undeclared, unsupported,
};
use crate::{
    command::Registry,
    diagnostic::{Diagnostic, has_errors},
    gateway::Mode,
    reload::Loaded,
};

/// What is found beyond `validate`: functions that nobody registered, secrets that this machine
/// does not have, what this build cannot do, files of others. Where nothing of that stands in the way, plugins begin, and
/// may fail to.
pub fn obstacles(loaded: &Loaded, registry: &Registry, mode: Mode) -> Vec<Diagnostic> {
    let mut found = foreign_owners(&loaded.sources);
    if let Some(manifest) = &loaded.manifest {
        found.extend(misfits(manifest, &registry.declarations()));
        found.extend(missing_secrets(manifest));
    }
    found.extend(unsupported(loaded, mode));
    if let Some(manifest) = &loaded.manifest
        && !has_errors(&loaded.diagnostics)
        && !has_errors(&found)
    {
        found.extend(initialize(manifest, registry));
    }
    found
}

/// The same and what is asked once: an edit may take away the last command that runs a function.
pub fn at_start(loaded: &Loaded, registry: &Registry, mode: Mode) -> Vec<Diagnostic> {
    let mut found = obstacles(loaded, registry, mode);
    found.extend(undeclared(loaded, &registry.declarations()));
    found
}
