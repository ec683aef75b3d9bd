//! `run`: the manifest's windows, and edits applied while they are open.

use super::{
    Exit, ManifestArg, complain, complain_about,
    locate::{load, locate},
};
use crate::{
    app::at_start,
    command::Registry,
    diagnostic::{Format, has_errors},
    gateway::Mode,
    reload::{LoadOptions, Loaded},
};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    manifest: ManifestArg,
    /// Do not watch the manifest, and do not tell pages why and by which line a call was refused.
    #[arg(long)]
    production: bool,
    /// Write a picture of the first window to FILE once its page is ready; other windows get their label in the name.
    #[arg(long, value_name = "FILE")]
    screenshot: Option<PathBuf>,
}

pub(super) fn run(args: Args, format: Format, registry: Registry) -> Exit {
    let path = match locate(&args.manifest.file) {
        Ok(path) => path,
        Err(exit) => return exit,
    };
    let mut loaded = match load(&path, &args.manifest) {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    let mode = if args.production { Mode::Production } else { Mode::Development };
    let obstacles = at_start(&loaded, &registry, mode);
    loaded.diagnostics.extend(obstacles);
    complain_about(&loaded, format);
    if has_errors(&loaded.diagnostics) || loaded.manifest.is_none() {
        return Exit::CouldNotRun;
    }
    let options = Windows {
        path,
        mode,
        registry,
        load: args.manifest.options(),
        screenshot: args.screenshot,
    };
    match open(options, format, &loaded) {
        Ok(()) => Exit::Yes,
        Err(error) => {
            complain(&format!("error: {error}"));
            Exit::CouldNotRun
        }
    }
}

/// What windows are opened with, beside the manifest.
#[cfg_attr(not(feature = "webview"), expect(dead_code, reason = "there are no windows"))]
pub(crate) struct Windows {
    pub(crate) path: PathBuf,
    pub(crate) mode: Mode,
    pub(crate) registry: Registry,
    pub(crate) load: LoadOptions,
    pub(crate) screenshot: Option<PathBuf>,
}

#[cfg(not(feature = "webview"))]
pub(crate) fn open(_: Windows, _: Format, _: &Loaded) -> Result<(), String> {
    let text = "this portcullis was built without windows\n  help: build it with the default features, or use `call`";
    Err(text.to_owned())
}

/// Opens a manifest's windows, tells on standard error what happens, and returns when the last one is closed.
#[cfg(feature = "webview")]
pub(crate) fn open(windows: Windows, format: Format, loaded: &Loaded) -> Result<(), String> {
    use crate::app;
    let Windows { path, mode, registry, load, screenshot } = windows;
    let options = app::Options {
        load,
        mode,
        screenshot,
        ..app::Options::new(path, registry, Box::new(move |notice| tell(&notice, format)))
    };
    app::run(loaded, options).map_err(|error| error.to_string())
}

#[cfg(feature = "webview")]
fn tell(notice: &crate::app::Notice, format: Format) {
    use crate::{app::Notice, diagnostic::json_text};
    if format == Format::Json {
        // One object a line, findings within it.
        complain(&json_text(&notice.to_json()));
        return;
    }
    if let Notice::EditRejected(loaded) | Notice::EditAccepted { loaded, .. } = notice {
        complain_about(loaded, format);
    }
    complain(&notice.to_string());
}
