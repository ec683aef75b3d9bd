//! `opaque-origin`: a sandboxed site is named where an origin is meant, and it has none.

use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::{Manifest, OriginName},
    source::Spanned,
};

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    let granted = manifest.permissions.iter().flat_map(|permission| &permission.origins);
    let navigated = manifest.windows.iter().filter_map(|window| window.navigate.as_ref()).flatten();
    let granted = granted.map(|origin| (origin, "nothing can be granted to it"));
    let navigated = navigated.map(|origin| (origin, "nothing can tell its pages from others"));
    for (origin, effect) in granted.chain(navigated) {
        diagnostics.extend(check_name(manifest, origin, effect));
    }
}

fn check_name(
    manifest: &Manifest,
    origin: &Spanned<OriginName>,
    effect: &str,
) -> Option<Diagnostic> {
    let OriginName::Named(name) = &origin.value else { return None };
    let site = manifest.sites.get(name).filter(|site| site.is_opaque())?;
    let message = format!("the site `{name}` is sandboxed and has no origin: {effect}");
    Some(
        Diagnostic::new(Code::OpaqueOrigin, origin.span, message)
            .help("add `allow-same-origin` to the site's `sandbox`, or remove the site from this list")
            .related(site.csp_span.unwrap_or(site.span), "the sandbox"),
    )
}
