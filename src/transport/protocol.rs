//! The protocol lane: `POST ipc://localhost/<command>`, everywhere; HTTP in, HTTP out.
//!
//! Follows the design's table of the wire, which is that of Tauri 2's custom protocol.

use crate::{
    gateway::{Admission, Answer, Pipeline, RequestHead, Session},
    ipc::InvokeResponse,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header, request::Parts};
use std::borrow::Cow;

/// The scheme of this lane.
pub const SCHEME: &str = "ipc";

/// A response's body.
pub type Body = Cow<'static, [u8]>;

const ALLOWED_HEADERS: &str =
    "Content-Type, Tauri-Callback, Tauri-Error, Tauri-Invoke-Key, Tauri-Channel-Id";
const RESPONSE_HEADER: &str = "Tauri-Response";

/// How a request goes on once its head has been looked at.
#[derive(Debug)]
pub enum Begun {
    /// It is answered, and its body need not be read.
    Answered(Response<Body>),
    /// The call may run; its body is at most [`Admission::max_body`] bytes long.
    Admitted(Admission),
}

/// Looks at a request's head. `session` is that of the webview that sent it, or `None` if there is no such webview;
/// `length` is that of the body, where it is known.
pub fn begin(
    pipeline: &Pipeline,
    session: Option<&Session>,
    parts: &Parts,
    length: Option<usize>,
) -> Begun {
    let cors = |response| Begun::Answered(with_cors(response, &parts.headers));
    if parts.method == Method::OPTIONS {
        return cors(preflight(&parts.headers));
    }
    let Some(session) = session else {
        return cors(text(StatusCode::NOT_FOUND, "no such webview"));
    };
    if parts.method != Method::POST {
        return cors(text(StatusCode::METHOD_NOT_ALLOWED, "calls are POST requests"));
    }
    let headers = parts.headers.iter();
    // A header that is not text is there all the same: it must not pass for one that was not sent.
    let headers =
        headers.map(|(name, value)| (name.as_str(), value.to_str().unwrap_or("\u{fffd}")));
    let head = RequestHead::new(parts.uri.path(), headers);
    match pipeline.admit(session, head, length) {
        Ok(admission) => Begun::Admitted(admission),
        Err(answer) => Begun::Answered(response(answer, &parts.headers)),
    }
}

/// Runs a call whose body has been read.
pub async fn complete(
    pipeline: &Pipeline,
    admission: Admission,
    parts: &Parts,
    body: Vec<u8>,
) -> Response<Body> {
    response(pipeline.run(admission, body).await, &parts.headers)
}

/// Answers one request whose body the engine has read already.
pub async fn answer(
    pipeline: &Pipeline,
    session: Option<&Session>,
    request: Request<Vec<u8>>,
) -> Response<Body> {
    let (parts, body) = request.into_parts();
    match begin(pipeline, session, &parts, Some(body.len())) {
        Begun::Answered(response) => response,
        Begun::Admitted(admission) => complete(pipeline, admission, &parts, body).await,
    }
}

fn response(answer: Answer, request: &HeaderMap) -> Response<Body> {
    let reply = match answer {
        Answer::Ok(InvokeResponse::Json(json)) => {
            reply(StatusCode::OK, "ok", "application/json", json.into_bytes())
        }
        Answer::Ok(InvokeResponse::Raw(bytes)) => {
            reply(StatusCode::OK, "ok", "application/octet-stream", bytes)
        }
        Answer::Rejected(error) => {
            let body = error.to_string().into_bytes();
            reply(StatusCode::BAD_REQUEST, "error", "application/json", body)
        }
        // Without CORS headers the engine fails the page's fetch with a network error that says nothing.
        Answer::Silence => return text(StatusCode::FORBIDDEN, ""),
    };
    with_cors(reply, request)
}

fn text(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(Cow::Borrowed(text.as_bytes()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    response
}

fn reply(
    status: StatusCode,
    outcome: &'static str,
    content_type: &'static str,
    body: Vec<u8>,
) -> Response<Body> {
    let mut response = Response::new(Cow::Owned(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(RESPONSE_HEADER, HeaderValue::from_static(outcome));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn preflight(request: &HeaderMap) -> Response<Body> {
    let mut response = Response::new(Cow::Borrowed(&[][..]));
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST, OPTIONS"));
    // A page may send headers of its own to its commands: what it asks for is what it may send.
    let asked = request.get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned();
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        asked.unwrap_or(HeaderValue::from_static(ALLOWED_HEADERS)),
    );
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    response
}

/// The response may be read by the origin that asked, and by no other.
fn with_cors(mut response: Response<Body>, request: &HeaderMap) -> Response<Body> {
    let origin = request.get(header::ORIGIN).cloned();
    let headers = response.headers_mut();
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        origin.unwrap_or(HeaderValue::from_static("null")),
    );
    headers.insert(header::VARY, HeaderValue::from_static("Origin"));
    headers
        .insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(RESPONSE_HEADER));
    response
}
