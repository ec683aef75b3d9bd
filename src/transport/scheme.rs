//! Custom schemes on Linux, registered with WebKitGTK itself: the protocol lane, and the frontend's files.
//!
//! wry's own reader of request bodies stops at the first short read, and so can lose the end of a body; this one reads
//! to the true end, in large steps.

use super::Body;
use crate::name::Label;
use gtk::{gio, glib, prelude::*};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, request::Parts};
use soup::{MessageHeaders, MessageHeadersType};
use std::future::Future;
use webkit2gtk::{
    SecurityManagerExt as _, URISchemeRequest, URISchemeRequestExt as _, URISchemeResponse,
    URISchemeResponseExt as _, WebContext, WebContextExt as _, WebView,
};

/// First step of reading a body; steps grow to [`LAST_STEP`].
const FIRST_STEP: usize = 64 << 10;
const LAST_STEP: usize = 4 << 20;

/// The body of a request, still unread. It stays on the UI thread.
#[derive(Debug)]
pub struct Incoming(URISchemeRequest);

impl Incoming {
    /// Reads the body to its end, or to one byte more than `max`.
    pub fn read(&self, max: usize) -> Vec<u8> {
        let Some(stream) = self.0.http_body() else { return Vec::new() };
        let mut body = Vec::new();
        let mut step = FIRST_STEP;
        while body.len() <= max {
            let length = body.len();
            body.resize(length + step.min(max - length + 1), 0);
            let Some(free) = body.get_mut(length..) else { break };
            let read = stream.read(free, None::<&gio::Cancellable>).unwrap_or(0);
            body.truncate(length + read);
            if read == 0 {
                break;
            }
            step = (step * 2).min(LAST_STEP);
        }
        body
    }
}

/// Registers a scheme with a web context, once for all its webviews.
///
/// `label` says which webview a request came from; `answer` is called on the UI thread, and what it starts must do its
/// work elsewhere.
pub fn register<A>(
    context: &WebContext,
    scheme: &str,
    label: impl Fn(&WebView) -> Option<Label> + 'static,
    answer: impl Fn(Option<Label>, Parts, Incoming) -> A + 'static,
) where
    A: Future<Output = Response<Body>> + 'static,
{
    if let Some(security) = context.security_manager() {
        security.register_uri_scheme_as_secure(scheme);
    }
    context.register_uri_scheme(scheme, move |request| {
        let from = request.web_view().and_then(|webview| label(&webview));
        let request = request.clone();
        let Some(parts) = head(&request) else {
            let mut error = glib::Error::new(gio::IOErrorEnum::InvalidData, "not an HTTP request");
            request.finish_error(&mut error);
            return;
        };
        let answer = answer(from, parts, Incoming(request.clone()));
        // The request object stays on this thread; only the answer's parts come from others.
        glib::MainContext::default().spawn_local(async move {
            finish(&request, answer.await);
        });
    });
}

fn head(request: &URISchemeRequest) -> Option<Parts> {
    let uri = request.uri()?;
    let mut headers = HeaderMap::new();
    if let Some(given) = request.http_headers() {
        given.foreach(|name, value| {
            let name = HeaderName::from_bytes(name.as_bytes());
            if let (Ok(name), Ok(value)) = (name, HeaderValue::from_bytes(value.as_bytes())) {
                headers.append(name, value);
            }
        });
    }
    let method = request.http_method()?;
    let request = Request::builder().uri(uri.as_str()).method(method.as_str()).body(()).ok()?;
    let (mut parts, ()) = request.into_parts();
    parts.headers = headers;
    Some(parts)
}

fn finish(request: &URISchemeRequest, response: Response<Body>) {
    let (parts, body) = response.into_parts();
    let headers = MessageHeaders::new(MessageHeadersType::Response);
    for (name, value) in &parts.headers {
        headers.append(name.as_str(), value.to_str().unwrap_or_default());
    }
    let length = i64::try_from(body.len()).unwrap_or(i64::MAX);
    let bytes = match body {
        Body::Borrowed(bytes) => glib::Bytes::from_static(bytes),
        Body::Owned(bytes) => glib::Bytes::from_owned(bytes),
    };
    let stream = gio::MemoryInputStream::from_bytes(&bytes);
    let answer = URISchemeResponse::new(&stream, length);
    answer.set_status(u32::from(parts.status.as_u16()), None);
    if let Some(kind) = parts.headers.get(http::header::CONTENT_TYPE).and_then(|v| v.to_str().ok())
    {
        answer.set_content_type(kind);
    }
    answer.set_http_headers(headers);
    request.finish_with_response(&answer);
}
