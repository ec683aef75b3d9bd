//! The app, its sites and its secrets.

use crate::source::{Span, Spanned};
use std::{path::PathBuf, str::SplitAsciiWhitespace};

/// The app as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// Reverse domain name.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// Version for people.
    pub version: String,
    /// Folder with the frontend's files, already joined with the manifest's folder.
    pub frontend: Option<PathBuf>,
    /// Content security policy as the author wrote it, or the default.
    pub csp: String,
    /// Where the policy is written; the default is written nowhere.
    pub csp_span: Option<Span>,
    /// Where the frontend comes from during development.
    pub dev: Option<DevServer>,
}

/// Where the frontend comes from during development.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DevServer {
    /// Its address.
    pub url: url::Url,
    /// What starts it: a program and its arguments.
    pub command: Option<Vec<String>>,
}

/// Local content with an origin of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// Where its key stands.
    pub span: Span,
    /// Folder with its files.
    pub root: PathBuf,
    /// Where its folder is named.
    pub root_span: Span,
    /// Content security policy of its pages.
    pub csp: String,
    /// Where the policy is written; the default is written nowhere.
    pub csp_span: Option<Span>,
}

impl Site {
    /// Whether its pages have no origin: a sandbox without `allow-same-origin`.
    pub fn is_opaque(&self) -> bool {
        directives(&self.csp).any(|(name, mut words)| {
            name.eq_ignore_ascii_case("sandbox")
                && !words.any(|word| word.eq_ignore_ascii_case("allow-same-origin"))
        })
    }
}

/// The directives of a content security policy: the name of each, and what stands behind it.
pub fn directives(csp: &str) -> impl Iterator<Item = (&str, SplitAsciiWhitespace<'_>)> {
    csp.split(';').filter_map(|directive| {
        let mut words = directive.split_ascii_whitespace();
        words.next().map(|name| (name, words))
    })
}

/// A password or token that the gateway uses and nobody sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secret {
    /// Where its key stands.
    pub span: Span,
    /// Where it comes from.
    pub source: Spanned<SecretSource>,
}

/// Where a secret comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// An environment variable.
    Environment(String),
    /// A file.
    File(PathBuf),
}
