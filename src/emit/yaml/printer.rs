//! Prints what is easy by itself, byte for byte as the library does, and several times as
//! fast: the frame of maps and lists, and keys and texts that are certainly plain, or
//! certainly quoted. Any other key, and any other text behind one, is the library's; a
//! document with anything else is left to it as a whole.

use std::fmt;

use serde::ser::{self, Impossible, Serialize, Serializer};

use crate::emit::yaml::library;

/// Writes a document; nothing is to be made of what was written where this fails.
pub(super) fn print(document: &impl Serialize, out: &mut String) -> Result<(), NotEasy> {
    document.serialize(Printer { out, column: 0, place: Place::Root })
}

/// What only the library prints.
#[derive(Debug)]
pub(super) struct NotEasy;

impl fmt::Display for NotEasy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not easy to print")
    }
}

impl std::error::Error for NotEasy {}

impl ser::Error for NotEasy {
    fn custom<T: fmt::Display>(_: T) -> NotEasy {
        NotEasy
    }
}

/// Where a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// It is the document.
    Root,
    /// It is a key.
    InKey,
    /// Behind `key:`.
    Key,
    /// Behind `- `.
    Dash,
}

/// Prints a value.
struct Printer<'o> {
    out: &'o mut String,
    /// Where the keys of the map around it begin, or the dash before it.
    column: usize,
    place: Place,
}

/// Prints the entries of a map or the elements of a list.
struct Entries<'o> {
    out: &'o mut String,
    /// Where they begin.
    column: usize,
    place: Place,
    is_empty: bool,
}

impl<'o> Printer<'o> {
    /// What stands between a text or a word and what is before it.
    fn before(&self) -> Result<&'static str, NotEasy> {
        match self.place {
            Place::Root | Place::InKey => Err(NotEasy),
            Place::Key => Ok(" "),
            Place::Dash => Ok(""),
        }
    }

    /// A word that is printed as it is.
    fn word(self, word: impl fmt::Display) -> Result<(), NotEasy> {
        let before = self.before()?;
        fmt::write(self.out, format_args!("{before}{word}\n")).map_err(|_| NotEasy)
    }

    fn entries(self, column: usize) -> Entries<'o> {
        let Printer { out, place, .. } = self;
        Entries { out, column, place, is_empty: true }
    }

    fn key(self, key: &str) -> Result<(), NotEasy> {
        if MAX_KEY < key.len() {
            return Err(NotEasy);
        }
        if is_plain(key) && !key.contains([':', ',', '[', ']', '{', '}']) {
            self.out.push_str(key);
            self.out.push(':');
            return Ok(());
        }
        self.out.push_str(&library::key(key).ok_or(NotEasy)?);
        Ok(())
    }
}

impl Entries<'_> {
    /// Begins the line of the next one.
    fn next(&mut self) {
        let is_first = std::mem::take(&mut self.is_empty);
        match (is_first, self.place) {
            // The first stands behind the dash.
            (true, Place::Dash) => return,
            (true, Place::Key) => self.out.push('\n'),
            (true, Place::Root | Place::InKey) | (false, _) => {}
        }
        indent(self.column, self.out);
    }

    fn print<T>(&mut self, value: &T, place: Place) -> Result<(), NotEasy>
    where
        T: Serialize + ?Sized,
    {
        let Entries { out, column, .. } = self;
        value.serialize(Printer { out, column: *column, place })
    }

    fn finish(self, empty: &str) -> Result<(), NotEasy> {
        if self.is_empty {
            let Entries { out, column, place, .. } = self;
            return Printer { out, column, place }.word(empty);
        }
        Ok(())
    }
}

fn indent(column: usize, out: &mut String) {
    const BLANKS: &str = "                                ";
    match BLANKS.get(..column) {
        Some(it) => out.push_str(it),
        None => out.extend(std::iter::repeat_n(' ', column)),
    }
}

/// Bytes of a key that is no longer too long for `key:` (YAML 1.2, 7.4.2: 1024 characters).
const MAX_KEY: usize = 1024;

/// Words that a reader of YAML 1.1 or 1.2 may take for something else than a text.
pub(super) const WORDS: &[&str] =
    &["null", "true", "false", "nan", "inf", "y", "n", "yes", "no", "on", "off"];

/// Bytes of the longest of them: most texts are longer.
const MAX_WORD: usize = 5;

/// Whether a text is certainly plain.
pub(super) fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some(first) = bytes.first() else { return false };
    if first.is_ascii_digit() {
        // A number with units of time in it: no form of a number has these letters alone.
        let is_of = |it: &u8| it.is_ascii_digit() || b"smhdwy".contains(it);
        return bytes.last().is_some_and(u8::is_ascii_alphabetic)
            && bytes.iter().all(is_of);
    }
    first.is_ascii_alphabetic()
        && !(bytes.len() <= MAX_WORD
            && WORDS.iter().any(|it| it.eq_ignore_ascii_case(text)))
        && is_printable(bytes)
        && !breaks(bytes)
}

/// Whether a text is certainly to be quoted, with nothing to escape but quotes and
/// backslashes.
pub(super) fn is_quoted(text: &str) -> bool {
    let bytes = text.as_bytes();
    // Some single characters are quoted in another way.
    let [first, _, ..] = bytes else { return false };
    let begins = b",:[]{}#&*!|>'\"%@`".contains(first);
    (begins || breaks(bytes)) && is_printable(bytes)
}

fn is_printable(bytes: &[u8]) -> bool {
    // Without an early end it is done for many at once.
    bytes.iter().fold(true, |all, it| all & matches!(it, b' '..=b'~'))
}

/// Whether something in a printable text ends a plain one: a colon or a blank at its end,
/// a colon before a blank, a blank before a number sign.
fn breaks(bytes: &[u8]) -> bool {
    let ends = |it: Option<&u8>| matches!(it, Some(b' ' | b':'));
    let pair = |a: &u8, b: &u8| *a == b':' && *b == b' ' || *a == b' ' && *b == b'#';
    let pairs = bytes.iter().zip(&bytes[1..]);
    bytes.first() == Some(&b' ')
        || ends(bytes.last())
        || pairs.fold(false, |any, (a, b)| any | pair(a, b))
}

macro_rules! words {
    ($($method:ident($type:ty),)*) => {
        $(fn $method(self, it: $type) -> Result<(), NotEasy> {
            self.word(it)
        })*
    };
}

macro_rules! not_easy {
    ($($method:ident($($type:ty),*) $(-> $out:ty)?,)*) => {
        $(not_easy!(@ $method($($type),*) $(-> $out)?);)*
    };
    (@ $method:ident($($type:ty),*)) => { not_easy!(@ $method($($type),*) -> ()); };
    (@ $method:ident($($type:ty),*) -> $out:ty) => {
        fn $method(self, $(_: $type),*) -> Result<$out, NotEasy> {
            Err(NotEasy)
        }
    };
}

impl<'o> Serializer for Printer<'o> {
    type Ok = ();
    type Error = NotEasy;
    type SerializeSeq = Entries<'o>;
    type SerializeTuple = Impossible<(), NotEasy>;
    type SerializeTupleStruct = Impossible<(), NotEasy>;
    type SerializeTupleVariant = Impossible<(), NotEasy>;
    type SerializeMap = Entries<'o>;
    type SerializeStruct = Entries<'o>;
    type SerializeStructVariant = Impossible<(), NotEasy>;

    fn serialize_str(self, text: &str) -> Result<(), NotEasy> {
        if self.place == Place::InKey {
            return self.key(text);
        }
        let before = self.before()?;
        let Printer { out, column, place } = self;
        if is_plain(text) {
            out.push_str(before);
            out.push_str(text);
            out.push('\n');
            return Ok(());
        }
        if is_quoted(text) {
            out.push_str(before);
            out.push('"');
            // All of it is ASCII.
            for part in text.split_inclusive(['"', '\\']) {
                let (before, last) = part.split_at(part.len() - 1);
                out.push_str(before);
                if matches!(last, "\"" | "\\") {
                    out.push('\\');
                }
                out.push_str(last);
            }
            out.push_str("\"\n");
            return Ok(());
        }
        if place != Place::Key {
            return Err(NotEasy);
        }
        // The lines of a block are as far from their key wherever it is.
        let printed = library::value(text);
        for (idx, line) in printed["k:".len()..].split_inclusive('\n').enumerate() {
            if idx > 0 && line != "\n" {
                indent(column, out);
            }
            out.push_str(line);
        }
        Ok(())
    }

    words! {
        serialize_bool(bool), serialize_i8(i8), serialize_i16(i16), serialize_i32(i32),
        serialize_i64(i64), serialize_u8(u8), serialize_u16(u16), serialize_u32(u32),
        serialize_u64(u64),
    }

    not_easy! {
        serialize_f32(f32), serialize_f64(f64), serialize_char(char),
        serialize_bytes(&[u8]), serialize_none(), serialize_unit(),
        serialize_unit_struct(&'static str),
        serialize_unit_variant(&'static str, u32, &'static str),
        serialize_tuple(usize) -> Self::SerializeTuple,
        serialize_tuple_struct(&'static str, usize) -> Self::SerializeTupleStruct,
        serialize_tuple_variant(&'static str, u32, &'static str, usize)
            -> Self::SerializeTupleVariant,
        serialize_struct_variant(&'static str, u32, &'static str, usize)
            -> Self::SerializeStructVariant,
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), NotEasy> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), NotEasy> {
        value.serialize(self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Entries<'o>, NotEasy> {
        // Alone, or in a list.
        if self.place != Place::Key {
            return Err(NotEasy);
        }
        let column = self.column;
        Ok(self.entries(column))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries<'o>, NotEasy> {
        let column = match self.place {
            Place::InKey => return Err(NotEasy),
            Place::Root => 0,
            Place::Key | Place::Dash => self.column + 2,
        };
        Ok(self.entries(column))
    }

    fn serialize_struct(
        self,
        _: &'static str,
        len: usize,
    ) -> Result<Entries<'o>, NotEasy> {
        self.serialize_map(Some(len))
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<(), NotEasy> {
        Err(NotEasy)
    }
}

impl ser::SerializeSeq for Entries<'_> {
    type Ok = ();
    type Error = NotEasy;

    fn serialize_element<T: Serialize + ?Sized>(
        &mut self,
        value: &T,
    ) -> Result<(), NotEasy> {
        self.next();
        self.out.push_str("- ");
        self.print(value, Place::Dash)
    }

    fn end(self) -> Result<(), NotEasy> {
        self.finish("[]")
    }
}

impl ser::SerializeMap for Entries<'_> {
    type Ok = ();
    type Error = NotEasy;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), NotEasy> {
        self.next();
        self.print(key, Place::InKey)
    }

    fn serialize_value<T: Serialize + ?Sized>(
        &mut self,
        value: &T,
    ) -> Result<(), NotEasy> {
        self.print(value, Place::Key)
    }

    fn end(self) -> Result<(), NotEasy> {
        self.finish("{}")
    }
}

impl ser::SerializeStruct for Entries<'_> {
    type Ok = ();
    type Error = NotEasy;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        key: &'static str,
        value: &T,
    ) -> Result<(), NotEasy> {
        self.next();
        self.print(key, Place::InKey)?;
        self.print(value, Place::Key)
    }

    fn end(self) -> Result<(), NotEasy> {
        self.finish("{}")
    }
}
