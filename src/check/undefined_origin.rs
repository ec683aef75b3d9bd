//! `undefined-origin`: a permission names an origin that `origins:` does not.

use crate::{
    diagnostic::{Code, Diagnostic, Suggestions},
    manifest::{Manifest, OriginName},
    name::Word,
};

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    let mut suggestions = Suggestions::default();
    for permission in &manifest.permissions {
        for origin in &permission.origins {
            let OriginName::Named(name) = &origin.value else { continue };
            if manifest.origins.contains_key(name)
                || manifest.broken.origins.contains(name.as_str())
            {
                continue;
            }
            let known = manifest.origins.keys().map(Word::as_str).chain(["app", "remote"]);
            let near = suggestions.nearest(name.as_str(), known);
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("declare it: `origins: {{ {name}: \"https://example.com\" }}`"),
            };
            diagnostics.push(
                Diagnostic::new(
                    Code::UndefinedOrigin,
                    origin.span,
                    format!("the origin `{name}` is not declared"),
                )
                .help(help)
                .did_you_mean(origin.span, name.as_str(), near),
            );
        }
    }
}
