//! What only the whole manifest can tell: one check a file, named after its code.

mod access;
mod duplicate_permission;
mod missing_frontend;
mod mixed_scope;
mod never_matches;
mod never_violated;
mod overlapping_template;
mod redundant_permission;
mod shadowed_allow;
mod undefined_argument;
mod undefined_command;
mod undefined_origin;
mod undefined_window;
mod unguarded_optional;
mod unreachable_command;
mod unused_argument;

use crate::{
    diagnostic::{Diagnostic, has_errors},
    manifest::Manifest,
};
use access::Access;
use std::ops::Deref;

/// A manifest in which no check found an error; compiling takes nothing else.
#[derive(Debug)]
pub struct Checked<T>(T);

impl<T> Deref for Checked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

type Check = fn(&Manifest, &mut Vec<Diagnostic>);

const CHECKS: &[Check] = &[
    missing_frontend::check,
    never_matches::check,
    overlapping_template::check,
    undefined_argument::check,
    undefined_command::check,
    undefined_origin::check,
    undefined_window::check,
    unguarded_optional::check,
    unused_argument::check,
];

/// Runs every check. The manifest is handed on if neither a check nor an earlier stage found an error.
pub fn check(manifest: Manifest, diagnostics: &mut Vec<Diagnostic>) -> Option<Checked<Manifest>> {
    for check in CHECKS {
        check(&manifest, diagnostics);
    }
    check_access(&manifest, diagnostics);
    (!has_errors(diagnostics)).then_some(Checked(manifest))
}

/// The checks that reason over all permissions at once.
fn check_access(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    let sites = access::sites(manifest);
    duplicate_permission::check(manifest, &sites, diagnostics);
    let Ok(access) = Access::new(manifest, &sites) else {
        mixed_scope::give_up(manifest, diagnostics);
        never_violated::give_up(manifest, diagnostics);
        return;
    };
    mixed_scope::check(&access, diagnostics);
    never_violated::check(&access, diagnostics);
    redundant_permission::check(&access, &sites, diagnostics);
    shadowed_allow::check(&access, diagnostics);
    unreachable_command::check(&access, diagnostics);
}
