//! Namespaces of commands: declared, answered by a sidecar or by a plugin of the program, or built in.

use super::{
    Lowering, escape, place,
    run::{DefaultRun, Owner, Shared},
    section_entries,
    templates::Uses,
};
use crate::{
    diagnostic::{Code, Diagnostic, nearest},
    document::{Entry, Node},
    manifest::{
        Backend, Builtin, BuiltinCommand, Command, CommandLimits, Manifest, NativePlugin, Plugin,
        PluginKind, Reference, builtin, builtins, file,
    },
    name::{CommandName, Word},
    plan::SidecarPlan,
    source::{Span, Spanned},
};
use serde_json::Value;
use std::sync::Arc;

impl Lowering<'_> {
    pub(super) fn plugins(&mut self, shared: &Shared, manifest: &mut Manifest) {
        for (key, entry) in section_entries(self.document, "plugins") {
            let pointer = format!("/plugins/{}", escape(key));
            let commands = format!("{pointer}/commands");
            if self.structure.misspelt.contains(&pointer)
                || self.structure.unreadable.contains(&pointer)
                || self.structure.unreadable.contains(&commands)
            {
                manifest.broken.plugins.insert(key);
            }
            let Some(name) = self.namespace(key, entry.key) else {
                manifest.broken.plugins.insert(key);
                continue;
            };
            let mut secrets = Vec::new();
            let (kind, program) = self.plugin_kind(&name, entry, &pointer, &mut secrets, manifest);
            let owner = Owner { shared, default: default_run(&kind, program, &entry.value) };
            for (name_key, command) in section_entries(&entry.value, "commands") {
                let word = self.name::<Word>(name_key, command.key, Code::InvalidName);
                let command_name = word.map(|word| CommandName::in_plugin(&name, &word));
                let pointer = format!("{commands}/{}", escape(name_key));
                let wire = format!("plugin:{key}|{name_key}");
                self.named_command(command_name, &wire, command, &pointer, &owner, manifest);
            }
            manifest.plugins.insert(name, Plugin { span: entry.key, kind, program, secrets });
        }
    }

    fn namespace(&mut self, key: &str, span: Span) -> Option<Word> {
        let name = self.name::<Word>(key, span, Code::InvalidName)?;
        let help = if key.starts_with("__") {
            "namespaces that begin with two underscores belong to the gateway"
        } else if key == "core" || builtin(key).is_some_and(|builtin| builtin.is_core) {
            "the namespace is always there; give the plugin another name"
        } else {
            return Some(name);
        };
        let message = format!("`{key}` is reserved");
        self.report(Diagnostic::new(Code::InvalidName, span, message).help(help));
        None
    }

    fn plugin_kind(
        &mut self,
        name: &Word,
        entry: &Entry,
        pointer: &str,
        secrets: &mut Vec<Reference>,
        manifest: &mut Manifest,
    ) -> (PluginKind, Option<Span>) {
        let node = &entry.value;
        let uses = self.read::<String>(&format!("{pointer}/use"));
        let sidecar = self.read::<file::Sidecar>(&format!("{pointer}/sidecar"));
        let mut kinds = ["use", "sidecar", "native"].into_iter().filter_map(|key| node.entry(key));
        if let (Some(_), Some(second)) = (kinds.next(), kinds.next()) {
            let message = "a plugin is built in, a sidecar's or native: one of them";
            self.invalid(second.key, message, "remove one");
        }
        if let (None, Some(config)) = (node.find("native"), node.entry("config")) {
            let message = "`config` has no meaning without `native`";
            self.invalid(config.key, message, "remove it, or name the plugin that it is for");
        }
        if let Some(text) = uses {
            let span = place(node, "use");
            let found = builtin(&text).filter(|builtin| !builtin.is_core);
            let Some(found) = found else {
                manifest.broken.plugins.insert(name.as_str());
                self.unknown_builtin(&text, span);
                return (PluginKind::Declared, None);
            };
            if let Some(commands) = node.entry("commands") {
                let message = format!("the commands of `{text}` are built in");
                let help = "declare your own commands in a namespace of their own";
                self.invalid(commands.key, message, help);
            }
            add_builtin(manifest, found, name, span);
            return (PluginKind::Builtin(found.name), None);
        }
        if let Some(native) = self.read::<String>(&format!("{pointer}/native")) {
            let name = Spanned::new(native, place(node, "native"));
            self.second_namespace(&name, manifest);
            let config = self.read::<Value>(&format!("{pointer}/config")).unwrap_or_default();
            return (PluginKind::Native(NativePlugin { name, config }), None);
        }
        if let (Some(file), Some(at)) = (sidecar, node.find("sidecar")) {
            let mut uses = Uses::default();
            let plan = self.sidecar(name, at, file, &mut uses);
            secrets.extend(uses.secrets);
            if let Some(plan) = plan {
                let plan: Arc<SidecarPlan> = Arc::new(plan);
                return (PluginKind::Sidecar(plan), Some(place(at, "program")));
            }
        }
        if node.find("sidecar").is_some() {
            manifest.broken.plugins.insert(name.as_str());
        }
        (PluginKind::Declared, None)
    }

    /// A plugin is initialised once, with one configuration, so that it has one namespace.
    fn second_namespace(&mut self, native: &Spanned<String>, manifest: &Manifest) {
        let first = manifest.plugins.values().find_map(|plugin| match &plugin.kind {
            PluginKind::Native(first) if first.name.value == native.value => Some(first.name.span),
            _ => None,
        });
        let Some(first) = first else { return };
        let message =
            format!("the plugin `{}` has a namespace already", native.value.escape_debug());
        self.report(
            Diagnostic::new(Code::DuplicateName, native.span, message)
                .help("declare all its commands in one of them")
                .related(first, "the first"),
        );
    }

    fn unknown_builtin(&mut self, text: &str, span: Span) {
        let names = || builtins().filter(|builtin| !builtin.is_core).map(|builtin| builtin.name);
        let help = match nearest(text, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("built in are `{}`", names().collect::<Vec<_>>().join("`, `")),
        };
        let message = format!("no plugin `{}` is built in", text.escape_debug());
        self.report(Diagnostic::new(Code::UndefinedPlugin, span, message).help(help));
    }
}

/// What runs behind those commands of a plugin that say nothing to run.
fn default_run(kind: &PluginKind, program: Option<Span>, node: &Node) -> DefaultRun {
    match (kind, program) {
        (PluginKind::Sidecar(plan), Some(program)) => {
            DefaultRun::Sidecar(Some((Arc::clone(plan), program)))
        }
        _ if node.find("sidecar").is_some() => DefaultRun::Sidecar(None),
        (PluginKind::Native(native), _) => DefaultRun::Native(native.name.clone()),
        _ => DefaultRun::None,
    }
}

/// Adds the commands of a built-in plugin under a namespace; those that are known stay.
pub(super) fn add_builtin(
    manifest: &mut Manifest,
    builtin: &'static Builtin,
    namespace: &Word,
    span: Span,
) {
    for name in builtin.commands {
        let Ok(word) = name.parse::<Word>() else { continue };
        let wire = CommandName::in_plugin(namespace, &word);
        let backend = Backend::Builtin(BuiltinCommand {
            plugin: builtin.name,
            name: word,
            needs_scope: builtin.scoped.contains(name),
        });
        manifest.commands.entry(wire).or_insert_with(|| Command {
            span,
            description: None,
            args: None,
            returns: None,
            run: Spanned::new(backend, span),
            program: None,
            shared: None,
            uses: Vec::new(),
            captures: Vec::new(),
            secrets: Vec::new(),
            streams: Vec::new(),
            limits: CommandLimits::default(),
        });
    }
}
