//! The forms of strings in Kubernetes objects: what an API server and the Prometheus
//! Operator take.

use std::net::IpAddr;

use crate::diag::suggest;
use crate::doc::keys::{Fault, Form};
use crate::spec::form::is_dns_label;

/// Text that is not empty.
pub static WORD: Form = Form {
    name: "a word",
    pattern: "^[\\s\\S]+$",
    parameters: true,
    fault: |text| match text {
        "" => Fault::new("is empty", "write a value, or leave the key out"),
        _ => None,
    },
};

/// The name of something that another program names.
pub static NAME: Form = Form {
    name: "a name",
    pattern: "^[\\s\\S]+$",
    parameters: false,
    fault: |text| match text {
        "" => Fault::new("is empty", "write a name, or leave it out"),
        _ => None,
    },
};

/// A name that becomes part of the names of Kubernetes objects.
pub static OBJECT_NAME: Form = Form {
    name: "a name for Kubernetes objects",
    pattern: "^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$",
    parameters: false,
    fault: |text| {
        let longest = text.split('.').map(str::len).max().unwrap_or(0);
        match text.split('.').all(is_dns_label) {
            _ if MAX_SUBDOMAIN < text.len() => Fault::new(
                format!("has {} letters", text.len()),
                "write a shorter name: Kubernetes takes at most 253",
            ),
            true => None,
            false if MAX_LABEL < longest => Fault::new(
                format!("has {longest} letters without a `.`"),
                "write a shorter name: Kubernetes takes at most 63",
            ),
            false => Fault::new(
                "not small letters and digits with `-` between them",
                "write a name such as `api-service`: Kubernetes takes no capitals and no `_`",
            ),
        }
    },
};

/// The longest DNS-1123 label.
const MAX_LABEL: usize = 63;
/// The longest DNS-1123 subdomain.
const MAX_SUBDOMAIN: usize = 253;

/// The name of a namespace.
pub static NAMESPACE: Form = Form {
    name: "a namespace name",
    pattern: "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$",
    parameters: false,
    fault: |text| match is_dns_label(text) {
        true => None,
        false if MAX_LABEL < text.len() => Fault::new(
            format!("has {} letters", text.len()),
            "write a shorter name: Kubernetes takes at most 63",
        ),
        false => Fault::new(
            "not small letters and digits with `-` between them",
            "write a name such as `monitoring`: Kubernetes takes no capitals, `_` or `.`",
        ),
    },
};

/// The same, or all of them.
pub static NAMESPACES: Form = Form {
    name: "a namespace name",
    pattern: "^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?|\\*|.*\\$\\{.*)$",
    parameters: true,
    fault: |text| match text {
        "*" => None,
        _ => (NAMESPACE.fault)(text),
    },
};

/// The name of a label or an annotation of a Kubernetes object.
pub static OBJECT_KEY: Form = Form {
    name: "a name of a Kubernetes label",
    pattern: "^([a-z0-9.-]+/)?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$",
    parameters: false,
    fault: |text| {
        let (prefix, name) = text.rsplit_once('/').unwrap_or(("x", text));
        let inner =
            |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '_' | '-');
        let good = prefix.split('.').all(is_dns_label)
            && !name.is_empty()
            && name.len() <= 63
            && name.chars().all(inner)
            && name.starts_with(|it: char| it.is_ascii_alphanumeric())
            && name.ends_with(|it: char| it.is_ascii_alphanumeric());
        match good {
            true => None,
            false => Fault::new(
                "Kubernetes refuses this name",
                "write letters, digits, `-`, `_` and `.`, with a domain and `/` before it \
                 if need be: `app.kubernetes.io/name`",
            ),
        }
    },
};

/// The value of a label of an object.
pub static LABEL_VALUE: Form = Form {
    name: "a value of a Kubernetes label",
    pattern: "^(([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?|.*\\$\\{.*)$",
    parameters: true,
    fault: |text| {
        let end = |it: char| it.is_ascii_alphanumeric();
        let inner = |it: char| end(it) || matches!(it, '.' | '_' | '-');
        let good =
            text.chars().all(inner) && text.starts_with(end) && text.ends_with(end);
        match (good || text.is_empty(), text.len()) {
            (_, n_bytes @ 64..) => Fault::new(
                format!("has {n_bytes} bytes"),
                "Kubernetes takes at most 63; an annotation takes longer texts",
            ),
            (true, _) => None,
            (false, _) => Fault::new(
                "not letters and digits with `-`, `_` or `.` between them",
                "write letters, digits, `-`, `_` and `.`; an annotation takes any text",
            ),
        }
    },
};

/// The same, without parameters.
pub static PLAIN_LABEL_VALUE: Form = Form {
    pattern: "^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$",
    parameters: false,
    ..LABEL_VALUE
};

/// A size of a body: `10MB`.
pub static SIZE: Form = Form {
    name: "a size",
    pattern: "^(0|([0-9]*[.])?[0-9]+((K|M|G|T|E|P)i?)?B|.*\\$\\{.*)$",
    parameters: true,
    fault: |text| {
        let good = || {
            let number = text.strip_suffix('B')?;
            let number = number.strip_suffix('i').map_or(Some(number), |it| {
                it.ends_with(['K', 'M', 'G', 'T', 'E', 'P']).then_some(it)
            })?;
            let number =
                number.strip_suffix(['K', 'M', 'G', 'T', 'E', 'P']).unwrap_or(number);
            let (whole, rest) = number.rsplit_once('.').unwrap_or(("", number));
            let digits = |it: &str| it.bytes().all(|it| it.is_ascii_digit());
            (digits(whole) && digits(rest) && !rest.is_empty()).then_some(())
        };
        match text == "0" || good().is_some() {
            true => None,
            false => {
                Fault::new("not a number and a unit", "write `512KB`, `10MB` or `1GiB`")
            }
        }
    },
};

/// The address of a proxy.
pub static PROXY_URL: Form = Form {
    name: "an address of a proxy",
    pattern: "^((http|https|socks5)://.+|.*\\$\\{.*)$",
    parameters: true,
    fault: |text| {
        address(text, &["http://", "https://", "socks5://"], "http://proxy:3128")
    },
};

/// The address from which tokens come.
pub static TOKEN_URL: Form = Form {
    name: "an address",
    pattern: "^((http|https)://.+|.*\\$\\{.*)$",
    parameters: true,
    fault: |text| {
        address(text, &["http://", "https://"], "https://auth.example.com/token")
    },
};

fn address(text: &str, schemes: &[&str], example: &str) -> Option<Fault> {
    let rest = schemes.iter().find_map(|it| text.strip_prefix(it));
    match rest {
        Some(rest) if !rest.is_empty() && !rest.contains(char::is_whitespace) => None,
        Some(_) => Fault::new("names no host", format!("write `{example}`")),
        None => {
            let label = format!(
                "begins with none of {}",
                suggest::list(schemes.iter().copied(), 3)
            );
            Fault::new(label, format!("write `{example}`"))
        }
    }
}

/// A host, with a port or without.
pub static HOST: Form = Form {
    name: "a host",
    pattern: "^([^/]+|.*\\$\\{.*)$",
    parameters: true,
    fault: |text| {
        if text.contains("://") || text.contains('/') {
            return Fault::new(
                "a scheme or a path",
                "write `host:port` alone: `scheme` and `path` are keys beside it",
            );
        }
        let (host, port) = match text.rsplit_once(':') {
            Some((host, port)) if !host.contains(':') => (host, Some(port)),
            Some((host, port)) if host.starts_with('[') && host.ends_with(']') => {
                (&host[1..host.len() - 1], Some(port))
            }
            _ => (text, None),
        };
        let good_port = port.is_none_or(|it| it.parse().is_ok_and(|it: u16| it != 0));
        match good_port && (host.parse::<IpAddr>().is_ok() || is_host(host)) {
            true => None,
            false => Fault::new("not `host` or `host:port`", "write `blackbox:9115`"),
        }
    },
};

fn is_host(text: &str) -> bool {
    let part = |it: &str| {
        !it.is_empty()
            && it.len() <= 63
            && !it.starts_with('-')
            && it
                .bytes()
                .all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_'))
    };
    let text = text.strip_suffix('.').unwrap_or(text);
    text.len() <= 253 && text.split('.').all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good(form: &Form, text: &str) -> bool {
        (form.fault)(text).is_none()
    }

    #[test]
    fn forms_take_what_the_operator_takes() {
        let long = "x".repeat(64);
        let long_name = format!("{}x", "x.".repeat(150));
        assert!(good(&OBJECT_NAME, "a.b-c") && !good(&OBJECT_NAME, &"x".repeat(64)));
        assert!(!good(&OBJECT_NAME, &long_name));
        assert!(good(&NAMESPACE, "a-b") && !good(&NAMESPACE, "a.b"));
        assert!(good(&NAMESPACES, "*") && !good(&NAMESPACES, "A"));
        assert!(good(&OBJECT_KEY, "app.kubernetes.io/name") && !good(&OBJECT_KEY, "-a"));
        assert!(good(&LABEL_VALUE, "") && good(&LABEL_VALUE, "a_b-c.d"));
        assert!(!good(&LABEL_VALUE, "-a") && !good(&LABEL_VALUE, &long));
        assert!(!good(&LABEL_VALUE, "a b") && good(&LABEL_VALUE, &long[1..]));
        for it in ["0", "10MB", "1.5GiB", ".5B", "512KB"] {
            assert!(good(&SIZE, it), "{it}");
        }
        for it in ["", "10", "10M", "1iB", "1.B", "MB", "1 MB"] {
            assert!(!good(&SIZE, it), "{it}");
        }
        assert!(good(&PROXY_URL, "socks5://x") && !good(&PROXY_URL, "ftp://x"));
        for it in ["blackbox:9115", "blackbox.monitoring.svc", "10.0.0.1:1", "[::1]:9"] {
            assert!(good(&HOST, it), "{it}");
        }
        for it in ["", "http://x", "x/probe", "x:0", "x:http", "a b"] {
            assert!(!good(&HOST, it), "{it}");
        }
    }
}
