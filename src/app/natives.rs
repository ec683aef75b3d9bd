//! A manifest and the Rust functions of a program: what one names and the other does not have.

use crate::{
    command::Declarations,
    diagnostic::{Code, Diagnostic, nearest},
    manifest::{Backend, Entry, Manifest},
    pattern::CommandTable,
    reload::Loaded,
};
use std::collections::BTreeSet;

/// What of a manifest the functions of a program do not carry out; asked at start, and for every edit.
pub fn misfits(manifest: &Manifest, natives: &Declarations) -> Vec<Diagnostic> {
    [unregistered(manifest, natives), unmanaged(manifest, natives), unscoped(manifest, natives)]
        .concat()
}

/// Native functions that a manifest names and no code registers. The gateway does not open windows with any.
pub fn unregistered(manifest: &Manifest, natives: &Declarations) -> Vec<Diagnostic> {
    let missing = manifest.commands.values().filter_map(|command| match &command.run.value {
        Backend::Native(name) if natives.find(name).is_none() => Some((name, command.run.span)),
        _ => None,
    });
    let names = || natives.commands.iter().map(|native| native.name.as_str());
    let diagnostic = |(name, span): (&String, _)| {
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
    };
    missing.map(diagnostic).collect()
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

/// Functions with a `#[command]` that no command of the manifest runs: code that was meant to be called, and cannot be.
///
/// Functions that were registered by hand may be for other manifests.
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
    let unused = natives.commands.iter().filter(|native| !named.contains(native.name.as_str()));
    let diagnostic = |native: &crate::command::Declaration| {
        let place = native.place.as_ref()?;
        let name = &native.name;
        let message = format!("no command runs the Rust function `{name}` of {place}");
        let list = natives.list.as_ref().map(|list| format!(" at {list}")).unwrap_or_default();
        let help = format!(
            "declare it: `{name}: {{ run: {{ native: {name} }} }}`, or take it out of `commands![…]`{list}"
        );
        Some(Diagnostic::new(Code::UndeclaredNative, span, message).help(help))
    };
    unused.filter_map(diagnostic).collect()
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
