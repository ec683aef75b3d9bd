//! What only the whole manifest can tell: one check a file, named after its code.

mod access;
mod additive_in_production;
mod broad_grant;
mod csp_blocks_bridge;
mod duplicate_permission;
mod granted;
mod hosts;
mod insecure_origin;
mod missing_frontend;
mod mixed_scope;
mod never_matches;
mod never_violated;
mod opaque_origin;
mod origin_without_port;
mod overlapping_template;
mod places;
mod redundant_permission;
mod remote_webview_in_trusted_window;
mod scope_not_enforced;
mod scope_without_allow;
mod scoped;
mod self_writable;
mod shadowed_allow;
mod starting_pages;
mod threshold_order;
mod unanchored_pattern;
mod unbound_capture;
mod unbound_tenant;
mod unconstrained_path;
mod undefined_argument;
mod undefined_channel;
mod undefined_command;
mod undefined_event;
mod undefined_origin;
mod undefined_secret;
mod undefined_window;
mod unfit_argument;
mod unguarded_optional;
mod unreachable_command;
mod unsafe_argument;
mod unused_argument;
mod writable_within;

use crate::{
    diagnostic::{Code, Diagnostic, Diagnostics},
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
    additive_in_production::check,
    broad_grant::check,
    csp_blocks_bridge::check,
    insecure_origin::check,
    missing_frontend::check,
    never_matches::check,
    opaque_origin::check,
    origin_without_port::check,
    overlapping_template::check,
    remote_webview_in_trusted_window::check,
    scope_not_enforced::check,
    scope_without_allow::check,
    self_writable::check,
    threshold_order::check,
    unanchored_pattern::check,
    unbound_capture::check,
    unbound_tenant::check,
    unconstrained_path::check,
    undefined_argument::check,
    undefined_channel::check,
    undefined_command::check,
    undefined_event::check,
    undefined_origin::check,
    undefined_secret::check,
    undefined_window::check,
    unfit_argument::check,
    unguarded_optional::check,
    unsafe_argument::check,
    unused_argument::check,
    writable_within::check,
];

/// Runs every check. The manifest is handed on if neither a check nor an earlier stage found an error.
pub fn check(manifest: Manifest, diagnostics: &mut Diagnostics) -> Option<Checked<Manifest>> {
    for check in CHECKS {
        let mut found = Vec::new();
        check(&manifest, &mut found);
        diagnostics.extend(found);
    }
    // What was left out may be what allows a command.
    let is_whole = ![Code::DuplicateName, Code::MissingInclude, Code::IncludeCycle]
        .into_iter()
        .any(|code| diagnostics.has(code));
    let mut found = Vec::new();
    check_access(&manifest, is_whole, &mut found);
    diagnostics.extend(found);
    (!diagnostics.has_errors()).then_some(Checked(manifest))
}

/// The checks that reason over all permissions at once.
fn check_access(manifest: &Manifest, is_whole: bool, diagnostics: &mut Vec<Diagnostic>) {
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
    if is_whole {
        unreachable_command::check(&access, diagnostics);
    }
}
