//! What a valid manifest asks for and this build cannot carry out yet: better not to start than to leave it out.

use crate::{
    diagnostic::{Code, Diagnostic},
    document::Node,
    gateway::Mode,
    manifest::{
        ArgumentKind, Backend, Creation, Downloads, Links, Manifest, Overflow, PluginKind, Popups,
        Widen, Window, Within,
    },
    pattern::CommandTable,
    reload::Loaded,
    source::Span,
};
use std::collections::BTreeSet;

/// A finding for each part that cannot be carried out, at its place; nothing for a manifest with errors.
///
/// In production the development server does not matter.
pub fn unsupported(loaded: &Loaded, mode: Mode) -> Vec<Diagnostic> {
    let (Some(manifest), Some(document)) = (&loaded.manifest, &loaded.document) else {
        return Vec::new();
    };
    let mut parts = Parts::default();
    parts.app(manifest, document, mode);
    for window in &manifest.windows {
        parts.window(window, document);
    }
    parts.commands(manifest, document);
    parts.permissions(manifest);
    parts.settings(manifest, document);
    parts.found
}

#[derive(Default)]
struct Parts {
    found: Vec<Diagnostic>,
    /// The same part through several commands is one part.
    seen: BTreeSet<Span>,
}

impl Parts {
    fn add(&mut self, span: Span, what: &str) {
        let help =
            "leave it out to run the app; `validate`, `explain` and `show` work all the same";
        self.add_with_help(span, what, help);
    }

    fn add_with_help(&mut self, span: Span, what: &str, help: &str) {
        if self.seen.insert(span) {
            let message = format!("{what} are not part of this build yet");
            self.found.push(Diagnostic::new(Code::Unsupported, span, message).help(help));
        }
    }

    fn key(&mut self, owner: Option<&Node>, key: &str, what: &str) {
        if let Some(entry) = owner.and_then(|owner| owner.entry(key)) {
            self.add(entry.key, what);
        }
    }

    fn app(&mut self, manifest: &Manifest, document: &Node, mode: Mode) {
        let dev = document.find("app").and_then(|app| app.entry("dev"));
        if let Some(dev) = dev.filter(|_| manifest.app.dev.is_some() && mode == Mode::Development) {
            let help = "build the pages into `app.frontend` and start with `--production`, which ignores it; or leave it out";
            self.add_with_help(dev.key, "development servers", help);
        }
        for site in manifest.sites.values() {
            self.add(site.span, "sites");
        }
    }

    fn window(&mut self, window: &Window, document: &Node) {
        let node = document.find("windows").and_then(|node| node.find(window.label.as_str()));
        match window.creation {
            Creation::Start => {}
            Creation::OnDemand => self.key(node, "create", "windows that open on demand"),
            Creation::Template { .. } => self.key(node, "template", "windows of a template"),
        }
        if !window.webviews.is_empty() {
            self.key(node, "webviews", "windows with webviews of their own");
        }
        if window.navigate.is_some() {
            self.key(node, "navigate", "rules for navigation");
        }
        if window.links != Links::default() {
            self.key(node, "links", "rules for links");
        }
        if window.popups != Popups::default() {
            self.key(node, "popups", "rules for popups");
        }
        if window.downloads != Downloads::default() {
            self.key(node, "downloads", "rules for downloads");
        }
        if window.devtools {
            self.key(node, "devtools", "settings for the inspector");
        }
    }

    fn commands(&mut self, manifest: &Manifest, document: &Node) {
        for (name, plugin) in &manifest.plugins {
            if let PluginKind::Builtin(_) = plugin.kind {
                let node = document.find("plugins").and_then(|node| node.find(name.as_str()));
                self.key(node, "use", "built-in plugins");
            }
        }
        for command in manifest.commands.values() {
            if matches!(command.run.value, Backend::Sidecar(_)) && command.has_channel() {
                self.add(command.span, "channels to sidecars");
            }
        }
        for argument in manifest.arguments() {
            match &argument.kind {
                ArgumentKind::Value
                | ArgumentKind::Channel { overflow: None | Some(Overflow::Block), .. } => {}
                ArgumentKind::Path(path) => {
                    let picked = path.within.iter().flatten();
                    for within in picked.filter(|within| matches!(within.value, Within::Picked)) {
                        self.add(within.span, "paths that a person picks");
                    }
                }
                ArgumentKind::Channel { .. } => {
                    self.add(argument.span, "channels that do not wait for their page");
                }
            }
        }
    }

    fn permissions(&mut self, manifest: &Manifest) {
        // Namespaces that nothing declares are those of the core.
        let is_core = |plugin: &str| {
            plugin != "event" && !manifest.plugins.keys().any(|name| name.as_str() == plugin)
        };
        let table = CommandTable::new(manifest.commands.keys());
        let commands = manifest.commands.values();
        let is_native: Vec<bool> =
            commands.map(|command| matches!(command.run.value, Backend::Native(_))).collect();
        let is_enforced = |index: usize| is_native.get(index).is_some_and(|is_native| *is_native);
        for permission in &manifest.permissions {
            for entry in permission.allow.iter().chain(&permission.deny) {
                if entry.value.plugin().is_some_and(is_core) {
                    self.add(entry.span, "commands of the core");
                }
                if let Some(scope) = &entry.scope
                    && !table.allowed(&entry.value).all(is_enforced)
                {
                    self.add(scope.span, "scopes of what is no Rust function");
                }
            }
        }
    }

    fn settings(&mut self, manifest: &Manifest, document: &Node) {
        let channels = document.find("channels");
        self.key(channels, "queue", "limits of channels");
        if manifest.channels.overflow != Overflow::Block {
            self.key(channels, "overflow", "channels that do not wait for their page");
        }
        let reload = document.find("reload");
        if manifest.reload.widen != Widen::default() {
            self.key(reload, "widen", "rules for edits");
        }
        if manifest.reload.assets {
            self.key(reload, "assets", "pages that reload by themselves");
        }
    }
}
