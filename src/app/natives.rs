//! A manifest and the Rust functions of a program: what one names and the other does not have.

use crate::{
    command::{Declaration, Declarations},
    diagnostic::{Code, Diagnostic, nearest},
    manifest::{Backend, Entry, Manifest, PluginKind},
    pattern::CommandTable,
    reload::Loaded,
    source::{Span, Spanned},
};
use std::collections::BTreeSet;

/// What of a manifest the functions of a program do not carry out; asked at start, and for every edit.
pub fn misfits(manifest: &Manifest, natives: &Declarations) -> Vec<Diagnostic> {
    [unregistered(manifest, natives), unmanaged(manifest, natives), unscoped(manifest, natives)]
        .concat()
}

/// Native functions and plugins that a manifest names and no code registers. The gateway does not open windows with any.
pub fn unregistered(manifest: &Manifest, natives: &Declarations) -> Vec<Diagnostic> {
    let plugins = plugins(manifest).filter(|name| !natives.plugins.contains(&name.value));
    let mut found: Vec<_> = plugins.map(|name| unregistered_plugin(name, natives)).collect();
    // Of a plugin that nobody registered no command is, either: that is one fault.
    let is_known = |name: &str| match name.split_once('|') {
        Some((plugin, _)) => natives.plugins.contains(plugin),
        None => true,
    };
    let missing = manifest.commands.values().filter_map(|command| match &command.run.value {
        Backend::Native(name) if is_known(name) && natives.find(name).is_none() => {
            Some((name, command.run.span))
        }
        _ => None,
    });
    found.extend(missing.map(|(name, span)| unregistered_function(name, span, natives)));
    found
}

/// The plugins of the program, by the names that the manifest has for them.
fn plugins(manifest: &Manifest) -> impl Iterator<Item = &Spanned<String>> {
    manifest.plugins.values().filter_map(|plugin| match &plugin.kind {
        PluginKind::Native(native) => Some(&native.name),
        _ => None,
    })
}

fn unregistered_plugin(name: &Spanned<String>, natives: &Declarations) -> Diagnostic {
    let near = nearest(&name.value, natives.plugins.iter().map(String::as_str));
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "register it in the program that embeds the gateway: `.plugin(…)`".to_owned(),
    };
    let message = format!("no plugin is registered as `{}`", name.value.escape_debug());
    Diagnostic::new(Code::UnregisteredNative, name.span, message).help(help)
}

fn unregistered_function(name: &str, span: Span, natives: &Declarations) -> Diagnostic {
    if let Some((plugin, command)) = name.split_once('|') {
        let of_plugin = |native: &Declaration| {
            let (owner, command) = native.name.split_once('|')?;
            (owner == plugin).then(|| command.to_owned())
        };
        let known: Vec<_> = natives.commands.iter().filter_map(of_plugin).collect();
        let help = match nearest(command, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => "it has no commands; say what runs: `run: …`".to_owned(),
            None => format!("it has `{}`", known.join("`, `")),
        };
        let message = format!("the plugin `{plugin}` has no command `{command}`");
        return Diagnostic::new(Code::UnregisteredNative, span, message).help(help);
    }
    let own = || natives.commands.iter().filter(|native| !native.name.contains('|'));
    let names = || own().map(|native| native.name.as_str());
    let near = nearest(name, names()).and_then(|near| natives.find(near));
    let help = match (near, &natives.list) {
        (Some(near), _) => match &near.place {
            Some(place) => format!("did you mean `{}`? It is at {place}", near.name),
            None => format!("did you mean `{}`?", near.name),
        },
        (None, Some(list)) => {
            format!(
                "write `#[portcullis::command]` above a function of this name, and add it to `commands![…]` at {list}"
            )
        }
        (None, None) => format!(
            "register it in the program that embeds the gateway: `.commands(portcullis::commands![{name}])`"
        ),
    };
    let message = format!("no Rust function is registered as `{name}`");
    Diagnostic::new(Code::UnregisteredNative, span, message).help(help)
}

/// Functions that ask for state which the program does not have: each of their calls would fail.
pub fn unmanaged(manifest: &Manifest, natives: &Declarations) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for command in manifest.commands.values() {
        let Backend::Native(name) = &command.run.value else { continue };
        let Some(native) = natives.find(name) else { continue };
        for state in &native.unmanaged {
            let message =
                format!("the Rust function `{name}` needs state that the program does not manage");
            let place =
                native.place.as_ref().map(|place| format!(", for {place}")).unwrap_or_default();
            let help = format!(
                "add `.manage(…)` with a `{state}` where the commands are registered{place}"
            );
            found.push(Diagnostic::new(Code::UnmanagedState, command.run.span, message).help(help));
        }
    }
    found
}

/// Functions with a `#[command]` that no command of the manifest runs, and plugins without a namespace: code that was
/// meant to be called, and cannot be.
///
/// Functions that were registered by hand may be for other manifests, and of a plugin's commands an app needs those that
/// it needs.
pub fn undeclared(loaded: &Loaded, natives: &Declarations) -> Vec<Diagnostic> {
    let Some(manifest) = &loaded.manifest else { return Vec::new() };
    let named: BTreeSet<&str> = manifest
        .commands
        .values()
        .filter_map(|command| match &command.run.value {
            Backend::Native(name) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    let commands = loaded.document.as_ref().and_then(|document| document.entry("commands"));
    let span = commands.map_or(manifest.start, |entry| entry.key);
    let own = natives.commands.iter().filter(|native| !native.name.contains('|'));
    let unused = own.filter(|native| !named.contains(native.name.as_str()));
    let diagnostic = |native: &Declaration| {
        let place = native.place.as_ref()?;
        let name = &native.name;
        let message = format!("no command runs the Rust function `{name}` of {place}");
        let list = natives.list.as_ref().map(|list| format!(" at {list}")).unwrap_or_default();
        let help = format!(
            "declare it: `{name}: {{ run: {{ native: {name} }} }}`, or take it out of `commands![…]`{list}"
        );
        Some(Diagnostic::new(Code::UndeclaredNative, span, message).help(help))
    };
    let mut found: Vec<_> = unused.filter_map(diagnostic).collect();
    let used: BTreeSet<&str> = plugins(manifest).map(|name| name.value.as_str()).collect();
    let unused = natives.plugins.iter().filter(|name| !used.contains(name.as_str()));
    found.extend(unused.map(|name| {
        let message = format!("no namespace is the plugin `{name}`");
        let help = format!(
            "declare it: `plugins: {{ {name}: {{ native: {name}, commands: {{ … }} }} }}`, or take it out of the program"
        );
        Diagnostic::new(Code::UndeclaredNative, manifest.start, message).help(help)
    }));
    found
}

/// Scopes with things to decide on, for functions that do not look at them.
fn unscoped(manifest: &Manifest, natives: &Declarations) -> Vec<Diagnostic> {
    let heeds = |name: &str| natives.find(name).is_none_or(|native| native.takes_scope);
    let commands: Vec<_> = manifest.commands.iter().collect();
    let table = CommandTable::new(manifest.commands.keys());
    let heedless = |index: usize| match commands.get(index) {
        Some((name, command)) => match &command.run.value {
            Backend::Native(native) if !heeds(native) => Some((*name, native)),
            _ => None,
        },
        None => None,
    };
    // Several words share a scope.
    let mut seen = BTreeSet::new();
    let entries = manifest.permissions.iter().flat_map(|permission| &permission.allow);
    let diagnostic = |entry: &Entry| {
        let scope = entry.scope.as_ref().filter(|scope| scope.value.has_items())?;
        let (name, native) = table.allowed(&entry.value).find_map(heedless)?;
        if !seen.insert(scope.span) {
            return None;
        }
        let message =
            format!("`{name}` would not see this scope: the Rust function `{native}` takes none");
        let help = "take a `CommandScope<T>` in it, or hold its arguments to a schema: `scope: { args: { … } }`";
        let found = Diagnostic::new(Code::ScopeNotEnforced, scope.span, message).help(help);
        Some(found)
    };
    entries.filter_map(diagnostic).collect()
}
