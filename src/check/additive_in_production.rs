//! `additive-in-production`: what is not listed is open, which is for development.

use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::{Manifest, Unlisted},
};

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    let span = manifest.unlisted.span;
    let is_in_profile = manifest.profiles.is_some_and(|profiles| profiles.contains(span));
    if manifest.unlisted.value == Unlisted::Additive && !is_in_profile {
        let message =
            "the app's pages may call every app command that no permission allows to somebody";
        diagnostics.push(
            Diagnostic::new(Code::AdditiveInProduction, span, message)
                .help("move it into a profile: `profiles: { dev: { unlisted: additive } }`"),
        );
    }
}
