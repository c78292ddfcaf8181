//! Go's `fmt`: `Sprint`, `Sprintln`, `Sprintf` with all verbs, flags and error forms.

mod format;
mod number;

pub(super) use format::sprintf;

use super::value::{Kind, Object, Value};
use crate::promql::labels::quote;

/// What pointers print as: a template's text must not depend on where memory lies.
const ADDRESS: u64 = 0xc0_0001_2000;

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

/// Whether Go prints a character as it is (`unicode.IsPrint`).
pub(super) fn is_print(c: char) -> bool {
    match c {
        ' '..='~' => true,
        c if c.is_control() || c.is_whitespace() => false,
        // Private use and unassigned characters are escaped by Rust as well.
        c => c.escape_debug().count() == 1 || c.is_alphanumeric(),
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
