//! What a plugin is told when it begins.

use super::PluginError;
use crate::{command::AppHandle, pattern::Root};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::{fmt, path::PathBuf, sync::Arc};

/// The folder that a root of path patterns stands for on this machine, if it has one.
type FindFolder = dyn Fn(Root) -> Option<PathBuf> + Send + Sync;

/// The app that a plugin belongs to, as its manifest describes it when the plugin begins.
#[derive(Clone)]
pub struct AppInfo {
    id: String,
    name: String,
    version: String,
    folder: Arc<FindFolder>,
}

impl fmt::Debug for AppInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppInfo").field("id", &self.id).finish_non_exhaustive()
    }
}

impl AppInfo {
    /// An app; `folder` looks for the folders of this machine.
    pub fn new(
        id: String,
        name: String,
        version: String,
        folder: impl Fn(Root) -> Option<PathBuf> + Send + Sync + 'static,
    ) -> Self {
        Self { id, name, version, folder: Arc::new(folder) }
    }

    /// Its identifier: a domain name in reverse order.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its name for people.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// A folder of this machine; `None` where the system has no such folder. The system's settings are read each time.
    pub fn folder(&self, root: Root) -> Option<PathBuf> {
        (self.folder)(root)
    }
}

/// What a plugin is told when it begins.
#[derive(Debug)]
pub struct PluginContext {
    app: AppInfo,
    handle: AppHandle,
    config: Value,
}

impl PluginContext {
    /// What a plugin of an app is told.
    pub fn new(app: AppInfo, handle: AppHandle, config: Value) -> Self {
        Self { app, handle, config }
    }

    /// The plugin's `config` in the manifest, read as `T`; it is `null` if the manifest says nothing.
    ///
    /// # Errors
    ///
    /// What serde says of a configuration that does not fit.
    pub fn config<T: DeserializeOwned>(&self) -> Result<T, PluginError> {
        Ok(T::deserialize(&self.config)
            .map_err(|error| format!("its `config` does not fit: {error}"))?)
    }

    /// The app.
    pub fn app(&self) -> &AppInfo {
        &self.app
    }

    /// The way to the app and what it manages, to keep for later.
    pub fn handle(&self) -> &AppHandle {
        &self.handle
    }

    pub(super) fn into_config(self) -> Value {
        self.config
    }
}
