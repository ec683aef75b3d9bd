//! The event loop: windows, their pages' events, and the end.

use super::{
    Assets, Editor, Notice, Services, all_plugins, build, connect,
    lanes::{self, Lanes},
    ready, screenshot,
    terminal::TerminalAudit,
    window::{self, OpenWindow, Settings},
};
use crate::{
    command::Registry,
    gateway::{Mode, Pipeline, Sessions, Snapshot},
    ipc::Room,
    manifest::{Page, Unlisted},
    name::Label,
    plugin::Plugins,
    policy::PolicyStore,
    reload::{Change, LoadOptions, Loaded, Watch},
};
use std::{
    collections::BTreeSet,
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tao::{
    event::{Event as LoopEvent, WindowEvent},
    event_loop::{ControlFlow, EventLoop, EventLoopBuilder, EventLoopProxy},
    platform::run_return::EventLoopExtRunReturn as _,
};
use thiserror::Error;
use tokio::runtime::Runtime;
use wry::{WebContext, WebViewBuilder};

/// How long running calls have to end when the app ends.
const LAST_CALLS: Duration = Duration::from_secs(1);

/// Where notices go; called on any thread.
type Tell = Box<dyn Fn(Notice) + Send + Sync>;

/// How to run.
pub struct Options {
    /// The manifest's path.
    pub manifest: PathBuf,
    /// What was read beside it, and is again with each edit: guardrails, a profile.
    pub load: LoadOptions,
    /// The Rust functions that `native` can name.
    pub registry: Registry,
    /// Whether edits apply and rejections explain themselves.
    pub mode: Mode,
    /// Where to write a picture of the first window once its page is ready.
    pub screenshot: Option<PathBuf>,
    /// Whether the message lane is offered. It is wherever there is no isolated world, and on Linux only in tests.
    pub has_message_lane: bool,
    /// Where notices go.
    pub tell: Tell,
}

impl Options {
    /// Development mode, on the lanes of this system.
    pub fn new(manifest: PathBuf, registry: Registry, tell: Tell) -> Self {
        Self {
            manifest,
            load: LoadOptions::default(),
            registry,
            mode: Mode::Development,
            screenshot: None,
            has_message_lane: !cfg!(target_os = "linux"),
            tell,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options").field("manifest", &self.manifest).finish_non_exhaustive()
    }
}

/// Why the app could not run.
#[derive(Debug, Error)]
pub enum RunError {
    /// The manifest has errors, which were reported already.
    #[error("the manifest has errors")]
    Manifest,
    /// The manifest opens no window.
    #[error("the manifest declares no window; add one: `windows: {{ main: {{}} }}`")]
    NoWindow,
    /// `unlisted: additive` is for development.
    #[error("`unlisted: additive` is for development; grant commands by name to run in production")]
    AdditiveInProduction,
    /// Neither DISPLAY nor WAYLAND_DISPLAY leads to a screen.
    #[error("there is no display; set DISPLAY, or start it under `xvfb-run`")]
    NoDisplay,
    /// The system refused threads, randomness or a window.
    #[error("{0}")]
    System(String),
}

/// What the event loop is asked to do.
#[derive(Debug)]
pub(super) enum Event {
    Evaluate { webview: Label, script: String, room: Room },
    Loaded(Label),
    Ready,
    Quit,
}

fn system(error: impl fmt::Display) -> RunError {
    RunError::System(error.to_string())
}

/// Opens the windows of a loaded manifest and runs until the last one is closed.
///
/// Must be called on the main thread. Commands run on threads of their own; they end when the app ends.
pub fn run(loaded: &Loaded, options: Options) -> Result<(), RunError> {
    let manifest = loaded.manifest.as_ref().ok_or(RunError::Manifest)?;
    if manifest.windows.is_empty() {
        return Err(RunError::NoWindow);
    }
    if options.mode == Mode::Production && manifest.unlisted.value == Unlisted::Additive {
        return Err(RunError::AdditiveInProduction);
    }
    #[cfg(target_os = "linux")]
    if gtk::init().is_err() {
        return Err(RunError::NoDisplay);
    }
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(system)?;
    let tell: Arc<dyn Fn(Notice) + Send + Sync> = Arc::from(options.tell);
    let say = Arc::clone(&tell);
    let services = Services::new(move |notice| say(notice)).starting_on(runtime.handle().clone());
    let services = Arc::new(services);
    let store = PolicyStore::new(|generation| {
        build(manifest, &loaded.sources, &options.registry, &services, generation)
    });
    let audit = TerminalAudit::new(Arc::clone(&tell));
    let pipeline = Arc::new(Pipeline::new(store, options.mode, Box::new(audit)));
    connect(&pipeline, &options.registry, &services);
    let sessions = Arc::new(Sessions::default());
    let editor = Editor {
        path: options.manifest.clone(),
        options: options.load.clone(),
        registry: options.registry.clone(),
        services,
        pipeline: Arc::clone(&pipeline),
        sessions: Arc::clone(&sessions),
        app: manifest.app.clone(),
        windows: manifest.windows.clone(),
    };
    let (registry, services) = (options.registry, Arc::clone(&editor.services));
    let event_loop = EventLoopBuilder::<Event>::with_user_event().build();
    let snapshot = pipeline.store().snapshot();
    let assets = Assets::new(snapshot.policy.app.frontend.clone(), &snapshot.policy.app.csp);
    let lanes = Lanes {
        pipeline,
        sessions,
        assets: Arc::new(assets),
        remote: Arc::new(remote_windows(&snapshot)),
        runtime: runtime.handle().clone(),
    };
    let plugins = Arc::new(all_plugins(&registry, &services));
    let settings = Settings {
        plugins: Arc::clone(&plugins),
        proxy: event_loop.create_proxy(),
        has_message_lane: options.has_message_lane,
        has_devtools: options.mode == Mode::Development,
    };
    let windows = open_all(&event_loop, &settings, &lanes, &snapshot)?;
    let watch =
        (options.mode == Mode::Development).then(|| watch(editor, loaded, &tell)).transpose()?;
    tell(Notice::Started {
        windows: windows.iter().map(|window| window.label.clone()).collect(),
        watch: watch.as_ref().map(Watch::mode),
    });
    runtime.spawn(quit_on_signal(settings.proxy.clone()));
    let proxy = Mutex::new(settings.proxy.clone());
    let quit = Arc::new(move || {
        let proxy = proxy.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = proxy.send_event(Event::Quit);
    });
    for registry in [&registry, services.builtins.registry()] {
        let quit = Arc::clone(&quit);
        registry.on_exit(move || quit());
    }
    let app = Running {
        windows,
        lanes,
        tell,
        screenshot: options.screenshot,
        loaded: BTreeSet::new(),
        plugins: Arc::clone(&plugins),
    };
    app.run(event_loop, &settings.proxy, &runtime);
    drop(watch);
    runtime.shutdown_timeout(LAST_CALLS);
    plugins.iter().for_each(Plugins::end);
    Ok(())
}

/// Windows whose page is not the app's.
fn remote_windows(snapshot: &Snapshot) -> BTreeSet<Label> {
    let windows = snapshot.policy.windows.iter();
    let remote = windows.filter(|window| matches!(window.page, Page::Remote(_)));
    remote.map(|window| window.label.clone()).collect()
}

/// Starts watching; an edit made while the windows opened is noticed at once.
fn watch(
    editor: Editor,
    loaded: &Loaded,
    tell: &Arc<dyn Fn(Notice) + Send + Sync>,
) -> Result<Watch, RunError> {
    let (path, options) = (editor.path.clone(), editor.options.clone());
    let tell = Arc::clone(tell);
    let on_change = move |change| match change {
        Change::Content(snapshot) => tell(editor.apply(&snapshot)),
        Change::Mode(mode) => tell(Notice::Watching(mode)),
    };
    Watch::start(&path, options, loaded.snapshot.clone(), on_change).map_err(system)
}

fn open_all(
    event_loop: &EventLoop<Event>,
    settings: &Settings,
    lanes: &Lanes,
    snapshot: &Snapshot,
) -> Result<Vec<OpenWindow>, RunError> {
    let policy = &snapshot.policy;
    let mut context = WebContext::new(data_folder(&policy.app.id));
    #[cfg(target_os = "linux")]
    let known = std::rc::Rc::default();
    let mut windows = Vec::new();
    for spec in &policy.windows {
        let session =
            Arc::new(window::session(&spec.label, policy, &settings.proxy).map_err(system)?);
        let mut builder = WebViewBuilder::new_with_web_context(&mut context);
        if settings.has_message_lane {
            builder = lanes.attach_messages(builder, &spec.label, &settings.proxy);
        }
        #[cfg(not(target_os = "linux"))]
        let builder = lanes::attach(lanes, builder);
        let open = window::open(event_loop, settings, spec, &session, builder).map_err(system)?;
        lanes.sessions.insert(session);
        #[cfg(target_os = "linux")]
        register_webview(lanes, &open, &known, windows.is_empty());
        open.load(&spec.page).map_err(system)?;
        windows.push(open);
    }
    Ok(windows)
}

/// Makes a webview known to the schemes, which all webviews of the context share.
#[cfg(target_os = "linux")]
fn register_webview(
    lanes: &Lanes,
    open: &OpenWindow,
    known: &std::rc::Rc<std::cell::RefCell<Vec<(webkit2gtk::WebView, Label)>>>,
    is_first: bool,
) {
    use webkit2gtk::WebViewExt as _;
    use wry::WebViewExtUnix as _;
    let webview = open.webview.webview();
    if is_first && let Some(context) = webview.context() {
        lanes::register(lanes, &context, known);
    }
    known.borrow_mut().push((webview, open.label.clone()));
}

/// Storage of pages is kept per app.
#[cfg(target_os = "linux")]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere the system chooses the folder")]
fn data_folder(id: &str) -> Option<PathBuf> {
    Some(gtk::glib::user_data_dir().join(id))
}

/// The system chooses the folder by the program's own identity.
#[cfg(not(target_os = "linux"))]
fn data_folder(_: &str) -> Option<PathBuf> {
    None
}

/// Programs that commands started are in groups of their own, which a terminal's Ctrl-C does not reach: the app ends in
/// order, and ends them.
async fn quit_on_signal(proxy: EventLoopProxy<Event>) {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminate) = signal(SignalKind::terminate()) else { return };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    if tokio::signal::ctrl_c().await.is_err() {
        return;
    }
    let _ = proxy.send_event(Event::Quit);
}

/// The app while its windows are open.
struct Running {
    windows: Vec<OpenWindow>,
    lanes: Lanes,
    tell: Arc<dyn Fn(Notice) + Send + Sync>,
    screenshot: Option<PathBuf>,
    /// Windows whose first page has loaded.
    loaded: BTreeSet<Label>,
    plugins: Arc<[Plugins; 2]>,
}

impl Running {
    fn run(
        mut self,
        mut event_loop: EventLoop<Event>,
        proxy: &EventLoopProxy<Event>,
        runtime: &Runtime,
    ) {
        event_loop.run_return(|event, _, control| {
            *control = ControlFlow::Wait;
            match event {
                LoopEvent::UserEvent(Event::Quit) => self.close(|_| true),
                LoopEvent::UserEvent(event) => self.handle(event, proxy, runtime),
                LoopEvent::WindowEvent {
                    event: WindowEvent::CloseRequested, window_id, ..
                } => {
                    self.close(|window| window.window.id() == window_id);
                }
                _ => {}
            }
            if self.windows.is_empty() {
                *control = ControlFlow::Exit;
            }
        });
    }

    fn handle(&mut self, event: Event, proxy: &EventLoopProxy<Event>, runtime: &Runtime) {
        match event {
            Event::Evaluate { webview, script, room } => {
                if let Some(window) = self.windows.iter().find(|window| window.label == webview) {
                    lanes::evaluate(window, &script, room);
                }
            }
            Event::Loaded(label) => {
                let is_first = self.loaded.insert(label.clone());
                if is_first {
                    let plugins = Arc::clone(&self.plugins);
                    runtime.spawn_blocking(move || {
                        plugins.iter().for_each(|plugins| plugins.window_ready(&label));
                    });
                }
                if is_first && self.windows.iter().all(|window| self.loaded.contains(&window.label))
                {
                    let (lanes, proxy) = (self.lanes.clone(), proxy.clone());
                    runtime.spawn(async move {
                        ready::wait(&lanes.pipeline, &lanes.sessions).await;
                        let _ = proxy.send_event(Event::Ready);
                    });
                }
            }
            Event::Ready => self.ready(),
            Event::Quit => {}
        }
    }

    fn ready(&mut self) {
        for window in &self.windows {
            (self.tell)(Notice::Ready(window.label.clone()));
        }
        let Some(file) = self.screenshot.take() else { return };
        for (index, window) in self.windows.iter().enumerate() {
            let file = if index == 0 { file.clone() } else { labelled(&file, &window.label) };
            let (tell, label) = (Arc::clone(&self.tell), window.label.clone());
            screenshot::write(window, file, move |written| {
                tell(match written {
                    Ok(file) => Notice::Screenshot(file),
                    Err(error) => Notice::Failed(format!("no screenshot of `{label}`: {error}")),
                });
            });
        }
    }

    /// Closes windows; their calls end with their documents.
    fn close(&mut self, is_closing: impl Fn(&OpenWindow) -> bool) {
        let (closed, open): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.windows).into_iter().partition(is_closing);
        self.windows = open;
        for window in closed {
            self.lanes.sessions.remove(&window.label);
        }
    }
}

/// `demo.png` for the window `about` is `demo-about.png`.
fn labelled(file: &Path, label: &Label) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let safe: String =
        label.as_str().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let extension = file.extension().map_or("png".into(), |text| text.to_string_lossy());
    file.with_file_name(format!("{stem}-{safe}.{extension}"))
}
