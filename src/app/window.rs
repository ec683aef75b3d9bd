//! One window with its webview: closed to everything that the manifest does not open.

use super::run::Event;
use crate::{
    channel::{Outbox, Page, PageCall},
    gateway::{InvokeKey, Session},
    ipc::{Room, SinkError},
    manifest::{Page as WindowPage, Window},
    name::Label,
    pattern::Origin,
    plugin::Plugins,
    policy::Policy,
    transport::{Bridge, page_call},
};
use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};
use tao::{
    dpi::LogicalSize,
    event_loop::{EventLoopProxy, EventLoopWindowTarget},
    window::WindowBuilder,
};
use wry::{NewWindowResponse, PageLoadEvent, WebView, WebViewBuilder};

/// A window and the webview in it; dropping it closes both.
pub(super) struct OpenWindow {
    pub(super) label: Label,
    // Before the window, which must outlive it.
    pub(super) webview: WebView,
    pub(super) window: tao::window::Window,
}

/// The page of one webview, reached through the event loop.
struct WebPage {
    webview: Label,
    proxy: Mutex<EventLoopProxy<Event>>,
}

impl fmt::Debug for WebPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebPage").field("webview", &self.webview).finish_non_exhaustive()
    }
}

impl Page for WebPage {
    fn run(&self, call: PageCall, room: Room) -> Result<(), SinkError> {
        let (webview, script) = (self.webview.clone(), page_call(&call));
        let event = Event::Evaluate { webview, script, room };
        let proxy = self.proxy.lock().unwrap_or_else(PoisonError::into_inner);
        proxy.send_event(event).map_err(|_| SinkError::Closed)
    }
}

/// Makes the gateway's side of a webview, with a new key.
pub(super) fn session(
    label: &Label,
    policy: &Policy,
    proxy: &EventLoopProxy<Event>,
) -> Result<Session, getrandom::Error> {
    let page = WebPage { webview: label.clone(), proxy: Mutex::new(proxy.clone()) };
    let channels = &policy.channels;
    let outbox = Outbox::new(Arc::new(page), channels.json_threshold, channels.raw_threshold);
    Ok(Session::new(label.clone(), label.clone(), InvokeKey::generate()?, Arc::new(outbox)))
}

/// The address that a window begins with.
fn address(page: &WindowPage) -> String {
    match page {
        WindowPage::App(path) => format!("{}/{path}", Origin::app()),
        WindowPage::Remote(url) => url.to_string(),
        // Windows of a template do not open yet: `unsupported` keeps such a manifest from starting.
        WindowPage::Template { .. } => "about:blank".to_owned(),
    }
}

/// The origin of an address; `None` for addresses that have none, such as `data:`.
fn origin_of(address: &str) -> Option<Origin> {
    let url = url::Url::parse(address).ok()?;
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{}{port}", url.scheme(), url.host_str()?).parse().ok()
}

/// Whether a webview may go to an address: its page's own origin, and the blank documents that frames begin with.
fn may_navigate(home: Option<&Origin>, to: &str) -> bool {
    if matches!(to, "about:blank" | "about:srcdoc") {
        return true;
    }
    let origin = origin_of(to);
    origin.is_some() && origin.as_ref() == home
}

/// What is the same for every window of a run.
pub(super) struct Settings {
    pub(super) proxy: EventLoopProxy<Event>,
    pub(super) has_message_lane: bool,
    pub(super) has_devtools: bool,
    pub(super) plugins: Arc<[Plugins; 2]>,
}

/// Opens a window; `builder` has the lanes attached, and nothing is loaded yet.
pub(super) fn open(
    target: &EventLoopWindowTarget<Event>,
    settings: &Settings,
    spec: &Window,
    session: &Arc<Session>,
    builder: WebViewBuilder<'_>,
) -> Result<OpenWindow, Box<dyn std::error::Error>> {
    let [width, height] = spec.size;
    let window = WindowBuilder::new()
        .with_title(&spec.title)
        .with_inner_size(LogicalSize::new(width, height))
        .build(target)?;
    let bridge = Bridge {
        window: &spec.label,
        webview: &spec.label,
        key: session.key(),
        has_message_lane: settings.has_message_lane,
    };
    let home = origin_of(&address(&spec.page));
    let (document, proxy) = (Arc::clone(session), settings.proxy.clone());
    let label = spec.label.clone();
    let (plugins, webview) = (Arc::clone(&settings.plugins), spec.label.clone());
    let builder = builder
        .with_id(spec.label.as_str())
        .with_initialization_script_for_main_only(bridge.script(), true)
        .with_navigation_handler(move |to| {
            let mut plugins = plugins.iter();
            may_navigate(home.as_ref(), &to)
                && plugins.all(|plugins| plugins.may_navigate(&webview, &to))
        })
        .with_new_window_req_handler(|_, _| NewWindowResponse::Deny)
        .with_download_started_handler(|_, _| false)
        .with_devtools(settings.has_devtools)
        .with_on_page_load_handler(move |event, _| {
            match event {
                // At once: by the next turn of the loop the new document may have called.
                PageLoadEvent::Started => document.end_document(),
                PageLoadEvent::Finished => {
                    // The loop is gone only when the app is.
                    let _ = proxy.send_event(Event::Loaded(label.clone()));
                }
            }
        });
    let scripts = match &spec.page {
        WindowPage::App(_) => settings.plugins.iter().flat_map(Plugins::scripts).collect(),
        WindowPage::Remote(_) | WindowPage::Template { .. } => Vec::new(),
    };
    let builder = scripts.into_iter().fold(builder, |builder, script: String| {
        builder.with_initialization_script_for_main_only(script, true)
    });
    let webview = build(builder, &window)?;
    Ok(OpenWindow { label: spec.label.clone(), webview, window })
}

#[cfg(target_os = "linux")]
fn build(builder: WebViewBuilder<'_>, window: &tao::window::Window) -> wry::Result<WebView> {
    use tao::platform::unix::WindowExtUnix as _;
    use webkit2gtk::{SettingsExt as _, WebViewExt as _};
    use wry::{WebViewBuilderExtUnix as _, WebViewExtUnix as _};
    let container = window.default_vbox().ok_or(wry::Error::UnsupportedWindowHandle)?;
    let webview = builder.build_gtk(container)?;
    // A document that came back would believe that its calls, channels and listeners go on.
    if let Some(settings) = webview.webview().settings() {
        settings.set_enable_page_cache(false);
    }
    Ok(webview)
}

#[cfg(not(target_os = "linux"))]
fn build(builder: WebViewBuilder<'_>, window: &tao::window::Window) -> wry::Result<WebView> {
    builder.build(window)
}

impl OpenWindow {
    /// Loads the window's first page.
    pub(super) fn load(&self, page: &WindowPage) -> wry::Result<()> {
        self.webview.load_url(&address(page))
    }
}
