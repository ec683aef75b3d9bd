//! The beginning and the end of plugins: those of the program, and those that are built in.

use super::{Services, roots::folder_of};
use crate::{
    command::Registry,
    diagnostic::{Code, Diagnostic},
    manifest::{Backend, Manifest, NativePlugin, PluginKind},
    plugin::{AppInfo, PluginContext, Plugins},
};
use serde_json::Value;
use std::collections::BTreeSet;

/// Lets the plugins begin that the manifest names and that have not yet. A finding says which could not.
pub fn initialize(manifest: &Manifest, registry: &Registry) -> Vec<Diagnostic> {
    let plugins = registry.plugins();
    let begin = |NativePlugin { name, config }: &NativePlugin| {
        plugins.obstacle(&name.value)?;
        let context = PluginContext::new(info(manifest), registry.handle(), config.clone());
        let error = plugins.initialize(&name.value, context).err()?;
        let message = format!("the plugin `{}` could not begin: {error}", name.value);
        let help = "change its `config`, or see to what it needs";
        Some(Diagnostic::new(Code::PluginFailed, name.span, message).help(help))
    };
    natives(manifest).filter_map(begin).collect()
}

/// The same for those that are built in. The commands of one that cannot begin say so.
pub(super) fn initialize_builtins(manifest: &Manifest, services: &Services) {
    let commands = manifest.commands.values();
    let named: BTreeSet<&str> = commands
        .filter_map(|command| match &command.run.value {
            Backend::Builtin(command) => Some(command.plugin),
            _ => None,
        })
        .collect();
    let builtins = services.builtins.plugins();
    for name in named.into_iter().filter(|name| builtins.obstacle(name).is_some()) {
        let handle = services.builtins.registry().handle();
        let context = PluginContext::new(info(manifest), handle, Value::Null);
        let _ = builtins.initialize(name, context);
    }
}

/// The plugins of the program that the manifest names.
fn natives(manifest: &Manifest) -> impl Iterator<Item = &NativePlugin> {
    manifest.plugins.values().filter_map(|plugin| match &plugin.kind {
        PluginKind::Native(native) => Some(native),
        _ => None,
    })
}

/// Whether a plugin runs with another configuration than the manifest has by now.
pub(super) fn is_configured_otherwise(manifest: &Manifest, registry: &Registry) -> bool {
    let plugins = registry.plugins();
    natives(manifest).any(|it| plugins.is_configured_otherwise(&it.name.value, &it.config))
}

fn info(manifest: &Manifest) -> AppInfo {
    let app = &manifest.app;
    let folder = folder_of(&app.id, manifest.folders.own());
    AppInfo::new(app.id.clone(), app.name.clone(), app.version.clone(), folder)
}

/// All plugins of a run: the program's, and those that are built in.
pub fn all_plugins(registry: &Registry, services: &Services) -> [Plugins; 2] {
    [registry.plugins(), services.builtins.plugins()]
}
