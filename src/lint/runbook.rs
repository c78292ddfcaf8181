//! What is said of findings about runbook pages and links.

use crate::lint::elsewhere::FOUND;
use crate::lint::table::Lint;

/// All of them.
pub const LINTS: &[&Lint] = &[
    &LINK_ANCHOR,
    &LINK_DEAD,
    &LINK_EXCEPTION,
    &LINK_GUARDED,
    &LINK_INVALID,
    &LINK_MOVED,
    &LINK_PRIVATE,
    &LINK_UNKNOWN,
    &RUNBOOK_ALERT,
    &RUNBOOK_FACTS,
    &RUNBOOK_HEADING,
    &RUNBOOK_LINK,
    &RUNBOOK_ORPHAN,
    &RUNBOOK_SECTION,
];

static LINK_ANCHOR: Lint = Lint {
    name: "link-anchor",
    summary: "A link to a page that is there, and to a place in it that is not.",
    why: "Who follows it stands at the top of a long page.",
    example: "See <https://example.com/manual#old-heading>.",
    instead: "Name the anchor as it is now.",
    ..FOUND
};

static LINK_DEAD: Lint = Lint {
    name: "link-dead",
    summary: "A link that leads nowhere: the server says so, redirects without end, or no browser would trust it.",
    why: "Who follows it at night finds nothing.",
    example: "[alert.ApiDown]\nannotations = { logs = \"https://logs.example.com/gone\" }",
    instead: "Write where it is now, or take it out.",
    peers: &["pint rule/link", "promruval annotationIsValidURL"],
    ..FOUND
};

static LINK_EXCEPTION: Lint = Lint {
    name: "link-exception",
    summary: "An exception from the check of links that excepts none.",
    why: "It would hide the next link that is like it.",
    example: "[[runbooks.online.except]]\nurl = \"https://old.example.com/**\"\nwhy = \"not reachable from CI\"",
    instead: "Take it out.",
    ..FOUND
};

static LINK_GUARDED: Lint = Lint {
    name: "link-guarded",
    summary: "A link to a page for those who log in only.",
    why: "Whether the page is there cannot be seen.",
    example: "See <https://github.com/example/private>.",
    instead: "Give the host its header under `[runbooks.online.headers]`, or except the link.",
    ..FOUND
};

static LINK_INVALID: Lint = Lint {
    name: "link-invalid",
    summary: "A link that cannot be asked for.",
    why: "An address without a host, with a password in it, or of letters that no host has leads nowhere.",
    example: "See <https://user:password@example.com/>.",
    instead: "Write an address that a browser takes.",
    ..FOUND
};

static LINK_MOVED: Lint = Lint {
    name: "link-moved",
    summary: "A link that is redirected for good.",
    why: "Redirects are forgotten one day.",
    example: "See <http://example.com/> where <https://example.com/> is meant.",
    instead: "Write the new address.",
    ..FOUND
};

static LINK_PRIVATE: Lint = Lint {
    name: "link-private",
    summary: "A link, or a redirect, to a host that is not public.",
    why: "What only this machine can reach is not asked for unless the project says so.",
    example: "See <http://10.0.0.7/status>.",
    instead: "Name the host in `[runbooks.online] allow_private`, or except the link.",
    ..FOUND
};

static LINK_UNKNOWN: Lint = Lint {
    name: "link-unknown",
    summary: "A link of which nothing can be said: no answer in time, a broken connection, a server that fails.",
    why: "It may be dead, and if it is not, it may not answer when it is needed either.",
    example: "See <https://slow.example.com/>.",
    instead: "Look yourself; give it more time or retries in `[runbooks.online]`, or except it.",
    ..FOUND
};

static RUNBOOK_ALERT: Lint = Lint {
    name: "runbook-alert",
    summary: "A runbook page that does not name an alert that leads to it.",
    why: "Who is called out searches for the name of the alert, and cannot be sure that the page is about it.",
    example: "# Nobody answers\n\nThe API does not answer.",
    instead: "Name the alert, best in the heading: `# ApiDown`.",
    ..FOUND
};

static RUNBOOK_FACTS: Lint = Lint {
    name: "runbook-facts",
    summary: "A runbook page that states another severity or another `for` than its alert has, or leaves out a tier.",
    why: "The alert was changed and the page was not: who reads it cannot know what else is old.",
    example: "# ApiDown\n\nSeverity: warning",
    instead: "State what the alert says, or leave it out.",
    ..FOUND
};

static RUNBOOK_HEADING: Lint = Lint {
    name: "runbook-heading",
    summary: "A runbook page that does not begin with a heading.",
    why: "Its title in lists of pages is the name of its file.",
    example: "The API does not answer.",
    instead: "Begin it with `# Title`.",
    ..FOUND
};

static RUNBOOK_LINK: Lint = Lint {
    name: "runbook-link",
    summary: "A link of a runbook page to a page or a heading that is not there.",
    why: "Who follows it at night finds nothing.",
    example: "See [the queue](queue.md#worker).",
    instead: "Name the page and the heading as they are now.",
    ..FOUND
};

static RUNBOOK_ORPHAN: Lint = Lint {
    name: "runbook-orphan",
    summary: "A runbook page to which neither an alert nor a page in use leads.",
    why: "Its alert is gone or leads elsewhere: nobody keeps the page true.",
    example: "# Old queue\n\nThe queue was replaced.",
    instead: "Let an alert name it, or remove it.",
    ..FOUND
};

static RUNBOOK_SECTION: Lint = Lint {
    name: "runbook-section",
    summary: "A runbook page without a section of `[runbooks] sections`, or with an empty one.",
    why: "What each page is to say was agreed on.",
    example: "# ApiDown\n\n## Impact",
    instead: "Write the section, or take it out of `sections`.",
    ..FOUND
};
