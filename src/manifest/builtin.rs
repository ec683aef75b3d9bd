//! Plugins that are built in: the commands that unmodified `@tauri-apps` packages send, and their groups.
//!
//! The names are those of `@tauri-apps/api` 2.12 and of the `@tauri-apps/plugin-*` packages of the same time.

use crate::name::Word;

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

static BUILTINS: [Builtin; 17] = [
    Builtin {
        name: "app",
        is_core: true,
        commands: &[
            "app_hide",
            "app_show",
            "bundle_type",
            "default_window_icon",
            "exit",
            "fetch_data_store_identifiers",
            "identifier",
            "name",
            "remove_data_store",
            "set_app_theme",
            "set_dock_visibility",
            "supports_multiple_windows",
            "tauri_version",
            "version",
        ],
        scoped: &[],
        sets: &[],
    },
    Builtin {
        name: "clipboard-manager",
        is_core: false,
        commands: &["clear", "read_image", "read_text", "write_html", "write_image", "write_text"],
        scoped: &[],
        sets: &[
            ("read", &["read_image", "read_text"]),
            ("write", &["clear", "write_html", "write_image", "write_text"]),
        ],
    },
    Builtin {
        name: "dialog",
        is_core: false,
        commands: &["message", "open", "save"],
        scoped: &[],
        sets: &[],
    },
    Builtin {
        name: "event",
        is_core: true,
        commands: &["emit", "emit_to", "listen", "unlisten"],
        scoped: &[],
        sets: &[],
    },
    Builtin {
        name: "fs",
        is_core: false,
        commands: &[
            "copy_file",
            "create",
            "exists",
            "fstat",
            "ftruncate",
            "lstat",
            "mkdir",
            "open",
            "read",
            "read_dir",
            "read_file",
            "read_text_file",
            "read_text_file_lines",
            "read_text_file_lines_next",
            "remove",
            "rename",
            "seek",
            "size",
            "start_accessing_security_scoped_resource",
            "stat",
            "stop_accessing_security_scoped_resource",
            "truncate",
            "unwatch",
            "watch",
            "write",
            "write_file",
            "write_text_file",
        ],
        scoped: &[
            "copy_file",
            "create",
            "exists",
            "lstat",
            "mkdir",
            "open",
            "read_dir",
            "read_file",
            "read_text_file",
            "read_text_file_lines",
            "remove",
            "rename",
            "size",
            "stat",
            "truncate",
            "watch",
            "write_file",
            "write_text_file",
        ],
        sets: &[
            (
                "read",
                &[
                    "exists",
                    "fstat",
                    "lstat",
                    "open",
                    "read",
                    "read_dir",
                    "read_file",
                    "read_text_file",
                    "read_text_file_lines",
                    "read_text_file_lines_next",
                    "seek",
                    "size",
                    "stat",
                    "unwatch",
                    "watch",
                ],
            ),
            (
                "write",
                &[
                    "copy_file",
                    "create",
                    "ftruncate",
                    "mkdir",
                    "open",
                    "remove",
                    "rename",
                    "truncate",
                    "write",
                    "write_file",
                    "write_text_file",
                ],
            ),
        ],
    },
    Builtin {
        name: "image",
        is_core: true,
        commands: &["from_bytes", "from_path", "new", "rgba", "size"],
        scoped: &[],
        sets: &[],
    },
    Builtin { name: "log", is_core: false, commands: &["log"], scoped: &[], sets: &[] },
    Builtin {
        name: "menu",
        is_core: true,
        commands: &[
            "append",
            "create_default",
            "get",
            "insert",
            "is_checked",
            "is_enabled",
            "items",
            "new",
            "popup",
            "prepend",
            "remove",
            "remove_at",
            "set_accelerator",
            "set_as_app_menu",
            "set_as_help_menu_for_nsapp",
            "set_as_window_menu",
            "set_as_windows_menu_for_nsapp",
            "set_checked",
            "set_enabled",
            "set_icon",
            "set_text",
            "text",
        ],
        scoped: &[],
        sets: &[],
    },
    Builtin {
        name: "notification",
        is_core: false,
        commands: &[
            "cancel",
            "create_channel",
            "delete_channel",
            "get_active",
            "get_pending",
            "is_permission_granted",
            "list_channels",
            "notify",
            "register_action_types",
            "remove_active",
            "request_permission",
        ],
        scoped: &[],
        sets: &[],
    },
    Builtin {
        name: "opener",
        is_core: false,
        commands: &["open_path", "open_url", "reveal_item_in_dir"],
        scoped: &["open_path", "open_url", "reveal_item_in_dir"],
        sets: &[],
    },
    Builtin {
        name: "os",
        is_core: false,
        commands: &["hostname", "locale"],
        scoped: &[],
        sets: &[],
    },
    Builtin {
        name: "path",
        is_core: true,
        commands: &[
            "basename",
            "dirname",
            "extname",
            "is_absolute",
            "join",
            "normalize",
            "resolve",
            "resolve_directory",
        ],
        scoped: &[],
        sets: &[],
    },
    Builtin { name: "resources", is_core: true, commands: &["close"], scoped: &[], sets: &[] },
    Builtin {
        name: "store",
        is_core: false,
        commands: &[
            "clear",
            "delete",
            "entries",
            "get",
            "get_store",
            "has",
            "keys",
            "length",
            "load",
            "reload",
            "reset",
            "save",
            "set",
            "values",
        ],
        scoped: &[],
        sets: &[
            ("read", &["entries", "get", "get_store", "has", "keys", "length", "load", "values"]),
            ("write", &["clear", "delete", "get_store", "load", "reload", "reset", "save", "set"]),
        ],
    },
    Builtin {
        name: "tray",
        is_core: true,
        commands: &[
            "get_by_id",
            "new",
            "remove_by_id",
            "set_icon",
            "set_icon_as_template",
            "set_icon_with_as_template",
            "set_menu",
            "set_show_menu_on_left_click",
            "set_temp_dir_path",
            "set_title",
            "set_tooltip",
            "set_visible",
        ],
        scoped: &[],
        sets: &[],
    },
    Builtin {
        name: "webview",
        is_core: true,
        commands: &[
            "clear_all_browsing_data",
            "create_webview",
            "create_webview_window",
            "get_all_webviews",
            "internal_toggle_devtools",
            "reparent",
            "set_webview_auto_resize",
            "set_webview_background_color",
            "set_webview_focus",
            "set_webview_position",
            "set_webview_size",
            "set_webview_zoom",
            "webview_close",
            "webview_hide",
            "webview_position",
            "webview_show",
            "webview_size",
        ],
        scoped: &[],
        sets: &[],
    },
    Builtin {
        name: "window",
        is_core: true,
        commands: &[
            "activity_name",
            "available_monitors",
            "center",
            "close",
            "create",
            "current_monitor",
            "cursor_position",
            "destroy",
            "get_all_windows",
            "hide",
            "inner_position",
            "inner_size",
            "is_always_on_top",
            "is_closable",
            "is_decorated",
            "is_enabled",
            "is_focused",
            "is_fullscreen",
            "is_maximizable",
            "is_maximized",
            "is_minimizable",
            "is_minimized",
            "is_resizable",
            "is_visible",
            "maximize",
            "minimize",
            "monitor_from_point",
            "outer_position",
            "outer_size",
            "primary_monitor",
            "request_user_attention",
            "scale_factor",
            "scene_identifier",
            "set_always_on_bottom",
            "set_always_on_top",
            "set_background_color",
            "set_badge_count",
            "set_badge_label",
            "set_closable",
            "set_content_protected",
            "set_cursor_grab",
            "set_cursor_icon",
            "set_cursor_position",
            "set_cursor_visible",
            "set_decorations",
            "set_effects",
            "set_enabled",
            "set_focus",
            "set_focusable",
            "set_fullscreen",
            "set_fullscreen_on_monitor",
            "set_icon",
            "set_ignore_cursor_events",
            "set_max_size",
            "set_maximizable",
            "set_min_size",
            "set_minimizable",
            "set_overlay_icon",
            "set_position",
            "set_progress_bar",
            "set_resizable",
            "set_shadow",
            "set_simple_fullscreen",
            "set_size",
            "set_size_constraints",
            "set_skip_taskbar",
            "set_theme",
            "set_title",
            "set_title_bar_style",
            "set_visible_on_all_workspaces",
            "show",
            "start_dragging",
            "start_resize_dragging",
            "theme",
            "title",
            "toggle_maximize",
            "unmaximize",
            "unminimize",
        ],
        scoped: &[],
        sets: &[],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_and_exceptions_name_commands_that_exist() {
        for builtin in builtins() {
            let known = |name: &&str| builtin.commands.contains(name);
            assert!(builtin.scoped.iter().all(|name| known(&name)), "{}", builtin.name);
            for (set, commands) in builtin.sets {
                assert!(commands.iter().all(|name| known(&name)), "{}:{set}", builtin.name);
            }
            assert!(builtin.commands.is_sorted(), "{}", builtin.name);
        }
        for (plugin, commands) in BEYOND_THE_CALLER {
            let builtin = builtin(plugin).expect("a plugin");
            assert!(commands.iter().all(|name| builtin.commands.contains(name)), "{plugin}");
        }
    }
}
