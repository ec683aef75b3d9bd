//! A picture of a window, for whoever has no display to look at.

use super::window::OpenWindow;
use std::path::Path;

/// Writes what the window shows as PNG.
#[cfg(target_os = "linux")]
pub(super) fn write(window: &OpenWindow, file: &Path) -> Result<(), String> {
    use gtk::{gdk::prelude::*, prelude::*};
    use tao::platform::unix::WindowExtUnix as _;
    let surface = window.window.gtk_window().window().ok_or("the window is not shown")?;
    let (width, height) = (surface.width(), surface.height());
    let picture = surface.pixbuf(0, 0, width, height).ok_or("the window has no content")?;
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    }
    picture.savev(file, "png", &[]).map_err(|error| error.to_string())
}

/// Screenshots are taken on Linux only.
#[cfg(not(target_os = "linux"))]
pub(super) fn write(_: &OpenWindow, _: &Path) -> Result<(), String> {
    Err("screenshots are taken on Linux only".to_owned())
}
