//! The message lane: `window.ipc.postMessage` on systems other than Linux, when a page's CSP blocks the protocol lane.

use crate::{
    gateway::{Answer, ContentType, Pipeline, RequestHead, Session},
    ipc::{InvokeResponse, Rejection, RejectionCode},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Deserialize;
use std::collections::BTreeMap;

/// What the bridge posts.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Message {
    command: String,
    callback: u32,
    error: u32,
    key: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    content_type: String,
    body: String,
}

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Message").field("command", &self.command).finish_non_exhaustive()
    }
}

impl Message {
    /// Reads what a page posted. Anything else than the bridge's own messages is `None` and gets no answer.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

/// Answers one message with the script that settles the page's promise; a wrong key gets none.
///
/// `page` is the address of the document that posted, as the engine reports it.
pub async fn answer(
    pipeline: &Pipeline,
    session: &Session,
    page: &str,
    message: Message,
) -> Option<String> {
    let path =
        percent_encoding::utf8_percent_encode(&message.command, percent_encoding::NON_ALPHANUMERIC);
    let origin = origin_of(page);
    let names: Vec<(String, &String)> = message
        .headers
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value))
        .filter(|(name, _)| {
            !matches!(name.as_str(), "origin" | "tauri-invoke-key" | "content-type")
        })
        .collect();
    let content_type = message.content_type.as_str();
    let own = [("tauri-invoke-key", message.key.as_str()), ("content-type", content_type)];
    let origin = origin.as_deref().map(|origin| ("origin", origin));
    let others = names.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let head = RequestHead::new(&path.to_string(), own.into_iter().chain(origin).chain(others));
    let is_raw = ContentType::parse(content_type) == Some(ContentType::Raw);
    let answer = match pipeline.admit(session, head, None) {
        Err(answer) => answer,
        Ok(admission) => {
            let body = message.body;
            let bytes = if is_raw { STANDARD.decode(body).ok() } else { Some(body.into_bytes()) };
            if let Some(bytes) = bytes {
                pipeline.run(admission, bytes).await
            } else {
                let message = "the bytes are not base64";
                pipeline.reject(admission, Rejection::new(RejectionCode::InvalidRequest, message))
            }
        }
    };
    match answer {
        Answer::Ok(response) => Some(super::callback(message.callback, &response)),
        Answer::Rejected(error) => {
            Some(super::callback(message.error, &InvokeResponse::Json(error.to_string())))
        }
        Answer::Silence => None,
    }
}

/// `scheme://host[:port]` of an address.
fn origin_of(page: &str) -> Option<String> {
    let (scheme, rest) = page.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    Some(format!("{scheme}://{authority}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_the_start_of_an_address() {
        assert_eq!(origin_of("app://localhost/a/b?c#d").as_deref(), Some("app://localhost"));
        assert_eq!(origin_of("about:blank"), None);
        // The pipeline refuses an origin with a user name.
        assert_eq!(origin_of("https://u@evil.example/").as_deref(), Some("https://u@evil.example"));
    }
}
