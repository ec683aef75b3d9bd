//! Keys of the file: the app, its sites and its secrets.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;

/// The app as a whole.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct App {
    /// Reverse domain name of the app.
    #[schemars(example = &"dev.example.notes")]
    pub(crate) id: String,
    /// Name for people; window titles use it unless they have their own. Defaults to `id`.
    #[schemars(example = &"Notes")]
    pub(crate) name: Option<String>,
    /// Version for people; pages read it with `getVersion()`. Defaults to `0.0.0`.
    #[schemars(example = &"1.4.0")]
    pub(crate) version: Option<String>,
    /// Folder with the frontend's built files, from the manifest's folder. It is served as `app://localhost`, and its
    /// origin is called `app`.
    #[schemars(example = &"../frontend/dist")]
    pub(crate) frontend: Option<String>,
    /// Where the frontend comes from during development. It is still the origin `app`; `--production` ignores it.
    #[schemars(example = json!({"url": "http://localhost:5173", "command": ["npm", "run", "dev"]}))]
    pub(crate) dev: Option<Dev>,
    /// Content security policy of the frontend's pages. The gateway adds what its own bridge needs, nothing more.
    /// Defaults to `default-src 'self'`.
    #[schemars(example = &"default-src 'self'; img-src 'self' data:")]
    pub(crate) csp: Option<String>,
    /// Local content that must not share the app's origin, by name: each is an origin of its own.
    #[serde(default)]
    #[schemars(example = json!({"preview": {"root": "preview", "csp": "sandbox allow-scripts"}}))]
    #[expect(dead_code, reason = "lowering reads the sites one by one")]
    pub(crate) sites: BTreeMap<String, Site>,
}

/// Where the frontend comes from during development.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Dev {
    /// Address of the development server, on this machine.
    #[schemars(example = &"http://localhost:5173")]
    pub(crate) url: String,
    /// What starts it, from the manifest's folder: a program and its arguments, never a shell.
    #[schemars(example = ["npm", "run", "dev"], length(min = 1))]
    pub(crate) command: Option<Vec<String>>,
}

/// Local content with an origin of its own.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Site {
    /// Folder with the site's files, from the manifest's folder.
    #[schemars(example = &"preview")]
    pub(crate) root: String,
    /// Content security policy of the site's pages. With `sandbox` and without `allow-same-origin` the site has no
    /// origin, and can never be granted anything. Defaults to `default-src 'self'`.
    #[schemars(example = &"sandbox allow-scripts")]
    pub(crate) csp: Option<String>,
}

/// Where a secret comes from: exactly one of these.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields, extend("oneOf" = [{"required": ["env"]}, {"required": ["file"]}]))]
pub(crate) struct Secret {
    /// Name of the environment variable that holds it.
    #[schemars(example = &"OPS_TOKEN")]
    pub(crate) env: Option<String>,
    /// File that holds it, from the manifest's folder; a line end behind it is not part of it.
    #[schemars(example = &"../secrets/ops")]
    pub(crate) file: Option<String>,
}
