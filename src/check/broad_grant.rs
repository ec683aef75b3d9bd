//! `broad-grant`: an entry allows commands that nobody has written yet, to pages that are not the app's.

use super::hosts::parts;
use crate::{
    diagnostic::{Code, Diagnostic},
    manifest::{Manifest, OriginName},
    pattern::CommandPattern,
};
use std::collections::BTreeSet;

pub(super) fn check(manifest: &Manifest, diagnostics: &mut Vec<Diagnostic>) {
    for permission in &manifest.permissions {
        let stranger =
            permission.origins.iter().find(|origin| is_stranger(manifest, &origin.value));
        let mut seen = BTreeSet::new();
        for entry in &permission.allow {
            let Some(breadth) = Breadth::of(&entry.value) else { continue };
            let text = entry.value.as_str();
            let diagnostic = match (breadth, stranger) {
                (Breadth::EveryPlugin, _) => Diagnostic::new(
                    Code::BroadGrant,
                    entry.span,
                    format!("`{text}` also allows commands of plugins that are added later"),
                )
                .help("write one entry for each plugin, with its name"),
                (_, Some(origin)) => Diagnostic::new(
                    Code::BroadGrant,
                    entry.span,
                    format!(
                        "`{text}` also allows commands that are added later, to pages of `{}`",
                        origin.value.as_str()
                    ),
                )
                .help("write the names of the commands that these pages need")
                .related(origin.span, "pages that are not the app's"),
                (_, None) => continue,
            };
            // A group is one word, however much it stands for.
            if seen.insert(entry.span) {
                diagnostics.push(diagnostic);
            }
        }
    }
}

enum Breadth {
    /// Every app command, or every command of one plugin.
    Everything,
    /// Commands of every plugin.
    EveryPlugin,
}

impl Breadth {
    fn of(pattern: &CommandPattern) -> Option<Self> {
        match pattern {
            CommandPattern::Literal(_) => None,
            CommandPattern::Star => Some(Self::Everything),
            CommandPattern::Glob { .. } => {
                let (namespace, name) =
                    pattern.as_str().strip_prefix("plugin:")?.split_once('|')?;
                let is_star = |text: &str| text.chars().all(|character| character == '*');
                match (is_star(namespace), is_star(name)) {
                    (true, _) => Some(Self::EveryPlugin),
                    (false, true) => Some(Self::Everything),
                    (false, false) => None,
                }
            }
        }
    }
}

/// Whether an origin's pages come neither from the app nor from this machine.
fn is_stranger(manifest: &Manifest, origin: &OriginName) -> bool {
    match origin {
        OriginName::App => false,
        OriginName::Remote => true,
        OriginName::Named(name) => manifest
            .origins
            .get(name)
            .is_some_and(|pattern| parts(&pattern.value).is_some_and(|parts| !parts.is_loopback())),
    }
}
