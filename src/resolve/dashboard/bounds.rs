//! Keys of a panel whose values leave nothing to show.

use crate::diag::diagnostic::Diagnostic;
use crate::diag::sink::Sink;
use crate::spec::panel::Panel;

/// Says which ends of the axis have nothing between them, and which lists name nothing.
pub(super) fn check(it: &Panel, sink: &mut Sink) {
    let place = |key: &str| it.keys.iter().find(|it| it.0 == key).map(|it| it.1);
    if let (Some(min), Some(max)) = (it.min, it.max)
        && max <= min
        && let (Some(lower), Some(upper)) = (place("min"), place("max"))
    {
        sink.push_once(
            Diagnostic::error("out-of-range", "no value is between `min` and `max`")
                .at(upper, format!("is {max}"))
                .context(lower, format!("is {min}"))
                .help("let `max` be above `min`"),
        );
    }
    let axis = &it.look.axis;
    if let (Some(min), Some((max, span))) = (axis.soft_min, axis.soft_max)
        && max < min
    {
        let title = "no value is between `soft_min` and `soft_max`";
        sink.push_once(
            Diagnostic::error("out-of-range", title)
                .at(span, format!("`soft_min` is {min}"))
                .help("let `soft_max` be above `soft_min`"),
        );
    }
    if it.look.states.as_ref().is_some_and(Vec::is_empty)
        && let Some(span) = place("states")
    {
        sink.push_once(
            Diagnostic::error("bad-value", "a list of alerts in no state")
                .at(span, "names none")
                .help("name states, or take it out for `firing` and `pending`"),
        );
    }
}
