//! Host names and ports as Go's `net` package takes them apart.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Host and port of `host:port` or `[host]:port`; nothing for any other text.
fn split_host_port(text: &str) -> Option<(&str, &str)> {
    let (before, port) = text.rsplit_once(':')?;
    let host = match before.strip_prefix('[') {
        Some(inner) => inner.strip_suffix(']')?,
        None if before.contains(':') => return None,
        None => before,
    };
    let is_plain = !host.contains(['[', ']']) && !port.contains(['[', ']']);
    is_plain.then_some((host, port))
}

/// `host:80` -> `host`
pub(super) fn strip_port(text: &str) -> &str {
    split_host_port(text).map_or(text, |it| it.0)
}

/// `host.example.com:80` -> `host:80`; addresses stay whole.
pub(super) fn strip_domain(text: &str) -> String {
    let (host, port) = split_host_port(text).unwrap_or((text, ""));
    if is_address(host) {
        return text.to_owned();
    }
    let name = host.split('.').next().unwrap_or(host);
    match port {
        "" => name.to_owned(),
        port if name.contains([':', '%']) => format!("[{name}]:{port}"),
        port => format!("{name}:{port}"),
    }
}

fn is_address(text: &str) -> bool {
    text.parse::<Ipv4Addr>().is_ok() || text.parse::<Ipv6Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_ports() {
        for (text, host, short) in [
            ("foo.example.com", "foo.example.com", "foo"),
            ("foo.example.com:12345", "foo.example.com", "foo:12345"),
            ("192.0.2.1", "192.0.2.1", "192.0.2.1"),
            ("192.0.2.1:12345", "192.0.2.1", "192.0.2.1:12345"),
            ("2001:0DB8::1", "2001:0DB8::1", "2001:0DB8::1"),
            ("[2001:0DB8::1]:12345", "2001:0DB8::1", "[2001:0DB8::1]:12345"),
            ("[2001:0DB8::1]::12345", "[2001:0DB8::1]::12345", "[2001:0DB8::1]::12345"),
            ("[host", "[host", "[host"),
            ("a:", "a", "a"),
            ("", "", ""),
        ] {
            assert_eq!(strip_port(text), host);
            assert_eq!(strip_domain(text), short);
        }
    }
}
