//! `os`: the system that the app runs on, as commands and as what the package reads from the page itself.

use crate::{command::Commands, plugin::Plugin};
use serde_json::json;
use std::env::consts;

/// The plugin.
#[derive(Debug)]
pub(super) struct Os;

impl Plugin for Os {
    fn name(&self) -> &'static str {
        "os"
    }

    fn commands(&self) -> Commands {
        portcullis::commands![hostname, locale]
    }

    fn script(&self) -> Option<String> {
        let system = json!({
            "eol": if cfg!(windows) { "\r\n" } else { "\n" },
            "os_type": consts::OS,
            "platform": consts::OS,
            "family": consts::FAMILY,
            "version": version().unwrap_or_default(),
            "arch": consts::ARCH,
            "exe_extension": consts::EXE_EXTENSION,
        });
        let name = "__TAURI_OS_PLUGIN_INTERNALS__";
        Some(format!("Object.defineProperty(window,\"{name}\",{{value:Object.freeze({system})}});"))
    }
}

/// The computer's name in its network.
#[crate::command]
fn hostname() -> String {
    gethostname::gethostname().to_string_lossy().into_owned()
}

/// The person's language, as in `de-AT`.
#[crate::command]
fn locale() -> Option<String> {
    sys_locale::get_locale()
}

/// The version of the distribution.
#[cfg(target_os = "linux")]
fn version() -> Option<String> {
    let files = ["/etc/os-release", "/usr/lib/os-release"];
    let text = files.into_iter().find_map(|file| std::fs::read_to_string(file).ok())?;
    version_id(&text)
}

/// The system's version, which costs more than it is worth here: pages see an empty text.
#[cfg(not(target_os = "linux"))]
fn version() -> Option<String> {
    None
}

/// The line `VERSION_ID` of `os-release`, whose values may stand in quotes. Distributions without versions have none.
#[cfg(target_os = "linux")]
fn version_id(text: &str) -> Option<String> {
    let value = text.lines().find_map(|line| line.strip_prefix("VERSION_ID="))?.trim();
    Some(value.trim_matches(['"', '\'']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_one_object_of_texts() {
        let script = Os.script().unwrap();
        let inner = script.strip_prefix(
            "Object.defineProperty(window,\"__TAURI_OS_PLUGIN_INTERNALS__\",{value:Object.freeze(",
        );
        let object = inner.and_then(|rest| rest.strip_suffix(")});")).expect(&script);
        let object: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(object).unwrap();
        assert!(object.values().all(serde_json::Value::is_string), "{script}");
        assert_eq!(object["platform"], consts::OS);
        assert_eq!(object.len(), 7);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_version_is_that_of_the_distribution() {
        assert_eq!(version_id("NAME=a\nVERSION_ID=\"24.04\"\n").as_deref(), Some("24.04"));
        assert_eq!(version_id("VERSION_ID=41\nNAME=b").as_deref(), Some("41"));
        assert_eq!(version_id("NAME=rolling\n"), None);
    }
}
