//! `never-matches`: a pattern over labels that no declared window or webview fits, or a permission for other origins than
//! their pages have.

use super::starting_pages;
use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::{Manifest, Window},
    name::Label,
    pattern::{Budget, LabelPattern, LabelTemplate, label_classes},
    source::Spanned,
};
use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
    ops::Bound,
};

/// What it may cost to hold all patterns against all labels, in comparisons.
const MOST_STEPS: usize = 4_000_000;
/// What a comparison of two patterns may cost that are neither literals nor one star.
const MOST_STEPS_A_PAIR: usize = 200_000;
/// A finding lists no more labels than this.
const MOST_LABELS: usize = 6;

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    // A window that could not be read may be the one that is meant.
    if !manifest.broken.windows.is_empty() || manifest.windows.is_empty() {
        return;
    }
    let mut windows = Labels::new("window");
    let mut webviews = Labels::new("webview");
    for window in &manifest.windows {
        windows.add(window);
        if window.webviews.is_empty() {
            webviews.add(window);
        }
        window.webviews.iter().for_each(|webview| webviews.add_label(&webview.label));
    }
    let mut budget = Budget::new(MOST_STEPS);
    for permission in &manifest.permissions {
        for (labels, patterns) in
            [(&mut windows, &permission.windows), (&mut webviews, &permission.webviews)]
        {
            for pattern in patterns.iter().flatten() {
                diagnostics.extend(labels.check(pattern, &mut budget));
            }
        }
    }
    starting_pages::check(manifest, diagnostics);
}

/// The labels that windows, or webviews, may carry.
struct Labels<'a> {
    kind: &'static str,
    literals: BTreeMap<&'a str, &'a Label>,
    templates: Vec<&'a LabelTemplate>,
    /// Patterns that were looked at before, and whether they match anything.
    known: HashMap<&'a str, bool>,
}

impl<'a> Labels<'a> {
    fn new(kind: &'static str) -> Self {
        Self { kind, literals: BTreeMap::new(), templates: Vec::new(), known: HashMap::new() }
    }

    fn add(&mut self, window: &'a Window) {
        match window.template() {
            Some(template) => self.templates.push(&template.value),
            None => self.add_label(&window.label),
        }
    }

    fn add_label(&mut self, label: &'a Label) {
        self.literals.insert(label.as_str(), label);
    }

    fn check(
        &mut self,
        pattern: &'a Spanned<LabelPattern>,
        budget: &mut Budget,
    ) -> Option<Diagnostic> {
        let text = pattern.value.as_str();
        // Labels without a wildcard are found undefined instead.
        if pattern.value.literal().is_some() {
            return None;
        }
        let is_match = match self.known.get(text) {
            Some(is_match) => *is_match,
            None => self.is_match(&pattern.value, budget),
        };
        self.known.insert(text, is_match);
        if is_match {
            return None;
        }
        let kind = self.kind;
        let message = format!("no declared {kind} has a label like `{text}`");
        let mut help = "write a pattern that fits a declared label, or remove it".to_owned();
        let templates = self.templates.iter().map(|template| template.as_str());
        let declared: Vec<_> = self.literals.keys().copied().chain(templates).collect();
        if declared.len() <= MOST_LABELS {
            // Writing into a String cannot fail.
            let _ = write!(help, "; declared are `{}`", declared.join("`, `"));
        }
        Some(Diagnostic::new(Code::NeverMatches, pattern.span, message).help(help))
    }

    /// Whether some label that may be there fits; it is taken for granted if it costs too much to tell.
    fn is_match(&self, pattern: &LabelPattern, budget: &mut Budget) -> bool {
        let text = pattern.as_str();
        // What every label that fits begins with.
        let prefix = text.split(['*', '?', '[', '{']).next().unwrap_or_default();
        let labels = self.literals.range::<str, _>((Bound::Included(prefix), Bound::Unbounded));
        let mut labels = labels.take_while(|(label, _)| label.starts_with(prefix));
        if labels.any(|(_, label)| budget.spend(1).is_err() || pattern.matches(label)) {
            return true;
        }
        let form = text.parse::<LabelTemplate>().ok();
        self.templates.iter().any(|template| {
            let is_affordable = budget.spend(1).is_ok();
            !is_affordable
                || match &form {
                    Some(form) => form.overlaps(template).is_some(),
                    None => overlaps(pattern, template, budget),
                }
        })
    }
}

/// Whether a label fits both; it is taken for granted if it costs too much to tell.
fn overlaps(pattern: &LabelPattern, template: &LabelTemplate, budget: &mut Budget) -> bool {
    let Ok(template) = template.as_str().parse::<LabelPattern>() else { return true };
    let mut part = budget.part(MOST_STEPS_A_PAIR);
    let classes = label_classes(&[pattern, &template], &mut part);
    // An automaton that grew too large has cost all of it.
    if classes.is_ok() {
        budget.give_back(part);
    }
    classes.map_or(true, |classes| classes.iter().any(|class| class.members.count_ones(..) == 2))
}
