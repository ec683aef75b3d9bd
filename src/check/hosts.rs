//! Where an origin pattern leads: what the checks about origins ask of its text.

use crate::pattern::OriginPattern;

/// A pattern's text in parts.
pub(super) struct Parts<'a> {
    pub(super) scheme: &'a str,
    pub(super) host: &'a str,
    pub(super) has_port: bool,
}

pub(super) fn parts(pattern: &OriginPattern) -> Option<Parts<'_>> {
    let (scheme, authority) = pattern.as_str().split_once("://")?;
    let (host, has_port) = match authority.rsplit_once(':') {
        // The colons of an IPv6 address stand in brackets.
        Some((host, port)) if !port.ends_with(']') => (host, true),
        _ => (authority, false),
    };
    Some(Parts { scheme, host, has_port })
}

impl Parts<'_> {
    /// Whether the host is this machine, whatever a name server says.
    pub(super) fn is_loopback(&self) -> bool {
        let host = self.host.to_ascii_lowercase();
        let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        host == "localhost"
            || host.ends_with(".localhost")
            || address
                .and_then(|text| text.parse().ok())
                .is_some_and(|ip: std::net::Ipv6Addr| ip.is_loopback())
            || host.parse().is_ok_and(|ip: std::net::Ipv4Addr| ip.is_loopback())
    }

    /// Whether what travels is encrypted by nobody.
    pub(super) fn is_plain(&self) -> bool {
        self.scheme.eq_ignore_ascii_case("http")
    }
}
