//! What the app tells whoever started it: one line a notice, for a person or for a program.

use crate::{
    diagnostic::to_json,
    gateway::Outcome,
    ipc::Caller,
    name::{Label, Word},
    plugin::LogRecord,
    reload::{Loaded, WatchMode},
};
use serde_json::{Value, json};
use std::{fmt, path::PathBuf};

/// Something that happened while the app runs.
#[derive(Debug)]
pub enum Notice {
    /// The windows are open.
    Started {
        /// Their labels.
        windows: Vec<Label>,
        /// How edits of the manifest are noticed; `None` in production, where they are not.
        watch: Option<WatchMode>,
    },
    /// Edits of the manifest are noticed in another way from now on.
    Watching(WatchMode),
    /// A page has loaded and its first calls are done.
    Ready(Label),
    /// An edit is in force.
    EditAccepted {
        /// The new generation.
        generation: u64,
        /// Whether it also changes what only a restart applies: the app, its windows or the configuration of a plugin.
        needs_restart: bool,
        /// What was read, with its warnings.
        loaded: Box<Loaded>,
    },
    /// An edit was kept out; the last good policy goes on.
    EditRejected(Box<Loaded>),
    /// A call was refused.
    Refused {
        /// The command's name.
        command: String,
        /// Who called.
        caller: Caller,
        /// Why.
        outcome: Outcome,
    },
    /// A channel has begun to drop messages, as its `overflow` says.
    Dropping {
        /// The name of the command that sends.
        command: String,
        /// Whose page does not take them.
        caller: Caller,
        /// The argument that is the channel.
        argument: String,
    },
    /// A sidecar wrote a line to standard error, or was started again.
    Sidecar {
        /// Its name.
        name: Word,
        /// What it wrote, or what became of it.
        text: String,
    },
    /// A page wrote into the log.
    Log(LogRecord),
    /// A picture of a window was written.
    Screenshot(PathBuf),
    /// Something failed that the app can go on without.
    Failed(String),
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Started { windows, watch } => {
                let windows: Vec<_> = windows.iter().map(|label| format!("`{label}`")).collect();
                write!(f, "open: {}", windows.join(", "))?;
                match watch {
                    Some(WatchMode::Native) => f.write_str("; edits of the manifest apply at once"),
                    Some(WatchMode::Poll) => {
                        f.write_str("; edits of the manifest apply within 4 s")
                    }
                    None => Ok(()),
                }
            }
            Self::Watching(WatchMode::Native) => {
                f.write_str("edits of the manifest apply at once again")
            }
            Self::Watching(WatchMode::Poll) => f.write_str(
                "warning: the system cannot watch the manifest, so edits apply within 4 s",
            ),
            Self::Ready(window) => write!(f, "ready: `{window}`"),
            Self::EditAccepted { generation, needs_restart, .. } => {
                write!(f, "reloaded: generation {generation} is in force")?;
                if *needs_restart {
                    f.write_str("; changes of `app`, `windows` and the `config` of plugins apply after a restart")?;
                }
                Ok(())
            }
            Self::EditRejected(_) => {
                f.write_str("kept: the edit has errors, so the last good policy stays in force")
            }
            Self::Refused { command, caller, outcome } => {
                write!(f, "refused: `{command}` for {caller}: {outcome}")
            }
            Self::Dropping { command, caller, argument } => {
                write!(
                    f,
                    "dropping: `{command}` sends more through `{argument}` than {caller} takes"
                )
            }
            Self::Sidecar { name, text } => write!(f, "`{name}`: {text}"),
            Self::Log(LogRecord { webview, level, text }) => {
                write!(f, "`{webview}` {}: {text}", level.as_str())
            }
            Self::Screenshot(path) => write!(f, "screenshot: {}", path.display()),
            Self::Failed(message) => write!(f, "warning: {message}"),
        }
    }
}

impl Notice {
    /// The notice for programs: an object with `event` and what belongs to it.
    pub fn to_json(&self) -> Value {
        match self {
            Self::Started { windows, watch } => {
                let watch = watch.map(|mode| format!("{mode:?}").to_lowercase());
                json!({ "event": "started", "windows": windows, "watch": watch })
            }
            Self::Watching(mode) => {
                json!({ "event": "watching", "mode": format!("{mode:?}").to_lowercase() })
            }
            Self::Ready(window) => json!({ "event": "ready", "window": window }),
            Self::EditAccepted { generation, needs_restart, loaded } => json!({
                "event": "reloaded",
                "generation": generation,
                "needs_restart": needs_restart,
                "diagnostics": findings(loaded),
            }),
            Self::EditRejected(loaded) => {
                json!({ "event": "kept", "diagnostics": findings(loaded) })
            }
            Self::Refused { command, caller, outcome } => {
                of_call("refused", command, caller, "code", &outcome.to_string())
            }
            Self::Dropping { command, caller, argument } => {
                of_call("dropping", command, caller, "argument", argument)
            }
            Self::Sidecar { name, text } => {
                json!({ "event": "sidecar", "name": name, "text": text })
            }
            Self::Log(LogRecord { webview, level, text }) => {
                json!({ "event": "log", "webview": webview, "level": level.as_str(), "text": text })
            }
            Self::Screenshot(path) => json!({ "event": "screenshot", "file": path }),
            Self::Failed(message) => json!({ "event": "failed", "message": message }),
        }
    }
}

/// What is told of a call: who made it, and one thing more.
fn of_call(event: &str, command: &str, caller: &Caller, key: &str, value: &str) -> Value {
    json!({
        "event": event,
        "command": command,
        "window": caller.window,
        "webview": caller.webview,
        "origin": caller.origin.as_ref().map(ToString::to_string),
        key: value,
    })
}

/// What was found in an edit, as `validate --format json` has it.
fn findings(loaded: &Loaded) -> Value {
    let mut report = to_json(&loaded.diagnostics, &loaded.sources);
    report.get_mut("diagnostics").map(Value::take).unwrap_or_default()
}
