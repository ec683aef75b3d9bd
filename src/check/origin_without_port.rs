//! `origin-without-port`: an origin on this machine that matches the scheme's own port and no other.

use super::hosts::parts;
use crate::{
    diagnostic::{Code, Diagnostic, Edit},
    manifest::Manifest,
};

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    for pattern in manifest.origins.values() {
        let text = pattern.value.as_str();
        let Some(parts) = parts(&pattern.value) else { continue };
        if !parts.is_loopback() || parts.has_port {
            continue;
        }
        let port = match parts.scheme.to_ascii_lowercase().as_str() {
            "http" | "ws" => 80,
            "https" | "wss" => 443,
            // Other schemes have no ports.
            _ => continue,
        };
        let edit = Edit::word(pattern.span, text, &format!("{text}:*"));
        diagnostics.push(
            Diagnostic::new(
                Code::OriginWithoutPort,
                pattern.span,
                format!("`{text}` matches port {port} and no other"),
            )
            .help(format!("write `{text}:*` for any port, or the port of the server"))
            .fix(format!("write `{text}:*`"), vec![edit]),
        );
    }
}
