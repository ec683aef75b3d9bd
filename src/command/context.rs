//! What a command can ask for that is no argument: state, the window that calls, the app, the request itself.

use super::{CommandArg, CommandItem, Needed, Source};
use crate::{
    channel::Channel,
    ipc::{Caller, EventOutlet, EventSource, EventTarget, InvokeBody, Rejection, RejectionCode},
    name::{Label, NameError},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{
    any::{Any, TypeId, type_name},
    collections::HashMap,
    fmt,
    ops::Deref,
    sync::{Arc, OnceLock},
};

/// What a program keeps for its commands, by type, and its way to the app.
#[derive(Clone, Default)]
pub(super) struct Host {
    states: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
    /// Ends the app; set where windows are open.
    exit: Arc<OnceLock<Box<dyn Fn() + Send + Sync>>>,
    /// Where the program's events go.
    pub(super) events: EventOutlet,
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").field("states", &self.states.len()).finish_non_exhaustive()
    }
}

impl Host {
    pub(super) fn manage<T: Send + Sync + 'static>(&mut self, state: T) {
        self.share(Arc::new(state));
    }

    pub(super) fn share<T: Send + Sync + 'static>(&mut self, state: Arc<T>) {
        self.states.insert(TypeId::of::<T>(), state);
    }

    pub(super) fn has(&self, needed: Needed) -> bool {
        self.states.contains_key(&needed.id)
    }

    pub(super) fn state<T: Send + Sync + 'static>(&self) -> Option<State<T>> {
        let state = Arc::clone(self.states.get(&TypeId::of::<T>())?);
        state.downcast().ok().map(State)
    }

    /// A program has one app; the first one that opens windows is it.
    pub(super) fn on_exit(&self, exit: impl Fn() + Send + Sync + 'static) {
        let _ = self.exit.set(Box::new(exit));
    }
}

/// What the program manages for its commands: `.manage(value)` of the registry or of the gateway.
///
/// Clones share the value, and it lives as long as one of them. A program whose manifest runs a command that asks for a
/// type which nothing manages does not start (`unmanaged-state`).
///
/// ```
/// use portcullis::command::State;
/// use std::sync::Mutex;
///
/// #[portcullis::command]
/// fn count(visits: State<Mutex<u64>>) -> u64 {
///     let mut visits = visits.lock().unwrap();
///     *visits += 1;
///     *visits
/// }
///
/// let registry = portcullis::Registry::new().manage(Mutex::new(0_u64)).commands(portcullis::commands![count]);
/// ```
pub struct State<T>(Arc<T>);

impl<T> Clone for State<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Deref for State<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: fmt::Debug> fmt::Debug for State<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T: Send + Sync + 'static> CommandArg for State<T> {
    const NEEDS: Option<fn() -> Needed> = Some(Needed::of::<T>);

    fn from_command(item: CommandItem<'_>) -> Result<Self, Rejection> {
        item.state().ok_or_else(|| {
            let message = "the command needs state that the program does not have";
            Rejection::new(RejectionCode::Internal, message)
                .help(format!("add it where the commands are registered: a `{}`", type_name::<T>()))
        })
    }
}

/// The window whose page calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window(Label);

impl Window {
    /// Its label.
    pub fn label(&self) -> &str {
        self.0.as_str()
    }
}

impl CommandArg for Window {
    fn from_command(item: CommandItem<'_>) -> Result<Self, Rejection> {
        Ok(Self(item.caller().window.clone()))
    }
}

/// The webview whose page calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webview(Label);

impl Webview {
    /// Its label.
    pub fn label(&self) -> &str {
        self.0.as_str()
    }
}

impl CommandArg for Webview {
    fn from_command(item: CommandItem<'_>) -> Result<Self, Rejection> {
        Ok(Self(item.caller().webview.clone()))
    }
}

/// The app that the command belongs to.
#[derive(Debug, Clone)]
pub struct AppHandle(pub(super) Arc<Host>);

impl AppHandle {
    /// What the program manages of a type.
    pub fn state<T: Send + Sync + 'static>(&self) -> Option<State<T>> {
        self.0.state()
    }

    /// Closes all windows, after which the app ends in order; calls that run have a second to end. The call that asks
    /// for it may not be answered any more.
    ///
    /// Where no window is open, as in `call`, the program ends with the call anyway, and nothing happens here.
    pub fn exit(&self) {
        if let Some(exit) = self.0.exit.get() {
            exit();
        }
    }

    /// Sends an event to every page that listens to it, as far as the manifest's permissions let it hear: those say
    /// `listen: [event]`. It never waits for a page, and may be called on any thread.
    ///
    /// The program itself needs no permission and no `from`. Where no window is open nobody hears.
    ///
    /// # Errors
    ///
    /// [`RejectionCode::UnknownEvent`] for an event that the manifest does not declare,
    /// [`RejectionCode::InvalidArgument`] for a payload that does not fit its schema,
    /// [`RejectionCode::PayloadTooLarge`] for one of more than a mebibyte of JSON.
    pub fn emit(&self, event: &str, payload: impl Serialize) -> Result<(), Rejection> {
        self.publish(event, &EventTarget::Any, payload)
    }

    /// The same for the windows and webviews with a label, and for those who listen to whatever target.
    ///
    /// # Errors
    ///
    /// Those of [`emit`](Self::emit), and [`RejectionCode::InvalidArgument`] for what is no label.
    pub fn emit_to(
        &self,
        label: &str,
        event: &str,
        payload: impl Serialize,
    ) -> Result<(), Rejection> {
        let label = label.parse().map_err(|error: NameError| {
            let message = format!("`{}` is not a label: {error}", label.escape_debug());
            Rejection::new(RejectionCode::InvalidArgument, message)
        })?;
        self.publish(event, &EventTarget::AnyLabel(label), payload)
    }

    fn publish(
        &self,
        event: &str,
        target: &EventTarget,
        payload: impl Serialize,
    ) -> Result<(), Rejection> {
        let payload = serde_json::to_value(payload).map_err(|error| {
            let message = format!("the payload is not JSON: {error}");
            Rejection::new(RejectionCode::InvalidArgument, message)
        })?;
        self.0.events.publish(EventSource::App, event, target, &payload)
    }
}

impl CommandArg for AppHandle {
    fn from_command(item: CommandItem<'_>) -> Result<Self, Rejection> {
        Ok(Self(Arc::clone(&item.call.host)))
    }
}

impl CommandArg for Caller {
    fn from_command(item: CommandItem<'_>) -> Result<Self, Rejection> {
        Ok(item.caller().clone())
    }
}

/// The request itself: its body, raw or JSON, and its headers.
///
/// A command that takes bytes takes this, and is called with a `Uint8Array` or an `ArrayBuffer` in place of the
/// arguments. Bytes are moved here, without a copy; further parameters can still be headers, state and the like.
#[derive(Debug)]
pub struct Request {
    body: InvokeBody,
    headers: Vec<(String, String)>,
}

impl Request {
    /// What the page sent; arguments have been held against the manifest.
    pub fn body(&self) -> &InvokeBody {
        &self.body
    }

    /// The same, to keep.
    pub fn into_body(self) -> InvokeBody {
        self.body
    }

    /// The headers as the page set them, names in lower case; the gateway's own are not among them.
    pub fn headers(&self) -> &[(String, String)] {
        &self.headers
    }

    /// The first header of a name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

impl CommandArg for Request {
    const SOURCE: Source = Source::Body;

    fn from_command(item: CommandItem<'_>) -> Result<Self, Rejection> {
        let invocation = &mut item.call.invocation;
        let body = match &mut invocation.body {
            InvokeBody::Raw(bytes) => InvokeBody::Raw(std::mem::take(bytes)),
            // Arguments may be asked for by name, too.
            InvokeBody::Json(value) => InvokeBody::Json(value.clone()),
        };
        Ok(Self { body, headers: invocation.headers.clone() })
    }
}

impl<T> CommandArg for Channel<T> {
    const SOURCE: Source = Source::Argument;

    fn from_command(item: CommandItem<'_>) -> Result<Self, Rejection> {
        item.argument()?;
        let invocation = &item.call.invocation;
        Self::from_argument(&invocation.body, item.name, &invocation.sink)
    }
}

/// What the manifest allows the caller to use the command with: the `scope` of the permission's entries that let the
/// call pass, each item read as `T`.
///
/// The function decides what an item means, and must refuse what no item of [`allows`](Self::allows) covers and what one
/// of [`denies`](Self::denies) does. Without a scope in the manifest both are empty, so that nothing is covered.
#[derive(Debug, Clone)]
pub struct CommandScope<T> {
    allow: Vec<T>,
    deny: Vec<T>,
}

impl<T> CommandScope<T> {
    /// What is allowed, over all permissions that let the caller run the command.
    pub fn allows(&self) -> &[T] {
        &self.allow
    }

    /// What is refused even where it is allowed.
    pub fn denies(&self) -> &[T] {
        &self.deny
    }
}

impl<T: DeserializeOwned> CommandArg for CommandScope<T> {
    const SOURCE: Source = Source::Scope;

    fn from_command(item: CommandItem<'_>) -> Result<Self, Rejection> {
        let scope = item.call.invocation.scope.as_deref();
        let read = |items: &[Value]| -> Result<Vec<T>, Rejection> {
            items.iter().map(|item| T::deserialize(item).map_err(unreadable)).collect()
        };
        let allow = scope.map_or(&[][..], |scope| &scope.allow);
        let deny = scope.map_or(&[][..], |scope| &scope.deny);
        Ok(Self { allow: read(allow)?, deny: read(deny)? })
    }
}

/// An item of a scope that is not what the function reads is the manifest's fault, and lets nobody in.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` calls")]
fn unreadable(error: serde_json::Error) -> Rejection {
    let message = format!("the scope of the command does not fit it: {error}");
    Rejection::new(RejectionCode::Internal, message)
}
