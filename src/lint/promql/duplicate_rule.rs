//! Records that write the same series.

use std::collections::{BTreeSet, HashMap};

use crate::lint::context::{Context, Site};
use crate::lint::promql::matchers;
use crate::lint::table::{Check, Found, Level, Lint};
use crate::promql::syntax::ast::Selector;
use crate::rules::group::Rule;

/// The lint.
pub static LINT: Lint = Lint {
    name: "duplicate-rule",
    level: Level::Warn,
    summary: "Two records of one name and the same labels whose results may be the same \
              series.",
    why: "They overwrite each other: at each evaluation, the last one wins. Records of one \
          name are common where each has series of its own, so that those are left alone \
          that read other metrics, select what the first one excludes, or have other labels \
          in their results. promtool knows names and labels only: `check PATH --lint \
          duplicate-rules` says what it says, of alerts too.",
    example: "- record: job:up:sum\n  expr: sum by (job) (up)\n\
              - record: job:up:sum\n  expr: sum by (job) (up == 1)",
    instead: "Take one out, or give them different names or labels.",
    peers: &["promtool duplicate-rules", "pint rule/duplicate"],
    check: Check::Book(run),
};

/// So many records of a name are compared with a further one.
const MAX_COMPARED: usize = 16;

fn run<'a>(context: &Context<'a>, out: &mut Vec<Found<'a>>) {
    let mut seen: HashMap<_, Vec<Site<'a>>> = HashMap::new();
    for site in context.judged() {
        let Rule::Record(record) = site.rule else { continue };
        // Which files of others run on one server is not known.
        let file = if context.book.is_some() { "" } else { &*site.group.file };
        let key = (file, record.name.as_str(), site.given());
        let earlier = seen.entry(key).or_default();
        let first = earlier.iter().take(MAX_COMPARED);
        let first = first.copied().find(|it| may_coincide(*it, site, context));
        earlier.push(site);
        let Some(first) = first else { continue };
        let title = format!("rule `{}` is there twice", record.name);
        let said = LINT.finding(title);
        let said = said.at(record.name.span(), "the same name and labels again");
        let said = said.context(first.name().span(), "first here");
        let help = "take one out, or give them different names or labels";
        out.push((Some(site), said.help(help)));
    }
}

/// Whether two records may have results with the same labels.
fn may_coincide(a: Site<'_>, b: Site<'_>, context: &Context<'_>) -> bool {
    let [of_a, of_b] = [a, b].map(|it| it.tree().selectors());
    let names = |all: &[(_, &Selector)]| -> BTreeSet<Option<String>> {
        all.iter().map(|it| it.1.name.as_deref().map(str::to_owned)).collect()
    };
    // What different metrics have in common is not known.
    if names(&of_a) != names(&of_b) {
        return false;
    }
    let excluded = of_a.iter().any(|(_, a)| {
        let mut same = of_b.iter().filter(|(_, b)| a.name == b.name);
        same.all(|(_, b)| matchers::may_exclude(a, b))
    });
    if excluded {
        return false;
    }
    let (a, b) = (context.labels(a.tree()), context.labels(b.tree()));
    let mut labels = a.known.keys().chain(b.known.keys());
    !labels.any(|it| a.get(it).excludes(&b.get(it)))
}
