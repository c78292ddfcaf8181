//! Parameters of tests: which uses have no value, and which values have no use.
//!
//! One cause is told once: a misspelt name makes one use unknown and one value unused.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use crate::case::native::read::{Case, Want};
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::source::Span;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::doc::parameter;

/// How deep parameters may be used in values of parameters.
pub(super) const DEPTH: u32 = 4;

/// An environment and the names of its parameters.
pub type Env = (String, Vec<String>);

/// Says which parameters of the tests of a file nothing uses, and which uses have no value
/// in one of the environments in which the test runs. `runs` gives the names of these, as
/// far as they are known.
pub fn check(
    cases: &[Case],
    envs: &[Env],
    runs: impl Fn(&Case) -> Vec<String>,
    sink: &mut Sink,
) {
    let mut file = File::default();
    for (idx, case) in cases.iter().enumerate() {
        file.case(idx, case, envs, &runs(case), sink);
    }
    let File { values, unknown, .. } = file;
    let is_unused = |it: &&Value<'_>| !it.used && !it.hidden;
    for (name, it) in &unknown {
        let own = || values.iter().filter(|value| value.shares_case(it));
        let unused = own().filter(is_unused).map(|it| it.name.as_str());
        let known = envs.iter().flat_map(|it| &it.1).map(String::as_str);
        let all = own().map(|it| it.name.as_str()).chain(known);
        let elsewhere = values.iter().any(|it| it.name.as_str() == name);
        let near = suggest::nearest(name, unused);
        let near = near.or_else(|| suggest::nearest(name, all).filter(|_| !elsewhere));
        match near {
            Some(near) => {
                let meant = own().filter(is_unused).find(|it| it.name.as_str() == near);
                sink.push(misspelt(name, near, it, meant));
            }
            None if elsewhere => {
                missing(name, it, cases, sink);
            }
            None => sink.push(defined_nowhere(name, it)),
        }
    }
    for value in values.iter().filter(is_unused) {
        let name = value.name;
        let is_meant = |it: (&String, &Unknown<'_>)| {
            value.shares_case(it.1) && suggest::nearest(it.0, [name.as_str()]).is_some()
        };
        if unknown.iter().any(is_meant) {
            continue;
        }
        let title = format!("parameter `{name}` is used nowhere");
        let it = Diagnostic::error("unused-parameter", title);
        sink.push(it.at(name.span(), "no `${…}` of the test names it").help("remove it"));
    }
}

/// What a `let` of a file defines.
struct Value<'a> {
    name: &'a Text,
    used: bool,
    /// A use may be hidden in a text that is faulty.
    hidden: bool,
    /// The cases that have it, by their places among all.
    of_cases: Vec<usize>,
}

impl Value<'_> {
    /// Whether a case has it in which a name is unknown.
    fn shares_case(&self, unknown: &Unknown<'_>) -> bool {
        unknown.of_cases.iter().any(|it| self.of_cases.contains(it))
    }
}

/// A name that has no value.
#[derive(Default)]
struct Unknown<'a> {
    /// Where it is used, each place once.
    uses: Vec<(&'a Text, Range<usize>)>,
    /// The cases, by their places among all.
    of_cases: Vec<usize>,
}

/// What was found in the cases of a file so far.
#[derive(Default)]
struct File<'a> {
    values: Vec<Value<'a>>,
    unknown: BTreeMap<String, Unknown<'a>>,
    seen: HashSet<Span>,
}

impl<'a> File<'a> {
    fn case(
        &mut self,
        idx: usize,
        case: &'a Case,
        envs: &[Env],
        runs: &[String],
        sink: &mut Sink,
    ) {
        let texts = texts(case);
        let faults: Vec<Diagnostic> =
            texts.iter().flat_map(|it| parameter::faults(it.0)).collect();
        let hidden = !faults.is_empty();
        faults.into_iter().for_each(|it| sink.push_once(it));
        let is_own = |name: &str| own(case).any(|it| it.0.as_str() == name);
        let mut used: HashSet<&str> = HashSet::new();
        for (text, of) in &texts {
            let runs = || runs.iter().filter(|it| of.is_none_or(|of| of == it.as_str()));
            let asked: Vec<&Env> =
                envs.iter().filter(|env| runs().any(|it| *it == env.0)).collect();
            for part in parameter::parts(text.as_str()) {
                let parameter::Part::Use(it) = part else { continue };
                used.insert(it.name.split_once('.').map_or(it.name, |it| it.0));
                if !is_own(it.name) {
                    self.not_own(idx, text, &it, envs, &asked, sink);
                }
            }
        }
        let deep = own(case)
            .find(|it| used.contains(it.0.as_str()) && DEPTH < depth(&it.1, case, 1));
        if let Some((name, value)) = deep {
            let title = format!("the parameters in the value of `{name}` go too deep");
            sink.push_once(
                Diagnostic::error("bad-parameter", title)
                    .at(value.span(), "in circles, or through too many")
                    .help(format!("use at most {DEPTH}, one in the value of another")),
            );
        }
        for (name, _) in own(case) {
            match self.values.iter_mut().find(|it| it.name.span() == name.span()) {
                Some(it) => {
                    it.used |= used.contains(name.as_str());
                    it.hidden |= hidden;
                    it.of_cases.push(idx);
                }
                None => self.values.push(Value {
                    name,
                    used: used.contains(name.as_str()),
                    hidden,
                    of_cases: vec![idx],
                }),
            }
        }
    }

    /// A use of what no `let` defines, in a text that is read in the environments `asked`.
    fn not_own(
        &mut self,
        idx: usize,
        text: &'a Text,
        used: &parameter::Use<'_>,
        envs: &[Env],
        asked: &[&Env],
        sink: &mut Sink,
    ) {
        let has = |it: &Env| it.1.iter().any(|it| it == used.name);
        let range = used.range.clone();
        if envs.iter().any(has) {
            let Some((env, _)) = asked.iter().find(|it| !has(it)) else { return };
            let title =
                format!("the environment `{env}` has no parameter `{}`", used.name);
            let mut help = format!("add `[env.{env}] let = {{ {} = … }}`", used.name);
            if asked.iter().any(|it| has(it)) {
                help.push_str(", or restrict the test: `env = [...]`");
            }
            return sink.push_once(
                Diagnostic::error("unknown-parameter", title)
                    .within(text, range.start, range.end, "used here")
                    .help(help),
            );
        }
        let unknown = self.unknown.entry(used.name.to_owned()).or_default();
        if unknown.of_cases.last() != Some(&idx) {
            unknown.of_cases.push(idx);
        }
        if self.seen.insert(text.place(range.start, range.end).span) {
            unknown.uses.push((text, range));
        }
    }
}

/// What a case defines, of a repeated name the value that counts first.
fn own(case: &Case) -> impl Iterator<Item = &(Text, Text)> {
    case.parameters.iter().rev().chain(&case.shared)
}

/// How deep the values of parameters are used in a value, up to one more than is allowed.
fn depth(value: &Text, case: &Case, so_far: u32) -> u32 {
    if DEPTH < so_far {
        return so_far;
    }
    let inner = parameter::names(value.as_str()).filter_map(|name| {
        let (_, value) = own(case).find(|it| it.0.as_str() == name)?;
        Some(depth(value, case, so_far + 1))
    });
    inner.max().unwrap_or(so_far)
}

/// Every text of a test in which a parameter may be used, and the environment that it is
/// for, where it is for one.
fn texts(case: &Case) -> Vec<(&Text, Option<&str>)> {
    let mut of_envs: Vec<(&Text, Option<&str>)> = Vec::new();
    let mut texts: Vec<&Text> = case.series.iter().collect();
    texts.extend(&case.until);
    texts.extend(case.parameters.iter().chain(&case.shared).map(|it| &it.1));
    for expect in &case.expects {
        texts.push(&expect.selector);
        texts.extend(texts_of(&expect.want));
        for (env, want) in &expect.envs {
            of_envs.extend(texts_of(want).map(|it| (it, Some(env.as_str()))));
        }
    }
    for moment in &case.moments {
        texts.extend([&moment.time]);
        texts.extend(moment.expr.iter().chain(&moment.value));
        texts.extend(moment.alert.iter().chain(moment.samples.iter().flatten()));
        for firing in moment.firing.iter().flatten() {
            texts.push(&firing.alert);
            texts.extend(firing.annotations.iter().flatten().map(|it| &it.1));
        }
    }
    texts.into_iter().map(|it| (it, None)).chain(of_envs).collect()
}

fn texts_of(want: &Want) -> impl Iterator<Item = &Text> {
    let contents = want.annotations.iter().chain(&want.labels).map(|it| &it.1);
    want.line.iter().chain(&want.value).chain(&want.at).chain(contents)
}

fn unknown(name: &str) -> Diagnostic {
    Diagnostic::error("unknown-parameter", format!("unknown parameter `{name}`"))
}

/// At most so many places of one name are shown.
const SHOWN: usize = 8;

/// Adds the places of uses, the first with a label.
fn at_uses(said: Diagnostic, it: &Unknown<'_>, label: &str) -> Diagnostic {
    let labels = std::iter::once(label).chain(std::iter::repeat("here too"));
    let uses = it.uses.iter().take(SHOWN).zip(labels);
    uses.fold(said, |said, ((text, range), label)| {
        said.within(text, range.start, range.end, label)
    })
}

fn misspelt(
    name: &str,
    near: &str,
    it: &Unknown<'_>,
    meant: Option<&Value<'_>>,
) -> Diagnostic {
    let said = at_uses(unknown(name), it, &format!("did you mean `${{{near}}}`?"));
    match meant {
        Some(it) => said.context(it.name.span(), "used nowhere"),
        None => said,
    }
}

fn defined_nowhere(name: &str, it: &Unknown<'_>) -> Diagnostic {
    let said = at_uses(unknown(name), it, "defined nowhere");
    said.help(match name.split_once('.') {
        Some((bare, _)) => format!("tests know no forms of values: write `${{{bare}}}`"),
        None => format!("define it in the test: `let = {{ {name} = … }}`"),
    })
}

/// Some cases have no value for what others define.
fn missing(name: &str, it: &Unknown<'_>, cases: &[Case], sink: &mut Sink) {
    for case in it.of_cases.iter().map(|it| &cases[*it]) {
        let title = format!("parameter `{name}` has no value in \"{}\"", case.name);
        let said = Diagnostic::error("unknown-parameter", title);
        let said = said.at(case.span, "no `let` gives it one");
        let said = match it.uses.first() {
            Some((text, range)) => {
                said.context(text.place(range.start, range.end).span, "used here")
            }
            None => said,
        };
        sink.push(said.help(format!("write `let = {{ {name} = … }}`")));
    }
}
