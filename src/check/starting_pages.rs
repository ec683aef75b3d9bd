//! Permissions that only name webviews with web pages from somewhere else, for `never-matches`: the labels fit, and no
//! page in them ever has an origin that the permission is for.

use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::{Manifest, OriginName, Page, Permission, Webview, Window},
    name::{Label, Word},
    pattern::{Budget, LabelPattern, Origin},
    source::{Span, Spanned},
};
use std::collections::HashMap;

/// What it may cost to hold all permissions against all webviews, in comparisons.
const MOST_STEPS: usize = 1_000_000;

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    let places = Places::new(manifest);
    let mut budget = Budget::new(MOST_STEPS);
    for permission in &manifest.permissions {
        if let Some((place, origin)) = places.elsewhere(permission, &mut budget) {
            diagnostics.push(diagnostic(manifest, permission, place, &origin));
        }
    }
}

fn diagnostic(
    manifest: &Manifest,
    permission: &Permission,
    place: &Place<'_>,
    origin: &Origin,
) -> Diagnostic {
    let (id, label) = (&permission.id, place.label());
    let names = permission.origins.iter().map(|name| format!("`{}`", name.value.as_str()));
    let names = names.collect::<Vec<_>>().join(", ");
    let message =
        format!("`{id}` is for {names}, and the page of `{label}` is always at `{origin}`");
    let declared = || {
        let mut origins = manifest.origins.iter();
        origins.find(|(_, pattern)| pattern.value.matches(origin)).map(|(name, _)| name)
    };
    let help = match declared() {
        Some(name) => format!("if that page is meant, write `origins: [{name}]`"),
        None => format!(
            "if that page is meant, give its origin a name, `origins: {{ pages: \"{origin}\" }}`, and write `origins: [pages]` in the permission"
        ),
    };
    Diagnostic::new(Code::NeverMatches, permission.span, message)
        .help(help)
        .related(place.span(), "the webview with that page")
}

/// A webview and its window.
struct Place<'a> {
    window: &'a Window,
    webview: Option<&'a Webview>,
}

impl<'a> Place<'a> {
    fn label(&self) -> &'a Label {
        self.webview.map_or(&self.window.label, |webview| &webview.label)
    }

    fn span(&self) -> Span {
        self.webview.map_or(self.window.span, |webview| webview.span)
    }

    fn page(&self) -> &'a Page {
        self.webview.map_or(&self.window.page, |webview| &webview.page)
    }
}

/// Every webview of the manifest.
struct Places<'a> {
    manifest: &'a Manifest,
    list: Vec<Place<'a>>,
    /// Those in windows of one label, and those in windows of a template.
    by_window: HashMap<&'a Label, Vec<usize>>,
    of_templates: Vec<usize>,
}

impl<'a> Places<'a> {
    fn new(manifest: &'a Manifest) -> Self {
        let mut places =
            Self { manifest, list: vec![], by_window: HashMap::new(), of_templates: vec![] };
        for window in &manifest.windows {
            let own = window.webviews.is_empty().then_some(None);
            for webview in own.into_iter().chain(window.webviews.iter().map(Some)) {
                let at = places.list.len();
                match window.template() {
                    Some(_) => places.of_templates.push(at),
                    None => places.by_window.entry(&window.label).or_default().push(at),
                }
                places.list.push(Place { window, webview });
            }
        }
        places
    }

    /// A webview that the permission names, and where its page is, if no webview that it may name is ever where the
    /// permission is for. Nothing if that is not sure.
    fn elsewhere(
        &self,
        permission: &Permission,
        budget: &mut Budget,
    ) -> Option<(&Place<'a>, Origin)> {
        // A site may be shown anywhere, and what is not declared has been found already.
        let is_known = |name: &Spanned<OriginName>| match &name.value {
            OriginName::Named(name) => self.manifest.origins.contains_key(name),
            _ => true,
        };
        if permission.origins.is_empty() || !permission.origins.iter().all(is_known) {
            return None;
        }
        let literals: Option<Vec<Label>> = permission
            .windows
            .as_ref()
            .and_then(|windows| windows.iter().map(|window| window.value.literal()).collect());
        let candidates: Vec<usize> = match &literals {
            Some(labels) => {
                let named = labels.iter().filter_map(|label| self.by_window.get(label)).flatten();
                named.chain(&self.of_templates).copied().collect()
            }
            None => (0..self.list.len()).collect(),
        };
        let mut found = None;
        for place in candidates.into_iter().filter_map(|at| self.list.get(at)) {
            budget.spend(1).ok()?;
            let window = fit(permission.windows.as_deref(), place.window, None);
            let webview = fit(permission.webviews.as_deref(), place.window, place.webview);
            let is_sure = match (window, webview) {
                (Fit::No, _) | (_, Fit::No) => continue,
                (Fit::Yes, Fit::Yes) => true,
                _ => false,
            };
            if self.may_reach(place, &permission.origins) {
                return None;
            }
            if is_sure && found.is_none() {
                found = place.page().origin("x").map(|origin| (place, origin));
            }
        }
        found
    }

    /// Whether a page of the webview may have one of the origins: its first one, or where it may go from there.
    fn may_reach(&self, place: &Place<'_>, wanted: &[Spanned<OriginName>]) -> bool {
        let starts_there =
            |page: &Page| wanted.iter().any(|name| self.may_be_at(page, &name.value));
        match &place.window.navigate {
            None => place.window.pages().any(|(page, _)| starts_there(page)),
            Some(targets) => {
                starts_there(place.page())
                    || targets.iter().any(|target| {
                        wanted.iter().any(|name| self.may_meet(&target.value, &name.value))
                    })
            }
        }
    }

    fn may_be_at(&self, page: &Page, name: &OriginName) -> bool {
        let Some(origin) = page.origin("x") else { return true };
        match name {
            // Who names another origin for a page of the app means where that page will go.
            _ if origin == Origin::app() => true,
            OriginName::App => false,
            OriginName::Remote => true,
            // What fills the placeholder is not known.
            OriginName::Named(_) if matches!(page, Page::Template { .. }) => true,
            OriginName::Named(name) => self.is_at(name, &origin),
        }
    }

    fn is_at(&self, name: &Word, origin: &Origin) -> bool {
        self.manifest.origins.get(name).is_some_and(|pattern| pattern.value.matches(origin))
    }

    /// Whether an origin may have both names.
    fn may_meet(&self, one: &OriginName, other: &OriginName) -> bool {
        match (one, other) {
            (OriginName::App, OriginName::Remote) | (OriginName::Remote, OriginName::App) => false,
            (OriginName::App, OriginName::Named(name))
            | (OriginName::Named(name), OriginName::App) => self.is_at(name, &Origin::app()),
            (OriginName::Named(one), OriginName::Named(other)) if one != other => {
                let literal = |name| self.manifest.origins.get(name)?.value.literal();
                match (literal(one), literal(other)) {
                    (Some(one), Some(other)) => one == other,
                    _ => true,
                }
            }
            _ => true,
        }
    }
}

/// Whether labels are among those that a permission names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fit {
    Yes,
    Maybe,
    No,
}

/// Whether the window's labels, or its webview's, fit.
fn fit(
    patterns: Option<&[Spanned<LabelPattern>]>,
    window: &Window,
    webview: Option<&Webview>,
) -> Fit {
    let Some(patterns) = patterns else { return Fit::Yes };
    let template = window.template().filter(|_| webview.is_none());
    let fits = patterns.iter().map(|pattern| match (template, pattern.value.literal()) {
        (None, _) => {
            let label = webview.map_or(&window.label, |webview| &webview.label);
            if pattern.value.matches(label) { Fit::Yes } else { Fit::No }
        }
        (Some(template), Some(label)) => {
            if template.value.matches(&label).is_some() {
                Fit::Yes
            } else {
                Fit::No
            }
        }
        (Some(_), None) => Fit::Maybe,
    });
    fits.fold(Fit::No, |best, fit| match (best, fit) {
        (Fit::Yes, _) | (_, Fit::Yes) => Fit::Yes,
        (Fit::Maybe, _) | (_, Fit::Maybe) => Fit::Maybe,
        _ => Fit::No,
    })
}
