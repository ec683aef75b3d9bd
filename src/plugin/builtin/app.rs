//! `app`: what a page can ask about the app that it belongs to.

use crate::{
    command::{Commands, State},
    plugin::{AppInfo, Plugin, PluginContext, PluginError},
};
use std::sync::OnceLock;

/// The plugin, which knows the app once it has begun.
#[derive(Debug, Default)]
pub(super) struct App(OnceLock<AppInfo>);

/// The version of Tauri whose frontend packages find here what they call.
const TAURI: &str = "2.12.0";

impl Plugin for App {
    fn name(&self) -> &'static str {
        "app"
    }

    fn commands(&self) -> Commands {
        portcullis::commands![
            bundle_type,
            default_window_icon,
            fetch_data_store_identifiers,
            identifier,
            name,
            supports_multiple_windows,
            tauri_version,
            version,
        ]
    }

    fn initialize(&self, context: &PluginContext) -> Result<(), PluginError> {
        self.0.get_or_init(|| context.app().clone());
        Ok(())
    }
}

impl App {
    /// Something of the app; calls come after the beginning.
    fn say(&self, part: impl Fn(&AppInfo) -> &str) -> String {
        self.0.get().map(|info| part(info).to_owned()).unwrap_or_default()
    }
}

#[crate::command]
fn name(app: State<App>) -> String {
    app.say(AppInfo::name)
}

#[crate::command]
fn version(app: State<App>) -> String {
    app.say(AppInfo::version)
}

#[crate::command]
fn identifier(app: State<App>) -> String {
    app.say(AppInfo::id)
}

#[crate::command]
fn tauri_version() -> &'static str {
    TAURI
}

/// How the app was packed, which the gateway does not know.
#[crate::command]
fn bundle_type() -> Option<&'static str> {
    None
}

/// The number of an image. Windows have no icon of their own yet.
#[crate::command]
fn default_window_icon() -> Option<u32> {
    None
}

/// Stores of pages' data that have identifiers, of which there are none: every window uses the app's own.
#[crate::command]
fn fetch_data_store_identifiers() -> [u8; 0] {
    []
}

#[crate::command]
fn supports_multiple_windows() -> bool {
    true
}
