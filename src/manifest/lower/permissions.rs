//! Permissions: who, from where, what, and with what.

use super::{Lowering, escape, section_entries};
use crate::{
    diagnostic::{Code, Diagnostic},
    document::{self, Node},
    manifest::{Entry, Manifest, OriginName, Permission, Scope, ScopeItem, file},
    name::{EventName, Word},
    pattern::LabelPattern,
    source::Spanned,
};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, sync::Arc};

impl Lowering<'_> {
    pub(super) fn permissions(&mut self, manifest: &mut Manifest) {
        for (key, entry) in section_entries(self.document, "permissions") {
            let pointer = format!("/permissions/{}", escape(key));
            let mut is_whole = !self.structure.is_broken(&pointer);
            let before = self.diagnostics.count();
            let id = self.name::<Word>(key, entry.key, Code::InvalidName);
            let file = self.read::<file::Permission>(&pointer);
            if let (Some(id), Some(file)) = (id, file) {
                let permission = self.permission(id, entry, file, is_whole, manifest);
                manifest.permissions.push(permission);
            }
            // An entry that was left out may be the one that allows a command.
            is_whole &= self.diagnostics.count() == before;
            if !is_whole {
                manifest.broken.permissions.insert(key);
            }
        }
    }

    fn permission(
        &mut self,
        id: Word,
        entry: &document::Entry,
        file: file::Permission,
        is_whole: bool,
        manifest: &Manifest,
    ) -> Permission {
        let node = &entry.value;
        if is_whole && file.windows.is_none() && file.webviews.is_none() {
            let message = format!("`{id}` says neither which windows nor which webviews it is for");
            self.report(
                Diagnostic::new(Code::MissingSubject, entry.key, message)
                    .help("add `windows: [main]`; every window is `windows: [\"*\"]`"),
            );
        }
        let windows = file.windows.map(|texts| self.labels(node.find("windows"), &texts));
        let webviews = file.webviews.map(|texts| self.labels(node.find("webviews"), &texts));
        let origins = match file.origins {
            None => vec![Spanned::new(OriginName::App, entry.key)],
            Some(texts) => self.origin_names(node.find("origins"), &texts),
        };
        let pointer = format!("/permissions/{}/allow", escape(id.as_str()));
        let items = node.find("allow").map(Node::items).unwrap_or_default();
        let mut allow = Vec::new();
        for (index, item) in items.iter().enumerate() {
            allow.extend(self.allow_entry(item, &format!("{pointer}/{index}"), manifest));
        }
        let denied = node.find("deny").map(Node::items).unwrap_or_default();
        Permission {
            id,
            span: entry.key,
            windows,
            webviews,
            origins,
            allow,
            deny: self.command_entries(denied, None, manifest),
            listen: self.event_names(node.find("listen")),
            emit: self.event_names(node.find("emit")),
        }
    }

    fn allow_entry(&mut self, item: &Node, pointer: &str, manifest: &Manifest) -> Vec<Entry> {
        let Some(commands) = item.find("commands") else {
            return self.command_entries(std::slice::from_ref(item), None, manifest);
        };
        let file = self.read::<file::Scope>(&format!("{pointer}/scope"));
        let scope = item
            .find("scope")
            .zip(file)
            .map(|(node, file)| Arc::new(Spanned::new(self.scope(node, file), node.span)));
        self.command_entries(commands.items(), scope.as_ref(), manifest)
    }

    fn scope(&mut self, node: &Node, file: file::Scope) -> Scope {
        let mut args = BTreeMap::new();
        for (key, schema) in file.args.unwrap_or_default() {
            let Some(entry) = node.find("args").and_then(|node| node.entry(&key)) else { continue };
            let Some(name) = self.name::<Word>(&key, entry.key, Code::InvalidName) else {
                continue;
            };
            if let Some(contract) = self.contract(&entry.value, schema, "a scope") {
                args.insert(name, Spanned::new(contract, entry.key));
            }
        }
        Scope {
            allow: file.allow.map(|items| self.scope_items(node.find("allow"), items)),
            deny: self.scope_items(node.find("deny"), file.deny.unwrap_or_default()),
            args,
        }
    }

    fn scope_items(
        &mut self,
        node: Option<&Node>,
        items: Vec<Map<String, Value>>,
    ) -> Vec<ScopeItem> {
        let nodes = node.map(Node::items).unwrap_or_default();
        let read = |(data, item): (Map<String, Value>, &Node)| {
            let path = item.find("path").and_then(|path| {
                Some(Spanned::new(self.path_pattern(path.as_str()?, path)?, path.span))
            });
            ScopeItem { span: item.span, data, path }
        };
        items.into_iter().zip(nodes).map(read).collect()
    }

    /// Reads a list of label patterns; each malformed one is reported at its place and left out.
    pub(super) fn labels(
        &mut self,
        list: Option<&Node>,
        texts: &[String],
    ) -> Vec<Spanned<LabelPattern>> {
        let items = list.map(Node::items).unwrap_or_default();
        let mut found = Vec::new();
        for (text, item) in texts.iter().zip(items) {
            match text.parse::<LabelPattern>() {
                Ok(pattern) => found.push(Spanned::new(pattern, item.span)),
                Err(error) => {
                    let message = match text.as_str() {
                        "" => error.message,
                        _ => {
                            format!("`{}` is not a pattern: {}", text.escape_debug(), error.message)
                        }
                    };
                    self.report(
                        Diagnostic::new(Code::InvalidGlob, item.span, message)
                            .maybe_help(error.help),
                    );
                }
            }
        }
        found
    }

    fn event_names(&mut self, list: Option<&Node>) -> Vec<Spanned<EventName>> {
        let items = list.map(Node::items).unwrap_or_default();
        let mut found = Vec::new();
        for item in items {
            let Some(text) = item.as_str() else { continue };
            let name = self.name::<EventName>(text, item.span, Code::InvalidName);
            found.extend(name.map(|name| Spanned::new(name, item.span)));
        }
        found
    }
}
