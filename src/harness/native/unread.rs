//! Series of a test that no rule reads, and that are called almost as one that a rule looks
//! for in vain: misspelt, most likely, so that the test proves less than it seems to.

use std::collections::HashSet;

use crate::case::native::ready::{Instant, Line};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::source::Span;
use crate::harness::native::judge::Judge;
use crate::harness::plan::RuleIdx;
use crate::harness::reads::Reads;
use crate::promql::check;
use crate::promql::labels::METRIC_NAME;
use crate::promql::syntax::ast::{Expr, ExprKind, MatchOp};

/// The lint of these findings.
const CODE: &str = "series-not-read";

/// A metric that a rule looks for in vain.
struct Wanted<'a> {
    name: &'a str,
    place: Span,
}

impl<'a> Judge<'a> {
    /// Tells of series that seem to be meant for some rules, of which an assertion holds.
    pub(super) fn doubt(&mut self, rules: &[RuleIdx]) {
        let plan = self.run.plan();
        let is_meant = self.ready.allow.iter().any(|it| it.as_str() == CODE);
        // Templates may look at anything.
        if is_meant || plan.queries_in_templates {
            return;
        }
        let wanted = self.wanted(rules);
        if wanted.is_empty() {
            return;
        }
        for line in &self.ready.series {
            let name = line.labels.metric_name();
            let near = wanted.iter().find(|it| is_misspelt(name, it.name));
            let Some(near) = near.filter(|_| !self.is_read(line)) else { continue };
            let len = match line.text.as_str()[line.offset..].starts_with(name) {
                true => name.len(),
                false => line.len,
            };
            let title = format!("no rule reads the series `{name}`");
            let label = format!("did you mean `{}`?", near.name);
            let said = Diagnostic::warning(CODE, title)
                .within(&line.text, line.offset, line.offset + len, label)
                .context(near.place, "the test has no series for this");
            self.doubts.push(said);
        }
    }

    /// The metrics that some rules, and those that they read, look for in vain.
    fn wanted(&self, rules: &[RuleIdx]) -> Vec<Wanted<'a>> {
        let plan = self.run.plan();
        let series = self.run.storage.series();
        let is_there =
            |name: &str| series.iter().any(|it| it.labels.metric_name() == name);
        let mut out = Vec::new();
        let mut left: Vec<RuleIdx> = rules.to_vec();
        let mut seen: HashSet<RuleIdx> = HashSet::new();
        while let Some(rule) = left.pop() {
            if !seen.insert(rule) {
                continue;
            }
            let slot = &plan.slots[rule];
            left.extend(plan.writers_for(&slot.reads.selectors));
            let mut found = Vec::new();
            selected(&slot.expr().expr, &mut found);
            let missing = found
                .into_iter()
                .filter(|(name, _)| plan.writers(name).is_empty() && !is_there(name));
            out.extend(missing.map(|(name, expr)| {
                let at = expr.span.bytes();
                let place = slot.expr_text().place(at.start, at.end).span;
                Wanted { name, place }
            }));
        }
        out
    }

    fn is_read(&self, line: &Line) -> bool {
        let by_query = |it: &Instant| {
            let query = it.query.as_ref();
            let parsed =
                query.map(|it| check::parse(it.expr.as_str(), &self.book.dialect));
            let Some(Ok(parsed)) = parsed else { return false };
            let reads = Reads::of(&parsed.expr);
            reads.selectors.iter().any(|it| it.selects(&line.labels))
        };
        !self.run.plan().readers_of(&line.labels).is_empty()
            || self.ready.moments.iter().any(by_query)
    }
}

/// The metrics that an expression selects. Those that it asks for absence may be missing.
fn selected<'e>(expr: &'e Expr, out: &mut Vec<(&'e str, &'e Expr)>) {
    match &expr.kind {
        ExprKind::Call(it) if it.name.starts_with("absent") => {}
        ExprKind::Selector(it) => {
            let mut matchers = it.matchers.iter();
            let name =
                matchers.find(|it| &*it.name == METRIC_NAME && it.op == MatchOp::Equal);
            out.extend(name.map(|it| (&*it.value, expr)));
        }
        _ => expr.children().for_each(|it| selected(it, out)),
    }
}

/// Whether a name is another one but for one letter that is wrong, missing or too much, or
/// two that changed places. Numbers are told apart on purpose, and so are words by their
/// first letter or if they are short: `rx` and `tx`, `hits` and `bits`.
fn is_misspelt(name: &str, known: &str) -> bool {
    let (one, two) = (name.as_bytes(), known.as_bytes());
    let head = one.iter().zip(two).take_while(|it| it.0 == it.1).count();
    let in_word = |it: &&u8| it.is_ascii_alphanumeric();
    let before = one[..head].iter().rev().take_while(in_word).count();
    let word = before + one[head..].iter().take_while(in_word).count();
    let (one, two) = (&one[head..], &two[head..]);
    let ends = one.iter().rev().zip(two.iter().rev());
    let tail = ends.take_while(|it| it.0 == it.1).count();
    let (one, two) = (&one[..one.len() - tail], &two[..two.len() - tail]);
    let numbered = one.iter().chain(two).any(u8::is_ascii_digit);
    !numbered
        && match (one, two) {
            ([_], []) | ([], [_]) => 2 <= head + tail,
            ([_], [_]) => 0 < before && 4 <= word,
            ([a, b], [c, d]) => a == d && b == c,
            (_, _) => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_letter_is_a_misprint_and_a_number_is_none() {
        for (name, known) in [
            ("maintenence", "maintenance"),
            ("queues", "queue"),
            ("http_request_total", "http_requests_total"),
            ("queeu", "queue"),
            ("farm_tenk_level", "farm_tank_level"),
        ] {
            assert!(is_misspelt(name, known) && is_misspelt(known, name), "{name}");
        }
        for (name, known) in [
            ("up", "up"),
            ("node_cpu_count", "node_gpu_count"),
            ("load1", "load5"),
            ("x_min", "x_max"),
            ("nic_tx_errs_total", "nic_rx_errs_total"),
            ("cache_hits_total", "cache_bits_total"),
            ("messages_in_flight", "messages_on_flight"),
        ] {
            assert!(!is_misspelt(name, known) && !is_misspelt(known, name), "{name}");
        }
    }
}
