//! The one grammar of overrides: a table merges, `false` drops, `true` brings back.
//!
//! Every value keeps the places of all layers that gave it, the one that won last.

use crate::spec::model::{Absent, Body, Definition, Field, Label, Parameter};

/// Puts a body over another.
pub(super) fn body(below: &mut Body, above: &Body) {
    for (below, above) in below.fields_mut().into_iter().zip(above.fields()) {
        if let Some(above) = above {
            field(below, above);
        }
    }
    labels(&mut below.labels, &above.labels);
    labels(&mut below.annotations, &above.annotations);
    parameters(&mut below.parameters, &above.parameters);
    below.allow.extend(above.allow.iter().cloned());
}

fn field(below: &mut Option<Field>, above: &Field) {
    match below {
        None => *below = Some(above.clone()),
        Some(below) => {
            below.value = above.value.clone();
            below.places.extend(&above.places);
        }
    }
}

/// Puts labels or annotations over others.
pub(super) fn labels(below: &mut Vec<Label>, above: &[Label]) {
    for label in above {
        match below.iter_mut().find(|it| it.name == label.name) {
            None => below.push(label.clone()),
            Some(below) => {
                below.name = label.name.clone();
                below.field.value = label.field.value.clone();
                below.field.places.extend(&label.field.places);
            }
        }
    }
}

/// Puts parameters over others.
pub(super) fn parameters(below: &mut Vec<Parameter>, above: &[Parameter]) {
    for parameter in above {
        match below.iter_mut().find(|it| it.key == parameter.key) {
            None => below.push(parameter.clone()),
            Some(below) => {
                below.value = parameter.value.clone();
                below.places.extend(&parameter.places);
            }
        }
    }
}

/// Puts an override over a definition.
pub(super) fn definition(below: &mut Definition, above: &Definition) {
    without_tiers(below, above);
    for tier in &above.tiers {
        // One that does not exist has been reported where the project was read.
        if let Some(below) = below.tiers.iter_mut().find(|it| it.key == tier.key) {
            below.switch = tier.switch.or(below.switch);
            body(&mut below.body, &tier.body);
        }
    }
}

/// The same for all but the tiers.
pub(super) fn without_tiers(below: &mut Definition, above: &Definition) {
    below.switch = above.switch.or(below.switch);
    body(&mut below.body, &above.body);
    for each in &above.each {
        match below.each.iter_mut().find(|it| it.key == each.key) {
            None => below.each.push(each.clone()),
            Some(below) => *below = each.clone(),
        }
    }
    if above.per.is_some() {
        below.per = above.per.clone();
    }
    if let Some(above) = &above.absent {
        absent(&mut below.absent, above);
    }
}

fn absent(below: &mut Option<Box<Absent>>, above: &Absent) {
    match below {
        None => *below = Some(Box::new(above.clone())),
        Some(below) => {
            // A table asks for a companion as `true` does.
            below.switch = above.switch;
            body(&mut below.body, &above.body);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::source::{FileId, Span};
    use crate::diag::text::Text;

    fn at(start: u32) -> Span {
        Span { file: FileId(0), start, end: start + 1 }
    }

    fn label(name: &str, value: Option<&str>, start: u32) -> Label {
        let value = value.map(|it| Text::opaque(it, at(start)));
        let field = Field { value, places: at(start).into() };
        Label { name: Text::opaque(name, at(start)), field }
    }

    #[test]
    fn the_last_layer_wins_and_all_places_are_kept() {
        let mut below = vec![label("team", Some("sre"), 1), label("tier", Some("1"), 2)];
        labels(&mut below, &[label("team", None, 3), label("new", Some("x"), 4)]);
        let values: Vec<_> =
            below.iter().map(|it| it.field.value.as_ref().map(Text::as_str)).collect();
        assert_eq!(values, [None, Some("1"), Some("x")]);
        assert_eq!(*below[0].field.places, [at(1), at(3)]);
        labels(&mut below, &[label("team", Some("ops"), 5)]);
        assert_eq!(below[0].field.value.as_ref().map(Text::as_str), Some("ops"));
    }
}
