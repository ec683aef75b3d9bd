//! Origins and their patterns: whole hosts after URL parsing, never a prefix or a suffix of text.

use super::PatternError;
use crate::name::is_word_character;
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
    scheme: Arc<str>,
    host: Arc<str>,
    port: Option<u16>,
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
fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "http" | "ws" => Some(80),
        "https" | "wss" => Some(443),
        "ftp" => Some(21),
        _ => None,
    }
}

fn parse_scheme(text: &str) -> Result<String, OriginError> {
    let is_rest = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    match text.chars().next() {
        Some(first) if first.is_ascii_alphabetic() && text.chars().all(is_rest) => {
            Ok(text.to_ascii_lowercase())
        }
        _ => Err(OriginError::Scheme),
    }
}

/// Splits `host[:port]`, leaving the colons of `[::1]` alone.
fn split_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rfind(':') {
        Some(at) if !authority.ends_with(']') => {
            let (host, port) = authority.split_at(at);
            (host, Some(port.trim_start_matches(':')))
        }
        _ => (authority, None),
    }
}

fn parse_host(scheme: &str, text: &str) -> Result<String, OriginError> {
    // Only for these schemes does an engine write hosts in other scripts, and in punycode then (URL standard).
    if !text.is_ascii() && !matches!(scheme, "http" | "https" | "ws" | "wss" | "ftp") {
        return Err(OriginError::Host);
    }
    // Percent escapes would be decoded, a trailing dot kept: neither is in an origin that an engine wrote.
    if text.ends_with('.') || text.contains('%') {
        return Err(OriginError::Host);
    }
    Host::parse(text).map(|host| host.to_string()).map_err(|_| OriginError::Host)
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

    /// The scheme, in lower case.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// The host in its normal form.
    pub fn host(&self) -> &str {
        &self.host
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum HostPattern {
    /// This host and no other.
    Exact(String),
    /// `*.` before these labels: one or more labels more.
    Below(String),
    /// Label by label; a capture is exactly one.
    Labels(Vec<HostLabel>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum HostLabel {
    Literal(String),
    Capture(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum PortPattern {
    Exactly(Option<u16>),
    Any,
}

/// A pattern over origins: literal scheme; `*.` at the start of the host for one or more labels, `{name}` for
/// exactly one; the scheme's default port unless one is given, `:*` for any.
///
/// ```
/// use portcullis::pattern::OriginPattern;
/// let pattern: OriginPattern = "https://{tenant}.ops.example.com".parse().unwrap();
/// assert!(pattern.matches(&"https://acme.ops.example.com".parse().unwrap()));
/// assert!(!pattern.matches(&"https://a.b.ops.example.com".parse().unwrap()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginPattern {
    text: String,
    scheme: String,
    host: HostPattern,
    port: PortPattern,
}

impl FromStr for OriginPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        let Some((scheme, authority)) = text.split_once("://") else {
            return Err(PatternError::new("an origin begins with a scheme").help(match text {
                "" => "for example `https://docs.example.com`".to_owned(),
                "*" => "every other origin is built in as `remote`".to_owned(),
                _ if ["localhost", "127.", "[::1]"].iter().any(|host| text.starts_with(host)) => {
                    format!("write `http://{text}`")
                }
                _ => format!("write `https://{text}`"),
            }));
        };
        let scheme = parse_scheme(scheme).map_err(|_| {
            PatternError::new("the scheme of an origin is literal, such as `https`")
        })?;
        if authority.contains('@') {
            return Err(PatternError::new("an origin has no user name"));
        }
        if let Some(at) = authority.find(['/', '?', '#', '\\']) {
            let kept = authority.get(..at).unwrap_or_default();
            return Err(PatternError::new(
                "an origin has a scheme, a host and a port, and no path",
            )
            .help(format!("write `{scheme}://{kept}`")));
        }
        let (host, port) = split_port(authority);
        let port = match port {
            None => PortPattern::Exactly(default_port(&scheme)),
            Some("*") => PortPattern::Any,
            Some(digits) => match digits.parse() {
                Ok(port) if digits.bytes().all(|b| b.is_ascii_digit()) => {
                    PortPattern::Exactly(Some(port))
                }
                _ => {
                    return Err(PatternError::new("a port is a number from 0 to 65535")
                        .help("`:*` stands for any port"));
                }
            },
        };
        Ok(Self { text: text.to_owned(), host: parse_host_pattern(&scheme, host)?, scheme, port })
    }
}

fn parse_host_pattern(scheme: &str, text: &str) -> Result<HostPattern, PatternError> {
    if text.is_empty() {
        return Err(PatternError::new("an origin has a host"));
    }
    let malformed = |host: &str| {
        PatternError::new(format!("`{host}` is not a host"))
            .help("a host is a domain name or an IP address, without a dot at its end")
    };
    if let Some(rest) = text.strip_prefix("*.") {
        if rest.contains(['*', '{', '}']) {
            return Err(PatternError::new("`*.` cannot be mixed with other wildcards")
                .help("use `{name}` for each label instead"));
        }
        return match Host::parse(rest) {
            Ok(Host::Domain(_)) => {
                parse_host(scheme, rest).map(HostPattern::Below).map_err(|_| malformed(rest))
            }
            _ => Err(malformed(rest)),
        };
    }
    if text.contains('*') {
        return Err(PatternError::new("`*` stands only at the start of a host, as `*.`")
            .help("use `{name}` for one label in the middle"));
    }
    if !text.contains(['{', '}']) {
        return parse_host(scheme, text).map(HostPattern::Exact).map_err(|_| malformed(text));
    }
    let labels = text.split('.').map(|label| {
        match label.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) if !name.is_empty() && name.chars().all(is_word_character) => {
                Ok(HostLabel::Capture(name.to_owned()))
            }
            _ if label.contains(['{', '}']) => {
                Err(PatternError::new("a capture is a whole label of the host")
                    .help("write `{name}` between dots"))
            }
            _ => match Host::parse(label) {
                Ok(Host::Domain(domain)) => Ok(HostLabel::Literal(domain)),
                // A label of digits alone parses as an address; it is a label all the same.
                Ok(_) if label.bytes().all(|b| b.is_ascii_digit()) => {
                    Ok(HostLabel::Literal(label.to_owned()))
                }
                _ => Err(malformed(text)),
            },
        }
    });
    labels.collect::<Result<_, _>>().map(HostPattern::Labels)
}

impl OriginPattern {
    /// The pattern as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the origin is one of those that the pattern stands for.
    pub fn matches(&self, origin: &Origin) -> bool {
        self.scheme == *origin.scheme
            && match self.port {
                PortPattern::Any => true,
                PortPattern::Exactly(port) => port == origin.port,
            }
            && self.host.matches(&origin.host)
    }

    /// The names of its captures, in the order of the host's labels.
    pub fn captures(&self) -> impl Iterator<Item = &str> {
        let labels = match &self.host {
            HostPattern::Labels(labels) => labels.as_slice(),
            HostPattern::Exact(_) | HostPattern::Below(_) => &[],
        };
        labels.iter().filter_map(|label| match label {
            HostLabel::Capture(name) => Some(name.as_str()),
            HostLabel::Literal(_) => None,
        })
    }

    /// Whether it stands for more than one host.
    pub fn is_wild(&self) -> bool {
        matches!(self.host, HostPattern::Below(_)) || self.captures().next().is_some()
    }

    /// The one origin that the pattern stands for, if it has no wildcard.
    pub fn literal(&self) -> Option<Origin> {
        match (&self.host, self.port) {
            (HostPattern::Exact(host), PortPattern::Exactly(port)) => Some(Origin {
                scheme: self.scheme.as_str().into(),
                host: host.as_str().into(),
                port,
            }),
            _ => None,
        }
    }
}

impl HostPattern {
    fn matches(&self, host: &str) -> bool {
        match self {
            Self::Exact(exact) => exact == host,
            Self::Below(parent) => host
                .strip_suffix(parent.as_str())
                .and_then(|rest| rest.strip_suffix('.'))
                .is_some_and(|rest| rest.split('.').all(|label| !label.is_empty())),
            Self::Labels(labels) => {
                let mut parts = host.split('.');
                labels.iter().all(|label| match (label, parts.next()) {
                    (HostLabel::Literal(literal), Some(part)) => literal == part,
                    (HostLabel::Capture(_), Some(part)) => !part.is_empty(),
                    (_, None) => false,
                }) && parts.next().is_none()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(text: &str) -> Origin {
        text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn matches(pattern: &str, text: &str) -> bool {
        pattern.parse::<OriginPattern>().unwrap().matches(&origin(text))
    }

    #[test]
    fn origins_are_compared_whole() {
        assert!(!matches("http://app.example.com", "http://app.evil.com"));
        assert!(!matches("https://example.com", "https://example.com.evil.net"));
        assert!(!matches("https://example.com", "https://notexample.com"));
        assert!(matches("https://example.com", "https://EXAMPLE.com:443"));
        assert!(!matches("https://example.com", "https://example.com:444"));
        assert!(!matches("https://example.com", "http://example.com"));
    }

    #[test]
    fn a_star_is_one_or_more_labels() {
        assert!(matches("https://*.example.com", "https://a.example.com"));
        assert!(matches("https://*.example.com", "https://a.b.example.com"));
        assert!(!matches("https://*.example.com", "https://example.com"));
        assert!(!matches("https://*.example.com", "https://badexample.com"));
    }

    #[test]
    fn a_capture_is_exactly_one_label() {
        assert!(matches("https://{t}.example.com", "https://a.example.com"));
        assert!(!matches("https://{t}.example.com", "https://a.b.example.com"));
        assert!(!matches("https://{t}.example.com", "https://example.com"));
    }

    #[test]
    fn ports_are_the_default_unless_given() {
        assert!(matches("http://localhost:*", "http://localhost:5173"));
        assert!(!matches("http://localhost", "http://localhost:5173"));
        assert!(matches("http://[::1]:80", "http://[::1]"));
        assert!(matches("app://localhost", "app://localhost"));
        assert!(!matches("app://localhost", "app://localhost:1"));
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

    #[test]
    fn malformed_patterns_are_refused() {
        for bad in [
            "docs.example.com",
            "https://a/b",
            "https://u@a",
            "https://a.*.b",
            "https://*",
            "https://x{y}.b",
            "https://*.{t}.b",
            "https://a.",
            "https://a:x",
            "*://a",
            "https://",
            "https://*.1.2.3.4",
        ] {
            assert!(bad.parse::<OriginPattern>().is_err(), "{bad}");
        }
    }
}
