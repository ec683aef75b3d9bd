//! `undefined-window`: a permission names a label, without a wildcard, that no window has.

use crate::{
    diagnostic::{Code, Diagnostic, Suggestions},
    manifest::Manifest,
    pattern::LabelPattern,
    source::Spanned,
};

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    let mut suggestions = Suggestions::default();
    for permission in &manifest.permissions {
        let windows = permission.windows.iter().flatten().map(|label| ("window", label));
        let webviews = permission.webviews.iter().flatten().map(|label| ("webview", label));
        for (kind, label) in windows.chain(webviews) {
            diagnostics.extend(check_label(manifest, kind, label, &mut suggestions));
        }
    }
}

fn check_label(
    manifest: &Manifest,
    kind: &str,
    pattern: &Spanned<LabelPattern>,
    suggestions: &mut Suggestions,
) -> Option<Diagnostic> {
    let label = pattern.value.literal()?;
    let is_declared = manifest.windows.iter().any(|window| window.label == label);
    if is_declared || manifest.broken.windows.contains(label.as_str()) {
        return None;
    }
    let near = suggestions
        .nearest(label.as_str(), manifest.windows.iter().map(|window| window.label.as_str()));
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("declare it: `windows: {{ {label}: {{}} }}`"),
    };
    let message = format!("the {kind} `{label}` is not declared");
    Some(Diagnostic::new(Code::UndefinedWindow, pattern.span, message).help(help).did_you_mean(
        pattern.span,
        label.as_str(),
        near,
    ))
}
