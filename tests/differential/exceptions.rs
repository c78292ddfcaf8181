//! Where the answers may differ, each with its reason, and as narrow as it can be.

use crate::answer::Answer;
use crate::promtool::UNSTEADY;

/// Two answers that are not the same.
#[derive(Clone, Copy, Debug)]
pub struct Difference<'a> {
    /// The query.
    pub query: &'a str,
    /// What the crate answers.
    pub ours: &'a Answer,
    /// What the other program answers.
    pub theirs: &'a Answer,
}

/// A known reason for a difference.
#[derive(Debug)]
pub struct Exception {
    /// Its name.
    pub name: &'static str,
    /// Why the answers are not the same, and why that is no fault here.
    pub reason: &'static str,
    covers: fn(&Difference<'_>) -> bool,
}

/// All of them.
pub const EXCEPTIONS: &[Exception] = &[
    Exception {
        name: UNSTEADY,
        reason: "promtool, asked ten times, does not answer the same: results of several \
                 steps come in the order of a Go map, on which sums and choices depend",
        covers: |_| false,
    },
    Exception {
        name: "pair of duplicates",
        reason: "3.5 names two duplicate series in the order of its storage, which with \
                 promtool is that of a Go map; later versions, and this crate, sort them",
        covers: |it| {
            let (Answer::Error(ours), Answer::Error(theirs)) = (it.ours, it.theirs)
            else {
                return false;
            };
            matches!((pair(ours), pair(theirs)), (Some(a), Some(b)) if a == b)
        },
    },
    Exception {
        name: "place in an aggregation",
        reason: "3.5 miscounts the places of faults inside `sum by (…) (…)`, mended in \
                 3.7",
        covers: |it| {
            let (Answer::Error(ours), Answer::Error(theirs)) = (it.ours, it.theirs)
            else {
                return false;
            };
            let is_grouped =
                it.query.contains(" by (") || it.query.contains(" without (");
            let text = |it: &str| Some(it.split_once(": parse error: ")?.1.to_string());
            is_grouped && text(ours).is_some() && text(ours) == text(theirs)
        },
    },
    Exception {
        name: "buckets that the storage adds",
        reason: "histograms of one chunk are stored with the buckets of all of them; \
                 what is empty shows where it becomes NaN",
        covers: |it| without_nan(it.ours) == without_nan(it.theirs),
    },
    Exception {
        name: "forgotten metric name",
        reason: "from its second step on 3.5 no longer knows the metric whose buckets \
                 are not monotonic, mended in 3.7",
        covers: |it| named_once(it.ours) == named_once(it.theirs),
    },
    Exception {
        name: "first histogram of a chunk",
        reason: "where the database begins a new chunk because the old one is full, the \
                 hint that there was no reset is lost; its sizes are not modelled",
        covers: |it| without_hint(it.ours) == without_hint(it.theirs),
    },
    Exception {
        name: "count of histograms in sliding windows",
        reason: "3.5 takes the weight of the kept histograms off the count of samples, \
                 not that of those that leave the window, and so refuses less",
        covers: |it| {
            let too_many =
                matches!(it.ours, Answer::Error(it) if it.contains("too many samples"));
            let names = ["latency", "size", "depth", "mixed", "__name__"];
            too_many
                && it.query.contains("[")
                && names.iter().any(|name| it.query.contains(name))
        },
    },
    Exception {
        name: "place of an argument in parentheses",
        reason: "before 3.7 remarks on constant arguments stand at their parentheses",
        covers: |it| {
            let has_parens = it.query.contains("((") || it.query.contains(", (");
            has_parens && without_places(it.ours) == without_places(it.theirs)
        },
    },
    Exception {
        name: "histogram printed as a number",
        reason: "`printf` with a verb for numbers shows the fields of a histogram as Go \
                 lays them out",
        covers: |it| {
            let (Answer::Error(ours), Answer::Error(theirs)) = (it.ours, it.theirs)
            else {
                return false;
            };
            theirs.contains("histogram.CounterResetHint=") && ours.contains("&{%!")
        },
    },
    Exception {
        name: "nameless token",
        reason: "3.5 calls an unexpected `@` an item with a number",
        covers: |it| {
            let (Answer::Error(ours), Answer::Error(theirs)) = (it.ours, it.theirs)
            else {
                return false;
            };
            let Some((head, rest)) = theirs.split_once("\"<Item ") else { return false };
            rest.split_once(">\" ").is_some_and(|it| *ours == format!("{head}{}", it.1))
        },
    },
    Exception {
        name: "info",
        reason: "`info` was young in 3.5: mended in 3.8, 3.10, 3.12 and 3.14",
        covers: |it| it.query.contains("info("),
    },
    Exception {
        name: "empty buckets",
        reason: "what promtool 3.5 prints of a histogram with gaps has empty buckets at \
                 the wrong places, and some with a sign",
        covers: |it| without_empty(it.ours) == without_empty(it.theirs),
    },
];

/// An answer whose histograms show no empty buckets.
fn without_empty(answer: &Answer) -> Answer {
    without(answer, &["0", "-0"])
}

/// An answer whose histograms show no buckets that are not numbers.
fn without_nan(answer: &Answer) -> Answer {
    without(answer, &["NaN"])
}

/// What is written of a histogram beside its buckets.
const NOT_BUCKETS: &[&str] =
    &["schema", "count", "sum", "offset", "n_offset", "z_bucket", "z_bucket_w"];

/// An answer whose histograms show no buckets with such counts.
fn without(answer: &Answer, counts: &[&str]) -> Answer {
    let strip = |(labels, value): &(String, String)| {
        let words = value.split_inclusive(['[', ' ', ']']);
        let is_it = |it: &str| {
            let it = it.trim_end_matches([' ', ']', ';']);
            let (name, count) = it.rsplit_once(':').unwrap_or(("", it));
            let name = name.trim_start_matches('{');
            counts.contains(&count) && !NOT_BUCKETS.contains(&name)
        };
        let kept: String = words.filter(|it| !is_it(it)).collect();
        (labels.clone(), kept.replace([' ', ']'], ""))
    };
    match answer {
        Answer::Error(_) => answer.clone(),
        Answer::Samples(it) => Answer::Samples(it.iter().map(strip).collect()),
    }
}

/// An answer whose remarks on monotonicity name no metric.
fn named_once(answer: &Answer) -> Answer {
    let Answer::Samples(all) = answer else { return answer.clone() };
    let plain = |(kind, text): &(String, String)| {
        let name =
            text.find(" for metric name").filter(|_| text.contains("monotonicity"));
        let place = text.rfind(" (");
        let text = match (name, place) {
            (Some(name), Some(place)) => format!("{}{}", &text[..name], &text[place..]),
            (_, _) => text.clone(),
        };
        (kind.clone(), text)
    };
    let mut all: Vec<_> = all.iter().map(plain).collect();
    all.dedup();
    Answer::Samples(all)
}

/// An answer whose histograms do not say that there was no reset.
fn without_hint(answer: &Answer) -> Answer {
    let strip = |(labels, value): &(String, String)| {
        (labels.clone(), value.replace("counter_reset_hint:not_reset ", ""))
    };
    match answer {
        Answer::Error(_) => answer.clone(),
        Answer::Samples(it) => Answer::Samples(it.iter().map(strip).collect()),
    }
}

/// An answer whose warnings and infos have no places.
fn without_places(answer: &Answer) -> Answer {
    let strip = |(kind, text): &(String, String)| {
        let end = text.rfind(" (1:").filter(|_| ["warnings", "infos"].contains(&&**kind));
        (kind.clone(), text[..end.unwrap_or(text.len())].to_string())
    };
    match answer {
        Answer::Error(_) => answer.clone(),
        Answer::Samples(it) => Answer::Samples(it.iter().map(strip).collect()),
    }
}

/// The exception that covers a difference.
pub fn find(difference: &Difference<'_>) -> Option<&'static Exception> {
    EXCEPTIONS.iter().find(|it| (it.covers)(difference))
}

/// The parts of a message about duplicate series, the two of them sorted.
fn pair(message: &str) -> Option<(&str, Vec<&str>, &str)> {
    let head = message.find("found duplicate series")?;
    let open = head + message[head..].find(": [")? + 3;
    let close = open + message[open..].find("];many-to-many")?;
    let mut series: Vec<&str> = message[open..close].split("}, ").collect();
    series.iter_mut().for_each(|it| *it = it.trim_end_matches('}'));
    series.sort_unstable();
    Some((&message[..open], series, &message[close..]))
}
