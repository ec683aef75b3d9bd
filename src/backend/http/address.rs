//! Which addresses a service's name may stand for, asked where the name is looked up: a name that changes its meaning
//! between a check and the connection would get around any other place.

use crate::plan::Addresses;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};
use thiserror::Error;

/// A name stands for no address that the plan allows.
#[derive(Debug, Error)]
#[error("its name stands for {0}, which is not a public address")]
pub(super) struct NotAllowed(pub(super) IpAddr);

/// Looks names up, and leaves out the addresses that are not allowed.
#[derive(Debug, Clone)]
pub(super) struct Resolver {
    pub(super) addresses: Addresses,
    /// What the system's look-up is replaced with in tests.
    pub(super) look_up: LookUp,
}

/// How names are looked up.
#[derive(Debug, Clone)]
pub(super) enum LookUp {
    System,
    #[cfg(test)]
    Fixed(Vec<SocketAddr>),
}

impl LookUp {
    async fn find(&self, name: &str) -> std::io::Result<Vec<SocketAddr>> {
        match self {
            // The port is the address's, which takes the place of this one.
            Self::System => Ok(tokio::net::lookup_host((name, 0)).await?.collect()),
            #[cfg(test)]
            Self::Fixed(found) => Ok(found.clone()),
        }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let this = Arc::new(self.clone());
        Box::pin(async move {
            let found = this.look_up.find(name.as_str()).await?;
            let allowed = allowed(this.addresses, name.as_str(), found)?;
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// The addresses that the plan allows for a name. An address that stands in the manifest itself needs no look-up, and
/// is allowed.
fn allowed(
    addresses: Addresses,
    name: &str,
    found: Vec<SocketAddr>,
) -> Result<Vec<SocketAddr>, NotAllowed> {
    let name = name.strip_suffix('.').unwrap_or(name);
    // Whoever writes `localhost` means this machine, and nothing else (RFC 6761, section 6.3).
    let is_local = name == "localhost" || name.ends_with(".localhost");
    let is_allowed = |address: &SocketAddr| match addresses {
        Addresses::Any => true,
        Addresses::Public if is_local => address.ip().to_canonical().is_loopback(),
        Addresses::Public => is_public(address.ip()),
    };
    let first = found.first().map(SocketAddr::ip);
    let allowed: Vec<_> = found.into_iter().filter(is_allowed).collect();
    match first {
        Some(first) if allowed.is_empty() => Err(NotAllowed(first)),
        _ => Ok(allowed),
    }
}

/// Whether an address leads to the public internet.
fn is_public(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

/// Everything but the special-purpose addresses (IANA's registry, RFC 6890).
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, d] = address.octets();
    let is_special = match a {
        // "This network", private, loopback, multicast and reserved.
        0 | 10 | 127 | 224.. => true,
        // Shared by carriers (RFC 6598), where clouds also answer questions about their machines.
        100 => (64..128).contains(&b),
        // Link-local, where most clouds answer questions about their machines; one does so in the middle of public ones.
        169 => b == 254,
        168 => [b, c, d] == [63, 129, 16],
        172 => (16..32).contains(&b),
        192 => matches!((b, c), (168, _) | (0, 0 | 2) | (88, 99)),
        // Benchmarks and documentation.
        198 => matches!(b, 18 | 19) || (b, c) == (51, 100),
        203 => (b, c) == (0, 113),
        _ => false,
    };
    !is_special
}

/// Global unicast, without what stands for an IPv4 address that is not public.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, third, .., last] = address.segments();
    // An IPv4 address in two segments.
    let embedded = |high: u16, low: u16| {
        is_public_v4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)))
    };
    match (first, second) {
        // NAT64 (RFC 6052) and 6to4 (RFC 3056).
        (0x64, 0xff9b) => {
            let [.., high, _] = address.segments();
            address.segments().get(2..6) == Some(&[0; 4]) && embedded(high, last)
        }
        (0x2002, _) => embedded(second, third),
        // Protocols (among them Teredo) and documentation.
        (0x2001, 0..0x200 | 0xdb8) | (0x3fff, 0..0x1000) => false,
        _ => (0x2000..0x4000).contains(&first),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_addresses_are_not_public() {
        let special = "0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1 127.9.9.9 \
            168.63.129.16 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.192 192.0.2.1 192.88.99.1 192.168.1.1 \
            198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1 255.255.255.255 \
            :: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1 \
            64:ff9b::a00:1 64:ff9b:1::808:808 100::1 2001::1 2001:0:1::1 2001:db8::1 2002:7f00:1::1 2002:a00:1::1 \
            3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fec0::1 ff02::1";
        for text in special.split_whitespace() {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn the_neighbours_of_special_addresses_are_public() {
        let public = "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.1 \
            168.63.129.15 169.253.0.1 169.255.0.1 172.15.255.255 172.32.0.0 192.0.1.1 192.167.0.1 192.169.0.1 \
            198.17.0.1 198.20.0.1 203.0.112.1 223.255.255.255 ::ffff:8.8.8.8 64:ff9b::808:808 2001:200::1 \
            2001:4860:4860::8888 2002:808:808::1 2606:4700::1111 3ffe::1 3fff:1000::1";
        for text in public.split_whitespace() {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }

    fn check(addresses: Addresses, name: &str, found: &[&str]) -> Result<Vec<String>, String> {
        let found = found.iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), 0)).collect();
        let allowed = allowed(addresses, name, found).map_err(|error| error.to_string())?;
        Ok(allowed.iter().map(|address| address.ip().to_string()).collect())
    }

    #[test]
    fn a_name_keeps_only_the_addresses_that_it_may_stand_for() {
        let both = ["10.0.0.1", "8.8.8.8"];
        assert_eq!(check(Addresses::Public, "a.example", &both).unwrap(), ["8.8.8.8"]);
        assert_eq!(check(Addresses::Any, "a.example", &both).unwrap(), both);
        let refused = check(Addresses::Public, "a.example", &["::ffff:127.0.0.1"]);
        let message = "its name stands for ::ffff:127.0.0.1, which is not a public address";
        assert_eq!(refused.unwrap_err(), message);
        assert_eq!(check(Addresses::Public, "a.example", &[]).unwrap(), [""; 0]);
    }

    #[test]
    fn localhost_is_this_machine_and_nothing_else() {
        let found = ["127.0.0.1", "8.8.8.8", "::1", "192.168.0.1"];
        for name in ["localhost", "localhost.", "api.localhost"] {
            assert_eq!(check(Addresses::Public, name, &found).unwrap(), ["127.0.0.1", "::1"]);
        }
        assert_eq!(check(Addresses::Public, "xlocalhost", &found).unwrap(), ["8.8.8.8"]);
    }
}
