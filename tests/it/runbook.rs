//! Alerts and runbook pages that do not fit together, as it is said.

use std::collections::BTreeSet;
use std::sync::Arc;

use aqua_alerts::diag::render::{self, render};
use aqua_alerts::diag::sink::Sink;
use aqua_alerts::diag::source::{FileId, SourceMap, Span};
use aqua_alerts::diag::text::Text;
use aqua_alerts::promql::dialect::Dialect;
use aqua_alerts::promql::syntax;
use aqua_alerts::rules::group::{
    About, Alert, Expression, Group, Rule, Runbook, Setting,
};
use aqua_alerts::runbook::content::{self, Demands};
use aqua_alerts::runbook::link::{Pages, check};
use aqua_alerts::runbook::page;
use aqua_alerts::runbook::target::Seen;
use expect_test::expect;
use libtest_mimic::{Failed, Trial};

pub fn trials() -> Vec<Trial> {
    vec![Trial::test("runbook::messages", alerts_and_pages_that_do_not_fit)]
}

const SPEC: &str = "\
[alert.ApiDown]
[alert.ApiSlow]
runbook = 'api-slow#mitigate'
[alert.ApiErrors]
runbook = 'api-eror'
[alert.Shared]
runbook = 'nested/page#Über%20uns'
";

fn alert(file: FileId, part: &str, page: &str) -> Rule {
    let start = SPEC.find(part).unwrap() as u32;
    let span = Span { file, start, end: start + part.len() as u32 };
    let (page, anchor) = match page.split_once('#') {
        Some((page, anchor)) => (page, Some(anchor.to_owned())),
        None => (page, None),
    };
    let text = Text::opaque("up == 0", span);
    let parsed = syntax::parse("up == 0", &Dialect::everything()).unwrap();
    Rule::from(Alert {
        name: Text::opaque("A", span),
        expr: Expression { text: text.clone(), parsed: Arc::new(parsed) },
        hold: Setting::default(),
        keep_firing_for: Setting::default(),
        labels: Vec::new(),
        annotations: Vec::new(),
        allow: Vec::new(),
        span,
        about: Some(About {
            definition: "A".into(),
            tier: None,
            severity: Some(text),
            owner: None,
            runbook: Some(Runbook {
                page: page.to_owned(),
                anchor,
                url: String::new(),
                span,
            }),
            job: None,
            each: Vec::new(),
            per: None,
            companion_of: None,
            parameters: Vec::new(),
        }),
    })
}

fn alerts_and_pages_that_do_not_fit() -> Result<(), Failed> {
    let mut sources = SourceMap::new();
    let spec = sources.add("alerts/api.toml", SPEC);
    let texts = [
        ("README.md", "[all](api-slow.md)\n"),
        (
            "api-down.md",
            "# ApiDown\n[x](nested/page.md#uber) [y](gone.md) [z](#apidown)\n",
        ),
        ("api-slow.md", "# ApiSlow\n## Mitigation\n"),
        ("api-errors/index.md", "just text\n"),
        ("nested/page.md", "# Über uns\n[up](../api-down.md#top)\n<a id='Über uns'>\n"),
        ("old.md", "# Old\n"),
        ("_template.md", "# Template\n"),
    ];
    let pages = texts
        .iter()
        .map(|(path, text)| {
            let file = sources.add(format!("docs/runbooks/{path}"), *text);
            page::read(file, path, text)
        })
        .collect();
    let pages = Pages::new("docs/runbooks/", pages);
    let rules = vec![
        alert(spec, "ApiDown", "api-down"),
        alert(spec, "'api-slow#mitigate'", "api-slow#mitigate"),
        alert(spec, "'api-slow#mitigate'", "api-slow#mitigate"),
        alert(spec, "'api-eror'", "api-eror"),
        alert(spec, "'nested/page#Über%20uns'", "nested/page#Über%20uns"),
    ];
    let group = Group {
        name: "g".to_owned(),
        file: "f".into(),
        interval: None,
        query_offset: None,
        limit: 0,
        labels: Vec::new(),
        rules,
        allow: Vec::new(),
        span: Span { file: spec, start: 0, end: 0 },
    };
    let mut sink = Sink::new();
    check([&group], &pages, &mut sink);
    let demands =
        Demands { sections: &[], severities: &BTreeSet::new(), look: &|_| Seen::Missing };
    content::check([&group], &pages, demands, &mut sink);
    let said = render(&sink.into_sorted(), &sources, render::Config::PLAIN);
    expect![[r#"
        error[runbook-anchor]: runbook page `api-slow` has no anchor `#mitigate`
         --> alerts/api.toml:3:11
          |
        3 | runbook = 'api-slow#mitigate'
          |           ^^^^^^^^^^^^^^^^^^^ `docs/runbooks/api-slow.md` has no such heading
          |
          = note: its anchors are `apislow` and `mitigation`
          = help: there is an anchor `#mitigation`

        error[runbook-page]: runbook page `api-eror` does not exist
         --> alerts/api.toml:5:11
          |
        5 | runbook = 'api-eror'
          |           ^^^^^^^^^^ leads to no page in `docs/runbooks`
          |
          = help: there is a page `api-errors`
          = help: `aqua-alerts runbooks new` begins `docs/runbooks/api-eror.md`; or name the page of `A` with `runbook = "…"`

        warning[runbook-heading]: runbook page `README.md` has no heading
         --> docs/runbooks/README.md:1:1
          |
        1 | [all](api-slow.md)
          | ^ begins without one
          |
          = help: begin the page with `# ` and the name of the alert

        warning[runbook-alert]: runbook page `api-down.md` does not name `A`
         --> docs/runbooks/api-down.md:1:1
          |
        1 | # ApiDown
          | ^^^^^^^^^ who is called out looks for the name of the alert
          |
         ::: alerts/api.toml:1:8
          |
        1 | [alert.ApiDown]
          |        ------- leads to this page
          |
          = help: name it in the page, best in its heading: `# A`

        warning[runbook-link]: link to `#uber`, which `nested/page.md` does not have
         --> docs/runbooks/api-down.md:2:1
          |
        2 | [x](nested/page.md#uber) [y](gone.md) [z](#apidown)
          | ^^^^^^^^^^^^^^^^^^^^^^^^ no such heading

        warning[runbook-link]: link to `gone.md`, which does not exist
         --> docs/runbooks/api-down.md:2:26
          |
        2 | [x](nested/page.md#uber) [y](gone.md) [z](#apidown)
          |                          ^^^^^^^^^^^^ no such page or file in `docs/runbooks`

        warning[runbook-alert]: runbook page `api-slow.md` does not name `A`
         --> docs/runbooks/api-slow.md:1:1
          |
        1 | # ApiSlow
          | ^^^^^^^^^ who is called out looks for the name of the alert
          |
         ::: alerts/api.toml:3:11
          |
        3 | runbook = 'api-slow#mitigate'
          |           ------------------- leads to this page
          |
          = help: name it in the page, best in its heading: `# A`

        warning[runbook-heading]: runbook page `api-errors/index.md` has no heading
         --> docs/runbooks/api-errors/index.md:1:1
          |
        1 | just text
          | ^ begins without one
          |
          = help: begin the page with `# ` and the name of the alert

        warning[runbook-orphan]: no alert leads to the runbook page `api-errors/index.md`
         --> docs/runbooks/api-errors/index.md:1:1
          |
        1 | just text
          | ^ neither an alert nor a page in use mentions it
          |
          = help: delete the page, or name it in an alert with `runbook = "…"`

        warning[runbook-alert]: runbook page `nested/page.md` does not name `A`
         --> docs/runbooks/nested/page.md:1:1
          |
        1 | # Über uns
          | ^^^^^^^^^^ who is called out looks for the name of the alert
          |
         ::: alerts/api.toml:7:11
          |
        7 | runbook = 'nested/page#Über%20uns'
          |           ------------------------ leads to this page
          |
          = help: name it in the page, best in its heading: `# A`

        warning[runbook-link]: link to `#top`, which `api-down.md` does not have
         --> docs/runbooks/nested/page.md:2:1
          |
        2 | [up](../api-down.md#top)
          | ^^^^^^^^^^^^^^^^^^^^^^^^ no such heading

        warning[runbook-orphan]: no alert leads to the runbook page `old.md`
         --> docs/runbooks/old.md:1:1
          |
        1 | # Old
          | ^^^^^ neither an alert nor a page in use mentions it
          |
          = help: delete the page, or name it in an alert with `runbook = "…"`

    "#]].assert_eq(&said);
    Ok(())
}
