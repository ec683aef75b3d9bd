//! The Rust functions that a manifest's `native: <name>` can name.

use super::{
    AppHandle, BoxFuture, Command, Commands, Declaration, Declarations, Definition, Invocation,
    Source, State,
    context::Host,
    declaration::CodePlace,
    expansion::IntoRejection as _,
    function::Wrapper,
    native::{self, blocking},
    standard,
};
use crate::ipc::{EventSink, InvokeBody, InvokeResponse, Rejection, RejectionCode, Reply};
use serde::{Serialize, de::DeserializeOwned};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    future::Future,
    sync::Arc,
};

/// Functions by the name under which a manifest finds them, and the state that they share.
///
/// ```
/// use portcullis::{Registry, serde_json::Value};
/// let registry = Registry::new().function("double", |args: Value| {
///     args["n"].as_i64().map(|n| n * 2).ok_or("`n` is not a number")
/// });
/// assert!(registry.find("double").is_some());
/// ```
#[derive(Debug, Clone, Default)]
pub struct Registry {
    commands: BTreeMap<String, Entry>,
    host: Arc<Host>,
    /// The names of plugins; a command of theirs is registered as `plugin|command`.
    plugins: BTreeSet<&'static str>,
    /// The first `commands![…]`.
    list: Option<CodePlace>,
    /// Whether it is what the stock binary knows, and no more.
    is_stock: bool,
}

#[derive(Debug, Clone)]
enum Entry {
    Plain(Arc<dyn Command>),
    Function(Definition, Wrapper),
}

impl Registry {
    /// A registry without functions.
    pub fn new() -> Self {
        Self::default()
    }

    /// The functions that the stock binary knows: `echo`, `gateway_status` and `count`.
    pub fn standard() -> Self {
        Self { is_stock: true, ..standard::register(Self::new()) }
    }

    /// Whether it is what the stock binary knows and no more: then nothing follows from what is not in it, because the
    /// manifest may be meant for another program.
    pub fn is_stock(&self) -> bool {
        self.is_stock
    }

    /// Registers the functions of a list. A later registration of the same name replaces the earlier one.
    #[must_use]
    pub fn commands(mut self, commands: Commands) -> Self {
        let (file, line) = commands.place;
        self.list.get_or_insert_with(|| CodePlace { file: file.to_owned(), line });
        for (definition, function) in commands.functions {
            self.insert(definition.name, Entry::Function(definition, function));
        }
        self
    }

    /// Registers what a plugin brings: the functions of a list, and commands by their own names.
    pub(crate) fn in_plugin(
        mut self,
        plugin: &'static str,
        commands: Commands,
        further: Vec<(String, Arc<dyn Command>)>,
    ) -> Self {
        self.is_stock = false;
        self.plugins.insert(plugin);
        for (definition, function) in commands.functions {
            let name = format!("{plugin}|{}", definition.name);
            self.insert(&name, Entry::Function(definition, function));
        }
        for (name, command) in further {
            self.insert(&format!("{plugin}|{name}"), Entry::Plain(command));
        }
        self
    }

    /// Keeps a value for the commands that take [`State<T>`]. Another value of the same type replaces it.
    #[must_use]
    pub fn manage<T: Send + Sync + 'static>(mut self, state: T) -> Self {
        Arc::make_mut(&mut self.host).manage(state);
        self
    }

    /// Keeps a value that others keep, too.
    pub(crate) fn share<T: Send + Sync + 'static>(mut self, state: Arc<T>) -> Self {
        Arc::make_mut(&mut self.host).share(state);
        self
    }

    /// The way to the app that commands get.
    pub fn handle(&self) -> AppHandle {
        AppHandle(Arc::clone(&self.host))
    }

    /// What is kept of a type.
    pub fn state<T: Send + Sync + 'static>(&self) -> Option<State<T>> {
        self.host.state()
    }

    /// What ends the app when a command asks for it.
    pub fn on_exit(&self, exit: impl Fn() + Send + Sync + 'static) {
        self.host.on_exit(exit);
    }

    /// Registers a function of the call's arguments. It runs on a thread of its own kind and may block.
    ///
    /// A later registration of the same name replaces the earlier one.
    #[must_use]
    pub fn function<A, T, E, F>(self, name: &str, function: F) -> Self
    where
        A: DeserializeOwned + Send + 'static,
        T: Serialize + 'static,
        E: Serialize + 'static,
        F: Fn(A) -> Result<T, E> + Send + Sync + 'static,
    {
        let function = Arc::new(function);
        self.invocation(name, move |invocation| {
            let function = Arc::clone(&function);
            blocking(move || {
                let arguments = arguments(invocation.body)?;
                function(arguments).map_or_else(
                    |error| Err(error.into_rejection()),
                    |value| InvokeResponse::json(&value),
                )
            })
        })
    }

    /// Registers an async function of the whole call. It must not block the thread that polls it.
    #[must_use]
    pub fn invocation<F, R>(mut self, name: &str, function: F) -> Self
    where
        F: Fn(Invocation) -> R + Send + Sync + 'static,
        R: Future<Output = Reply> + Send + 'static,
    {
        self.insert(name, Entry::Plain(Arc::new(Closure { function })));
        self
    }

    /// Says what takes the events that commands send through their `AppHandle`.
    pub fn publish_to(&self, sink: &Arc<dyn EventSink>) {
        self.host.events.connect(sink);
    }

    fn insert(&mut self, name: &str, entry: Entry) {
        self.is_stock = false;
        self.commands.insert(name.to_owned(), entry);
    }

    /// The function registered under a name.
    pub fn find(&self, name: &str) -> Option<Arc<dyn Command>> {
        Some(match self.commands.get(name)? {
            Entry::Plain(command) => Arc::clone(command),
            Entry::Function(_, function) => {
                Arc::new(native::Native { function: *function, host: Arc::clone(&self.host) })
            }
        })
    }

    /// Whether a function heeds what a permission's `scope` allows and denies: it takes a
    /// [`CommandScope`](super::CommandScope).
    pub fn takes_scope(&self, name: &str) -> bool {
        matches!(self.commands.get(name), Some(Entry::Function(definition, _)) if takes_scope(definition))
    }

    /// All names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.commands.keys().map(String::as_str)
    }

    /// What is known of the functions without calling them.
    pub fn declarations(&self) -> Declarations {
        let commands =
            self.commands.iter().map(|(name, entry)| declaration(name, entry, &self.host));
        let plugins = self.plugins.iter().map(|name| (*name).to_owned()).collect();
        Declarations { commands: commands.collect(), plugins, list: self.list.clone() }
    }
}

fn takes_scope(definition: &Definition) -> bool {
    definition.parameters.iter().any(|parameter| parameter.source == Source::Scope)
}

fn declaration(name: &str, entry: &Entry, host: &Host) -> Declaration {
    let definition = match entry {
        Entry::Plain(_) => None,
        Entry::Function(definition, _) => Some(definition),
    };
    let arguments = |definition: &Definition| {
        let parameters = definition.parameters.iter();
        let arguments = parameters.filter(|parameter| parameter.source == Source::Argument);
        arguments.map(|parameter| parameter.name.to_owned()).collect()
    };
    let unmanaged = |definition: &Definition| {
        let needed = definition.parameters.iter().filter_map(|parameter| Some(parameter.needs?()));
        needed.filter(|needed| !host.has(*needed)).map(|needed| needed.name.to_owned()).collect()
    };
    Declaration {
        name: name.to_owned(),
        description: definition.map_or("", |definition| definition.description).to_owned(),
        arguments: definition.map(arguments),
        takes_scope: definition.is_some_and(takes_scope),
        unmanaged: definition.map(unmanaged).unwrap_or_default(),
        place: definition.map(|definition| CodePlace {
            file: definition.file.replace('\\', "/"),
            line: definition.line,
        }),
    }
}

/// Reads a call's arguments as `A`; the message names the argument where serde knows it.
fn arguments<A: DeserializeOwned>(body: InvokeBody) -> Result<A, Rejection> {
    match body {
        InvokeBody::Raw(_) => {
            Err(Rejection::new(RejectionCode::RawBody, "the command takes arguments by name"))
        }
        InvokeBody::Json(value) => serde_json::from_value(value)
            .map_err(|error| Rejection::new(RejectionCode::InvalidArgument, error.to_string())),
    }
}

/// An async function of the whole call.
struct Closure<F> {
    function: F,
}

impl<F> fmt::Debug for Closure<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Closure")
    }
}

impl<F, R> Command for Closure<F>
where
    F: Fn(Invocation) -> R + Send + Sync,
    R: Future<Output = Reply> + Send + 'static,
{
    fn call(&self, invocation: Invocation) -> BoxFuture<'_, Reply> {
        Box::pin((self.function)(invocation))
    }
}
