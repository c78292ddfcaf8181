//! Links: to dashboards of the project, to tags, to other pages.

use super::Context;
use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::diag::suggest;
use crate::diag::text::Text;
use crate::rules::dashboard::{Link, Target};
use crate::spec::dashboard as spec;

/// Where links stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum On {
    /// On a dashboard.
    Dashboard,
    /// On a panel.
    Panel,
}

/// Links as written.
pub(super) fn links(
    links: &[spec::Link],
    on: On,
    context: Context<'_>,
    sink: &mut Sink,
) -> Vec<Link> {
    links.iter().filter_map(|it| link(it, on, context, sink)).collect()
}

fn link(it: &spec::Link, on: On, context: Context<'_>, sink: &mut Sink) -> Option<Link> {
    let title = it.title.as_ref().map(Text::to_string);
    match (&it.dashboard, &it.tag, &it.url) {
        (Some(name), None, None) => {
            let known = context.dashboards.iter();
            let Some(target) = known.clone().find(|known| known.name == name.as_str())
            else {
                let names = known.map(|it| it.name.as_str());
                sink.push_once(unknown(name, suggest::nearest(name.as_str(), names)));
                return None;
            };
            let Some(uid) = &target.uid else {
                sink.push_once(
                    Diagnostic::error(
                        "dashboard-without-uid",
                        format!("the dashboard `{name}` has no uid"),
                    )
                    .at(name.span(), "a link finds it by its uid")
                    .help("give it a `uid` in its JSON"),
                );
                return None;
            };
            let title = title.unwrap_or_else(|| target.title.clone());
            Some(Link { title, to: Target::Dashboard(uid.clone()) })
        }
        (None, Some(tag), None) if on == On::Panel => {
            sink.push_once(
                Diagnostic::error("bad-link", "a panel cannot link to a tag")
                    .at(tag.span(), "would be a list")
                    .help("link to a dashboard, or from the dashboard around the panel"),
            );
            None
        }
        (None, Some(tag), None) => {
            let title = title.unwrap_or_else(|| tag.to_string());
            Some(Link { title, to: Target::Tag(tag.to_string()) })
        }
        (None, None, Some(url)) => {
            let Some(title) = title else {
                sink.push_once(
                    Diagnostic::error("missing-key", "missing key `title` in a link")
                        .at(it.span, "an address alone says nothing")
                        .help("add `title = \"Runbook\"`"),
                );
                return None;
            };
            Some(Link { title, to: Target::Url(url.to_string()) })
        }
        (dashboard, tag, url) => {
            let n_given = [dashboard, tag, url].iter().filter(|it| it.is_some()).count();
            let label = match n_given {
                0 => "leads nowhere",
                _ => "leads to several places",
            };
            sink.push_once(
                Diagnostic::error("bad-link", "a link leads to one place")
                    .at(it.span, label)
                    .help("write one of `dashboard`, `tag` and `url`"),
            );
            None
        }
    }
}

fn unknown(name: &Text, near: Option<&str>) -> Diagnostic {
    let title = format!("no dashboard is named `{name}`");
    let diagnostic = Diagnostic::error("unknown-dashboard", title);
    match near {
        Some(near) => diagnostic.at(name.span(), format!("did you mean `{near}`?")),
        None => diagnostic
            .at(name.span(), "not a dashboard of this project")
            .help("its name is the path of its file below `dashboards/`"),
    }
}
