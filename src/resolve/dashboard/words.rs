//! Variables in what people read: titles, names of series, descriptions.

use super::unknown;
use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::grafana::interpolate;
use crate::rules::dashboard::Variable;
use crate::spec::dashboard as spec;

/// Titles and names of series, in which a variable that is not there would stand as it is
/// written.
fn short(it: &spec::Dashboard) -> impl Iterator<Item = &Text> {
    it.rows.iter().flat_map(|row| {
        let panels = row.panels.iter().flat_map(|it| {
            let legends = it.queries.iter().filter_map(|it| it.legend.as_ref());
            it.title.iter().chain(&it.legend).chain(legends)
        });
        row.title.iter().chain(panels)
    })
}

/// Markdown, in which `$` may mean other things: that of a shell, for instance.
fn long(it: &spec::Dashboard) -> impl Iterator<Item = &Text> {
    let panels = it.rows.iter().flat_map(|it| &it.panels);
    panels.flat_map(|it| it.description.iter().chain(&it.look.content))
}

/// The names of the variables that texts use.
pub(super) fn used(it: &spec::Dashboard) -> Vec<String> {
    let uses = short(it).chain(long(it)).flat_map(|it| interpolate::uses(it.as_str()));
    uses.map(|it| it.name).collect()
}

/// Says which variables are not there.
pub(super) fn check(it: &spec::Dashboard, variables: &[Variable], sink: &mut Sink) {
    let names = unknown::Names::of(variables, unknown::IN_TEXTS);
    let texts = short(it).map(|it| (it, true));
    for (text, is_short) in texts.chain(long(it).map(|it| (it, false))) {
        for used in interpolate::uses(text.as_str()) {
            // `${1}` is no variable.
            let digit = used.name.starts_with(|it: char| it.is_ascii_digit());
            if digit || names.has(&used.name) {
                continue;
            }
            let near = names.nearest(&used.name);
            if is_short || near.is_some() {
                sink.push_once(unknown::unknown(
                    text,
                    (&used.name, used.at.clone()),
                    near,
                ));
            }
        }
    }
}
