//! Names that are made from others, and names that a server refuses.

use crate::diag::sink::Sink;
use crate::diag::text::Text;
use crate::doc::keys::Form;
use crate::doc::reader;

/// Whether a name has a form; says what is wrong if it has not.
pub(super) fn has_form(name: &Text, form: &'static Form, sink: &mut Sink) -> bool {
    let fault = reader::misformed(name, form);
    let good = fault.is_none();
    fault.into_iter().for_each(|it| sink.push_once(it));
    good
}

/// The same for a name that servers with free names would take.
pub(super) fn is_legacy(name: &Text, form: &'static Form, sink: &mut Sink) -> bool {
    let Some(fault) = reader::misformed(name, form) else { return true };
    sink.push_once(
        fault.help("or write `names = \"utf8\"` below `[prometheus]`, for any text"),
    );
    false
}
