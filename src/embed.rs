//! The crate's front door for programs: a manifest, their commands and state, and windows or the whole command line.

use crate::{
    app, cli,
    command::{Commands, Registry},
    diagnostic::{Format, Style, has_errors, render},
    gateway::Mode,
    plugin::Plugin,
    reload::{LoadOptions, Loaded, load},
};
use std::{
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
    process::ExitCode,
};
use thiserror::Error;

/// A program of its own around a manifest.
///
/// ```no_run
/// use portcullis::{Gateway, GatewayError, command::State, commands};
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// /// Counts the visits of all pages.
/// #[portcullis::command]
/// fn visit(visits: State<AtomicU64>) -> u64 {
///     visits.fetch_add(1, Ordering::Relaxed) + 1
/// }
///
/// fn main() -> Result<(), GatewayError> {
///     Gateway::from_manifest("gateway.yaml")?
///         .manage(AtomicU64::new(0))
///         .commands(commands![visit])
///         .run()
/// }
/// ```
///
/// With [`main`](Self::main) in place of `run` the program also has every verb of `portcullis`, with its own commands
/// known: `visits validate`, `visits call visit`.
#[derive(Debug)]
#[must_use = "it does nothing until `run` or `main`"]
pub struct Gateway {
    manifest: Option<(PathBuf, Box<Loaded>)>,
    registry: Registry,
    mode: Mode,
}

/// Why a program could not run its manifest. Its `Debug` is its text, so that a `main` can give it back.
#[derive(Error)]
pub enum GatewayError {
    /// The manifest has errors; this is what `validate` says of them.
    #[error("the manifest has errors\n\n{0}")]
    Manifest(String),
    /// The windows could not be opened.
    #[error("{0}")]
    Windows(String),
}

impl fmt::Debug for GatewayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Default for Gateway {
    fn default() -> Self {
        Self::new()
    }
}

impl Gateway {
    /// A program whose manifest is chosen on its command line: `-m FILE`, or the nearest `gateway.yaml` upward.
    ///
    /// It has no commands but those that are registered; `echo` and the like belong to the stock binary.
    pub fn new() -> Self {
        // Who builds for others to run tells their pages no more than they must know.
        let mode = if cfg!(debug_assertions) { Mode::Development } else { Mode::Production };
        Self { manifest: None, registry: Registry::new(), mode }
    }

    /// A program for one manifest, which is read at once with its includes; a relative path begins in the folder that
    /// the program is started in.
    ///
    /// # Errors
    ///
    /// [`GatewayError::Manifest`] if the manifest cannot be read or has errors.
    pub fn from_manifest(path: impl AsRef<Path>) -> Result<Self, GatewayError> {
        let path = path.as_ref();
        let loaded = load(path);
        if loaded.manifest.is_none() {
            return Err(faults(&loaded));
        }
        Ok(Self { manifest: Some((path.to_owned(), Box::new(loaded))), ..Self::new() })
    }

    /// Registers commands; one of a name that is registered already takes its place.
    pub fn commands(self, commands: Commands) -> Self {
        Self { registry: self.registry.commands(commands), ..self }
    }

    /// Registers a plugin, for a manifest that gives it a namespace; a later one of its name takes its place.
    pub fn plugin(self, plugin: impl Plugin) -> Self {
        Self { registry: self.registry.plugin(plugin), ..self }
    }

    /// Keeps a value for the commands that take [`State<T>`](crate::command::State); another of its type takes its
    /// place.
    pub fn manage<T: Send + Sync + 'static>(self, state: T) -> Self {
        Self { registry: self.registry.manage(state), ..self }
    }

    /// Whether [`run`](Self::run) applies edits of the manifest and tells the app's pages why a call was refused. It does
    /// in builds with debug assertions, if nothing is said. On the command line the verb `run --production` says it.
    pub fn mode(self, mode: Mode) -> Self {
        Self { mode, ..self }
    }

    /// The registered commands and the state.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Opens the manifest's windows and runs until the last one is closed. Must be called on the main thread.
    ///
    /// Notices, such as that an edit came into force, go to standard error.
    ///
    /// # Errors
    ///
    /// [`GatewayError::Manifest`] if the manifest names a function that nobody registered, or the other way round, or
    /// needs what this build cannot do; [`GatewayError::Windows`] if no window can be opened, as in a build without the
    /// feature `webview`.
    pub fn run(self) -> Result<(), GatewayError> {
        let Self { manifest, registry, mode } = self;
        let Some((path, mut loaded)) = manifest else {
            let message = "no manifest was named: begin with `Gateway::from_manifest`";
            return Err(GatewayError::Windows(message.to_owned()));
        };
        loaded.diagnostics.extend(app::at_start(&loaded, &registry, mode));
        if has_errors(&loaded.diagnostics) {
            return Err(faults(&loaded));
        }
        cli::complain_about(&loaded, Format::Human);
        let options =
            cli::Windows { path, mode, registry, load: LoadOptions::default(), screenshot: None };
        cli::open(options, Format::Human, &loaded).map_err(GatewayError::Windows)
    }

    /// Runs the program's command line: every verb of `portcullis`, with the registered commands. Without any word the
    /// manifest runs.
    ///
    /// Verbs look for the manifest as those of `portcullis` do; what [`from_manifest`](Self::from_manifest) named is
    /// what runs without a word.
    pub fn main(self) -> ExitCode {
        self.main_from(std::env::args_os())
    }

    /// The same for words from elsewhere, of which the first is the program's name.
    pub fn main_from(self, words: impl IntoIterator<Item = OsString>) -> ExitCode {
        let mut words: Vec<OsString> = words.into_iter().collect();
        if words.len() <= 1 {
            words.resize(1, OsString::from("portcullis"));
            words.push("run".into());
            if self.mode == Mode::Production {
                words.push("--production".into());
            }
            if let Some((path, _)) = self.manifest {
                words.extend(["-m".into(), path.into_os_string()]);
            }
        }
        cli::main(words, self.registry)
    }
}

/// What is wrong with a manifest, as a person reads it.
fn faults(loaded: &Loaded) -> GatewayError {
    let text = render(&loaded.diagnostics, &loaded.sources, Format::Human, Style::default());
    GatewayError::Manifest(text.trim_end().to_owned())
}
