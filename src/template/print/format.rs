//! `Sprintf`: the format, its verbs, flags and argument indexes.

use super::{Printer, Spec};
use crate::template::value::{Kind, Value};

/// Go refuses larger widths and precisions.
const MAX_NUMBER: i64 = 1_000_000;

/// `fmt.Sprintf`.
pub(in crate::template) fn sprintf(format: &str, args: &[Value]) -> String {
    let args: Vec<Value> = args.iter().map(Value::concrete).collect();
    let mut run = Run {
        printer: Printer::default(),
        args: &args,
        rest: format,
        next: 0,
        is_reordered: false,
        is_good_index: true,
    };
    run.all();
    run.printer.out
}

/// A format on its way through its arguments.
struct Run<'a> {
    printer: Printer,
    args: &'a [Value],
    rest: &'a str,
    next: usize,
    is_reordered: bool,
    is_good_index: bool,
}

impl Run<'_> {
    fn all(&mut self) {
        while let Some(at) = self.rest.find('%') {
            self.printer.out.push_str(&self.rest[..at]);
            self.rest = &self.rest[at + 1..];
            self.is_good_index = true;
            if !self.verb() {
                break;
            }
        }
        self.printer.out.push_str(std::mem::take(&mut self.rest));
        if !self.is_reordered && self.next < self.args.len() {
            self.extra();
        }
    }

    fn peek(&self) -> Option<u8> {
        self.rest.as_bytes().first().copied()
    }

    /// One verb with its flags; false at the end of the format.
    fn verb(&mut self) -> bool {
        self.printer.spec = Spec::default();
        while let Some(c) = self.peek() {
            let spec = &mut self.printer.spec;
            match c {
                b'#' => spec.sharp = true,
                b'0' => spec.zero = true,
                b'+' => spec.plus = true,
                b'-' => spec.minus = true,
                b' ' => spec.space = true,
                _ => break,
            }
            self.rest = &self.rest[1..];
        }
        let mut after_index = self.index();
        if self.peek() == Some(b'*') {
            self.width_argument();
            after_index = false;
        } else {
            let width = self.number();
            self.printer.spec.width = width;
            if after_index && width.is_some() {
                self.is_good_index = false;
            }
        }
        if self.peek() == Some(b'.') && self.rest.len() > 1 {
            self.rest = &self.rest[1..];
            if after_index {
                self.is_good_index = false;
            }
            after_index = self.index();
            if self.peek() == Some(b'*') {
                self.precision_argument();
                after_index = false;
            } else {
                let precision = self.number();
                self.printer.spec.precision = Some(precision.unwrap_or(0));
            }
        }
        if !after_index {
            self.index();
        }
        let Some(verb) = self.rest.chars().next() else {
            self.printer.out.push_str("%!(NOVERB)");
            return false;
        };
        self.rest = &self.rest[verb.len_utf8()..];
        self.one(verb);
        true
    }

    fn one(&mut self, verb: char) {
        if verb == '%' {
            self.printer.out.push('%');
            return;
        }
        if !self.is_good_index {
            self.printer.out.push_str(&format!("%!{verb}(BADINDEX)"));
            return;
        }
        let Some(arg) = self.args.get(self.next) else {
            self.printer.out.push_str(&format!("%!{verb}(MISSING)"));
            return;
        };
        self.next += 1;
        if matches!(verb, 'v' | 'w') {
            let spec = &mut self.printer.spec;
            spec.sharp_v = std::mem::take(&mut spec.sharp);
            spec.plus_v = std::mem::take(&mut spec.plus);
        }
        self.printer.print(arg, verb, 0);
    }

    fn extra(&mut self) {
        let printer = &mut self.printer;
        printer.spec = Spec::default();
        printer.out.push_str("%!(EXTRA ");
        for (idx, arg) in self.args[self.next..].iter().enumerate() {
            if idx > 0 {
                printer.out.push_str(", ");
            }
            if arg.kind() != Kind::Invalid {
                printer.out.push_str(&arg.type_name());
                printer.out.push('=');
            }
            printer.print(arg, 'v', 0);
        }
        printer.out.push(')');
    }

    /// Digits; nothing where there are none or too many.
    fn number(&mut self) -> Option<usize> {
        let n_digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at(n_digits);
        let number = digits.parse::<i64>().ok().filter(|it| *it <= MAX_NUMBER);
        // Go gives up the whole format at a number that is too large.
        self.rest = if number.is_none() && n_digits > 0 { "" } else { rest };
        number.map(|it| it as usize)
    }

    /// `[2]`: which argument is next; tells whether there was one.
    fn index(&mut self) -> bool {
        if self.peek() != Some(b'[') {
            return false;
        }
        self.is_reordered = true;
        let Some(end) = self.rest.find(']') else {
            self.rest = &self.rest[1..];
            self.is_good_index = false;
            return false;
        };
        let digits = &self.rest[1..end];
        let is_number =
            !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit());
        let number = digits.parse::<usize>().ok().filter(|_| is_number);
        self.rest = &self.rest[end + 1..];
        match number {
            Some(number) if 1 <= number && number <= self.args.len() => {
                self.next = number - 1;
                true
            }
            number => {
                self.is_good_index = false;
                number.is_some()
            }
        }
    }

    fn int_argument(&mut self) -> Option<i64> {
        let arg = self.args.get(self.next)?;
        self.next += 1;
        let number = match arg {
            Value::Byte(it) => Some(i64::from(*it)),
            it => it.int(),
        };
        number.filter(|it| it.abs() <= MAX_NUMBER)
    }

    fn width_argument(&mut self) {
        self.rest = &self.rest[1..];
        let width = self.int_argument();
        let spec = &mut self.printer.spec;
        spec.width = width.map(|it| it.unsigned_abs() as usize);
        match width {
            None => self.printer.out.push_str("%!(BADWIDTH)"),
            Some(width) if width < 0 => {
                spec.minus = true;
                spec.zero = false;
            }
            Some(_) => {}
        }
    }

    fn precision_argument(&mut self) {
        self.rest = &self.rest[1..];
        let precision = self.int_argument().and_then(|it| usize::try_from(it).ok());
        self.printer.spec.precision = precision;
        if precision.is_none() {
            self.printer.out.push_str("%!(BADPREC)");
        }
    }
}
