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
    diagnostic::{Diagnostic, has_errors},
    manifest::{Backend, Command, Manifest},
    name::Word,
    plan::SlotKind,
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
pub fn check(manifest: Manifest, diagnostics: &mut Vec<Diagnostic>) -> Option<Checked<Manifest>> {
    for check in CHECKS {
        check(&manifest, diagnostics);
    }
    (!has_errors(diagnostics)).then_some(Checked(manifest))
}

/// Calls `visit` for every argument that a command's `run` names: its name, the `when` that guards it, and whether
/// its absence has a meaning there.
fn visit_arguments<'a>(command: &'a Command, visit: &mut impl FnMut(&'a Word, Use<'a>)) {
    match &command.run.value {
        Backend::Native(_) => {}
        Backend::Value(template) => {
            template.visit_arguments(&mut |word| visit(word, Use { guard: None, takes_absence: true }));
        }
        Backend::Process(plan) => {
            for slot in &plan.args {
                let takes_absence = matches!(slot.kind, SlotKind::When(..));
                slot.visit_arguments(&mut |word, guard| {
                    visit(word, Use { guard, takes_absence: takes_absence && guard == Some(word) });
                });
            }
            let stdin = plan.stdin.iter().flat_map(|template| template.arguments());
            stdin.for_each(|word| visit(word, Use { guard: None, takes_absence: false }));
        }
    }
}

/// How a `run` uses an argument.
#[derive(Debug, Clone, Copy)]
struct Use<'a> {
    /// The argument whose presence it depends on.
    guard: Option<&'a Word>,
    /// Whether it works when the argument was not given.
    takes_absence: bool,
}
