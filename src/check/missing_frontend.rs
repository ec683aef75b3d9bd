//! `missing-frontend`: a window shows a page of the app, and there is no folder to take it from.

use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::{Manifest, Page},
};

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    if manifest.app.frontend.is_some() || manifest.broken.app {
        return;
    }
    let window = manifest.windows.iter().find(|window| matches!(window.page, Page::App(_)));
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
