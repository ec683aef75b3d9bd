//! `run`: the manifest's windows, and edits applied while they are open.

use super::{
    Exit, ManifestArg, complain, complain_about,
    locate::{load, locate},
};
use crate::{
    app::obstacles,
    command::Registry,
    diagnostic::{Format, has_errors},
    gateway::Mode,
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
    let obstacles = obstacles(&loaded, &registry, mode);
    loaded.diagnostics.extend(obstacles);
    complain_about(&loaded, format);
    if has_errors(&loaded.diagnostics) || loaded.manifest.is_none() {
        return Exit::CouldNotRun;
    }
    open(args, mode, format, registry, path, &loaded)
}

#[cfg(not(feature = "webview"))]
fn open(_: Args, _: Mode, _: Format, _: Registry, _: PathBuf, _: &crate::reload::Loaded) -> Exit {
    complain(
        "error: this portcullis was built without windows\n  help: build it with the default features, or use `call`",
    );
    Exit::CouldNotRun
}

#[cfg(feature = "webview")]
fn open(
    args: Args,
    mode: Mode,
    format: Format,
    registry: Registry,
    path: PathBuf,
    loaded: &crate::reload::Loaded,
) -> Exit {
    use crate::app;
    let options = app::Options {
        mode,
        screenshot: args.screenshot,
        load: args.manifest.options(),
        ..app::Options::new(path, registry, Box::new(move |notice| tell(&notice, format)))
    };
    match app::run(loaded, options) {
        Ok(()) => Exit::Yes,
        Err(error) => {
            complain(&format!("error: {error}"));
            Exit::CouldNotRun
        }
    }
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
