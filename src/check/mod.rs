//! What only the whole manifest can tell: one check a file, named after its code.

mod granted;
mod missing_frontend;
mod unanchored_pattern;
mod unbound_capture;
mod unbound_tenant;
mod unconstrained_path;
mod undefined_argument;
mod undefined_channel;
mod undefined_command;
mod undefined_origin;
mod undefined_secret;
mod undefined_window;
mod unguarded_optional;
mod unreachable_command;
mod unsafe_argument;
mod unused_argument;

use crate::{
    diagnostic::{Diagnostic, has_errors},
    manifest::Manifest,
};
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
    unanchored_pattern::check,
    unbound_capture::check,
    unbound_tenant::check,
    unconstrained_path::check,
    undefined_argument::check,
    undefined_channel::check,
    undefined_command::check,
    undefined_origin::check,
    undefined_secret::check,
    undefined_window::check,
    unguarded_optional::check,
    unreachable_command::check,
    unsafe_argument::check,
    unused_argument::check,
];

/// Runs every check. The manifest is handed on if neither a check nor an earlier stage found an error.
pub fn check(manifest: Manifest, diagnostics: &mut Vec<Diagnostic>) -> Option<Checked<Manifest>> {
    for check in CHECKS {
        check(&manifest, diagnostics);
    }
    (!has_errors(diagnostics)).then_some(Checked(manifest))
}
