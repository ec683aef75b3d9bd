//! Origins: scheme, host and port of a document, in one normal form so that they can be compared whole.

use std::{fmt, str::FromStr, sync::Arc};
use thiserror::Error;
use url::Host;

/// Scheme, host and port of the document that calls.
///
/// A type of our own because URL libraries call `app://localhost` opaque. The scheme is lower case, the host is
/// parsed for every scheme (punycode, IPv4 and IPv6 in normal form), the port is explicit where the scheme has a
/// default. What a browser would send in an `Origin` header (RFC 6454) is what [`FromStr`] reads; `null` and
/// anything malformed is an error, and matches nothing.
///
/// ```
/// use portcullis::pattern::Origin;
/// let origin: Origin = "https://Docs.Example.com".parse().unwrap();
/// assert_eq!(origin.to_string(), "https://docs.example.com");
/// assert!("null".parse::<Origin>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin {
    pub(super) scheme: Arc<str>,
    pub(super) host: Arc<str>,
    pub(super) port: Option<u16>,
}

/// What keeps an origin from being one that was meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// Scheme and host are right.
    Port,
    /// The host is right.
    Scheme,
    /// It is another host.
    Host,
}

/// Why a text is not an origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OriginError {
    /// `null`: a sandboxed frame, a `data:` page or another document without an origin.
    #[error("the document has no origin of its own")]
    Opaque,
    /// No `scheme://`, or a scheme outside RFC 3986's grammar.
    #[error("an origin begins with a scheme, such as `https://`")]
    Scheme,
    /// A user name, a path, a query or a fragment.
    #[error("an origin has a scheme, a host and a port, and nothing else")]
    Extra,
    /// A host that URL parsing refuses, or that ends in a dot.
    #[error("the host is malformed")]
    Host,
    /// A port that is not a number from 0 to 65535.
    #[error("the port is malformed")]
    Port,
}

/// The port that a scheme has when none is written.
pub(super) fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" | "ws" => Some(80),
        "https" | "wss" => Some(443),
        "ftp" => Some(21),
        _ => None,
    }
}

pub(super) fn parse_scheme(text: &str) -> Result<String, OriginError> {
    let is_rest = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    match text.chars().next() {
        Some(first) if first.is_ascii_alphabetic() && text.chars().all(is_rest) => {
            Ok(text.to_ascii_lowercase())
        }
        _ => Err(OriginError::Scheme),
    }
}

/// Splits `host[:port]`, leaving the colons of `[::1]` alone.
pub(super) fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rfind(':') {
        Some(at) if !authority.ends_with(']') => {
            let (host, port) = authority.split_at(at);
            (host, Some(port.trim_start_matches(':')))
        }
        _ => (authority, None),
    }
}

pub(super) fn parse_host(scheme: &str, text: &str) -> Result<String, OriginError> {
    // Only for these schemes does an engine write hosts in other scripts, and in punycode then (URL standard).
    if !text.is_ascii() && !matches!(scheme, "http" | "https" | "ws" | "wss" | "ftp") {
        return Err(OriginError::Host);
    }
    // Percent escapes would be decoded, a trailing dot kept: neither is in an origin that an engine wrote.
    if text.ends_with('.') || text.contains('%') {
        return Err(OriginError::Host);
    }
    match Host::parse(text) {
        // Other scripts have dots of their own.
        Ok(Host::Domain(domain)) if domain.ends_with('.') => Err(OriginError::Host),
        Ok(host) => Ok(host.to_string()),
        Err(_) => Err(OriginError::Host),
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    fn from_str(text: &str) -> Result<Self, OriginError> {
        if text == "null" {
            return Err(OriginError::Opaque);
        }
        let (scheme, authority) = text.split_once("://").ok_or(OriginError::Scheme)?;
        let scheme = parse_scheme(scheme)?;
        if authority.contains(['/', '@', '?', '#', '\\']) {
            return Err(OriginError::Extra);
        }
        let (host, port) = split_port(authority);
        let host = parse_host(&scheme, host)?;
        let port = match port {
            None => default_port(&scheme),
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => {
                Some(digits.parse().map_err(|_| OriginError::Port)?)
            }
            Some(_) => return Err(OriginError::Port),
        };
        Ok(Self { scheme: scheme.into(), host: host.into(), port })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)?;
        match self.port {
            Some(port) if default_port(&self.scheme) != Some(port) => write!(f, ":{port}"),
            _ => Ok(()),
        }
    }
}

impl Origin {
    /// The origin of the frontend that the gateway serves itself.
    ///
    /// Custom schemes are `http` on Windows and Android, where WebView cannot register them.
    pub fn app() -> Self {
        let (scheme, host) = if cfg!(any(target_os = "windows", target_os = "android")) {
            ("http", "app.localhost")
        } else {
            ("app", "localhost")
        };
        Self { scheme: scheme.into(), host: host.into(), port: default_port(scheme) }
    }

    /// What makes it another origin than one that was meant; `None` if they are the same.
    pub fn difference(&self, meant: &Self) -> Option<Difference> {
        if self == meant {
            None
        } else if self.host != meant.host {
            Some(Difference::Host)
        } else if self.scheme != meant.scheme {
            Some(Difference::Scheme)
        } else {
            Some(Difference::Port)
        }
    }

    /// The scheme, in lower case.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// The host in its normal form.
    pub fn host(&self) -> &str {
        &self.host
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> Origin {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn hosts_are_in_their_normal_form() {
        assert_eq!(origin("https://bücher.example").to_string(), "https://xn--bcher-kva.example");
        assert_eq!(origin("http://127.1").to_string(), "http://127.0.0.1");
    }

    #[test]
    fn what_an_engine_would_not_write_is_no_origin() {
        for bad in [
            "",
            "null",
            "app",
            "app:localhost",
            "https://",
            "https://a/",
            "app://\u{217c}ocalhost",
            "https://u@a",
            "https://a.",
            "https://a:b",
            "https://a:70000",
            "https://a%2eb",
            "https://a b",
            "https://a?x",
            "1a://b",
            "https://a:+1",
            "https://[::1",
            "https://a, https://b",
        ] {
            assert!(bad.parse::<Origin>().is_err(), "{bad}");
        }
    }
}
