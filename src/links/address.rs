//! Addresses of the web.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Longer addresses are refused; servers refuse them too.
const MAX_BYTES: usize = 8 << 10;

/// An address without fragment: two that are fetched the same way are equal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// Whether it is `https`.
    pub secure: bool,
    /// The host in small letters; an IPv6 address in brackets.
    pub host: String,
    /// The port.
    pub port: u16,
    /// The path, which begins with `/`, and the query.
    pub path: String,
}

/// Reads an address and its fragment; why not, as a phrase.
pub fn parse(text: &str) -> Result<(Address, Option<String>), &'static str> {
    let text = text.trim();
    if MAX_BYTES < text.len() {
        return Err("is too long");
    }
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    let (secure, rest) = match lower {
        it if it.starts_with("https://") => (true, &text[8..]),
        it if it.starts_with("http://") => (false, &text[7..]),
        _ => return Err("is neither `http` nor `https`"),
    };
    let (rest, fragment) = split_fragment(rest);
    let end = rest.find(['/', '?', '\\']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    if authority.contains('@') {
        return Err("has a user name or a password in it");
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => {
            (host, port.parse().map_err(|_| "has no port after `:`")?)
        }
        _ => (authority, if secure { 443 } else { 80 }),
    };
    let is_name = |it: char| it.is_ascii_alphanumeric() || matches!(it, '-' | '.' | '_');
    let v6 = host.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    match v6 {
        Some(it) if it.parse::<Ipv6Addr>().is_err() => return Err("has no such host"),
        None if host.is_empty() => return Err("has no host"),
        None if !host.is_ascii() => {
            return Err("has letters in its host that must be written as `xn--…`");
        }
        None if !host.chars().all(is_name) => return Err("has no such host"),
        _ => {}
    }
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let address = Address { secure, host, port, path: cleaned(path) };
    Ok((address, fragment))
}

fn split_fragment(text: &str) -> (&str, Option<String>) {
    match text.split_once('#') {
        Some((rest, fragment)) => (rest, Some(fragment.to_owned())),
        None => (text, None),
    }
}

/// A path and query as they are sent: without `.` and `..`, everything that is not ASCII
/// escaped, a blank too.
fn cleaned(path: &str) -> String {
    let (path, query) = match path.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (path, None),
    };
    let path = path.replace('\\', "/");
    let mut parts: Vec<&str> = Vec::new();
    let mut parts_of = path.split('/').skip(1).peekable();
    while let Some(part) = parts_of.next() {
        match part {
            "." | ".." => {
                if part == ".." {
                    parts.pop();
                }
                if parts_of.peek().is_none() {
                    parts.push("");
                }
            }
            part => parts.push(part),
        }
    }
    let mut out = String::new();
    escaped(&format!("/{}", parts.join("/")), &mut out);
    if let Some(query) = query {
        out.push('?');
        escaped(query, &mut out);
    }
    out
}

fn escaped(text: &str, out: &mut String) {
    for it in text.bytes() {
        match it {
            b'"' | b'<' | b'>' | b'`' | b'{' | b'}' | b'|' | b'^' => {
                out.push_str(&format!("%{it:02X}"));
            }
            0x21..=0x7E => out.push(char::from(it)),
            _ => out.push_str(&format!("%{it:02X}")),
        }
    }
}

impl Address {
    /// Where a redirect of this page leads.
    pub fn join(
        &self,
        location: &str,
    ) -> Result<(Address, Option<String>), &'static str> {
        let location = location.trim();
        let scheme = if self.secure { "https" } else { "http" };
        let has_scheme = location.split_once(':').is_some_and(|it| {
            it.0.starts_with(|it: char| it.is_ascii_alphabetic())
                && it
                    .0
                    .chars()
                    .all(|it| it.is_ascii_alphanumeric() || matches!(it, '+' | '-' | '.'))
        });
        if has_scheme {
            return parse(location);
        }
        if location.starts_with("//") {
            return parse(&format!("{scheme}:{location}"));
        }
        let base = self.path.split('?').next().unwrap_or("/");
        let folder = base.rsplit_once('/').map_or("", |it| it.0);
        let (rest, fragment) = split_fragment(location);
        let path = match rest {
            "" => self.path.clone(),
            it if it.starts_with('/') => it.to_owned(),
            it if it.starts_with('?') => format!("{base}{it}"),
            it => format!("{folder}/{it}"),
        };
        if MAX_BYTES < path.len() {
            return Err("is too long");
        }
        Ok((Address { path: cleaned(&path), ..self.clone() }, fragment))
    }

    /// Host and port: what limits are counted for.
    pub fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// The address of its host, where it is one.
    pub fn ip(&self) -> Option<IpAddr> {
        match self.host.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
            Some(it) => it.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
            None => self.host.parse::<Ipv4Addr>().ok().map(IpAddr::V4),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, port) = if self.secure { ("https", 443) } else { ("http", 80) };
        write!(f, "{scheme}://{}", self.host)?;
        if self.port != port {
            write!(f, ":{}", self.port)?;
        }
        f.write_str(&self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_are_fetched_the_same_way_are_equal() {
        for (text, expect) in [
            ("HTTPS://Example.COM", "https://example.com/ None"),
            (
                "https://example.com.:443/a/./b/../c?x=1#y",
                "https://example.com/a/c?x=1 Some(\"y\")",
            ),
            ("http://h:8080?q", "http://h:8080/?q None"),
            ("http://[::1]:80/ü b", "http://[::1]/%C3%BC%20b None"),
            ("https://h/a/..", "https://h/ None"),
            ("https://h/a\\b", "https://h/a/b None"),
            ("https://h/%41{x}", "https://h/%41%7Bx%7D None"),
            ("https://h/#", "https://h/ Some(\"\")"),
        ] {
            let (address, fragment) = parse(text).unwrap();
            assert_eq!(format!("{address} {fragment:?}"), expect, "{text}");
        }
        for text in [
            "ftp://x",
            "https://",
            "https://a b/",
            "https://u:p@h/",
            "https://h:x/",
            "https://münchen.de/",
            "https://[::g]/",
            "mailto:a@b",
            "",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn redirects_are_relative_to_their_page() {
        let (base, _) = parse("https://h:8443/a/b?x").unwrap();
        for (location, expect) in [
            ("c", "https://h:8443/a/c"),
            ("/c?y=http://z", "https://h:8443/c?y=http://z"),
            ("../c", "https://h:8443/c"),
            ("?z", "https://h:8443/a/b?z"),
            ("#f", "https://h:8443/a/b?x"),
            ("//other/c", "https://other/c"),
            ("http://other/c", "http://other/c"),
        ] {
            assert_eq!(base.join(location).unwrap().0.to_string(), expect, "{location}");
        }
        assert!(base.join("javascript:alert(1)").is_err());
        assert_eq!(base.join("c#f").unwrap().1.as_deref(), Some("f"));
    }
}
