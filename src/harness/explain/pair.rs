//! Expected items beside the nearest that were found, and in what they differ.

use std::collections::HashMap;

use crate::diag::source::Span;
use crate::diag::text::Text;
use crate::harness::compare;
use crate::harness::explain::assign::{MOST, assign};
use crate::harness::failure::{Difference, Field, Item, Pair};
use crate::promql::labels::{Labels, METRIC_NAME, Symbol, quote};
use crate::promql::number;
use crate::promql::value::Sample;

/// An alert or a sample, expected or found.
#[derive(Clone, Debug, Default)]
pub struct Thing {
    /// Its labels.
    pub labels: Labels,
    /// Its annotations; a sample has none.
    pub annotations: Labels,
    /// Its value; an alert has none.
    pub value: Option<Sample>,
    /// Where an expected one is written.
    pub head: Option<Span>,
    /// Where its labels, annotations and value are written, by name.
    pub places: Vec<(Field, Symbol, Text)>,
}

/// A title of an item, from its labels and value.
pub fn title(thing: &Thing) -> String {
    let name = match thing.labels.get("alertname") {
        name if thing.value.is_none() => name,
        _ => thing.labels.metric_name(),
    };
    let labels = texts(thing).join(", ");
    let series = match labels.is_empty() && !name.is_empty() {
        true => name.to_string(),
        false => format!("{name}{{{labels}}}"),
    };
    match &thing.value {
        Some(value) => format!("{series} {}", value_text(value)),
        None => series,
    }
}

/// The labels as text, without what names the whole.
fn texts(thing: &Thing) -> Vec<String> {
    let name = if thing.value.is_none() { "alertname" } else { METRIC_NAME };
    let labels = thing.labels.iter().filter(|it| &*it.0 != name);
    labels.map(|it| format!("{}={}", it.0, quote(&it.1))).collect()
}

/// A value as text, with all of its digits.
pub fn value_text(value: &Sample) -> String {
    match value {
        Sample::Float(it) => number::general(*it),
        Sample::Histogram(it) => compare::histogram(it),
    }
}

fn item(thing: &Thing) -> Item {
    Item { title: title(thing), labels: texts(thing), span: thing.head }
}

/// Things side by side; equal ones are only counted.
#[derive(Debug, Default)]
pub struct Paired {
    /// Those that are not equal.
    pub pairs: Vec<Pair>,
    /// For each pair the places of its sides among the expected and the found.
    pub places: Vec<(Option<usize>, Option<usize>)>,
    /// Number of those that are equal.
    pub n_equal: usize,
}

/// Puts expected things beside the found ones that are nearest to them.
pub fn pairs(
    expected: &[Thing],
    found: &[Thing],
    equal: &dyn Fn(&Thing, &Thing) -> bool,
) -> Paired {
    let mut by_labels: HashMap<&Labels, Vec<usize>> = HashMap::new();
    for (idx, it) in found.iter().enumerate().rev() {
        by_labels.entry(&it.labels).or_default().push(idx);
    }
    let mut partner: Vec<Option<usize>> = vec![None; expected.len()];
    let mut taken = vec![false; found.len()];
    for (idx, it) in expected.iter().enumerate() {
        let Some(same) = by_labels.get_mut(&it.labels) else { continue };
        if let Some(at) = same.iter().rposition(|to| equal(it, &found[*to])) {
            let to = same.remove(at);
            (partner[idx], taken[to]) = (Some(to), true);
        }
    }
    let n_equal = partner.iter().flatten().count();
    let left: Vec<usize> =
        (0..expected.len()).filter(|it| partner[*it].is_none()).collect();
    let mut rest: Vec<usize> = (0..found.len()).filter(|it| !taken[*it]).collect();
    // Of long lists the first, and those with the same labels.
    let (some, others) = left.split_at(left.len().min(MOST));
    for idx in others {
        let Some(same) = by_labels.get_mut(&expected[*idx].labels) else { continue };
        if let Some(to) = same.pop() {
            (partner[*idx], taken[to]) = (Some(to), true);
        }
    }
    rest.retain(|it| !taken[*it]);
    let near = &rest[..rest.len().min(MOST)];
    let rows: Vec<Worded<'_>> = some.iter().map(|it| worded(&expected[*it])).collect();
    let columns: Vec<Worded<'_>> = near.iter().map(|it| worded(&found[*it])).collect();
    let costs: Vec<Vec<u64>> =
        rows.iter().map(|a| columns.iter().map(|b| cost(a, b)).collect()).collect();
    for (row, column) in
        assign(some.len(), near.len(), &|a, b| costs[a][b]).into_iter().enumerate()
    {
        let Some(column) = column else { continue };
        let (from, to) = (some[row], near[column]);
        let alone = some.len() == 1 && near.len() == 1;
        if alone || is_near(&expected[from], &found[to]) {
            (partner[from], taken[to]) = (Some(to), true);
        }
    }
    let mut out = Paired { n_equal, ..Paired::default() };
    for idx in left {
        out.pairs.push(pair(&expected[idx], partner[idx].map(|it| &found[it])));
        out.places.push((Some(idx), partner[idx]));
    }
    for (idx, it) in found.iter().enumerate().filter(|it| !taken[it.0]) {
        let found = Some(item(it));
        out.pairs.push(Pair { expected: None, found, differences: Vec::new() });
        out.places.push((None, Some(idx)));
    }
    out
}

fn pair(expected: &Thing, found: Option<&Thing>) -> Pair {
    let differences = found.map_or(Vec::new(), |it| differences(expected, it));
    Pair { expected: Some(item(expected)), found: found.map(item), differences }
}

/// Whether two things are more alike than not.
fn is_near(one: &Thing, two: &Thing) -> bool {
    let n_other = unlike(&one.labels, &two.labels).count();
    let n_labels = texts(one).len().max(texts(two).len());
    n_other <= 1 || 2 * n_other <= n_labels
}

type Unlike<'a> = (&'a Symbol, Option<&'a Symbol>, Option<&'a Symbol>);

/// Names whose values differ, with both values.
fn unlike<'a>(one: &'a Labels, two: &'a Labels) -> impl Iterator<Item = Unlike<'a>> {
    let from_one = one.iter().filter_map(|(name, value)| {
        let other = two.symbol(name);
        (other != Some(value)).then_some((name, Some(value), other))
    });
    let from_two = two.iter().filter_map(|(name, value)| {
        one.symbol(name).is_none().then_some((name, None, Some(value)))
    });
    from_one.chain(from_two)
}

/// A thing, and the words of its annotations, sorted.
struct Worded<'t> {
    thing: &'t Thing,
    words: Vec<(&'t Symbol, Vec<&'t str>)>,
}

impl Worded<'_> {
    fn words_of(&self, name: &Symbol) -> &[&str] {
        self.words.iter().find(|it| it.0 == name).map_or(&[], |it| &it.1)
    }
}

fn worded(thing: &Thing) -> Worded<'_> {
    let words = thing.annotations.iter().map(|(name, text)| {
        let mut words: Vec<&str> = text.split_whitespace().take(256).collect();
        words.sort_unstable();
        (name, words)
    });
    Worded { thing, words: words.collect() }
}

/// How much two things differ: labels first, then annotations, then words of them.
fn cost(one: &Worded<'_>, two: &Worded<'_>) -> u64 {
    let labels = unlike(&one.thing.labels, &two.thing.labels).count() as u64;
    let annotations: u64 = unlike(&one.thing.annotations, &two.thing.annotations)
        .map(|(name, ..)| 64 + words_apart(one.words_of(name), two.words_of(name)))
        .sum();
    let value = match (&one.thing.value, &two.thing.value) {
        (Some(one), Some(two)) => u64::from(!compare::equal(one, two, false)),
        (_, _) => 0,
    };
    (labels << 24) + annotations.min((1 << 24) - 2) + value
}

/// Number of words that only one of two sorted lists has, up to 63.
fn words_apart(one: &[&str], two: &[&str]) -> u64 {
    let (mut a, mut b, mut n) = (0, 0, 0);
    while a < one.len() && b < two.len() {
        match one[a].cmp(two[b]) {
            std::cmp::Ordering::Equal => (a, b) = (a + 1, b + 1),
            std::cmp::Ordering::Less => (a, n) = (a + 1, n + 1),
            std::cmp::Ordering::Greater => (b, n) = (b + 1, n + 1),
        }
    }
    (n + one.len() - a + two.len() - b).min(63) as u64
}

fn differences(expected: &Thing, found: &Thing) -> Vec<Difference> {
    let mut out = Vec::new();
    let sides = [
        (Field::Label, &expected.labels, &found.labels),
        (Field::Annotation, &expected.annotations, &found.annotations),
    ];
    for (field, one, two) in sides {
        for (name, want, is) in unlike(one, two) {
            let place = expected.places.iter().find(|it| it.0 == field && it.1 == *name);
            let span = match (place, want) {
                (Some((_, _, text)), Some(want)) => {
                    Some(changed(text, want, is.map_or("", |it| it)))
                }
                (_, _) => expected.head,
            };
            let (expected, found) = (want.map(text), is.map(text));
            let name = name.to_string();
            out.push(Difference { field, name, expected, found, span });
        }
    }
    if let (Some(one), Some(two)) = (&expected.value, &found.value)
        && !compare::equal(two, one, false)
    {
        let place = expected.places.iter().find(|it| it.0 == Field::Value);
        out.push(Difference {
            field: Field::Value,
            name: String::new(),
            expected: Some(value_text(one)),
            found: Some(value_text(two)),
            span: place.map(|it| it.2.span()).or(expected.head),
        });
    }
    out
}

fn text(symbol: &Symbol) -> String {
    symbol.to_string()
}

/// The part of an expected text from the first to the last word that differs, on the
/// line where it begins.
fn changed(text: &Text, want: &str, is: &str) -> Span {
    let same = |it: &(char, char)| it.0 == it.1;
    let n_head: usize =
        want.chars().zip(is.chars()).take_while(same).map(|it| it.0.len_utf8()).sum();
    let (a, b) = (&want[n_head..], &is[n_head..]);
    let n_tail: usize = a
        .chars()
        .rev()
        .zip(b.chars().rev())
        .take_while(same)
        .map(|it| it.0.len_utf8())
        .sum();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let start = want[..n_head].trim_end_matches(is_word).len();
    let tail = &want[want.len() - n_tail..];
    let end = want.len() - tail.trim_start_matches(is_word).len();
    let line = want[start..].find('\n').map_or(want.len(), |it| start + it);
    let end = end.min(line);
    match start < end {
        true => text.place(start, end).span,
        // Something is missing between two words.
        false => text.place(start, (start + 1).min(want.len())).span,
    }
}
