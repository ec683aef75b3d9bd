//! Namespaces of commands with a life of their own: what a program writes once and several apps use.

mod builtin;
mod context;
mod plugins;

pub use builtin::{Builtins, LogLevel, LogRecord};
pub use context::{AppInfo, PluginContext};
pub use plugins::Plugins;

use crate::{
    command::{BoxFuture, Commands, Invocation},
    ipc::{Rejection, RejectionCode, Reply},
    name::Label,
};
use std::error::Error;

/// Why a plugin could not begin. Its text is what the developer reads: lower case, without a full stop.
pub type PluginError = Box<dyn Error + Send + Sync>;

/// A namespace of commands with a configuration, and with a part in what happens to windows.
///
/// A program registers it, and the manifest gives it a namespace, its configuration and names its commands; what the
/// manifest does not name does not exist for pages, and permissions decide who may call the rest. The plugin's commands
/// take the plugin itself as [`State`](crate::command::State).
///
/// ```
/// use portcullis::{Registry, command::{Commands, State}, commands, plugin::{Plugin, PluginContext, PluginError}};
/// use std::sync::atomic::{AtomicI64, Ordering};
///
/// /// Counts. Its configuration is the number that it begins with.
/// #[derive(Default)]
/// struct Counter(AtomicI64);
///
/// impl Plugin for Counter {
///     fn name(&self) -> &'static str {
///         "counter"
///     }
///
///     fn commands(&self) -> Commands {
///         commands![add]
///     }
///
///     fn initialize(&self, context: &PluginContext) -> Result<(), PluginError> {
///         self.0.store(context.config()?, Ordering::Relaxed);
///         Ok(())
///     }
/// }
///
/// /// Adds to the count, and gives back what it has become.
/// #[portcullis::command]
/// fn add(counter: State<Counter>, by: i64) -> i64 {
///     counter.0.fetch_add(by, Ordering::Relaxed) + by
/// }
///
/// let registry = Registry::new().plugin(Counter::default());
/// # assert_eq!(registry.names().collect::<Vec<_>>(), ["counter|add"]);
/// ```
///
/// In the manifest, and in a page `invoke("plugin:counter|add", { by: 2 })`:
///
/// ```yaml
/// plugins:
///   counter: { native: counter, config: 40, commands: { add: {} } }
/// permissions:
///   main-window: { windows: [main], allow: ["plugin:counter|add"] }
/// ```
///
/// A plugin lives as long as the program: edits of the manifest add and remove its commands, and never start it again. All
/// its functions can be called at the same time, on several threads.
pub trait Plugin: Send + Sync + 'static {
    /// The name that a manifest's `native` says.
    fn name(&self) -> &'static str;

    /// Its commands, by the names that the manifest declares them with: `commands![…]`.
    fn commands(&self) -> Commands {
        Commands::none()
    }

    /// Begins, before the first window opens or, if an edit declares the plugin, before that edit comes into force. It is
    /// called once if it succeeds, and not at all for a manifest that does not declare the plugin. It may block.
    ///
    /// # Errors
    ///
    /// Whatever keeps the plugin from working. The app does not start then, and an edit is rejected.
    fn initialize(&self, context: &PluginContext) -> Result<(), PluginError> {
        let _ = context;
        Ok(())
    }

    /// The names of commands beside those of [`commands`](Self::commands), for a plugin that knows them only when the
    /// program runs. [`extend_api`](Self::extend_api) answers them.
    ///
    /// Manifests are held against these names, too, so that a misspelt one is found before anybody calls it.
    fn further_commands(&self) -> Vec<String> {
        Vec::new()
    }

    /// Answers a call of one of the [`further_commands`](Self::further_commands). It has passed everything that any other
    /// call has passed: key, permission, limits, and the arguments that the manifest declares.
    ///
    /// Must not block the thread that polls the future; dropping the future cancels the call.
    fn extend_api(&self, invoke: Invocation) -> BoxFuture<'_, Reply> {
        let message = format!("the plugin `{}` does not answer `{}`", self.name(), invoke.command);
        Box::pin(std::future::ready(Err(Rejection::new(RejectionCode::Unsupported, message))))
    }

    /// JavaScript that runs in every document of the app's own pages, in the top frame, before anything of the page does.
    /// Pages from elsewhere do not get it. Asked when a window opens, of plugins that have begun.
    fn script(&self) -> Option<String> {
        None
    }

    /// A window's first page has loaded. Called on a thread that may block.
    fn on_window_ready(&self, window: &Label) {
        let _ = window;
    }

    /// Whether a webview may go to an address to which the manifest lets it go. Of several plugins, all must agree.
    ///
    /// Called on the thread of the windows, which waits for the answer: it must not block. A panic is a no.
    fn on_navigation(&self, webview: &Label, url: &str) -> bool {
        let _ = (webview, url);
        true
    }

    /// The app ends in order: its windows are closed, and no call runs any more, except functions that are not `async` and
    /// took too long. Called once.
    fn on_drop(&self) {}
}
