//! The plugins of a program, each from its registration to its end.

use super::{Plugin, PluginContext};
use crate::{
    command::{BoxFuture, Command, Invocation, Registry},
    ipc::Reply,
    name::Label,
};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Plugins by the name under which they were registered. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Plugins(BTreeMap<&'static str, Arc<Registered>>);

struct Registered {
    plugin: Arc<dyn Plugin>,
    life: Mutex<Life>,
}

/// How far a plugin has come.
#[derive(Debug)]
enum Life {
    /// No manifest has asked for it yet, or it could not begin, for a reason.
    Waiting(Option<String>),
    /// It is beginning, on some thread.
    Beginning,
    /// It has begun, with this configuration.
    Begun(Value),
    /// The app has ended.
    Ended,
}

impl fmt::Debug for Registered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registered").field("life", &self.life).finish_non_exhaustive()
    }
}

impl Registered {
    fn life(&self) -> MutexGuard<'_, Life> {
        self.life.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Registry {
    /// Registers a plugin, for manifests that give it a namespace: `plugins: { counter: { native: counter } }`. A later one
    /// of the same name replaces the earlier one.
    ///
    /// Its commands find it as [`State`](crate::command::State).
    #[must_use]
    pub fn plugin<P: Plugin>(self, plugin: P) -> Self {
        let plugin = Arc::new(plugin);
        let name = plugin.name();
        let mut plugins = self.plugins();
        let life = Mutex::new(Life::Waiting(None));
        let registered = Registered { plugin: Arc::clone(&plugin) as Arc<dyn Plugin>, life };
        plugins.0.insert(name, Arc::new(registered));
        let further = plugin.further_commands().into_iter().map(|command| {
            let extended = Extended(Arc::clone(&plugin) as Arc<dyn Plugin>);
            (command, Arc::new(extended) as Arc<dyn Command>)
        });
        let further: Vec<_> = further.collect();
        self.in_plugin(name, plugin.commands(), further).share(plugin).manage(plugins)
    }

    /// The registered plugins.
    pub fn plugins(&self) -> Plugins {
        self.state::<Plugins>().map(|plugins| (*plugins).clone()).unwrap_or_default()
    }
}

/// A command that its plugin answers itself.
struct Extended(Arc<dyn Plugin>);

impl fmt::Debug for Extended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Extended")
    }
}

impl Command for Extended {
    fn call(&self, invocation: Invocation) -> BoxFuture<'_, Reply> {
        self.0.extend_api(invocation)
    }
}

impl Plugins {
    /// Lets a plugin begin, unless it has begun already. A name that nobody registered is nobody's failure.
    ///
    /// # Errors
    ///
    /// Why it cannot; it is asked again the next time.
    pub fn initialize(&self, name: &str, context: PluginContext) -> Result<(), String> {
        let Some(registered) = self.0.get(name) else { return Ok(()) };
        let mut life = registered.life();
        match &*life {
            Life::Waiting(_) => *life = Life::Beginning,
            Life::Beginning => return Err("it is beginning already".to_owned()),
            Life::Begun(_) | Life::Ended => return Ok(()),
        }
        // It may take long, and the thread of the windows asks who has begun.
        drop(life);
        let begin = || registered.plugin.initialize(&context);
        let failed = match catch_unwind(AssertUnwindSafe(begin)) {
            Ok(Ok(())) => None,
            Ok(Err(error)) => Some(error.to_string()),
            Err(_) => Some("it panicked".to_owned()),
        };
        let mut life = registered.life();
        if matches!(*life, Life::Ended) {
            drop(life);
            // The app has ended meanwhile.
            if failed.is_none() {
                let _ = catch_unwind(AssertUnwindSafe(|| registered.plugin.on_drop()));
            }
            return Ok(());
        }
        *life = match &failed {
            None => Life::Begun(context.into_config()),
            Some(_) => Life::Waiting(failed.clone()),
        };
        failed.map_or(Ok(()), Err)
    }

    /// Why the commands of a plugin cannot run, if they cannot.
    pub fn obstacle(&self, name: &str) -> Option<String> {
        let why = match &*self.0.get(name)?.life() {
            Life::Begun(_) => return None,
            Life::Waiting(None) => format!("no namespace of the manifest is the plugin `{name}`"),
            Life::Waiting(Some(failed)) => format!("the plugin `{name}` could not begin: {failed}"),
            Life::Beginning => format!("the plugin `{name}` is still beginning"),
            Life::Ended => format!("the plugin `{name}` has ended"),
        };
        Some(why)
    }

    /// Whether a plugin has begun with another configuration.
    pub fn is_configured_otherwise(&self, name: &str, config: &Value) -> bool {
        let registered = self.0.get(name);
        registered.is_some_and(|it| matches!(&*it.life(), Life::Begun(begun) if begun != config))
    }

    /// Those that have begun.
    fn begun(&self) -> impl Iterator<Item = &dyn Plugin> {
        let begun = self.0.values().filter(|it| matches!(*it.life(), Life::Begun(_)));
        begun.map(|it| &*it.plugin)
    }

    /// What they run in the app's own pages.
    pub fn scripts(&self) -> Vec<String> {
        // What panics has no script; the standard library reports it.
        let script =
            |plugin: &dyn Plugin| catch_unwind(AssertUnwindSafe(|| plugin.script())).ok()?;
        self.begun().filter_map(script).collect()
    }

    /// Tells all that a window's first page has loaded. May block.
    pub fn window_ready(&self, window: &Label) {
        for plugin in self.begun() {
            // The standard library reports the panic; the others hear of the window all the same.
            let _ = catch_unwind(AssertUnwindSafe(|| plugin.on_window_ready(window)));
        }
    }

    /// Whether all agree that a webview goes to an address.
    pub fn may_navigate(&self, webview: &Label, url: &str) -> bool {
        self.begun().all(|plugin| {
            catch_unwind(AssertUnwindSafe(|| plugin.on_navigation(webview, url))).unwrap_or(false)
        })
    }

    /// Ends those that have begun. None begins after that.
    pub fn end(&self) {
        for registered in self.0.values() {
            let life = std::mem::replace(&mut *registered.life(), Life::Ended);
            if matches!(life, Life::Begun(_)) {
                let _ = catch_unwind(AssertUnwindSafe(|| registered.plugin.on_drop()));
            }
        }
    }
}
