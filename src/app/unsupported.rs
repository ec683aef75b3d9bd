//! What a valid manifest asks for and this build cannot carry out yet: better not to start than to leave it out.

use crate::{
    diagnostic::{Code, Diagnostic},
    document::Node,
    gateway::Mode,
    manifest::{
        ArgumentKind, Backend, Creation, Downloads, Links, Manifest, Popups, Widen, Window, Within,
    },
    pattern::CommandTable,
    plugin::Builtins,
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
    parts.commands(manifest);
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

    fn commands(&mut self, manifest: &Manifest) {
        for argument in manifest.arguments() {
            let ArgumentKind::Path(path) = &argument.kind else { continue };
            let picked = path.within.iter().flatten();
            for within in picked.filter(|within| matches!(within.value, Within::Picked)) {
                self.add(within.span, "paths that a person picks");
            }
        }
    }

    fn permissions(&mut self, manifest: &Manifest) {
        let table = CommandTable::new(manifest.commands.keys());
        let commands: Vec<_> = manifest.commands.iter().collect();
        let builtins = Builtins::default();
        let is_function = |index: &usize| {
            commands.get(*index).is_some_and(|(_, command)| match &command.run.value {
                Backend::Native(_) => true,
                Backend::Builtin(it) => !it.is_of_events(),
                _ => false,
            })
        };
        let missing = |index: usize| {
            let (name, command) = commands.get(index)?;
            let Backend::Builtin(it) = &command.run.value else { return None };
            let is_there =
                it.is_of_events() || builtins.find(it.plugin, it.name.as_str()).is_some();
            (!is_there).then_some(name)
        };
        for entry in manifest.permissions.iter().flat_map(|permission| &permission.allow) {
            if let Some(name) = table.allowed(&entry.value).find_map(missing) {
                self.add(entry.span, &format!("built-in commands such as `{name}`"));
            }
            if let Some(scope) = &entry.scope
                && !table.allowed(&entry.value).all(|index| is_function(&index))
            {
                self.add(scope.span, "scopes of what is no Rust function");
            }
        }
    }

    fn settings(&mut self, manifest: &Manifest, document: &Node) {
        let reload = document.find("reload");
        if manifest.reload.widen != Widen::default() {
            self.key(reload, "widen", "rules for edits");
        }
        if manifest.reload.assets {
            self.key(reload, "assets", "pages that reload by themselves");
        }
    }
}
