//! Which hosts may be asked: public ones, and those that the project allows.
//!
//! A link, or a redirect of somebody else's server, must not make this machine ask what
//! only this machine can reach.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::links::pattern;

/// Hosts and networks that may be asked though they are not public.
#[derive(Clone, Debug, Default)]
pub struct Allowed {
    hosts: Vec<String>,
    networks: Vec<(IpAddr, u8)>,
}

impl Allowed {
    /// From hosts (`*.internal`), addresses and networks (`10.0.0.0/8`).
    pub fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Allowed {
        let mut out = Allowed::default();
        for text in texts {
            match network(text) {
                Some(it) => out.networks.push(it),
                None => out.hosts.push(text.to_ascii_lowercase()),
            }
        }
        out
    }

    /// Why an address of a host may not be asked; `None` where it may.
    pub fn objection(&self, host: &str, ip: IpAddr) -> Option<&'static str> {
        let ip = plain(ip);
        let kind = private(ip)?;
        let named = self.hosts.iter().any(|it| pattern::matches(it, host));
        let inside = self.networks.iter().any(|it| contains(*it, ip));
        (!named && !inside).then_some(kind)
    }
}

/// A network or a single address.
pub fn network(text: &str) -> Option<(IpAddr, u8)> {
    let (ip, bits) = match text.split_once('/') {
        Some((ip, bits)) => (ip, Some(bits.parse::<u8>().ok()?)),
        None => (text, None),
    };
    let ip: IpAddr = ip.trim_matches(['[', ']']).parse().ok()?;
    let width = if ip.is_ipv4() { 32 } else { 128 };
    let bits = bits.unwrap_or(width);
    (bits <= width).then_some((ip, bits))
}

fn contains((network, bits): (IpAddr, u8), ip: IpAddr) -> bool {
    let same = |a: u128, b: u128, width: u32| {
        let shift = width - u32::from(bits).min(width);
        a.checked_shr(shift).unwrap_or(0) == b.checked_shr(shift).unwrap_or(0)
    };
    match (network, ip) {
        (IpAddr::V4(a), IpAddr::V4(b)) => {
            same(u128::from(a.to_bits()), u128::from(b.to_bits()), 32)
        }
        (IpAddr::V6(a), IpAddr::V6(b)) => same(a.to_bits(), b.to_bits(), 128),
        (_, _) => false,
    }
}

/// The IPv4 address that an IPv6 address stands for: mapped, compatible, NAT64, 6to4.
fn plain(ip: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = ip else { return ip };
    let s = v6.segments();
    let last = || Ipv4Addr::from_bits(v6.to_bits() as u32);
    let v4 = match s {
        [0, 0, 0, 0, 0, 0xFFFF, _, _] | [0x64, 0xFF9B, 0, 0, 0, 0, _, _] => Some(last()),
        [0, 0, 0, 0, 0, 0, a, b] if a != 0 || 1 < b => Some(last()),
        [0x2002, a, b, ..] => {
            Some(Ipv4Addr::from_bits(u32::from(a) << 16 | u32::from(b)))
        }
        _ => None,
    };
    v4.map_or(ip, IpAddr::V4)
}

/// What kind of address it is that is not public; `None` for a public one (IANA's
/// special-purpose registries).
fn private(ip: IpAddr) -> Option<&'static str> {
    match ip {
        IpAddr::V4(it) => private_v4(it),
        IpAddr::V6(it) => private_v6(it),
    }
}

fn private_v4(ip: Ipv4Addr) -> Option<&'static str> {
    let [a, b, c, _] = ip.octets();
    match (a, b, c) {
        (127, ..) => Some("this machine"),
        (0, ..) => Some("this machine"),
        (10, ..) | (172, 16..=31, _) | (192, 168, _) => Some("a private network"),
        (100, 64..=127, _) => Some("a provider's inner network"),
        (169, 254, _) => Some("a link-local address"),
        (192, 0, 0) | (198, 18..=19, _) => Some("a reserved address"),
        (192, 0, 2) | (198, 51, 100) | (203, 0, 113) => {
            Some("an address for documentation")
        }
        (224..=255, ..) => Some("a multicast or reserved address"),
        _ => None,
    }
}

fn private_v6(ip: Ipv6Addr) -> Option<&'static str> {
    let s = ip.segments();
    match s {
        [0, 0, 0, 0, 0, 0, 0, 0 | 1] => Some("this machine"),
        [first, ..] if first & 0xFE00 == 0xFC00 => Some("a private network"),
        [first, ..] if first & 0xFFC0 == 0xFE80 => Some("a link-local address"),
        [first, ..] if first & 0xFFC0 == 0xFEC0 => Some("a private network"),
        [first, ..] if first & 0xFF00 == 0xFF00 => Some("a multicast address"),
        [0x2001, 0xDB8, ..] | [0x3FFF, 0..=0xFFF, ..] => {
            Some("an address for documentation")
        }
        [0x2001, 0..=0x1FF, ..] | [0x64, 0xFF9B, 1, ..] | [0x100, 0, 0, 0, ..] => {
            Some("a reserved address")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_may_be_asked() {
        let none = Allowed::default();
        for (ip, public) in [
            ("93.184.216.34", true),
            ("127.9.9.9", false),
            ("0.0.0.0", false),
            ("10.1.2.3", false),
            ("172.32.0.1", true),
            ("172.31.0.1", false),
            ("192.168.0.1", false),
            ("100.64.0.1", false),
            ("169.254.169.254", false),
            ("255.255.255.255", false),
            ("::", false),
            ("::1", false),
            ("::ffff:10.0.0.1", false),
            ("::ffff:93.184.216.34", true),
            ("::10.0.0.1", false),
            ("64:ff9b::a00:1", false),
            ("2002:7f00:1::", false),
            ("fd00::1", false),
            ("fe80::1", false),
            ("2606:2800:220:1::1", true),
        ] {
            let objection = none.objection("h", ip.parse().unwrap());
            assert_eq!(objection.is_none(), public, "{ip}");
        }
    }

    #[test]
    fn what_the_project_allows_may_be_asked() {
        let some = Allowed::new(["*.Internal", "10.0.0.0/8", "::1", "192.168.1.1"]);
        for (host, ip, allowed) in [
            ("grafana.internal", "172.16.0.1", true),
            ("internal", "172.16.0.1", false),
            ("h", "10.255.0.1", true),
            ("h", "::ffff:10.255.0.1", true),
            ("h", "11.0.0.1", true),
            ("h", "::1", true),
            ("h", "192.168.1.1", true),
            ("h", "192.168.1.2", false),
        ] {
            let objection = some.objection(host, ip.parse().unwrap());
            assert_eq!(objection.is_none(), allowed, "{host} {ip}");
        }
        assert_eq!(network("10.0.0.0/33"), None);
        assert!(contains(network("0.0.0.0/0").unwrap(), "8.8.8.8".parse().unwrap()));
    }
}
