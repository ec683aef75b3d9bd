//! `missing-frontend`: a window shows a page of the app, and there is no folder to take it from.

use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::{Manifest, Page},
};

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    if manifest.app.frontend.is_some() || manifest.broken.app {
        return;
    }
    let shown = manifest.windows.iter().find_map(|window| {
        let mut pages = window.pages().filter(|(page, _)| matches!(page, Page::App(_)));
        pages.next().map(|(_, span)| (window, span))
    });
    if let Some((window, span)) = shown {
        diagnostics.push(
            Diagnostic::new(
                Code::MissingFrontend,
                span,
                format!("`{}` shows a page of the frontend, but the app has none", window.label),
            )
            .help("name the folder with the built pages: `app: { frontend: dist }`"),
        );
    }
}
