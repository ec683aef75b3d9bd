//! What `#[command]` makes of a function, and lists of such functions.

use super::{BoxFuture, NativeCall, Needed, Source};
use crate::ipc::Reply;

/// A function below `#[portcullis::command]`, in the form of a type of its name. Only the macro implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command",
    label = "not a command",
    note = "put `#[portcullis::command]` above a function of this name"
)]
pub trait Function {
    /// What is known of it without calling it.
    const DEFINITION: Definition;

    /// Reads its parameters from the call, runs it, and makes a reply of what it gives back.
    fn call(call: NativeCall) -> BoxFuture<'static, Reply>;
}

/// What is known of a command's function.
#[derive(Debug, Clone, Copy)]
pub struct Definition {
    /// The name that a manifest's `native` says.
    pub name: &'static str,
    /// Its documentation.
    pub description: &'static str,
    /// Its parameters, in order.
    pub parameters: &'static [Parameter],
    /// The file with its `#[command]`, as the compiler was told of it.
    pub file: &'static str,
    /// The line of its `#[command]`, from 1.
    pub line: u32,
}

/// One parameter.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// The name of the argument, if it is one.
    pub name: &'static str,
    /// What it is made of.
    pub source: Source,
    /// The state that it needs.
    pub needs: Option<fn() -> Needed>,
}

/// A function that reads parameters from a call, and runs.
pub(super) type Wrapper = fn(NativeCall) -> BoxFuture<'static, Reply>;

/// Functions of `#[command]`, as [`commands!`](macro@crate::commands) lists them.
#[derive(Debug, Clone)]
pub struct Commands {
    pub(super) functions: Vec<(Definition, Wrapper)>,
    pub(super) place: (&'static str, u32),
}

impl Commands {
    /// No commands.
    #[track_caller]
    pub fn none() -> Self {
        let place = std::panic::Location::caller();
        Self::at(place.file(), place.line())
    }

    /// An empty list that stands at a line of a file.
    #[doc(hidden)]
    pub fn at(file: &'static str, line: u32) -> Self {
        Self { functions: Vec::new(), place: (file, line) }
    }

    /// With one function more.
    #[doc(hidden)]
    #[must_use]
    pub fn with<F: Function>(mut self) -> Self {
        self.functions.push((F::DEFINITION, F::call));
        self
    }
}

/// A list of `#[command]` functions, by name or path, to register them.
///
/// Two commands of one name do not compile.
///
/// ```
/// mod files {
///     #[portcullis::command]
///     pub async fn open(name: String) -> Result<usize, String> {
///         Ok(name.len())
///     }
/// }
///
/// #[portcullis::command]
/// fn version() -> &'static str {
///     "1.0.0"
/// }
///
/// let registry = portcullis::Registry::new().commands(portcullis::commands![version, files::open]);
/// assert_eq!(registry.names().collect::<Vec<_>>(), ["open", "version"]);
/// ```
#[macro_export]
macro_rules! commands {
    ($($command:ty),* $(,)?) => {{
        const _: () = $crate::command::expansion::all_differ(&[
            $(<$command as $crate::command::Function>::DEFINITION.name),*
        ]);
        $crate::command::Commands::at(::core::file!(), ::core::line!())$(.with::<$command>())*
    }};
}
