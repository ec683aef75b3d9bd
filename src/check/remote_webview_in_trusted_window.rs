//! `remote-webview-in-trusted-window`: a permission for a window reaches a web page in it, beside the app's own.

use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::{Manifest, OriginName, Page, Permission, Webview, Window},
    name::Label,
    pattern::Origin,
    source::Span,
};
use std::collections::BTreeMap;

/// Windows that show the app and something else, each with its remote pages.
type Mixed<'a> = BTreeMap<&'a Label, (&'a Window, Vec<(&'a Webview, Origin)>)>;

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    let mixed = mixed_windows(manifest);
    if mixed.is_empty() {
        return;
    }
    for permission in &manifest.permissions {
        if permission.webviews.is_none() && !permission.allow.is_empty() {
            diagnostics.extend(check_permission(manifest, permission, &mixed));
        }
    }
}

fn mixed_windows(manifest: &Manifest) -> Mixed<'_> {
    let mut mixed = Mixed::new();
    for window in &manifest.windows {
        let remote: Vec<_> = window
            .webviews
            .iter()
            .filter_map(|webview| Some((webview, origin_of(&webview.page)?)))
            .collect();
        if !remote.is_empty() && remote.len() < window.webviews.len() {
            mixed.insert(&window.label, (window, remote));
        }
    }
    mixed
}

fn check_permission(
    manifest: &Manifest,
    permission: &Permission,
    mixed: &Mixed<'_>,
) -> Option<Diagnostic> {
    for pattern in permission.windows.iter().flatten() {
        let found: Vec<_> = match pattern.value.literal() {
            Some(label) => mixed.get(&label).into_iter().collect(),
            None => mixed
                .values()
                .filter(|(window, _)| match window.template() {
                    Some(template) => {
                        template.value.fill("1").is_some_and(|label| pattern.value.matches(&label))
                    }
                    None => pattern.value.matches(&window.label),
                })
                .collect(),
        };
        for (window, remote) in found {
            let reached = remote.iter().find(|(_, origin)| reaches(manifest, permission, origin));
            if let Some((webview, origin)) = reached {
                return Some(finding(permission, pattern.span, window, webview, origin));
            }
        }
    }
    None
}

fn finding(
    permission: &Permission,
    span: Span,
    window: &Window,
    webview: &Webview,
    origin: &Origin,
) -> Diagnostic {
    let message = format!(
        "`{}` also allows its commands to the page of `{origin}` in the window `{}`",
        permission.id, window.label
    );
    Diagnostic::new(Code::RemoteWebviewInTrustedWindow, span, message)
        .help(format!(
            "say which webviews are meant: `webviews: [{}]`; `webviews: [\"*\"]` is all of them",
            webview.label
        ))
        .related(webview.span, "the webview with that page")
}

/// Whether a permission's origins have a page's among them.
fn reaches(manifest: &Manifest, permission: &Permission, origin: &Origin) -> bool {
    permission.origins.iter().any(|name| match &name.value {
        OriginName::App => false,
        OriginName::Remote => true,
        OriginName::Named(name) => {
            manifest.origins.get(name).is_some_and(|pattern| pattern.value.matches(origin))
        }
    })
}

/// The origin of a page that is not the app's; for a placeholder stands a letter.
fn origin_of(page: &Page) -> Option<Origin> {
    page.origin("x").filter(|origin| *origin != Origin::app())
}
