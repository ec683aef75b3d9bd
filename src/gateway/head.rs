//! Stage 1, head: what a lane knows before anybody looks at the body.

use super::cancel;
use crate::{
    ipc::{Rejection, RejectionCode},
    name::CommandName,
};
use percent_encoding::percent_decode_str;
use std::fmt;

/// The command by which a page fetches a channel's large messages; the npm package sends this name.
pub(super) const CHANNEL_FETCH: &str = "plugin:__TAURI_CHANNEL__|fetch";

/// The header with the id of a waiting message.
const CHANNEL_ID_HEADER: &str = "tauri-channel-id";

/// What the body is said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentType {
    /// `application/json`, also when nothing is said.
    Json,
    /// `application/octet-stream`.
    Raw,
}

impl ContentType {
    /// Reads a `Content-Type`, whatever its case and parameters; any other than these two is `None`.
    pub fn parse(value: &str) -> Option<Self> {
        let essence = value.split(';').next().unwrap_or_default().trim();
        if essence.eq_ignore_ascii_case("application/json") {
            Some(Self::Json)
        } else if essence.eq_ignore_ascii_case("application/octet-stream") {
            Some(Self::Raw)
        } else {
            None
        }
    }
}

/// The head of one request, as a lane read it.
pub struct RequestHead {
    pub(super) command: Result<CommandName, String>,
    pub(super) key: String,
    pub(super) origin: Option<String>,
    pub(super) content_type: Option<ContentType>,
    pub(super) headers: Vec<(String, String)>,
    /// The number by which the page can take the call back, or of the one that it takes back.
    pub(super) signal: Option<u32>,
}

impl fmt::Debug for RequestHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The key is a secret.
        f.debug_struct("RequestHead")
            .field("command", &self.command)
            .field("origin", &self.origin)
            .field("content_type", &self.content_type)
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

/// Headers that belong to the gateway and are not handed to commands.
const OWN_HEADERS: [&str; 5] =
    ["tauri-callback", "tauri-error", "tauri-invoke-key", "origin", "content-type"];

impl RequestHead {
    /// Reads a head from the parts that every lane has.
    ///
    /// `path` is the percent-encoded command, with or without the slash before it; it is decoded once. Names of
    /// `headers` are in lower case.
    pub fn new<'a>(path: &str, headers: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut head = Self {
            command: decode_command(path.strip_prefix('/').unwrap_or(path)),
            key: String::new(),
            origin: None,
            content_type: Some(ContentType::Json),
            headers: Vec::new(),
            signal: None,
        };
        let (mut keys, mut origins) = (0, 0);
        for (name, value) in headers {
            match name {
                "tauri-invoke-key" => {
                    keys += 1;
                    value.clone_into(&mut head.key);
                }
                "origin" => {
                    origins += 1;
                    head.origin = Some(value.to_owned());
                }
                cancel::HEADER => head.signal = value.parse().ok(),
                "content-type" => head.content_type = ContentType::parse(value),
                name if OWN_HEADERS.contains(&name) => {}
                _ => head.headers.push((name.to_owned(), value.to_owned())),
            }
        }
        if keys > 1 {
            // Two keys are none, and no key is empty.
            head.key.clear();
        }
        if origins > 1 {
            // Two origins are none.
            head.origin = None;
        }
        head
    }

    /// The command's name; empty if it was malformed.
    pub fn name(&self) -> &str {
        match &self.command {
            Ok(name) => name.as_str(),
            Err(_) => "",
        }
    }

    pub(super) fn command(&self) -> Result<&CommandName, Rejection> {
        self.command.as_ref().map_err(|message| {
            Rejection::new(
                RejectionCode::InvalidRequest,
                format!("the command's name is malformed: {message}"),
            )
        })
    }
}

/// Decodes a command's name once; what would need a second decoding is no name.
fn decode_command(path: &str) -> Result<CommandName, String> {
    let text = percent_decode_str(path).decode_utf8().map_err(|_| "it is not UTF-8".to_owned())?;
    text.parse().map_err(|error: crate::name::NameError| error.to_string())
}

/// The id of the waiting message that a channel fetch asks for.
pub(super) fn channel_id(head: &RequestHead) -> Option<u64> {
    let (_, value) = head.headers.iter().find(|(name, _)| name == CHANNEL_ID_HEADER)?;
    value.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_decoded_once() {
        let name = |path| RequestHead::new(path, []).command.map(|name| name.to_string());
        assert_eq!(name("/plugin%3Afs%7Cread"), Ok("plugin:fs|read".to_owned()));
        assert_eq!(name("/greet"), Ok("greet".to_owned()));
        for bad in [
            "/",
            "",
            "/%00",
            "/a%00b",
            "/..",
            "/%2e%2e",
            "/%252e",
            "/a/b",
            "/a%2Fb",
            "/%ff",
            "/gr%2565et",
        ] {
            assert!(name(bad).is_err(), "{bad}");
        }
        assert!(name(&"x".repeat(10_000)).is_err());
    }

    #[test]
    fn two_origins_are_none() {
        let headers = [("origin", "app://localhost"), ("origin", "https://evil.example")];
        assert_eq!(RequestHead::new("/a", headers).origin, None);
    }

    #[test]
    fn the_gateways_own_headers_are_not_handed_on() {
        let headers = [("tauri-invoke-key", "k"), ("tauri-callback", "1"), ("x-mine", "2")];
        let head = RequestHead::new("/a", headers);
        assert_eq!(head.headers, [("x-mine".to_owned(), "2".to_owned())]);
        assert_eq!(head.key, "k");
    }
}
