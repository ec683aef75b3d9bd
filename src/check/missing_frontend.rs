//! `missing-frontend`: a window shows a page of the app, and there is no folder to take it from.

use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::{Manifest, Page, Window},
};

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    if manifest.app.frontend.is_some() || manifest.broken.app {
        return;
    }
    let is_own = |page: &Page| match page {
        Page::App(_) => true,
        Page::Template { text, .. } => !text.contains("://"),
        Page::Remote(_) => false,
    };
    let shows_own = |window: &&Window| window.pages().any(|(page, _)| is_own(page));
    let window = manifest.windows.iter().find(shows_own);
    if let Some(window) = window {
        diagnostics.push(
            Diagnostic::new(
                Code::MissingFrontend,
                window.span,
                format!("`{}` shows a page of the frontend, but the app has none", window.label),
            )
            .help("name the folder with the built pages: `app: { frontend: dist }`"),
        );
    }
}
