//! Records that write the same series.

use std::collections::{BTreeSet, HashMap};

use crate::lint::context::{Context, Site};
use crate::lint::promql::matchers;
use crate::lint::table::{Check, Found, Level, Lint};
use crate::promql::infer::Presence;
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

/// So many records of a name are compared with a further one, those with the same
/// expression apart.
const MAX_COMPARED: usize = 16;

/// Records of one name and the same labels.
#[derive(Default)]
struct Earlier<'a> {
    all: Vec<Site<'a>>,
    by_text: HashMap<String, Site<'a>>,
}

fn run<'a>(context: &Context<'a>, out: &mut Vec<Found<'a>>) {
    let mut seen: HashMap<_, Earlier<'a>> = HashMap::new();
    for site in context.sites() {
        let Rule::Record(record) = site.rule else { continue };
        // Which files of others run on one server is not known.
        let file = if context.book.is_some() { "" } else { &*site.group.file };
        let key = (file, record.name.as_str(), site.given());
        let earlier = seen.entry(key).or_default();
        let text = site.tree().to_string();
        let some = earlier.all.iter().take(MAX_COMPARED).copied();
        let first = match earlier.by_text.get(&text) {
            Some(it) => Some(*it),
            None => some.into_iter().find(|it| may_coincide(*it, site, context)),
        };
        earlier.all.push(site);
        earlier.by_text.entry(text).or_insert(site);
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
    // Where both ask for the same metrics in the same order, each is the other's.
    let alike = of_a.len() == of_b.len();
    let mut pairs = of_a.iter().zip(&of_b);
    let in_order = alike && pairs.clone().all(|(a, b)| a.1.name == b.1.name);
    if excluded || in_order && pairs.any(|(a, b)| matchers::may_exclude(a.1, b.1)) {
        return false;
    }
    let (a, b) = (context.labels(a.tree()), context.labels(b.tree()));
    // What is aggregated by labels is taken to have them, and series to have more.
    if a.closed != b.closed {
        return false;
    }
    let apart = |it: &str| {
        let (a, b) = (a.get(it), b.get(it));
        let only_one = (a.presence == Presence::Never) != (b.presence == Presence::Never);
        only_one || a.excludes(&b)
    };
    !a.known.keys().chain(b.known.keys()).any(|it| apart(it))
}
