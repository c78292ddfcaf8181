//! Records that write the same series.

use std::collections::{BTreeSet, HashMap};

use crate::diag::text::Text;
use crate::lint::context::{Context, Site};
use crate::lint::promql::matchers;
use crate::lint::table::{Check, Found, Level, Lint};
use crate::promql::infer::Presence;
use crate::promql::syntax::ast::{BinaryOp, Cardinality, Expr, ExprKind, Selector};
use crate::rules::group::{Record, Rule};

/// The lint.
pub static LINT: Lint = Lint {
    name: "duplicate-rule",
    level: Level::Warn,
    summary: "Two records of one name and the same labels whose results may be the same \
              series.",
    why: "They overwrite each other: at each evaluation, the last one wins. Records of one \
          name are common where each has series of its own, so that those are left alone \
          that read other metrics, have other labels in their results, or select by one of \
          these, or beside, what the first one excludes. promtool knows names and labels only: `check PATH --lint \
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
        let twin = first.rule.as_record().filter(|it| it.span == record.span);
        if let Some(twin) = twin
            && context.book.is_some()
            && site.group.file == first.group.file
        {
            let at = record.name.span();
            out.push((Some(site), match is_of_each(record, twin) {
                true => said
                    .at(at, "made several times with the same name and labels")
                    .help("use the parameter of `each` in the name, `…${w}`, or in a label"),
                false => said
                    .at(at, "made by several uses of the pack with the same name and labels")
                    .help(
                        "use a parameter that tells them apart in the name or a label, such as \
                         `${job}`, or take all uses but one out",
                    ),
            }));
            continue;
        }
        let said = said.at(record.name.span(), "the same name and labels again");
        let said = said.context(first.name().span(), "first here");
        let help = "take one out, or give them different names or labels";
        out.push((Some(site), said.help(help)));
    }
}

/// Whether two records of one definition are there for different values of `each`.
fn is_of_each(a: &Record, b: &Record) -> bool {
    let values =
        |it: &Record| -> Vec<String> { it.each.iter().map(Text::to_string).collect() };
    values(a) != values(b)
}

/// Whether two records may have results with the same labels.
fn may_coincide(a: Site<'_>, b: Site<'_>, context: &Context<'_>) -> bool {
    let (facts_a, facts_b) = (context.labels(a.tree()), context.labels(b.tree()));
    // What is aggregated by labels is taken to have them, and series to have more.
    if facts_a.closed != facts_b.closed {
        return false;
    }
    let names = |it: Site<'_>| -> BTreeSet<Option<String>> {
        let all = it.tree().selectors().into_iter();
        all.map(|it| it.1.name.as_deref().map(str::to_owned)).collect()
    };
    // What different metrics have in common is not known.
    if names(a) != names(b) {
        return false;
    }
    // Labels that do not come through tell no results apart.
    let carried = |it: &str| facts_a.can_carry(it) && facts_b.can_carry(it);
    let may_exclude = |(a, beside): &Asked<'_>, (b, too): &Asked<'_>| {
        matchers::may_exclude(a, b, &|label| *beside && *too || carried(label))
    };
    let (mut of_a, mut of_b) = (Vec::new(), Vec::new());
    asked(a.tree(), false, &mut of_a);
    asked(b.tree(), false, &mut of_b);
    let excluded = of_a.iter().any(|a| {
        let mut same = of_b.iter().filter(|b| a.0.name == b.0.name);
        same.all(|b| may_exclude(a, b))
    });
    // Where both ask for the same metrics in the same order, each is the other's.
    let alike = of_a.len() == of_b.len();
    let mut pairs = of_a.iter().zip(&of_b);
    let in_order = alike && pairs.clone().all(|(a, b)| a.0.name == b.0.name);
    if excluded || in_order && pairs.any(|(a, b)| may_exclude(a, b)) {
        return false;
    }
    let apart = |it: &str| {
        let (a, b) = (facts_a.get(it), facts_b.get(it));
        let only_one = (a.presence == Presence::Never) != (b.presence == Presence::Never);
        only_one || a.excludes(&b)
    };
    !facts_a.known.keys().chain(facts_b.known.keys()).any(|it| apart(it))
}

/// A selector, and whether its series only have to be there beside others.
type Asked<'a> = (&'a Selector, bool);

/// The selectors of an expression, in order.
fn asked<'a>(expr: &'a Expr, beside: bool, out: &mut Vec<Asked<'a>>) {
    match &expr.kind {
        ExprKind::Selector(it) => out.push((it, beside)),
        ExprKind::Binary(it) => {
            // What is matched by some labels chooses among the series of the other side.
            let matching = it.matching.as_ref();
            let by_some = matching.is_some_and(|it| it.on || !it.labels.is_empty());
            let chooses = by_some || it.op == BinaryOp::Unless;
            let many = matching.map(|it| it.cardinality);
            let left = chooses && many == Some(Cardinality::OneToMany);
            asked(&it.lhs, beside || left, out);
            asked(&it.rhs, beside || chooses && !left, out);
        }
        _ => expr.children().for_each(|it| asked(it, beside, out)),
    }
}
