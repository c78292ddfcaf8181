//! Calls that fail with any data: how many arguments there are, and of which types.

use super::Fault;
use super::compare::compared;
use super::types::{Type, Want};
use crate::promql::syntax::ast::TextRange;
use crate::template::find_function;
use crate::template::tree::{Command, Node, NodeKind};

/// An argument of a function.
pub(super) struct Argument<'a> {
    pub(super) value: Type,
    pub(super) range: TextRange,
    /// The literal or whatever else gives it; nothing for what a pipe hands over.
    pub(super) node: Option<&'a Node>,
}

/// A call of a function.
pub(super) struct Call<'a> {
    /// The whole template's text.
    pub(super) text: &'a str,
    pub(super) name: &'a str,
    /// Where the name is.
    pub(super) at: TextRange,
    /// The name with the arguments behind it.
    pub(super) range: TextRange,
    pub(super) args: Vec<Argument<'a>>,
}

impl Call<'_> {
    /// The type of what it gives.
    pub(super) fn result(&self) -> Type {
        let args: Vec<&Type> = self.args.iter().map(|it| &it.value).collect();
        Type::of_result(self.name, &args)
    }

    /// What is wrong with the number of arguments.
    pub(super) fn count(&self, n_args: usize, is_piped: bool) -> Option<Fault> {
        let label = match (n_args, is_piped) {
            (0, _) => "without an argument".to_owned(),
            (1, true) => "gets one from the pipe".to_owned(),
            (n, true) => format!("has {}, the last one from the pipe", in_words(n)),
            (n, false) => format!("has {}", in_words(n)),
        };
        let help = match (self.name, n_args, is_piped) {
            ("value" | "strvalue", 0, _) => {
                "the value of the alert is `$value`".to_owned()
            }
            ("label", 0 | 1, _) => {
                "a label of the alert is `$labels.instance`".to_owned()
            }
            ("now" | "pathPrefix" | "externalURL", ..) => {
                format!("write `{}` alone", self.name)
            }
            _ => format!("write `{}`", usage(self.name)),
        };
        self.miscounted(n_args, label, help)
    }

    /// The same where the function is an argument itself, which Go calls without any.
    pub(super) fn count_of_argument(&self) -> Option<Fault> {
        let help = match self.name {
            "value" | "strvalue" => "the value of the alert is `$value`".to_owned(),
            "label" => "a label of the alert is `$labels.instance`".to_owned(),
            _ => format!("write `({})`, or one function after the other in a pipe", {
                usage(self.name)
            }),
        };
        self.miscounted(0, "called without an argument".to_owned(), help)
    }

    fn miscounted(&self, n_args: usize, label: String, help: String) -> Option<Fault> {
        let (function, _) = find_function(self.name)?;
        // Go counts one for `eq`, and fails for want of another.
        let n_least = if self.name == "eq" { 2 } else { function.params.len() };
        let takes = match function.rest {
            Some(_) if n_args < n_least => "at least ",
            None if n_args != n_least => "",
            _ => return None,
        };
        let plural = if n_least == 1 { "" } else { "s" };
        let title = format!(
            "`{}` takes {takes}{} argument{plural}, not {}",
            self.name,
            in_words(n_least),
            in_words(n_args),
        );
        Some(Fault { at: self.at, title, label, help })
    }

    /// What is wrong with an argument.
    pub(super) fn fault(&self) -> Option<Fault> {
        match (self.name, self.args.as_slice()) {
            // `eq` looks at further arguments only where the first ones differ.
            ("eq", [first, other, ..])
            | ("ne" | "lt" | "le" | "gt" | "ge", [first, other]) => {
                compared(self.name, first, other)
            }
            _ => self.misfit(),
        }
    }

    fn misfit(&self) -> Option<Fault> {
        let (function, _) = find_function(self.name)?;
        let misfit = |(idx, it): (usize, &Argument<'_>)| {
            let want = Want::of(self.name, function.param(idx)?);
            (!want.takes(&it.value)).then(|| self.misfit_of(idx, want))
        };
        self.args.iter().enumerate().find_map(misfit)
    }

    fn misfit_of(&self, idx: usize, want: Want) -> Fault {
        let arg = &self.args[idx];
        let (at, label) = match arg.node {
            Some(_) => (arg.range, arg.value.words().to_owned()),
            None => (self.at, format!("the pipe hands over {}", arg.value.words())),
        };
        let title =
            format!("`{}` takes {}, not {}", self.name, want.words(), arg.value.words());
        Fault { at, title, label, help: self.instead(idx, want) }
    }

    fn instead(&self, idx: usize, want: Want) -> String {
        let (arg, name) = (&self.args[idx], self.name);
        let shown = shown(self.text, arg.range);
        let label = "label \"instance\"";
        match (want, &arg.value) {
            (Want::Text, Type::Value | Type::Float | Type::Int) => match name {
                "query" => "an expression is a text: `query \"…\"`".to_owned(),
                "printf" => {
                    format!("the format stands first: `printf \"%.2f\" {shown}`")
                }
                _ if arg.value == Type::Int => self.through(arg, "printf \"%d\""),
                _ => self.through(arg, "printf \"%.2f\""),
            },
            (Want::Text | Want::Number, Type::Labels) => {
                format!("name one of them: `{shown}.instance`")
            }
            (Want::Text, Type::Result) => self.through(arg, &format!("first | {label}")),
            (Want::Text, Type::Sample) => self.through(arg, label),
            (Want::Number, Type::Result) => self.through(arg, "first | value"),
            (Want::Number, Type::Sample) => self.through(arg, "value"),
            (Want::Sample, Type::Result) => self.through(arg, "first"),
            (Want::Result | Want::Sample, Type::Literal(..)) => {
                format!("ask for it: `{}`", self.asked(&format!("query {shown}")))
            }
            (Want::Sample, Type::Labels) if name == "label" => {
                match &self.args[0].value {
                    Type::Literal(label, _) => format!("write `{shown}.{label}`"),
                    _ => format!("write `index {shown} …`"),
                }
            }
            (Want::Sample, Type::Labels) => {
                "a label of the alert is `$labels.x`".to_owned()
            }
            (Want::Sample, Type::Value) if name != "label" => {
                format!("write `{shown}` alone")
            }
            (Want::Result, Type::Sample) => format!("write `{shown}` alone"),
            (Want::Result | Want::Sample, _) => format!("write `{}`", usage(name)),
            (_, Type::Data) => {
                "name a part of it: `$labels.instance`, `$value`".to_owned()
            }
            (Want::Any | Want::Text | Want::Number, _) => {
                format!("write `{}`", usage(name))
            }
        }
    }

    /// The call with more done to an argument before.
    fn through(&self, arg: &Argument<'_>, more: &str) -> String {
        let before = shown(self.text, arg.range);
        match arg.node {
            None => {
                format!("write `{before} | {more} | {}`", shown(self.text, self.range))
            }
            // A function and its argument are in parentheses already.
            Some(_) => match before.strip_prefix('(').and_then(|it| it.strip_suffix(')'))
            {
                Some(inner) => format!("write `({inner} | {more})`"),
                None => format!("write `({before} | {more})`"),
            },
        }
    }

    /// How a query goes on to this function.
    fn asked(&self, query: &str) -> String {
        match self.name {
            "first" => format!("{query} | first"),
            "value" | "strvalue" => format!("{query} | first | {}", self.name),
            "label" => format!("{query} | first | label \"instance\""),
            _ => format!("{query} | sortByLabel \"instance\""),
        }
    }
}

/// What is wrong with a command that begins with a value, if it has arguments: behind it or
/// from a pipe.
pub(super) fn of_values(text: &str, command: &Command, is_piped: bool) -> Option<Fault> {
    let (first, args) = (&command.args[0], &command.args[1..]);
    let value = shown(text, first.range);
    let title = format!("`{value}` is no function and takes no arguments");
    let Some(arg) = args.first() else {
        return is_piped.then(|| Fault {
            at: first.range,
            title,
            label: "the pipe hands over an argument".to_owned(),
            help: "a value stands before functions: `$value | humanize`".to_owned(),
        });
    };
    let help = match &arg.kind {
        NodeKind::Identifier(name)
            if args.len() == 1
                && find_function(name).is_some_and(|it| it.0.params.len() == 1) =>
        {
            format!("the function stands first: `{name} {value}`")
        }
        NodeKind::Identifier(_) => "a function stands before its arguments".to_owned(),
        NodeKind::Number(it) if it.literal.starts_with(['+', '-']) => {
            "templates do not calculate: do it in the expression".to_owned()
        }
        _ => {
            let arg = shown(text, arg.range);
            format!("each value has its own braces: `{{{{ {value} }}}} {{{{ {arg} }}}}`")
        }
    };
    Some(Fault { at: arg.range, title, label: "an argument".to_owned(), help })
}

/// A part of the author's text in a help, not too long.
pub(super) fn shown(text: &str, range: TextRange) -> String {
    const MAX: usize = 60;
    let text = &text[range.bytes()];
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn in_words(n: usize) -> String {
    match n {
        0 => "none".to_owned(),
        1 => "one".to_owned(),
        2 => "two".to_owned(),
        3 => "three".to_owned(),
        n => n.to_string(),
    }
}

/// How a function is called, as an example.
fn usage(name: &str) -> String {
    match name {
        "query" | "graphLink" | "tableLink" => format!("{name} \"…\""),
        "first" => "query \"…\" | first".to_owned(),
        "value" | "strvalue" => format!("query \"…\" | first | {name}"),
        "label" => "query \"…\" | first | label \"instance\"".to_owned(),
        "sortByLabel" => "query \"…\" | sortByLabel \"instance\"".to_owned(),
        "reReplaceAll" => "reReplaceAll \":.*\" \"\" $labels.instance".to_owned(),
        "match" => "match \"a.*\" $labels.instance".to_owned(),
        "parseDuration" => "parseDuration \"5m\"".to_owned(),
        "eq" | "ne" => format!("{name} $labels.instance \"…\""),
        "lt" | "le" | "gt" | "ge" => format!("{name} $value 5.0"),
        "len" => "len $labels.instance".to_owned(),
        "index" => "index $labels \"instance\"".to_owned(),
        "slice" => "slice $labels.instance 0 8".to_owned(),
        "printf" => "printf \"%.2f\" $value".to_owned(),
        name if name.starts_with("humanize") || name.starts_with("to") => {
            match name.ends_with("er") {
                true => format!("{name} $labels.instance"),
                false => format!("{name} $value"),
            }
        }
        "and" | "or" => format!("{name} $labels.instance $labels.job"),
        name => format!("{name} $labels.instance"),
    }
}
