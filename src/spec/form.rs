//! The forms of strings: durations, names, versions.

use crate::doc::keys::{Fault, Form};
use crate::doc::parameter;
use crate::spec::duration;

/// `5m`, `1h30m`
pub static DURATION: Form = Form {
    name: "a duration",
    pattern: "^(0|([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?|.*\\$\\{.*)$",
    parameters: true,
    fault: |text| {
        let why = duration::parse(text).err()?;
        let number = text.trim_end_matches(|it: char| !it.is_ascii_digit());
        let help = match number.bytes().all(|it| it.is_ascii_digit())
            && !number.is_empty()
        {
            true if text == number => {
                format!("write a unit: `{text}s`, `{text}m` or `{text}h`")
            }
            _ => "write numbers with the units y, w, d, h, m, s, ms, the longest first: \
                  `5m`, `1h30m`"
                .to_string(),
        };
        Fault::new(why, help)
    },
};

/// A duration above zero.
pub static INTERVAL: Form = Form {
    fault: |text| match duration::parse(text) {
        Ok(0) => Fault::new("is zero", "write a time above zero: `30s`"),
        Ok(_) | Err(_) => (DURATION.fault)(text),
    },
    ..DURATION
};

/// A PromQL expression; its syntax is checked where its parameters are known.
pub static EXPRESSION: Form = Form {
    name: "a PromQL expression",
    pattern: "",
    parameters: false,
    fault: |text| match text.trim() {
        "" => Fault::new("is empty", "write an expression: `up == 0`"),
        _ => None,
    },
};

/// PromQL with Grafana's variables.
pub static QUERY: Form =
    Form { name: "a string", pattern: "", parameters: false, fault: |_| None };

/// The name of a label.
pub static LABEL_NAME: Form = Form {
    name: "a label name",
    pattern: "^[a-zA-Z_][a-zA-Z0-9_]*$",
    parameters: false,
    fault: |text| {
        let good = is_identifier(text, "_") && !text.starts_with("__");
        match good {
            true => None,
            false if text.starts_with("__") => Fault::new(
                "begins with `__`",
                "choose another name: those with `__` are Prometheus's own",
            ),
            false => Fault::new(
                "not letters, digits and `_`, or begins with a digit",
                format!("write `{}`", identifier(text)),
            ),
        }
    },
};

/// The name of a label, Prometheus's own included.
pub static ANY_LABEL_NAME: Form = Form {
    fault: |text| match is_identifier(text, "_") {
        true => None,
        false => (LABEL_NAME.fault)(text),
    },
    ..LABEL_NAME
};

/// The name of an annotation of an alert.
pub static ANNOTATION_NAME: Form = Form {
    name: "an annotation name",
    fault: |text| match is_identifier(text, "_") {
        true => None,
        false => Fault::new(
            "not letters, digits and `_`, or begins with a digit",
            format!("write `{}`", identifier(text)),
        ),
    },
    ..LABEL_NAME
};

/// The name of a label of a rule, where names may be any text; which of them a server
/// takes is checked where it is known.
pub static FREE_LABEL_NAME: Form = Form {
    pattern: "^[^\\x00-\\x1f]+$",
    fault: |text| match text {
        _ if text.starts_with("__") => (LABEL_NAME.fault)(text),
        _ => (FREE_ANNOTATION_NAME.fault)(text),
    },
    ..LABEL_NAME
};

/// The same for an annotation.
pub static FREE_ANNOTATION_NAME: Form = Form {
    pattern: "^[^\\x00-\\x1f]+$",
    fault: |text| match text {
        "" => Fault::new("is empty", "write a name: `team`"),
        _ if text.chars().any(char::is_control) => {
            Fault::new("has a control character", "write a name: `team`")
        }
        _ => None,
    },
    ..ANNOTATION_NAME
};

/// The metric that a recording rule writes.
pub static METRIC_NAME: Form = Form {
    name: "a metric name",
    pattern: "^([a-zA-Z_:]|\\$\\{)([a-zA-Z0-9_:]|\\$\\{[a-z_A-Z0-9]+\\})*$",
    parameters: true,
    fault: |text| match is_identifier(text, "_:") {
        true => None,
        false => Fault::new(
            "not letters, digits, `_` and `:`, or begins with a digit",
            format!("write `{}`", metric(text)),
        ),
    },
};

/// The metric that a recording rule writes, where names may be any text.
pub static ANY_METRIC_NAME: Form = Form {
    pattern: "",
    fault: |text| match text {
        "" => Fault::new("is empty", "leave `name` out: the key is the name"),
        _ if text.contains(['{', '}']) => {
            Fault::new("a name has no braces", "put labels under `labels`")
        }
        _ => None,
    },
    ..METRIC_NAME
};

/// The key of an alert, which is its name unless `name` says otherwise.
pub static ALERT_KEY: Form = Form {
    name: "an alert name",
    pattern: "",
    parameters: true,
    fault: |text| match text {
        "" => Fault::new("is empty", "write a name: `ApiDown`"),
        _ if text.chars().any(char::is_control) => {
            Fault::new("has a control character", "write a name: `ApiDown`")
        }
        "let" | "owner" | "job" | "record" | "pack" => Fault::new(
            "this word is a key of `[use.…]`",
            "choose another key, and write the alert's name as `name = \"…\"`",
        ),
        _ => None,
    },
};

/// A name of one's own: of a severity, an owner, an environment, a tier, a group, a pack.
pub static NAME: Form = Form {
    name: "a name",
    pattern: "^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$",
    parameters: false,
    fault: |text| {
        let inner =
            |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | '_' | '-');
        let good = text.chars().all(inner)
            && text.starts_with(|it: char| it.is_ascii_alphanumeric())
            && text.ends_with(|it: char| it.is_ascii_alphanumeric())
            && text.len() <= 63;
        match good {
            true => None,
            false => Fault::new(
                "not letters and digits with `-`, `_` or `.` between them",
                "write a short name: `node-exporter`",
            ),
        }
    },
};

/// The path of a rule file.
pub static RULE_FILE: Form = Form {
    name: "a path of a rule file",
    pattern: "\\.ya?ml$",
    parameters: false,
    fault: |text| match text.ends_with(".yaml") || text.ends_with(".yml") {
        true => None,
        false => Fault::new("no YAML file", "write a path that ends in `.yaml`"),
    },
};

/// A heading of a runbook page.
pub static SECTION: Form = Form {
    name: "a heading",
    pattern: "[^\\s]",
    parameters: false,
    fault: |text| match text.trim() {
        "" => Fault::new("is empty", "write the text of a heading: `Impact`"),
        _ if text.contains('\n') => Fault::new("has several lines", "write one line"),
        _ if text.starts_with('#') => {
            Fault::new("begins with `#`", "write the text of the heading alone")
        }
        _ => None,
    },
};

/// A host, an address or a network.
pub static HOST: Form = Form {
    name: "a host",
    pattern: "^[A-Za-z0-9.*_:\\[\\]-]+(/[0-9]+)?$",
    parameters: false,
    fault: |text| {
        let (host, bits) = text.split_once('/').unwrap_or((text, "0"));
        let inner = |it: char| it.is_ascii_alphanumeric() || ".*_:[]-".contains(it);
        match !host.is_empty() && host.chars().all(inner) && bits.parse::<u8>().is_ok() {
            true => None,
            false => Fault::new(
                "neither a host nor a network",
                "write `grafana.internal`, `*.internal`, `10.0.0.1` or `10.0.0.0/8`",
            ),
        }
    },
};

/// A host to which headers are sent.
pub static HEADER_HOST: Form = Form {
    name: "a host",
    pattern: "^(https?://)?[A-Za-z0-9._\\[\\]-]+(:[0-9]+)?$",
    parameters: false,
    fault: |text| {
        let bare = text.strip_prefix("https://").or(text.strip_prefix("http://"));
        let inner = |it: char| it.is_ascii_alphanumeric() || "._:[]-".contains(it);
        let bare = bare.unwrap_or(text);
        match !bare.is_empty() && bare.chars().all(inner) {
            true => None,
            false => Fault::new("no host", "write `github.com`, or `host:8443`"),
        }
    },
};

/// The name of a header.
pub static HEADER_NAME: Form = Form {
    name: "a header",
    pattern: "^[A-Za-z0-9-]+$",
    parameters: false,
    fault: |text| {
        let good = |it: char| it.is_ascii_alphanumeric() || it == '-';
        match text.to_ascii_lowercase().as_str() {
            "host" | "content-length" | "transfer-encoding" | "connection" => {
                Fault::new("a header of the connection itself", "take it out")
            }
            it if !it.is_empty() && it.chars().all(good) => None,
            _ => Fault::new("no name of a header", "write `Authorization`"),
        }
    },
};

/// The value of a header: it ends in the name of a variable of the environment.
pub static HEADER_VALUE: Form = Form {
    name: "a header's value",
    pattern: "^[ -~]*env:[A-Za-z_][A-Za-z0-9_]*$",
    parameters: false,
    fault: |text| {
        let (before, name) = text.rsplit_once("env:").unwrap_or((text, ""));
        let printable = before.bytes().all(|it| matches!(it, b' '..=b'~'));
        match printable && is_identifier(name, "_") {
            true => None,
            false => Fault::new(
                "names no variable of the environment",
                "keep secrets out of the file: write `Bearer env:GITHUB_TOKEN`",
            ),
        }
    },
};

/// What a group is called where its key does not say it.
pub static GROUP_NAME: Form = Form {
    name: "a group's name",
    pattern: "",
    parameters: false,
    fault: |text| match text {
        "" => Fault::new("is empty", "leave `name` out: the key is the name"),
        _ => None,
    },
};

/// A severity's name: no key of an alert, since it stands where keys stand.
pub static SEVERITY_NAME: Form = Form {
    name: "a severity",
    fault: |text| match RESERVED.contains(&text) {
        true => Fault::new(
            "this word is a key of alerts",
            "choose another name for the severity",
        ),
        false => (NAME.fault)(text),
    },
    ..NAME
};

/// The name of a parameter.
pub static PARAMETER_NAME: Form = Form {
    name: "a name for a parameter",
    pattern: "^[A-Za-z][A-Za-z0-9_]*$",
    parameters: false,
    fault: |text| match text {
        _ if !parameter::is_name(text) => Fault::new(
            "not a letter followed by letters, digits and `_`",
            "write a name such as `ratio`",
        ),
        _ if RESERVED.contains(&text) => Fault::new(
            "this word means something of its own in an alert",
            "choose another name for the parameter",
        ),
        _ => None,
    },
};

/// Words that cannot name a parameter: the keys of an alert, and the parameters that
/// every alert has (`namespace` and `cluster` may be given).
pub const RESERVED: &[&str] = &[
    "expr",
    "name",
    "severity",
    "for",
    "keep_firing_for",
    "summary",
    "description",
    "runbook",
    "owner",
    "group",
    "job",
    "labels",
    "annotations",
    "let",
    "each",
    "per",
    "absent",
    "tier",
    "env",
    "alert",
    "allow",
];

/// Parameters that exist without being declared.
pub const BUILT_IN: &[&str] =
    &["env", "namespace", "cluster", "job", "alert", "severity", "tier"];

/// The port of an endpoint.
pub static PORT: Form = Form {
    name: "a port",
    pattern: "^([0-9]{1,5}|[a-z0-9]([a-z0-9-]*[a-z0-9])?)$",
    parameters: false,
    fault: |text| {
        let digits = text.bytes().all(|it| it.is_ascii_digit());
        match digits {
            true if text.parse().is_ok_and(|it: u16| it != 0) => None,
            false if is_dns_label(text) => None,
            _ => Fault::new(
                "neither a port's name nor a number from 1 to 65535",
                "write the name of the Service's port, `metrics`, or its number, `8000`",
            ),
        }
    },
};

/// The name of a port.
pub static PORT_NAME: Form = Form {
    name: "a name of a port",
    pattern: "^([a-z0-9]([a-z0-9-]*[a-z0-9])?|.*\\$\\{.*)$",
    parameters: true,
    fault: |text| match is_dns_label(text) {
        true => None,
        false => Fault::new(
            "not small letters and digits with `-` between them",
            "write the name of the port: `metrics`",
        ),
    },
};

/// A version of Prometheus.
pub static VERSION: Form = Form {
    name: "a version of Prometheus",
    pattern: "^[0-9]+\\.[0-9]+(\\.[0-9]+)?$",
    parameters: false,
    fault: |text| match version(text) {
        Some((2.., _)) => None,
        Some(_) => Fault::new("too old", "write version 2.0 or newer"),
        None => Fault::new("not two or three numbers", "write `3.5` or `3.5.3`"),
    },
};

/// The address of a page.
pub static URL: Form = Form {
    name: "an address",
    pattern: "^https?://",
    parameters: true,
    fault: |text| no_address(text, "https://runbooks.example.com/"),
};

/// The address of Grafana.
pub static GRAFANA: Form = Form {
    fault: |text| no_address(text, "https://grafana.example.com/"),
    name: "an address",
    pattern: "^https?://",
    parameters: true,
};

fn no_address(text: &str, example: &str) -> Option<Fault> {
    let rest = text.strip_prefix("https://").or(text.strip_prefix("http://"));
    match rest {
        Some(rest) if !rest.is_empty() && !text.contains(char::is_whitespace) => None,
        _ => Fault::new("not `https://` and a host", format!("write `{example}`")),
    }
}

/// The name of a target.
pub static TARGET_NAME: Form = Form {
    name: "a name of a target",
    pattern: "^[a-z0-9]+(-[a-z0-9]+)*$",
    parameters: false,
    fault: |text| {
        let good = |it: &str| {
            !it.is_empty()
                && it.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit())
        };
        match text.split('-').all(good) && text.len() <= 63 {
            true => None,
            false => Fault::new(
                "not lower case letters and digits with `-` between them",
                "write a short name: `oncall`",
            ),
        }
    },
};

/// The path of a template.
pub static TEMPLATE_PATH: Form = Form {
    name: "a path of a template",
    pattern: "\\.tera$",
    parameters: false,
    fault: |text| {
        let inside = text.split('/').all(|it| !matches!(it, "" | "." | ".."));
        match (text.ends_with(".tera") && text != ".tera", inside) {
            (true, true) => None,
            (false, _) => Fault::new(
                "does not end in `.tera`",
                "name the file so: `templates/oncall.md.tera`",
            ),
            (true, false) => Fault::new(
                "not a path below the project's folder",
                "write `templates/oncall.md.tera`",
            ),
        }
    },
};

/// A duration as Go reads it.
pub static GO_DURATION: Form = Form {
    name: "a duration of Go",
    pattern: "^([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$",
    parameters: false,
    fault: |text| {
        let mut rest = text;
        let mut good = !rest.is_empty();
        while good && !rest.is_empty() {
            let number = |it: &str| it.bytes().take_while(u8::is_ascii_digit).count();
            let whole = number(rest);
            let fraction = match rest[whole..].strip_prefix('.') {
                Some(it) => 1 + number(it),
                None => 0,
            };
            good = whole != 0 && fraction != 1;
            rest = &rest[whole + fraction..];
            let units = ["ns", "us", "µs", "ms", "s", "m", "h"];
            match units.iter().find_map(|it| rest.strip_prefix(it)) {
                Some(it) => rest = it,
                None => good = false,
            }
        }
        match good {
            true => None,
            false => Fault::new(
                "no number with `h`, `m`, `s`, `ms`, `us` or `ns`",
                "write `10m`, `1h30m`",
            ),
        }
    },
};

/// Major and minor number of a version.
pub fn version(text: &str) -> Option<(u16, u16)> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let mut parts =
        text.split('.').map(|it| match it.bytes().all(|it| it.is_ascii_digit()) {
            true => it.parse().ok(),
            false => None,
        });
    let (major, minor) = (parts.next()??, parts.next()??);
    let patch: Option<Option<u16>> = parts.next();
    (patch != Some(None) && parts.next().is_none()).then_some((major, minor))
}

fn is_identifier(text: &str, more: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|it: char| it.is_ascii_digit())
        && text.chars().all(|it| it.is_ascii_alphanumeric() || more.contains(it))
}

pub(super) fn is_dns_label(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 63
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text
            .bytes()
            .all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'-')
}

fn identifier(text: &str) -> String {
    metric(text).replace(':', "_")
}

fn metric(text: &str) -> String {
    let good = |it: char| it.is_ascii_alphanumeric() || it == ':';
    let mut out: String =
        text.chars().map(|it| if good(it) { it } else { '_' }).collect();
    if out.starts_with(|it: char| it.is_ascii_digit()) || out.is_empty() {
        out.insert(0, '_');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good(form: &Form, text: &str) -> bool {
        (form.fault)(text).is_none()
    }

    #[test]
    fn forms_take_what_their_readers_take() {
        assert!(good(&LABEL_NAME, "team") && !good(&LABEL_NAME, "my-team"));
        assert!(!good(&LABEL_NAME, "__name__") && good(&ANY_LABEL_NAME, "__name__"));
        assert!(good(&METRIC_NAME, "job:x:rate5m") && !good(&METRIC_NAME, "5m"));
        assert!(good(&PORT, "metrics") && good(&PORT, "8000") && !good(&PORT, "70000"));
        assert!(
            good(&VERSION, "3.5.3") && !good(&VERSION, "3") && !good(&VERSION, "1.8")
        );
        assert!(good(&GO_DURATION, "1h1.5s") && !good(&GO_DURATION, "1d"));
        assert!(!good(&GO_DURATION, "") && !good(&GO_DURATION, "1.m"));
        assert!(good(&TARGET_NAME, "on-call") && !good(&TARGET_NAME, "On-"));
        assert!(good(&TEMPLATE_PATH, "a/b.tera") && !good(&TEMPLATE_PATH, "../b.tera"));
        assert!(good(&URL, "https://x.org/") && !good(&URL, "docs/runbooks"));
        assert!(good(&PARAMETER_NAME, "namespace") && !good(&PARAMETER_NAME, "for"));
    }

    #[test]
    fn a_bad_name_is_mended_in_the_help() {
        let fault = (LABEL_NAME.fault)("my-team").unwrap();
        assert_eq!(fault.help, "write `my_team`");
    }
}
