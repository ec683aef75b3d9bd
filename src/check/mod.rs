//! What only the whole manifest can tell: one check a file, named after its code.

mod missing_frontend;
mod undefined_argument;
mod undefined_command;
mod undefined_origin;
mod undefined_window;
mod unguarded_optional;
mod unreachable_command;
mod unused_argument;

use crate::{
    diagnostic::{Diagnostic, Diagnostics},
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
    undefined_argument::check,
    undefined_command::check,
    undefined_origin::check,
    undefined_window::check,
    unguarded_optional::check,
    unreachable_command::check,
    unused_argument::check,
];

/// Runs every check. The manifest is handed on if neither a check nor an earlier stage found an error.
pub fn check(manifest: Manifest, diagnostics: &mut Diagnostics) -> Option<Checked<Manifest>> {
    for check in CHECKS {
        let mut found = Vec::new();
        check(&manifest, &mut found);
        diagnostics.extend(found);
    }
    (!diagnostics.has_errors()).then_some(Checked(manifest))
}
