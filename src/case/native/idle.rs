//! What is expected of an alert's contents where it is expected to be silent.

use crate::case::native::read::{Expect, Want};
use crate::case::native::timeline::{self, TimeLine};
use crate::diag::source::Span;
use crate::diag::text::Text;

/// Where contents stand that an environment could never look at, since the alert is to be
/// silent there. Those of all environments are for one in which it fires, if there is one.
pub(super) fn contents(expect: &Expect, env: &str) -> Option<Span> {
    let base = &expect.want;
    let own = expect.envs.iter().find(|it| it.0.as_str() == env).map(|it| &it.1);
    let line = own.and_then(|it| it.line.as_ref()).or(base.line.as_ref())?;
    if !is_silent(line) {
        return None;
    }
    let all = expect.envs.iter().map(|it| &it.1).chain([base]);
    let fires = all.filter_map(|it| it.line.as_ref()).any(|it| !is_silent(it));
    own.and_then(first).or_else(|| first(base).filter(|_| !fires))
}

fn is_silent(line: &Text) -> bool {
    let line = timeline::parse(line.as_str());
    matches!(line, Ok(TimeLine::Never { .. } | TimeLine::Absent))
}

fn first(want: &Want) -> Option<Span> {
    let named = want.annotations.iter().chain(&want.labels).map(|it| it.0.span());
    named.chain(want.value.as_ref().map(Text::span)).min_by_key(|it| it.start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::source::FileId;

    fn text(text: &str, start: u32) -> Text {
        Text::opaque(text, Span { file: FileId(0), start, end: start + 1 })
    }

    /// A time line, and a value that stands somewhere; either may be missing.
    fn want(line: &str, value: u32) -> Want {
        Want {
            line: (!line.is_empty()).then(|| text(line, 0)),
            value: (value != 0).then(|| text("9", value)),
            ..Want::default()
        }
    }

    #[test]
    fn contents_are_for_an_environment_in_which_the_alert_fires() {
        let at = |base: Want, staging: Option<Want>, env: &str| {
            let (selector, span) = (text("Down", 0), text("", 0).span());
            let envs = staging.into_iter().map(|it| (text("staging", 0), it)).collect();
            let expect = Expect { selector, want: base, envs, span };
            contents(&expect, env).map(|it| it.start)
        };
        let fires = "firing 5m..";
        assert_eq!(at(want("never", 1), None, "production"), Some(1));
        assert_eq!(at(want("never, no data", 1), None, "production"), Some(1));
        assert_eq!(at(want("absent", 1), None, "production"), Some(1));
        assert_eq!(at(want(fires, 1), None, "production"), None);
        assert_eq!(at(want("firing ${x}..", 1), None, "production"), None);
        assert_eq!(at(want("", 1), None, "production"), None);
        assert_eq!(at(want("never", 0), None, "production"), None);
        // It fires in one of them.
        let staging = Some(want("never", 0));
        assert_eq!(at(want(fires, 1), staging, "staging"), None);
        let staging = || Some(want(fires, 0));
        assert_eq!(at(want("never", 1), staging(), "production"), None);
        assert_eq!(at(want("never", 1), staging(), "staging"), None);
        // What is said of one environment is for that one.
        let staging = || Some(want("never", 2));
        assert_eq!(at(want(fires, 1), staging(), "staging"), Some(2));
        assert_eq!(at(want("never", 0), Some(want("", 2)), "staging"), Some(2));
        assert_eq!(at(want("never", 1), staging(), "production"), Some(1));
    }
}
