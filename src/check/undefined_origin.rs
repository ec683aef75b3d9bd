//! `undefined-origin`: a list of origins names one that neither `origins:` nor a site of the app declares.

use crate::{
    diagnostic::{Code, Diagnostic, Suggestions, surely_meant},
    manifest::{Manifest, OriginName},
};

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    let mut suggestions = Suggestions::default();
    let permissions = manifest.permissions.iter().flat_map(|permission| &permission.origins);
    let windows = manifest.windows.iter().filter_map(|window| window.navigate.as_ref()).flatten();
    let never = manifest.never.iter().filter_map(|guardrail| guardrail.origins.as_ref()).flatten();
    for origin in permissions.chain(windows).chain(never) {
        let OriginName::Named(name) = &origin.value else { continue };
        if manifest.origins.contains_key(name)
            || manifest.sites.contains_key(name)
            || manifest.broken.origins.contains(name.as_str())
        {
            continue;
        }
        let near = suggestions.nearest(name.as_str(), manifest.origin_names());
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("declare it: `origins: {{ {name}: \"https://example.com\" }}`"),
        };
        let message = format!("the origin `{name}` is not declared");
        diagnostics.push(
            Diagnostic::new(Code::UndefinedOrigin, origin.span, message).help(help).did_you_mean(
                origin.span,
                name.as_str(),
                near.and_then(|_| surely_meant(name.as_str(), manifest.origin_names())),
            ),
        );
    }
}
