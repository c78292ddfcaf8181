//! Go's `fmt`: `Sprint`, `Sprintln`, `Sprintf` with all verbs, flags and error forms.

use super::value::{Kind, Object, Value};
use crate::promql::labels::quote;
use crate::promql::number::{Layout, format_float};

/// What pointers print as: a template's text must not depend on where memory lies.
const ADDRESS: u64 = 0xc0_0001_2000;

/// Go refuses larger widths and precisions.
const MAX_NUMBER: i64 = 1_000_000;

/// `fmt.Sprint`: blanks between operands of which neither is a string.
pub(super) fn sprint(args: &[Value]) -> String {
    let mut printer = Printer::default();
    let mut was_string = true;
    for (idx, arg) in args.iter().enumerate() {
        let arg = arg.concrete();
        let is_string = arg.kind() == Kind::String;
        if idx > 0 && !is_string && !was_string {
            printer.out.push(' ');
        }
        printer.print(&arg, 'v', 0);
        was_string = is_string;
    }
    printer.out
}

/// `fmt.Sprintln`: blanks between all operands.
pub(super) fn sprintln(args: &[Value]) -> String {
    let mut printer = Printer::default();
    for (idx, arg) in args.iter().enumerate() {
        if idx > 0 {
            printer.out.push(' ');
        }
        printer.print(&arg.concrete(), 'v', 0);
    }
    printer.out + "\n"
}

/// `fmt.Sprintf`.
pub(super) fn sprintf(format: &str, args: &[Value]) -> String {
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

/// Whether Go prints a character as it is (`unicode.IsPrint`).
pub(super) fn is_print(c: char) -> bool {
    match c {
        ' '..='~' => true,
        c if c.is_control() || c.is_whitespace() => false,
        // Private use and unassigned characters are escaped by Rust as well.
        c => c.escape_debug().count() == 1 || c.is_alphanumeric(),
    }
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

/// Flags, width and precision of a verb.
#[derive(Clone, Copy, Default)]
struct Spec {
    width: Option<usize>,
    precision: Option<usize>,
    minus: bool,
    plus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    plus_v: bool,
    sharp_v: bool,
}

#[derive(Default)]
struct Printer {
    out: String,
    spec: Spec,
    /// Inside of an error form, `String` methods are not called.
    is_erring: bool,
}

impl Printer {
    fn print(&mut self, value: &Value, verb: char, depth: u32) {
        if depth == 0 {
            match (value, verb) {
                (Value::Invalid, 'T' | 'v') => return self.pad("<nil>"),
                (Value::Invalid, _) => return self.bad_verb(value, verb),
                (_, 'T') => return self.text(&value.type_name(), 's', value),
                (_, 'p') => return self.pointer(value, verb),
                _ => {}
            }
        }
        let calls_method =
            !self.is_erring && !self.spec.sharp_v && "vsxXq".contains(verb);
        if let Some(text) = value.stringer().filter(|_| calls_method) {
            return self.text(&text, verb, value);
        }
        match value {
            Value::Invalid => self.out.push_str("<nil>"),
            Value::Any(inner) => match **inner {
                Value::Invalid if self.spec.sharp_v => {
                    self.out.push_str("interface {}(nil)");
                }
                Value::Invalid => self.out.push_str("<nil>"),
                _ => self.print(inner, verb, depth + 1),
            },
            Value::Bool(it) => match verb {
                't' | 'v' => self.pad(if *it { "true" } else { "false" }),
                _ => self.bad_verb(value, verb),
            },
            Value::Int(it) => self.integer(it.unsigned_abs(), *it < 0, true, verb, value),
            Value::Named(it) => {
                let number = it.number();
                self.integer(number.unsigned_abs(), number < 0, true, verb, value);
            }
            Value::Byte(it) => self.integer((*it).into(), false, false, verb, value),
            Value::Float(it) => self.float(*it, verb, value),
            Value::Complex(re, im) => self.complex(*re, *im, verb, value),
            Value::Text(it) | Value::Html(it) => self.text(it, verb, value),
            Value::Labels(labels) => {
                let pairs =
                    labels.iter().map(|(n, v)| (&**n, Value::Text((&**v).into())));
                self.map(pairs.collect(), verb, depth, value);
            }
            Value::Map(map) => {
                let pairs = map.iter().map(|(n, v)| (n.as_str(), v.clone().any()));
                self.map(pairs.collect(), verb, depth, value);
            }
            Value::Result(samples) => {
                let samples = samples.borrow();
                let items = samples.iter().map(|it| Value::Pointer(it.clone()));
                self.list(items.collect(), verb, depth, value);
            }
            Value::Struct(object) => self.fields(object, verb, depth, value),
            Value::Pointer(object) => match **object {
                Object::Duration(_) => self.pointer(value, verb),
                _ if depth > 0 => self.pointer(value, verb),
                _ => {
                    self.out.push('&');
                    self.print(&Value::Struct(object.clone()), verb, depth + 1);
                }
            },
            Value::NilPointer(_) => self.pointer(value, verb),
        }
    }

    fn bad_verb(&mut self, value: &Value, verb: char) {
        self.is_erring = true;
        self.out.push_str(&format!("%!{verb}("));
        match value {
            Value::Invalid => self.out.push_str("<nil>"),
            value => {
                self.out.push_str(&value.type_name());
                self.out.push('=');
                self.print(value, 'v', 0);
            }
        }
        self.out.push(')');
        self.is_erring = false;
    }

    fn pad(&mut self, text: &str) {
        let n_missing = self.spec.width.unwrap_or(0).saturating_sub(text.chars().count());
        let fill = if self.spec.zero && !self.spec.minus { '0' } else { ' ' };
        let padding = std::iter::repeat_n(fill, n_missing);
        if !self.spec.minus {
            self.out.extend(padding.clone());
        }
        self.out.push_str(text);
        if self.spec.minus {
            self.out.extend(padding);
        }
    }

    /// Pads with blanks even where zeros were asked for.
    fn pad_blank(&mut self, text: &str) {
        let zero = std::mem::take(&mut self.spec.zero);
        self.pad(text);
        self.spec.zero = zero;
    }

    fn text(&mut self, text: &str, verb: char, value: &Value) {
        match verb {
            'v' if self.spec.sharp_v => self.quoted(text),
            'v' | 's' => self.pad(self.truncated(text)),
            'x' => self.hex_text(text, false),
            'X' => self.hex_text(text, true),
            'q' => self.quoted(text),
            _ => self.bad_verb(value, verb),
        }
    }

    fn truncated<'t>(&self, text: &'t str) -> &'t str {
        let n_chars = self.spec.precision.unwrap_or(usize::MAX);
        match text.char_indices().nth(n_chars) {
            Some((at, _)) => &text[..at],
            None => text,
        }
    }

    fn quoted(&mut self, text: &str) {
        let text = self.truncated(text);
        let can_backquote =
            !text.contains(|it: char| it == '`' || (it.is_control() && it != '\t'));
        let quoted = match (self.spec.sharp && can_backquote, self.spec.plus) {
            (true, _) => format!("`{text}`"),
            (false, true) => ascii(&quote(text)),
            (false, false) => quote(text),
        };
        self.pad(&quoted);
    }

    fn hex_text(&mut self, text: &str, is_upper: bool) {
        let n_bytes = self.spec.precision.unwrap_or(usize::MAX).min(text.len());
        let digits: Vec<String> = text.as_bytes()[..n_bytes]
            .iter()
            .map(|it| match is_upper {
                true => format!("{it:02X}"),
                false => format!("{it:02x}"),
            })
            .collect();
        let prefix = match (self.spec.sharp && n_bytes > 0, is_upper) {
            (false, _) => "",
            (true, false) => "0x",
            (true, true) => "0X",
        };
        let body = match self.spec.space {
            true => digits.join(&format!(" {prefix}")),
            false => digits.concat(),
        };
        self.pad(&format!("{prefix}{body}"));
    }

    fn integer(
        &mut self,
        size: u64,
        is_negative: bool,
        is_signed: bool,
        verb: char,
        value: &Value,
    ) {
        let digits = match verb {
            'v' if self.spec.sharp_v && !is_signed => format!("0x{size:x}"),
            'v' | 'd' => size.to_string(),
            'b' => format!("{size:b}"),
            'o' | 'O' => format!("{size:o}"),
            'x' => format!("{size:x}"),
            'X' => format!("{size:X}"),
            'c' => return self.pad(&character(size, is_negative).to_string()),
            'q' => return self.quoted_character(size, is_negative),
            'U' => return self.unicode(size, is_negative),
            _ => return self.bad_verb(value, verb),
        };
        let spec = self.spec;
        if spec.precision == Some(0) && size == 0 {
            return self.pad_blank("");
        }
        let sign = match (is_negative, spec.plus, spec.space) {
            (true, ..) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            _ => "",
        };
        let n_digits = match spec.precision {
            Some(n) => n,
            None if spec.zero && !spec.minus => {
                spec.width.unwrap_or(0).saturating_sub(sign.len())
            }
            None => 0,
        };
        let digits = format!("{digits:0>n_digits$}");
        let prefix = match verb {
            'O' => "0o",
            'b' if spec.sharp => "0b",
            'o' if spec.sharp && !digits.starts_with('0') => "0",
            'x' if spec.sharp => "0x",
            'X' if spec.sharp => "0X",
            _ => "",
        };
        self.pad_blank(&format!("{sign}{prefix}{digits}"));
    }

    fn quoted_character(&mut self, size: u64, is_negative: bool) {
        let quoted = match character(size, is_negative) {
            '\'' => "\\'".to_owned(),
            '"' => "\"".to_owned(),
            c => {
                let quoted = quote(c.encode_utf8(&mut [0; 4]));
                quoted[1..quoted.len() - 1].to_owned()
            }
        };
        let quoted = if self.spec.plus { ascii(&quoted) } else { quoted };
        self.pad(&format!("'{quoted}'"));
    }

    fn unicode(&mut self, size: u64, is_negative: bool) {
        let code = if is_negative { size.wrapping_neg() } else { size };
        let n_digits = self.spec.precision.unwrap_or(0).max(4);
        let mut text = format!("U+{code:0>n_digits$X}");
        let shown = u32::try_from(code).ok().and_then(char::from_u32);
        if let Some(c) = shown.filter(|it| self.spec.sharp && is_print(*it)) {
            text.push_str(&format!(" '{c}'"));
        }
        self.pad_blank(&text);
    }

    fn float(&mut self, float: f64, verb: char, value: &Value) {
        let spec = self.spec;
        let (layout, default) = match verb {
            'v' | 'g' => (Layout::General, None),
            'G' => (Layout::UpperGeneral, None),
            'b' => (Layout::Binary, None),
            'x' => (Layout::Hex, None),
            'X' => (Layout::UpperHex, None),
            'f' | 'F' => (Layout::Fixed, Some(6)),
            'e' => (Layout::Exponent, Some(6)),
            'E' => (Layout::UpperExponent, Some(6)),
            _ => return self.bad_verb(value, verb),
        };
        let precision = spec.precision.or(default);
        let text = format_float(float, layout, precision);
        let (sign, mut body) = match text.strip_prefix(['-', '+']) {
            Some(body) => (&text[..1], body.to_owned()),
            None => ("+", text.clone()),
        };
        let sign = match sign {
            "+" if spec.space && !spec.plus => " ",
            sign => sign,
        };
        if !float.is_finite() {
            // An infinity always has its sign.
            let text = match float.is_nan() && sign == "+" && !spec.plus {
                true => body,
                false => format!("{sign}{body}"),
            };
            return self.pad_blank(&text);
        }
        if spec.sharp && layout != Layout::Binary {
            body = with_point(&body, verb, precision);
        }
        if sign == "+" && !spec.plus {
            return self.pad(&body);
        }
        let width = spec.width.unwrap_or(0);
        if spec.zero && !spec.minus && width > body.len() + 1 {
            let n_zeros = width - 1 - body.len();
            self.out.push_str(sign);
            self.out.extend(std::iter::repeat_n('0', n_zeros));
            self.out.push_str(&body);
            return;
        }
        self.pad(&format!("{sign}{body}"));
    }

    fn complex(&mut self, re: f64, im: f64, verb: char, value: &Value) {
        if !"vbgGxXfFeE".contains(verb) {
            return self.bad_verb(value, verb);
        }
        self.out.push('(');
        self.float(re, verb, value);
        let plus = std::mem::replace(&mut self.spec.plus, true);
        self.float(im, verb, value);
        self.spec.plus = plus;
        self.out.push_str("i)");
    }

    fn pointer(&mut self, value: &Value, verb: char) {
        let address = match value {
            Value::NilPointer(_) => 0,
            Value::Pointer(_) | Value::Labels(_) | Value::Map(_) | Value::Result(_) => {
                ADDRESS
            }
            _ => return self.bad_verb(value, verb),
        };
        match verb {
            'v' if self.spec.sharp_v => {
                let shown = match address {
                    0 => "nil".to_owned(),
                    it => format!("{it:#x}"),
                };
                self.out.push_str(&format!("({})({shown})", value.type_name()));
            }
            'v' if address == 0 => self.pad("<nil>"),
            'v' | 'p' => {
                let prefix = if self.spec.sharp { "" } else { "0x" };
                self.pad(&format!("{prefix}{address:x}"));
            }
            'b' | 'o' | 'd' | 'x' | 'X' => {
                self.integer(address, false, false, verb, value);
            }
            _ => self.bad_verb(value, verb),
        }
    }

    fn map(&mut self, pairs: Vec<(&str, Value)>, verb: char, depth: u32, value: &Value) {
        let (open, comma, close) = match self.spec.sharp_v {
            true => (format!("{}{{", value.type_name()), ", ", '}'),
            false => ("map[".to_owned(), " ", ']'),
        };
        self.out.push_str(&open);
        for (idx, (name, item)) in pairs.iter().enumerate() {
            if idx > 0 {
                self.out.push_str(comma);
            }
            self.print(&Value::text(name), verb, depth + 1);
            self.out.push(':');
            self.print(item, verb, depth + 1);
        }
        self.out.push(close);
    }

    fn list(&mut self, items: Vec<Value>, verb: char, depth: u32, value: &Value) {
        let (open, comma, close) = match self.spec.sharp_v {
            true => (format!("{}{{", value.type_name()), ", ", '}'),
            false => ("[".to_owned(), " ", ']'),
        };
        self.out.push_str(&open);
        for (idx, item) in items.iter().enumerate() {
            if idx > 0 {
                self.out.push_str(comma);
            }
            self.print(item, verb, depth + 1);
        }
        self.out.push(close);
    }

    fn fields(&mut self, object: &Object, verb: char, depth: u32, value: &Value) {
        let comma = if self.spec.sharp_v { ", " } else { " " };
        if self.spec.sharp_v {
            self.out.push_str(&value.type_name());
        }
        self.out.push('{');
        for (idx, (name, field)) in object.fields().into_iter().enumerate() {
            if idx > 0 {
                self.out.push_str(comma);
            }
            if self.spec.plus_v || self.spec.sharp_v {
                self.out.push_str(&format!("{name}:"));
            }
            self.print(&field, verb, depth + 1);
        }
        self.out.push('}');
    }
}

fn character(size: u64, is_negative: bool) -> char {
    match u32::try_from(size) {
        Ok(code) if !is_negative => {
            char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
        }
        _ => char::REPLACEMENT_CHARACTER,
    }
}

/// Escapes what is not ASCII in a text that is quoted already.
fn ascii(quoted: &str) -> String {
    let mut out = String::new();
    for c in quoted.chars() {
        match u32::from(c) {
            0..0x80 => out.push(c),
            code @ 0x80..0x10000 => out.push_str(&format!("\\u{code:04x}")),
            code => out.push_str(&format!("\\U{code:08x}")),
        }
    }
    out
}

/// The flag `#` of floats: a point always, and the zeros that `%g` leaves out.
fn with_point(body: &str, verb: char, precision: Option<usize>) -> String {
    let ends_mantissa: &[char] = match verb {
        'x' | 'X' => &['p', 'P'],
        _ => &['e', 'E'],
    };
    let at = body.find(ends_mantissa).unwrap_or(body.len());
    let (mantissa, tail) = body.split_at(at);
    let mut out = mantissa.to_owned();
    let n_wanted = match verb {
        'v' | 'g' | 'G' | 'x' => precision.unwrap_or(6),
        _ => 0,
    };
    let significant = mantissa.chars().filter(|it| *it != '.');
    let mut n_digits = significant.skip_while(|it| *it == '0').count();
    if !mantissa.contains('.') {
        if mantissa == "0" {
            n_digits += 1;
        }
        out.push('.');
    }
    out.extend(std::iter::repeat_n('0', n_wanted.saturating_sub(n_digits)));
    out + tail
}
