//! Who a call on the command line comes from: `--window`, `--webview` and `--origin`, with defaults that are told.

use super::{Exit, complain};
use crate::{
    check::Checked, diagnostic::Format, ipc::Caller, manifest::Manifest, name::Label,
    pattern::Origin,
};

#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct CallerArgs {
    /// Label of the window; by default the first one of the manifest.
    #[arg(long)]
    window: Option<String>,
    /// Label of the webview; by default the window's first one.
    #[arg(long)]
    webview: Option<String>,
    /// Origin of the page: `app`, the name of an origin without wildcards, or a URL; by default that of the page which
    /// the webview starts with.
    #[arg(long)]
    origin: Option<String>,
}

impl CallerArgs {
    /// The same, with what one query says in place of the flags.
    pub(super) fn overlaid(
        &self,
        window: Option<&str>,
        webview: Option<&str>,
        origin: Option<&str>,
    ) -> Self {
        let or = |given: Option<&str>, flag: &Option<String>| {
            given.map(str::to_owned).or_else(|| flag.clone())
        };
        Self {
            // A query that names a window means that window's own webview, not the flag's.
            webview: webview
                .map(str::to_owned)
                .or_else(|| if window.is_some() { None } else { self.webview.clone() }),
            window: or(window, &self.window),
            origin: or(origin, &self.origin),
        }
    }

    pub(super) fn resolve(&self, manifest: &Checked<Manifest>) -> Result<Caller, String> {
        let window = match &self.window {
            Some(text) => label(text)?,
            None => first_window(manifest)?,
        };
        let webview = match &self.webview {
            Some(text) => label(text)?,
            None => first_webview(manifest, &window),
        };
        let origin = self.origin(manifest, &window, &webview)?;
        Ok(Caller { window, webview, origin })
    }

    /// Says on standard error which caller was assumed; a program that asked for JSON reads nothing but JSON there.
    pub(super) fn tell_defaults(&self, caller: &Caller, format: Format) {
        if format != Format::Json && (self.window.is_none() || self.origin.is_none()) {
            complain(&format!(
                "note: calling as {caller}; choose with --window, --webview and --origin"
            ));
        }
    }

    fn origin(
        &self,
        manifest: &Checked<Manifest>,
        window: &Label,
        webview: &Label,
    ) -> Result<Option<Origin>, String> {
        let text = match self.origin.as_deref() {
            None => return Ok(Some(start_origin(manifest, window, webview))),
            Some("app") => return Ok(Some(Origin::app())),
            Some(text) => text,
        };
        if let Some(pattern) = manifest.origins.get(text) {
            return match pattern.value.literal() {
                Some(origin) => Ok(Some(origin)),
                None => Err(format!(
                    "the origin `{text}` stands for many: `{}`; give one of them",
                    pattern.value.as_str()
                )),
            };
        }
        if text.contains("://") || text == "null" {
            // What is no origin is a caller without one, as it would be on the wire.
            return Ok(text.parse().ok());
        }
        Err(format!("`{text}` is neither a declared origin nor a URL such as https://example.com"))
    }
}

fn label(text: &str) -> Result<Label, String> {
    text.parse().map_err(|error| format!("`{text}` is not a label: {error}"))
}

fn first_window(manifest: &Checked<Manifest>) -> Result<Label, String> {
    let first = manifest.surfaces().next().map(|(window, _)| window);
    first.ok_or_else(|| "the manifest declares no window; give one with --window".to_owned())
}

/// The webview of a window, or the first one of several.
pub(super) fn first_webview(manifest: &Manifest, window: &Label) -> Label {
    let entry = manifest.windows.iter().find(|entry| entry.has_label(window));
    let first = entry.and_then(|entry| entry.webviews.first());
    first.map_or_else(|| window.clone(), |webview| webview.label.clone())
}

/// The origin of the page that a webview starts with; a webview that is not declared shows the app.
pub(super) fn start_origin(manifest: &Manifest, window: &Label, webview: &Label) -> Origin {
    let mut entries = manifest.windows.iter().filter(|entry| entry.has_label(window));
    let start = entries.find_map(|entry| entry.start_origin(window, webview));
    start.unwrap_or_else(Origin::app)
}

/// Reports words on the command line that do not fit the manifest.
pub(super) fn usage(message: &str) -> Exit {
    complain(&format!("error: {message}"));
    Exit::Usage
}
