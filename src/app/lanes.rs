//! Ties the lanes to webviews: requests leave the UI thread at once, and answers come back to it.

use super::{Assets, run::Event, window::OpenWindow};
use crate::{
    gateway::{Pipeline, Sessions},
    ipc::Room,
    name::Label,
    transport::{Body, Message, SCHEME, answer_message},
};
use http::{Request, Response, StatusCode};
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};
use tao::event_loop::EventLoopProxy;
use tokio::runtime::Handle;
use wry::WebViewBuilder;

/// The scheme of the frontend's files.
const APP_SCHEME: &str = "app";

/// What answers pages, away from the UI thread.
#[derive(Clone)]
pub(super) struct Lanes {
    pub(super) pipeline: Arc<Pipeline>,
    pub(super) sessions: Arc<Sessions>,
    pub(super) assets: Arc<Assets>,
    /// Webviews that get none of the app's files: their pages are not the app's.
    pub(super) remote: Arc<BTreeSet<Label>>,
    pub(super) runtime: Handle,
}

impl Lanes {
    #[cfg(not(target_os = "linux"))]
    async fn answer_call(self, from: Option<Label>, request: Request<Vec<u8>>) -> Response<Body> {
        let session = from.and_then(|label| self.sessions.find(&label));
        crate::transport::answer_request(&self.pipeline, session.as_deref(), request).await
    }

    async fn answer_page(self, from: Option<Label>, request: Request<Vec<u8>>) -> Response<Body> {
        if from.is_none_or(|label| self.remote.contains(&label)) {
            return refused(StatusCode::FORBIDDEN);
        }
        let assets = Arc::clone(&self.assets);
        let answer = self.runtime.spawn_blocking(move || assets.answer(&request));
        answer.await.unwrap_or_else(|_| refused(StatusCode::INTERNAL_SERVER_ERROR))
    }

    /// The message lane: wry's `window.ipc`, with replies evaluated in the page.
    pub(super) fn attach_messages<'a>(
        &self,
        builder: WebViewBuilder<'a>,
        label: &Label,
        proxy: &EventLoopProxy<Event>,
    ) -> WebViewBuilder<'a> {
        let (lanes, webview, proxy) = (self.clone(), label.clone(), proxy.clone());
        builder.with_ipc_handler(move |request| {
            let page = request.uri().to_string();
            let Some(message) = Message::parse(request.body()) else { return };
            let Some(session) = lanes.sessions.find(&webview) else { return };
            let (pipeline, webview, proxy) =
                (Arc::clone(&lanes.pipeline), webview.clone(), proxy.clone());
            lanes.runtime.spawn(async move {
                if let Some(script) = answer_message(&pipeline, &session, &page, message).await {
                    // The loop is gone only when the app is.
                    let room = Room::unbounded();
                    let _ = proxy.send_event(Event::Evaluate { webview, script, room });
                }
            });
        })
    }
}

fn refused(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::Borrowed(&[]));
    *response.status_mut() = status;
    response
}

/// Registers both schemes with the web context that the windows share.
#[cfg(target_os = "linux")]
pub(super) fn register(
    lanes: &Lanes,
    context: &webkit2gtk::WebContext,
    webviews: &std::rc::Rc<std::cell::RefCell<Vec<(webkit2gtk::WebView, Label)>>>,
) {
    use crate::transport;
    use std::{cell::RefCell, rc::Rc};

    /// Runs a future on the runtime, and waits for it on the UI thread without blocking it.
    async fn away(
        runtime: &Handle,
        answer: impl Future<Output = Response<Body>> + Send + 'static,
    ) -> Response<Body> {
        let answer = runtime.spawn(answer).await;
        answer.unwrap_or_else(|_| refused(StatusCode::INTERNAL_SERVER_ERROR))
    }

    let label = |known: &Rc<RefCell<Vec<(webkit2gtk::WebView, Label)>>>| {
        let known = Rc::clone(known);
        move |webview: &webkit2gtk::WebView| {
            let known = known.borrow();
            known.iter().find(|(known, _)| known == webview).map(|(_, label)| label.clone())
        }
    };
    let calls = lanes.clone();
    transport::register(context, SCHEME, label(webviews), move |from, parts, body| {
        let session = from.and_then(|label| calls.sessions.find(&label));
        let begun = transport::begin(&calls.pipeline, session.as_deref(), &parts, None);
        let (pipeline, runtime) = (Arc::clone(&calls.pipeline), calls.runtime.clone());
        async move {
            match begun {
                transport::Begun::Answered(response) => response,
                transport::Begun::Admitted(admission) => {
                    let body = body.read(admission.max_body());
                    let run = async move {
                        transport::complete(&pipeline, admission, &parts, body).await
                    };
                    away(&runtime, run).await
                }
            }
        }
    });
    let pages = lanes.clone();
    transport::register(context, APP_SCHEME, label(webviews), move |from, parts, _| {
        let pages = pages.clone();
        async move {
            let runtime = pages.runtime.clone();
            away(&runtime, pages.answer_page(from, Request::from_parts(parts, Vec::new()))).await
        }
    });
}

/// Registers both schemes with one webview, where schemes belong to webviews.
#[cfg(not(target_os = "linux"))]
pub(super) fn attach<'a>(lanes: &Lanes, builder: WebViewBuilder<'a>) -> WebViewBuilder<'a> {
    let (calls, pages) = (lanes.clone(), lanes.clone());
    builder
        .with_asynchronous_custom_protocol(SCHEME.into(), move |label, request, responder| {
            let (lanes, from) = (calls.clone(), label.parse().ok());
            calls.runtime.spawn(async move {
                responder.respond(lanes.answer_call(from, request).await);
            });
        })
        .with_asynchronous_custom_protocol(APP_SCHEME.into(), move |label, request, responder| {
            let (lanes, from) = (pages.clone(), label.parse().ok());
            pages.runtime.spawn(async move {
                responder.respond(lanes.answer_page(from, request).await);
            });
        })
}

/// Runs a script in the window's page; `room` is kept until the page has run it.
pub(super) fn evaluate(window: &OpenWindow, script: &str, room: Room) {
    // A page that is being replaced cannot run it, and needs it no more.
    let _ = if room.is_bounded() {
        let room = Mutex::new(Some(room));
        let has_run =
            move |_: String| drop(room.lock().unwrap_or_else(PoisonError::into_inner).take());
        window.webview.evaluate_script_with_callback(script, has_run)
    } else {
        window.webview.evaluate_script(script)
    };
}
