//! Every function against values that Go 1.27 computed on amd64.

use std::collections::BTreeMap;

use super::*;

/// Lines of `name argument... result`, floats as hexadecimal bits or `nan`.
const VALUES: &str = include_str!("go-values.txt");

fn float(text: &str) -> f64 {
    match text {
        "nan" => f64::NAN,
        bits => f64::from_bits(u64::from_str_radix(bits, 16).unwrap()),
    }
}

fn unary(name: &str) -> Option<fn(f64) -> f64> {
    Some(match name {
        "exp" => exp,
        "exp2" => exp2,
        "ln" => ln,
        "ln_1p" => ln_1p,
        "log2" => log2,
        "log10" => log10,
        "sin" => sin,
        "cos" => cos,
        "tan" => tan,
        "asin" => asin,
        "acos" => acos,
        "atan" => atan,
        "sinh" => sinh,
        "cosh" => cosh,
        "tanh" => tanh,
        "asinh" => asinh,
        "acosh" => acosh,
        "atanh" => atanh,
        "round" => round,
        "degrees" => degrees,
        "radians" => radians,
        _ => return None,
    })
}

fn binary(name: &str) -> fn(f64, f64) -> f64 {
    match name {
        "pow" => pow,
        "atan2" => atan2,
        "modulo" => modulo,
        "max" => max,
        "min" => min,
        "round_to" => round_to,
        "ldexp" => |x, y| ldexp(x, max(-3000.0, min(3000.0, y)) as i32),
        name => panic!("no function `{name}`"),
    }
}

fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
}

fn compare(values: &str) -> BTreeMap<&str, (usize, String)> {
    let mut faults: BTreeMap<&str, (usize, String)> = BTreeMap::new();
    for line in values.lines() {
        let words: Vec<&str> = line.split(' ').collect();
        let (name, arguments) = (words[0], &words[1..words.len() - 1]);
        let expected = float(words[words.len() - 1]);
        let x = float(arguments[0]);
        let found = match unary(name) {
            Some(function) => function(x),
            None => binary(name)(x, float(arguments[1])),
        };
        if !same(found, expected) {
            let fault = faults.entry(name).or_default();
            fault.0 += 1;
            fault.1 = format!("{line} found {:x}: {x:e} {found:e}", found.to_bits());
        }
    }
    faults
}

#[test]
fn every_bit_is_as_in_go() {
    let faults = compare(VALUES);
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_fraction_and_its_exponent_give_the_number_back() {
    for x in [1.0, -3.5, 1e300, 5e-324, -2.5e-310, 0.1, f64::MAX] {
        let (fraction, exponent) = frexp(x);
        assert!((0.5..1.0).contains(&fraction.abs()), "{x:e}: {fraction}");
        assert_eq!(ldexp(fraction, exponent), x);
    }
    assert_eq!(frexp(0.0), (0.0, 0));
}
