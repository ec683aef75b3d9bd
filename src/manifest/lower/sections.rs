//! The small sections: requirements, limits, channels, reloading, secrets and events.

use super::{Lowering, escape, place, section_entries};
use crate::{
    diagnostic::{Code, Diagnostic},
    document::Node,
    manifest::{Channels, Event, Limits, Manifest, Reload, Secret, SecretSource, file, units},
    name::{EventName, Word},
    source::Spanned,
};
use semver::{Version, VersionReq};

impl Lowering<'_> {
    /// Whether this program is one that the manifest was written for.
    pub(super) fn requires(&mut self) {
        let Some(node) = self.document.find("requires") else { return };
        let Some(text) = node.as_str() else { return };
        let Ok(wanted) = text.parse::<VersionReq>() else {
            let message = format!("`{}` is not a requirement of versions", text.escape_debug());
            self.invalid(node.span, message, "for example `requires: \">=0.1\"`");
            return;
        };
        let version = env!("CARGO_PKG_VERSION");
        let is_met = version.parse::<Version>().is_ok_and(|version| wanted.matches(&version));
        if !is_met {
            let message =
                format!("this is Portcullis {version}, and the manifest wants `{wanted}`");
            self.report(
                Diagnostic::new(Code::UnmetRequirement, node.span, message)
                    .help("install a version that fits, or change `requires`"),
            );
        }
    }

    pub(super) fn limits(&mut self) -> Limits {
        let node = self.document.find("limits");
        let defaults = Limits::default();
        Limits {
            payload: self.unit(node, "payload", units::parse_size).unwrap_or(defaults.payload),
            timeout: self.unit(node, "timeout", units::parse_duration).unwrap_or(defaults.timeout),
            concurrency: self.read("/limits/concurrency").unwrap_or(defaults.concurrency),
            rate: self.unit(node, "rate", units::parse_rate).unwrap_or(defaults.rate),
        }
    }

    pub(super) fn channels(&self) -> Channels {
        let number = |key: &str, default: usize| {
            self.read::<u32>(&format!("/channels/{key}")).map_or(default, |number| number as usize)
        };
        let node = self.document.find("channels");
        let span = |key: &str| node.and_then(|node| node.find(key)).map(|node| node.span);
        let defaults = Channels::default();
        Channels {
            json_threshold: number("json_threshold", defaults.json_threshold),
            raw_threshold: number("raw_threshold", defaults.raw_threshold),
            queue: number("queue", defaults.queue),
            overflow: self.read("/channels/overflow").unwrap_or(defaults.overflow),
            json_span: span("json_threshold"),
            raw_span: span("raw_threshold"),
        }
    }

    pub(super) fn reload(&self) -> Reload {
        let file = self.section::<file::Reload>("reload").unwrap_or_default();
        Reload { widen: file.widen, assets: file.assets }
    }

    pub(super) fn secrets(&mut self, manifest: &mut Manifest) {
        for (key, entry) in section_entries(self.document, "secrets") {
            manifest.broken.secrets.insert(key);
            let Some(name) = self.name::<Word>(key, entry.key, Code::InvalidName) else { continue };
            let node = &entry.value;
            let file = self.read::<file::Secret>(&format!("/secrets/{}", escape(key)));
            let source = match file {
                Some(file::Secret { env: Some(variable), file: None }) => {
                    let span = place(node, "env");
                    if !self.is_variable(&variable, span) {
                        continue;
                    }
                    Spanned::new(SecretSource::Environment(variable), span)
                }
                Some(file::Secret { env: None, file: Some(path) }) => {
                    let span = place(node, "file");
                    Spanned::new(SecretSource::File(self.path(&path, span)), span)
                }
                // The structure's check reports that there is none, or both.
                _ => continue,
            };
            manifest.broken.secrets.names.remove(key);
            manifest.secrets.insert(name, Secret { span: entry.key, source });
        }
    }

    pub(super) fn events(&mut self, manifest: &mut Manifest) {
        for (key, entry) in section_entries(self.document, "events") {
            let pointer = format!("/events/{}", escape(key));
            let name = self.name::<EventName>(key, entry.key, Code::InvalidName);
            let (Some(name), Some(file)) = (name, self.read::<file::Event>(&pointer)) else {
                manifest.broken.events.insert(key);
                continue;
            };
            let payload = file.payload.and_then(|schema| {
                self.contract(entry.value.find("payload")?, schema, "a payload")
            });
            let items = entry.value.find("from").map(Node::items).unwrap_or_default();
            let mut from = Vec::new();
            for (text, item) in file.from.iter().zip(items) {
                let word = self.name::<Word>(text, item.span, Code::InvalidName);
                from.extend(word.map(|word| Spanned::new(word, item.span)));
            }
            manifest.events.insert(name, Event { span: entry.key, payload, from });
        }
    }
}
