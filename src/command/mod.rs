//! What can run behind a command's name, and the Rust functions that a program registers for `native`.

mod arg;
mod cancel;
mod context;
mod declaration;
#[doc(hidden)]
pub mod expansion;
mod function;
mod native;
mod registry;
mod standard;

// What a command's parameters can be, in one place.
pub use crate::channel::Channel;
pub use arg::{CommandArg, CommandItem, Needed, Source};
pub use cancel::CancellationToken;
pub use context::{AppHandle, CommandScope, Request, State, Webview, Window};
pub use declaration::{CodePlace, Declaration, DeclarationError, Declarations};
pub use function::{Commands, Definition, Function, Parameter};
pub use native::NativeCall;
pub use registry::Registry;

use crate::{
    ipc::{CallScope, Caller, ChannelSink, InvokeBody, Reply},
    name::CommandName,
};
use std::{fmt, future::Future, pin::Pin, sync::Arc};

/// A future that a command hands back: boxed, and free to move between worker threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// One authorised, decoded call on its way into a command.
#[derive(Debug)]
pub struct Invocation {
    /// The command's name.
    pub command: CommandName,
    /// Who calls.
    pub caller: Caller,
    /// What the captures of the caller's origin stand for, if the command's plan refers to any.
    pub captures: Vec<(String, String)>,
    /// The arguments, checked against the declaration, with defaults filled in; or raw bytes.
    pub body: InvokeBody,
    /// The request's headers as the page set them, names in lower case; the gateway's own are not among them.
    pub headers: Vec<(String, String)>,
    /// What the permissions that let the call pass allow the command to be used with, if they say.
    pub scope: Option<Arc<CallScope>>,
    /// Generation of the policy that authorised the call.
    pub generation: u64,
    /// Where channels of this call send to.
    pub sink: Arc<dyn ChannelSink>,
}

/// What runs when a call has been authorised.
///
/// Dropping the future cancels the call: whatever it started must end with it.
pub trait Command: Send + Sync + fmt::Debug {
    /// Runs the call to its end. Must not block the thread that polls the future.
    fn call(&self, invocation: Invocation) -> BoxFuture<'_, Reply>;
}
