//! `overlapping-template`: a window's template stands for labels that another window has, so that a label would not
//! tell which of them it is.

use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::{Manifest, Window},
    name::Label,
    pattern::{Budget, LabelTemplate, TooManyClasses},
    source::{Span, Spanned},
};
use std::{collections::BTreeMap, ops::Bound};

/// What it may cost to hold all templates against all labels, in comparisons.
const MOST_STEPS: usize = 4_000_000;

type Declared<'a> = BTreeMap<&'a str, (&'a Label, Span)>;
type Found = Result<Option<Diagnostic>, TooManyClasses>;

/// Only templates and labels that begin alike are compared.
pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    let windows = &manifest.windows;
    let mut templates: Vec<(&Window, &Spanned<LabelTemplate>)> =
        windows.iter().filter_map(|window| Some((window, window.template()?))).collect();
    templates.sort_by_key(|(_, template)| template.value.prefix());
    let fixed = windows.iter().filter(|window| window.template().is_none());
    let fixed: Declared =
        fixed.map(|window| (window.label.as_str(), (&window.label, window.span))).collect();
    let inner = windows.iter().flat_map(|window| &window.webviews);
    let inner: Declared =
        inner.map(|webview| (webview.label.as_str(), (&webview.label, webview.span))).collect();
    let mut budget = Budget::new(MOST_STEPS);
    for (at, (window, template)) in templates.iter().enumerate() {
        let others = templates.get(at + 1..).unwrap_or_default();
        let mut search = || {
            diagnostics.extend(with_template(template, others, &mut budget)?);
            diagnostics.extend(with_label("window", template, &fixed, &mut budget)?);
            // The one webview of a window carries its label.
            if window.webviews.is_empty() {
                diagnostics.extend(with_label("webview", template, &inner, &mut budget)?);
            }
            Ok(())
        };
        if let Err(TooManyClasses) = search() {
            let message = "there are too many templates to tell whether this one overlaps another";
            diagnostics.push(
                Diagnostic::new(Code::Undecidable, template.span, message)
                    .help("use fewer templates"),
            );
            return;
        }
    }
}

/// Templates behind this one in the order of what stands before their stars.
fn with_template(
    template: &Spanned<LabelTemplate>,
    others: &[(&Window, &Spanned<LabelTemplate>)],
    budget: &mut Budget,
) -> Found {
    for (_, other) in others {
        if !other.value.prefix().starts_with(template.value.prefix()) {
            break;
        }
        budget.spend(1)?;
        let Some(label) = template.value.overlaps(&other.value) else { continue };
        let (first, second) =
            if template.span < other.span { (template, *other) } else { (*other, template) };
        let message = format!(
            "`{}` and `{}` both stand for the label `{label}`",
            second.value.as_str(),
            first.value.as_str()
        );
        return Ok(Some(
            Diagnostic::new(Code::OverlappingTemplate, second.span, message)
                .help("begin the labels of each template with a word of its own")
                .related(first.span, "the other template"),
        ));
    }
    Ok(None)
}

fn with_label(
    kind: &str,
    template: &Spanned<LabelTemplate>,
    labels: &Declared<'_>,
    budget: &mut Budget,
) -> Found {
    let (text, prefix) = (template.value.as_str(), template.value.prefix());
    let begun = labels.range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
    for (label, span) in begun.take_while(|(text, _)| text.starts_with(prefix)).map(|at| at.1) {
        budget.spend(1)?;
        if template.value.matches(label).is_some() {
            let message = format!("`{text}` stands for the label of the {kind} `{label}` too");
            return Ok(Some(
                Diagnostic::new(Code::OverlappingTemplate, template.span, message)
                    .help("begin the template's labels with a word that no declared label begins with")
                    .related(*span, format!("the {kind} with this label")),
            ));
        }
    }
    Ok(None)
}
