//! Which targets are written: the project's choice, and that of a command.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::emit::{TARGETS, Target};
use crate::rules::book::Book;
use crate::rules::output::Own;

/// The name that stands for what is written without any word.
pub const DEFAULT: &str = "default";

/// What is asked for beside the project's choice.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Names of targets.
    pub names: &'a [String],
    /// Whether these only are to be written.
    pub only: bool,
}

/// What is written for an environment.
#[derive(Debug, Default)]
pub struct Chosen<'b> {
    /// Targets of this program, in their order.
    pub targets: Vec<&'static Target>,
    /// The project's own.
    pub own: Vec<&'b Own>,
}

/// What nobody writes, and why.
const NEVER: &[(&str, &str)] = &[(
    "vmrule",
    "VictoriaMetrics evaluates rules as MetricsQL, another language: what tests prove of \
     PromQL would not hold there",
)];

impl Asked<'_> {
    /// Whether what a target writes, and says, is for whoever asks.
    pub fn wants(&self, target: &Target) -> bool {
        let named = |it: &String| it == target.name || it == DEFAULT && target.default;
        !self.only || self.names.iter().any(named)
    }

    /// Whether a target of the project's own is asked for.
    pub fn has(&self, name: &str) -> bool {
        self.names.iter().any(|it| it == name || it == DEFAULT)
    }
}

impl Chosen<'_> {
    /// Whether a target is among them.
    pub fn has(&self, name: &str) -> bool {
        self.targets.iter().any(|it| it.name == name)
            || self.own.iter().any(|it| it.name.as_str() == name)
    }
}

/// What is written for an environment by the project's choice and by what is asked for;
/// names that are none are said.
pub fn choose<'b>(book: &'b Book, asked: Asked<'_>, sink: &mut Sink) -> Chosen<'b> {
    let own = &book.output.own;
    let mut names: Vec<&str> = Vec::new();
    match &book.output.targets {
        None => names.push(DEFAULT),
        Some(texts) => {
            for text in texts {
                match is_known(text.as_str(), own) {
                    true => names.push(text.as_str()),
                    false => sink.push_once(unknown(text.as_str(), own, Some(text))),
                }
            }
        }
    }
    for name in asked.names {
        match is_known(name, own) {
            true => names.push(name),
            false => sink.push(unknown(name, own, None)),
        }
    }
    for it in own.iter().filter(|it| built_in(it.name.as_str())) {
        let title = format!("`{}` is a target already", it.name);
        sink.push_once(
            Diagnostic::error("duplicate-target", title)
                .at(it.name.span(), "declared again here")
                .help("choose another name"),
        );
    }
    let all = names.contains(&DEFAULT);
    let is_wanted = |it: &&&'static Target| all && it.default || names.contains(&it.name);
    let is_own = |it: &&Own| all || names.contains(&it.name.as_str());
    Chosen {
        targets: TARGETS.iter().filter(is_wanted).copied().collect(),
        own: own.iter().filter(is_own).collect(),
    }
}

/// Whether a path below the environment's folder is in the place of a target that is asked
/// for. Whose a file is that a template chose a path for cannot be told from the path.
pub fn is_asked(path: &str, asked: Asked<'_>) -> bool {
    TARGETS.iter().any(|it| it.owns(path) && asked.wants(it))
}

fn built_in(name: &str) -> bool {
    name == DEFAULT || TARGETS.iter().any(|it| it.name == name)
}

fn is_known(name: &str, own: &[Own]) -> bool {
    built_in(name) || own.iter().any(|it| it.name.as_str() == name)
}

fn unknown(name: &str, own: &[Own], at: Option<&Text>) -> Diagnostic {
    let key: String = name.chars().filter(|it| *it != '-').collect();
    if let Some((_, why)) = NEVER.iter().find(|it| it.0 == key.to_lowercase()) {
        let it = Diagnostic::error("no-such-target", format!("there is no `{name}`"))
            .note(*why)
            .help("write `rule-file`: vmalert reads plain rule files");
        return match at {
            Some(text) => it.at(text.span(), "on purpose"),
            None => it,
        };
    }
    let own = own.iter().map(|it| it.name.as_str());
    let names: Vec<&str> =
        TARGETS.iter().map(|it| it.name).chain(own).chain([DEFAULT]).collect();
    let it = Diagnostic::error("unknown-target", format!("unknown target `{name}`"));
    let it = match at {
        Some(text) => it.at(text.span(), "not a target"),
        None => it,
    };
    let longer = || names.iter().copied().find(|it| it.starts_with(name));
    match suggest::nearest(name, names.iter().copied()).or_else(longer) {
        Some(near) => it.help(format!("did you mean `{near}`?")),
        None => it.help(format!("targets are {}", suggest::list(names, 20))),
    }
}
