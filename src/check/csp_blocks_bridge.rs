//! `csp-blocks-bridge`: pages that are granted commands, and a policy that keeps them from calling any.

use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::{Manifest, OriginName, Unlisted, directives},
    source::Span,
};

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    let is_granted = |wanted: &OriginName| {
        manifest.permissions.iter().any(|permission| {
            !permission.allow.is_empty()
                && permission.origins.iter().any(|origin| origin.value == *wanted)
        })
    };
    let app = &manifest.app;
    let is_open = manifest.unlisted.value == Unlisted::Additive;
    if let Some(span) = app.csp_span
        && (is_open || is_granted(&OriginName::App))
    {
        diagnostics.extend(check_policy("the app's pages", &app.csp, span));
    }
    for (name, site) in &manifest.sites {
        // That a sandboxed site has no origin is reported where it is granted something.
        if let Some(span) = site.csp_span.filter(|_| !site.is_opaque())
            && is_granted(&OriginName::Named(name.clone()))
        {
            let pages = format!("pages of the site `{name}`");
            diagnostics.extend(check_policy(&pages, &site.csp, span));
        }
    }
}

fn check_policy(pages: &str, csp: &str, span: Span) -> Option<Diagnostic> {
    let find = |wanted: &str| {
        let mut found = directives(csp).filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.next().map(|(_, words)| words.collect::<Vec<_>>())
    };
    let has =
        |words: &[&str], wanted: &str| words.iter().any(|word| word.eq_ignore_ascii_case(wanted));
    let (message, help) = if let Some(words) = find("sandbox")
        && let Some(lacking) =
            ["allow-scripts", "allow-same-origin"].into_iter().find(|word| !has(&words, word))
    {
        let effect = match lacking {
            "allow-scripts" => "run no scripts",
            _ => "have no origin",
        };
        (format!("in this `sandbox` {pages} {effect}"), format!("add `{lacking}` to it"))
    } else if let Some((directive, _)) = ["script-src-elem", "script-src", "default-src"]
        .into_iter()
        .find_map(|name| find(name).map(|words| (name, words)))
        // No sources at all are as many as `'none'`.
        .filter(|(_, words)| words.iter().all(|word| word.eq_ignore_ascii_case("'none'")))
    {
        (
            format!("with this `{directive}` {pages} run no scripts"),
            "add `script-src 'self'` to the policy".to_owned(),
        )
    } else {
        return None;
    };
    let message = format!("{message}, though they are granted commands");
    Some(Diagnostic::new(Code::CspBlocksBridge, span, message).help(help))
}
