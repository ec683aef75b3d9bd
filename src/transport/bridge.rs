//! The script that gives a page `__TAURI_INTERNALS__`: the portable bridge, with its configuration filled in.

use crate::{gateway::InvokeKey, name::Label};
use serde_json::json;

/// One function expression; see `frontend/bridge`.
const PORTABLE: &str = include_str!("../../frontend/bridge/portable.js");

/// What a bridge needs to know of its webview.
#[derive(Debug)]
pub struct Bridge<'a> {
    /// Label of the window.
    pub window: &'a Label,
    /// Label of the webview.
    pub webview: &'a Label,
    /// The webview's secret.
    pub key: &'a InvokeKey,
    /// Whether the message lane is there to fall back on.
    pub has_message_lane: bool,
}

impl Bridge<'_> {
    /// The script's text, to be run at document start in the top frame only.
    pub fn script(&self) -> String {
        let config = json!({
            "key": self.key.expose(),
            "os": std::env::consts::OS,
            "windowLabel": self.window,
            "webviewLabel": self.webview,
            "messageLane": self.has_message_lane,
        });
        format!("{}({config});", PORTABLE.trim_end())
    }
}
