//! `undefined-window`: a label without a wildcard, which no window or webview can have.

use crate::{
    diagnostic::{Code, Diagnostic, Suggestions, surely_meant},
    manifest::{Creation, Manifest, Window},
    name::Label,
    pattern::LabelPattern,
    source::{Span, Spanned},
};
use std::{cell::RefCell, collections::BTreeSet};

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    let labels = Labels::new(manifest);
    for permission in &manifest.permissions {
        for (label, span) in literals(permission.windows.as_deref()) {
            diagnostics.extend(labels.check(Kind::Window, &label, span));
        }
        for (label, span) in literals(permission.webviews.as_deref()) {
            diagnostics.extend(labels.check(Kind::Webview, &label, span));
        }
    }
    for opener in manifest.windows.iter().flat_map(|window| &window.openers) {
        diagnostics.extend(labels.check_opener(&opener.value, opener.span));
    }
}

fn literals(
    patterns: Option<&[Spanned<LabelPattern>]>,
) -> impl Iterator<Item = (Label, Span)> + '_ {
    patterns
        .unwrap_or_default()
        .iter()
        .filter_map(|pattern| pattern.value.literal().map(|label| (label, pattern.span)))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Window,
    Webview,
}

/// The labels that a manifest gives, looked up by name.
struct Labels<'a> {
    manifest: &'a Manifest,
    windows: BTreeSet<&'a Label>,
    webviews: BTreeSet<&'a Label>,
    templates: Vec<&'a Window>,
    suggestions: RefCell<Suggestions>,
}

impl<'a> Labels<'a> {
    fn new(manifest: &'a Manifest) -> Self {
        let (templates, plain): (Vec<&Window>, Vec<&Window>) =
            manifest.windows.iter().partition(|window| window.template().is_some());
        let own = plain.iter().filter(|window| window.webviews.is_empty());
        let inner = manifest.windows.iter().flat_map(|window| &window.webviews);
        Self {
            manifest,
            windows: plain.iter().map(|window| &window.label).collect(),
            webviews: own
                .map(|window| &window.label)
                .chain(inner.map(|webview| &webview.label))
                .collect(),
            templates,
            suggestions: RefCell::default(),
        }
    }

    fn check(&self, kind: Kind, label: &Label, span: Span) -> Option<Diagnostic> {
        let known = match kind {
            Kind::Window => &self.windows,
            Kind::Webview => &self.webviews,
        };
        let fits = |window: &&Window| match kind {
            Kind::Window => window.has_label(label),
            Kind::Webview => window.has_webview(label),
        };
        // Any window that could not be read may hold the webview.
        let may_exist = match kind {
            Kind::Window => self.manifest.broken.windows.contains(label.as_str()),
            Kind::Webview => !self.manifest.broken.windows.is_empty(),
        };
        if known.contains(label) || self.templates.iter().any(fits) || may_exist {
            return None;
        }
        let word = match kind {
            Kind::Window => "window",
            Kind::Webview => "webview",
        };
        Some(self.undefined(word, known, label, span))
    }

    /// An opener is a label, or the key of windows with a template.
    fn check_opener(&self, label: &Label, span: Span) -> Option<Diagnostic> {
        let is_known = self.windows.contains(label)
            || self
                .templates
                .iter()
                .any(|window| window.label == *label || window.has_label(label))
            || self.manifest.broken.windows.contains(label.as_str());
        let keys = self.manifest.windows.iter().map(|window| &window.label).collect();
        (!is_known).then(|| self.undefined("window", &keys, label, span))
    }

    fn undefined(
        &self,
        word: &str,
        known: &BTreeSet<&Label>,
        label: &Label,
        span: Span,
    ) -> Diagnostic {
        let entry = self.manifest.windows.iter().find(|window| window.label == *label);
        let diagnostic = |message: String| Diagnostic::new(Code::UndefinedWindow, span, message);
        if let Some((window, Creation::Template { labels, .. })) =
            entry.map(|window| (window, &window.creation))
        {
            let template = labels.value.as_str();
            return diagnostic(format!(
                "no {word} is labelled `{label}`: windows of this entry are labelled `{template}`"
            ))
            .help(format!("write `{template}`, or one label of this form"))
            .related(window.span, "the entry")
            .replace(format!("write `{template}`"), span, format!("\"{template}\""));
        }
        if let Some(window) = entry.filter(|window| !window.webviews.is_empty()) {
            let labels: Vec<String> =
                window.webviews.iter().map(|webview| format!("`{}`", webview.label)).collect();
            return diagnostic(format!(
                "no webview is labelled `{label}`: the window has webviews of its own"
            ))
            .help(format!("its webviews are {}", labels.join(", ")))
            .related(window.span, "the window");
        }
        let near = self
            .suggestions
            .borrow_mut()
            .nearest(label.as_str(), known.iter().map(|label| label.as_str()));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("declare it: `windows: {{ {label}: {{}} }}`"),
        };
        let sure = near
            .and_then(|_| surely_meant(label.as_str(), known.iter().map(|label| label.as_str())));
        diagnostic(format!("the {word} `{label}` is not declared")).help(help).did_you_mean(
            span,
            label.as_str(),
            sure,
        )
    }
}
