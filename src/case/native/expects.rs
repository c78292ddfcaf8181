//! What a test expects of alerts.

use crate::case::duration;
use crate::case::native::fill::{Filler, fault};
use crate::case::native::idle;
use crate::case::native::read::{Expect, Want};
use crate::case::native::ready::Expectation;
use crate::case::native::selector::alert_selector;
use crate::case::native::timeline::{self, TimeLine};
use crate::case::native::value::value_match;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::promql::re2::Pattern;

impl Filler<'_> {
    pub(super) fn expect(
        &self,
        expect: &Expect,
        env: &str,
        until: i64,
        sink: &mut Sink,
    ) -> Option<Expectation> {
        let selector = alert_selector(&self.text(&expect.selector)?, sink)?;
        let base = &expect.want;
        let own = expect.envs.iter().find(|it| it.0.as_str() == env).map(|it| &it.1);
        let none = Want::default();
        let own = own.unwrap_or(&none);
        let line = own.line.as_ref().or(base.line.as_ref());
        let line = match line {
            Some(line) => {
                let text = self.text(line)?;
                match timeline::parse(text.as_str()) {
                    Ok(line) => {
                        late(&line, &text, until, sink);
                        Some((line, text))
                    }
                    Err(error) => {
                        // Without parameters in it, it was refused where it was read.
                        if line.as_str().contains("${") {
                            sink.push(fault("bad-time-line", &text, 0, &error));
                        }
                        return None;
                    }
                }
            }
            None => None,
        };
        let value = own.value.as_ref().or(base.value.as_ref());
        let at = own.at.as_ref().or(base.at.as_ref());
        Some(Expectation {
            selector,
            line,
            annotations: self.pairs(&base.annotations, &own.annotations, sink),
            labels: self.pairs(&base.labels, &own.labels, sink),
            exact: own.exact.or(base.exact).unwrap_or(false),
            value: match value {
                Some(it) => Some(value_match(&self.text(it)?, sink)?),
                None => None,
            },
            at: match at {
                Some(it) => Some(self.time(it, sink)?),
                None => None,
            },
            idle: idle::contents(expect, env),
            span: expect.span,
        })
    }

    fn pairs(
        &self,
        base: &[(Text, Text)],
        own: &[(Text, Text)],
        sink: &mut Sink,
    ) -> Vec<(Text, Text)> {
        let kept = base.iter().filter(|it| own.iter().all(|own| own.0 != it.0));
        let mut out = Vec::new();
        for (name, text) in kept.chain(own) {
            let Some(text) = self.text(text) else { continue };
            match bad_pattern(&text) {
                Some(it) => sink.push(it),
                None => out.push((name.clone(), text)),
            }
        }
        out
    }
}

/// Phases that begin after the test's end are never looked at.
fn late(line: &TimeLine, text: &Text, until: i64, sink: &mut Sink) {
    let TimeLine::States(phases, _) = line else { return };
    for phase in phases {
        if until < phase.from || phase.to.is_some_and(|to| until < to) {
            let at = phase.at.bytes();
            let until = duration::print(until);
            sink.push(
                Diagnostic::error("late-assertion", "a time after the test's end")
                    .within(text, at.start, at.end, format!("the test ends at {until}"))
                    .help("raise `until`"),
            );
        }
    }
}

/// What is wrong with a text that is to match by `re:` and a pattern.
fn bad_pattern(text: &Text) -> Option<Diagnostic> {
    let error = Pattern::new(text.as_str().strip_prefix("re:")?).err()?;
    let start = "re:".len() + error.at;
    let reason = error.to_string();
    let reason = reason.strip_prefix("error parsing regexp: ").unwrap_or(&reason);
    let said =
        Diagnostic::error("bad-pattern", format!("no regular expression: {reason}"));
    let said = said.within(text, start, start + error.part.len(), "not one");
    Some(said.help(
        "a character that stands for itself is written behind `\\`, in single quotes: \
         `'re:a \\(b'`",
    ))
}
