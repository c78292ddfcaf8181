//! Lexer, parser, printer, type check and the passes that walk trees.

use aqua_alerts::promql::dialect::{Dialect, Version};
use aqua_alerts::promql::limits::HEIGHT;
use aqua_alerts::promql::syntax::ast::{Expr, Parsed};
use aqua_alerts::promql::syntax::{
    parse, parse_metric, parse_selector, parse_series_head, pretty, same,
};
use aqua_alerts::promql::{check, infer};

use crate::{check_error, check_place};

/// Reads a text as an expression of several dialects, as a selector and as a series.
pub fn check(text: &str) {
    for dialect in [Dialect::everything(), Dialect::new(Version::new(3, 5))] {
        match parse(text, &dialect) {
            Ok(parsed) => check_tree(text, &parsed, &dialect),
            Err(errors) => {
                assert!(!errors.is_empty(), "refused without a reason: {text:?}");
                errors.iter().for_each(|it| check_error(text, it));
            }
        }
        if let Err(errors) = parse_selector(text, &dialect) {
            errors.iter().for_each(|it| check_error(text, it));
        }
    }
    if let Err(errors) = parse_series_head(text) {
        errors.iter().for_each(|it| check_error(text, it));
    }
    match parse_metric(text) {
        Ok(labels) => {
            let printed = labels.to_string();
            let again = parse_metric(&printed).expect("a printed series can be read");
            assert_eq!(again, labels, "{text:?} is printed as {printed}");
        }
        Err(errors) => errors.iter().for_each(|it| check_error(text, it)),
    }
}

fn check_tree(text: &str, parsed: &Parsed, dialect: &Dialect) {
    let mut ids = 0;
    parsed.expr.walk_path(&mut |it, path| {
        check_place(text, it.span);
        assert_eq!(it.id, ids, "numbers are in pre-order");
        ids += 1;
        assert!(path.len() < HEIGHT as usize, "too deep");
    });
    assert_eq!(ids, parsed.n_nodes);
    parsed.comments.iter().for_each(|it| check_place(text, *it));

    check_printed(text, &parsed.expr, parsed.expr.to_string(), dialect);
    check_printed(text, &parsed.expr, pretty(&parsed.expr), dialect);

    let errors = check::check(&parsed.expr);
    errors.iter().for_each(|it| check_error(text, it));
    assert_eq!(errors.is_empty(), check::parse(text, dialect).is_ok());
    check::constants(&parsed.expr, dialect).iter().for_each(|it| check_error(text, it));
    if errors.is_empty() {
        let facts = infer::labels(&parsed.expr);
        facts.certain().for_each(|it| assert!(facts.can_carry(it)));
    }
}

fn check_printed(text: &str, expr: &Expr, printed: String, dialect: &Dialect) {
    match parse(&printed, dialect) {
        Ok(again) => {
            assert!(same(expr, &again.expr), "{text:?} is printed as {printed:?}");
            assert_eq!(again.expr.to_string(), expr.to_string(), "printed twice");
        }
        Err(errors) => panic!("{text:?} is printed as {printed:?}: {errors:?}"),
    }
}
