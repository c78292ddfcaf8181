//! Fields of groups and rules that not every version of Prometheus knows
//! (`model/rulefmt/rulefmt.go`): an older server refuses the whole file for one.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::promql::dialect::Version;

/// A field, and the first version that has it.
#[derive(Clone, Copy, Debug)]
pub struct Since {
    /// What it is called in a message.
    pub name: &'static str,
    /// The version.
    pub version: Version,
    /// What to do without it.
    pub instead: &'static str,
}

/// Of a group.
pub const LIMIT: Since = Since {
    name: "`limit` of a group",
    version: Version::new(2, 31),
    instead: "leave it out",
};

/// Of an alert.
pub const KEEP_FIRING_FOR: Since = Since {
    name: "`keep_firing_for`",
    version: Version::new(2, 42),
    instead: "leave it out, or smooth the expression, as by `max_over_time(…[10m:])`",
};

/// Of a group.
pub const QUERY_OFFSET: Since = Since {
    name: "`query_offset` of a group",
    version: Version::new(2, 53),
    instead: "write `offset` in the expressions",
};

/// Of a group.
pub const LABELS: Since = Since {
    name: "`labels` of a group",
    version: Version::new(3, 0),
    instead: "write the labels to each rule",
};

impl Since {
    /// Says so where a version does not know the field that stands at a place.
    pub fn check(self, at: Span, version: Version, sink: &mut Sink) {
        if self.version <= version {
            return;
        }
        let title = format!("{} needs Prometheus {}", self.name, self.version);
        sink.push_once(
            Diagnostic::error("needs-newer-prometheus", title)
                .at(at, format!("the rules are for Prometheus {version}"))
                .help(format!("{}, or raise `[prometheus] version`", self.instead)),
        );
    }
}
