//! Plugins that are built in: the commands that unmodified `@tauri-apps` packages send, and their groups.
//!
//! The names are those of `@tauri-apps/api` 2.12 and of the `@tauri-apps/plugin-*` packages of the same time.

mod table;

use crate::name::Word;
use table::BUILTINS;

/// A plugin that is built in.
#[derive(Debug)]
pub struct Builtin {
    /// Its name, which is also the namespace that the packages use.
    pub name: &'static str,
    /// Whether its namespace is there without being declared.
    pub is_core: bool,
    /// Its commands.
    pub commands: &'static [&'static str],
    /// Its commands that do nothing without a scope.
    pub scoped: &'static [&'static str],
    /// Names for some of its commands: `@<namespace>:<set>`.
    pub sets: &'static [(&'static str, &'static [&'static str])],
}

/// The built-in plugin of a name.
pub fn builtin(name: &str) -> Option<&'static Builtin> {
    BUILTINS.iter().find(|builtin| builtin.name == name)
}

/// Every built-in plugin.
pub fn builtins() -> impl Iterator<Item = &'static Builtin> {
    BUILTINS.iter()
}

/// The built-in groups, without `@`, given the namespaces of plugins that are built in.
pub fn builtin_groups<'a>(
    namespaces: impl Iterator<Item = (&'a Word, &'static Builtin)>,
) -> Vec<String> {
    let mut names = vec!["core".to_owned()];
    names.extend(
        builtins().filter(|builtin| builtin.is_core).map(|core| format!("core:{}", core.name)),
    );
    for (namespace, builtin) in namespaces {
        names.push(namespace.to_string());
        names.extend(builtin.sets.iter().map(|(set, _)| format!("{namespace}:{set}")));
    }
    names
}

/// What a built-in group stands for: the plugin's commands, or a set of them.
pub(super) fn set(builtin: &Builtin, set: Option<&str>) -> Option<&'static [&'static str]> {
    match set {
        None => Some(builtin.commands),
        Some(wanted) => {
            builtin.sets.iter().find(|(name, _)| *name == wanted).map(|(_, commands)| *commands)
        }
    }
}

/// Core commands that `@core` leaves out: they act on more than the caller's own window.
pub(super) const BEYOND_THE_CALLER: &[(&str, &[&str])] = &[
    (
        "app",
        &[
            "app_hide",
            "app_show",
            "exit",
            "remove_data_store",
            "set_app_theme",
            "set_dock_visibility",
        ],
    ),
    (
        "webview",
        &["clear_all_browsing_data", "create_webview", "create_webview_window", "reparent"],
    ),
    ("window", &["create"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_and_exceptions_name_commands_that_exist() {
        for builtin in builtins() {
            let known = |name: &str| builtin.commands.contains(&name);
            assert!(builtin.scoped.iter().copied().all(known), "{}", builtin.name);
            for (set, commands) in builtin.sets {
                assert!(commands.iter().copied().all(known), "{}:{set}", builtin.name);
            }
            assert!(builtin.commands.is_sorted(), "{}", builtin.name);
        }
        for (plugin, commands) in BEYOND_THE_CALLER {
            let builtin = builtin(plugin).expect("a plugin");
            assert!(commands.iter().all(|name| builtin.commands.contains(name)), "{plugin}");
        }
    }
}
