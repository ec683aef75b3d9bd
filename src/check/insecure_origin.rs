//! `insecure-origin`: an origin that anybody between it and this machine could speak for.

use super::hosts::parts;
use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::Manifest,
};

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    for pattern in manifest.origins.values() {
        let Some(parts) = parts(&pattern.value) else { continue };
        if !parts.is_plain() || parts.is_loopback() {
            continue;
        }
        let text = pattern.value.as_str();
        let message =
            format!("pages of `{text}` arrive unencrypted, and anybody on the way can change them");
        diagnostics.push(
            Diagnostic::new(Code::InsecureOrigin, pattern.span, message)
                .help("use `https://`; only this machine itself is safe without it"),
        );
    }
}
