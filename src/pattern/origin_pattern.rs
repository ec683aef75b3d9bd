//! Origin patterns: whole hosts after URL parsing, never a prefix or a suffix of text.

use super::{
    PatternError,
    origin::{Difference, Origin, default_port, parse_host, parse_scheme, split_port},
};
use crate::name::{Word, is_word_character};
use std::str::FromStr;
use url::Host;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum HostPattern {
    /// This host and no other.
    Exact(String),
    /// `*.` before these labels: one or more labels more.
    Below(String),
    /// Label by label; a capture is exactly one.
    Labels(Vec<HostLabel>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum HostLabel {
    Literal(String),
    Capture(String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum PortPattern {
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
    pub(super) scheme: String,
    pub(super) host: HostPattern,
    pub(super) port: PortPattern,
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
        if let Some(page) = scheme_of_pages(&scheme) {
            let meant = format!("{page}://{authority}");
            let message = format!("`{scheme}://` is the address of a socket, and no page's origin");
            return Err(PatternError::new(message)
                .meant(meant.as_str())
                .help(format!("pages that open it have the origin `{meant}`")));
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

/// The scheme of the pages beside a socket.
fn scheme_of_pages(scheme: &str) -> Option<&'static str> {
    match scheme {
        "ws" => Some("http"),
        "wss" => Some("https"),
        _ => None,
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
            // A label of digits alone parses as an address; it is a label all the same.
            _ if !label.is_empty() && label.bytes().all(|b| b.is_ascii_digit()) => {
                Ok(HostLabel::Literal(label.to_owned()))
            }
            // Some characters of other scripts are dots to whoever parses a host: `。` is one.
            _ => match parse_host(scheme, label) {
                Ok(literal) if !literal.contains(['.', ':']) => Ok(HostLabel::Literal(literal)),
                _ => Err(malformed(text)),
            },
        }
    });
    let labels = labels.collect::<Result<Vec<_>, _>>()?;
    if !has_hosts(scheme, &labels) {
        return Err(malformed(text));
    }
    let mut names = labels.iter().filter_map(HostLabel::capture);
    while let Some(name) = names.next() {
        // What `{origin:name}` stands for would be a guess.
        if names.clone().any(|other| other == name) {
            return Err(PatternError::new(format!("the capture `{{{name}}}` stands there twice"))
                .help("give each label a name of its own"));
        }
    }
    Ok(HostPattern::Labels(labels))
}

/// Whether a host of these labels is one that parsing leaves as it is; one that ends in a number is an address.
fn has_hosts(scheme: &str, labels: &[HostLabel]) -> bool {
    let ends_in_number = matches!(labels.last(), Some(HostLabel::Literal(last)) if last.bytes().all(|b| b.is_ascii_digit()));
    let sample = if ends_in_number { "1" } else { "a" };
    let sample = labels.iter().map(|label| match label {
        HostLabel::Literal(literal) => literal.as_str(),
        HostLabel::Capture(_) => sample,
    });
    let host = sample.collect::<Vec<_>>().join(".");
    parse_host(scheme, &host).is_ok_and(|parsed| parsed == host)
}

impl OriginPattern {
    /// The origin of a site of the app: its name is the host.
    pub fn site(name: &Word) -> Option<Self> {
        format!("site://{name}").parse().ok()
    }

    /// What keeps the pattern from matching an origin; `None` if it matches.
    ///
    /// ```
    /// use portcullis::pattern::{Difference, OriginPattern};
    /// let pattern: OriginPattern = "http://localhost:3000".parse().unwrap();
    /// let difference = |origin: &str| pattern.difference(&origin.parse().unwrap());
    /// assert_eq!(difference("http://localhost:5173"), Some(Difference::Port));
    /// assert_eq!(difference("https://localhost"), Some(Difference::Scheme));
    /// assert_eq!(difference("http://localhost:3000"), None);
    /// ```
    pub fn difference(&self, origin: &Origin) -> Option<Difference> {
        if self.matches(origin) {
            None
        } else if !self.host.matches(&origin.host) {
            Some(Difference::Host)
        } else if self.scheme != *origin.scheme {
            Some(Difference::Scheme)
        } else {
            Some(Difference::Port)
        }
    }

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

    /// One of the origins that the pattern stands for; a wildcard of its host becomes the label `some-host`.
    ///
    /// ```
    /// use portcullis::pattern::OriginPattern;
    /// let pattern: OriginPattern = "https://{tenant}.ops.example.com:*".parse().unwrap();
    /// assert_eq!(pattern.example().unwrap().to_string(), "https://some-host.ops.example.com");
    /// ```
    pub fn example(&self) -> Option<Origin> {
        const LABEL: &str = "some-host";
        let host = match &self.host {
            HostPattern::Exact(host) => host.clone(),
            HostPattern::Below(parent) => format!("{LABEL}.{parent}"),
            HostPattern::Labels(labels) => {
                let labels = labels.iter().map(|label| match label {
                    HostLabel::Literal(literal) => literal.as_str(),
                    HostLabel::Capture(_) => LABEL,
                });
                labels.collect::<Vec<_>>().join(".")
            }
        };
        let port = match self.port {
            PortPattern::Exactly(port) => port,
            PortPattern::Any => default_port(&self.scheme),
        };
        let origin = Origin { scheme: self.scheme.as_str().into(), host: host.into(), port };
        // Labels of digits may make the host one that no parser would leave as it is.
        let is_one = self.matches(&origin) && origin.to_string().parse().as_ref() == Ok(&origin);
        is_one.then_some(origin)
    }

    /// Whether the pattern stands for more than one host.
    pub fn is_wild(&self) -> bool {
        !matches!(self.host, HostPattern::Exact(_))
    }

    /// The names of its captures, from left to right.
    pub fn captures(&self) -> impl Iterator<Item = &str> {
        self.labels().iter().filter_map(HostLabel::capture)
    }

    /// What each capture stands for in an origin that the pattern matches; nothing if it does not match.
    ///
    /// ```
    /// use portcullis::pattern::OriginPattern;
    /// let pattern: OriginPattern = "https://{tenant}.ops.example.com".parse().unwrap();
    /// let origin = "https://acme.ops.example.com".parse().unwrap();
    /// assert_eq!(pattern.bind(&origin), Some(vec![("tenant", "acme")]));
    /// ```
    pub fn bind<'a>(&'a self, origin: &'a Origin) -> Option<Vec<(&'a str, &'a str)>> {
        self.matches(origin).then(|| {
            let parts = self.labels().iter().zip(origin.host.split('.'));
            parts.filter_map(|(label, part)| Some((label.capture()?, part))).collect()
        })
    }

    fn labels(&self) -> &[HostLabel] {
        match &self.host {
            HostPattern::Labels(labels) => labels,
            HostPattern::Exact(_) | HostPattern::Below(_) => &[],
        }
    }
}

impl HostLabel {
    fn capture(&self) -> Option<&str> {
        match self {
            Self::Capture(name) => Some(name),
            Self::Literal(_) => None,
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
mod tests;
