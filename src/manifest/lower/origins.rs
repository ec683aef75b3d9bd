//! Named origins, and the places that name them.

use super::{Lowering, section_entries};
use crate::{
    diagnostic::{Code, Diagnostic},
    document::Node,
    manifest::{Manifest, OriginName},
    name::Word,
    pattern::OriginPattern,
    source::{Span, Spanned},
};

/// Names of origins that the language itself gives.
pub(super) const BUILT_IN_ORIGINS: [&str; 2] = ["app", "remote"];

impl Lowering<'_> {
    pub(super) fn origins(&mut self, manifest: &mut Manifest) {
        for (key, entry) in section_entries(self.document, "origins") {
            manifest.broken.origins.insert(key);
            let Some(name) = self.name::<Word>(key, entry.key, Code::InvalidName) else { continue };
            if BUILT_IN_ORIGINS.contains(&key) {
                self.built_in_origin(key, entry.key);
                continue;
            }
            if let Some(site) = manifest.sites.get(&name) {
                let message = format!("`{key}` is also the name of a site");
                let first = site.span;
                self.report(
                    Diagnostic::new(Code::DuplicateName, entry.key, message)
                        .help(
                            "give one of them another name: permissions would not tell them apart",
                        )
                        .related(first, "first defined here"),
                );
                continue;
            }
            let Some(text) = entry.value.as_str() else { continue };
            match text.parse::<OriginPattern>() {
                Ok(pattern) => {
                    manifest.broken.origins.names.remove(key);
                    manifest.origins.insert(name, Spanned::new(pattern, entry.value.span));
                }
                Err(error) => self.report(
                    Diagnostic::new(Code::InvalidOrigin, entry.value.span, error.message)
                        .maybe_help(error.help)
                        .did_you_mean(entry.value.span, text, error.meant.as_deref()),
                ),
            }
        }
    }

    pub(super) fn built_in_origin(&mut self, key: &str, span: Span) {
        self.report(
            Diagnostic::new(Code::InvalidName, span, format!("`{key}` is built in"))
                .help("give the origin another name"),
        );
    }

    /// Reads a list of origins' names; each malformed one is reported at its place and left out.
    pub(super) fn origin_names(
        &mut self,
        list: Option<&Node>,
        texts: &[String],
    ) -> Vec<Spanned<OriginName>> {
        let items = list.map(Node::items).unwrap_or_default();
        let mut found = Vec::new();
        for (text, item) in texts.iter().zip(items) {
            let name = match text.as_str() {
                "app" => OriginName::App,
                "remote" => OriginName::Remote,
                "*" => {
                    let message = "origins are named one by one, without patterns";
                    self.report(
                        Diagnostic::new(Code::InvalidName, item.span, message)
                            .help("every origin is `[app, remote]`"),
                    );
                    continue;
                }
                url if url.contains("://") => {
                    let url = url.escape_debug();
                    let message = format!("`{url}` is not the name of an origin");
                    self.report(Diagnostic::new(Code::UndefinedOrigin, item.span, message).help(
                        format!(
                            "declare it: `origins: {{ docs: \"{url}\" }}`, and write `docs` here"
                        ),
                    ));
                    continue;
                }
                _ => match self.name::<Word>(text, item.span, Code::InvalidName) {
                    Some(word) => OriginName::Named(word),
                    None => continue,
                },
            };
            found.push(Spanned::new(name, item.span));
        }
        found
    }
}
