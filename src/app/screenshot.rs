//! A picture of a window's page, for whoever has no display to look at.

use super::window::OpenWindow;
use std::path::PathBuf;

/// Draws the page as it is shown and writes it as PNG; `done` is called on the UI thread when it is written.
#[cfg(target_os = "linux")]
pub(super) fn write(
    window: &OpenWindow,
    file: PathBuf,
    done: impl FnOnce(Result<PathBuf, String>) + 'static,
) {
    use webkit2gtk::{SnapshotOptions, SnapshotRegion, WebViewExt as _};
    use wry::WebViewExtUnix as _;
    let webview = window.webview.webview();
    let size = window.window.inner_size();
    webview.snapshot(
        SnapshotRegion::Visible,
        SnapshotOptions::NONE,
        None::<&gtk::gio::Cancellable>,
        move |surface| {
            let (width, height) = (size.width.cast_signed(), size.height.cast_signed());
            let written = surface.map_err(|error| error.to_string()).and_then(|surface| {
                let picture = gtk::gdk::pixbuf_get_from_surface(&surface, 0, 0, width, height)
                    .ok_or("the page has no content")?;
                if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty())
                {
                    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
                }
                picture.savev(&file, "png", &[]).map_err(|error| error.to_string())?;
                Ok(file)
            });
            done(written);
        },
    );
}

/// Screenshots are taken on Linux only.
#[cfg(not(target_os = "linux"))]
pub(super) fn write(
    _: &OpenWindow,
    _: PathBuf,
    done: impl FnOnce(Result<PathBuf, String>) + 'static,
) {
    done(Err("screenshots are taken on Linux only".to_owned()));
}
