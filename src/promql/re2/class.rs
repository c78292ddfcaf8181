//! Classes of characters: `[a-z]`, `\d`, `[:alpha:]`, `\p{Greek}`.

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};

use crate::promql::re2::error::{Code, Error};
use crate::promql::re2::parse::Parser;

type Ranges = &'static [(char, char)];

const DIGIT: Ranges = &[('0', '9')];
const SPACE: Ranges = &[('\t', '\n'), ('\x0c', '\r'), (' ', ' ')];
const WORD: Ranges = &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];

const POSIX: &[(&str, Ranges)] = &[
    ("alnum", &[('0', '9'), ('A', 'Z'), ('a', 'z')]),
    ("alpha", &[('A', 'Z'), ('a', 'z')]),
    ("ascii", &[('\0', '\x7f')]),
    ("blank", &[('\t', '\t'), (' ', ' ')]),
    ("cntrl", &[('\0', '\x1f'), ('\x7f', '\x7f')]),
    ("digit", DIGIT),
    ("graph", &[('!', '~')]),
    ("lower", &[('a', 'z')]),
    ("print", &[(' ', '~')]),
    ("punct", &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')]),
    ("space", &[('\t', '\r'), (' ', ' ')]),
    ("upper", &[('A', 'Z')]),
    ("word", WORD),
    ("xdigit", &[('0', '9'), ('A', 'F'), ('a', 'f')]),
];

/// The names that Go's `unicode.Categories` and `unicode.Scripts` have; others spell
/// more of them, in more ways.
const CATEGORIES: &str = "Any C Cc Cf Cn Co Cs L LC Ll Lm Lo Lt Lu M Mc Me Mn N Nd Nl No P \
    Pc Pd Pe Pf Pi Po Ps S Sc Sk Sm So Z Zl Zp Zs";
const SCRIPTS: &str = "Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese \
    Bamum Bassa_Vah Batak Bengali Bhaiksuki Bopomofo Brahmi Braille Buginese Buhid \
    Canadian_Aboriginal Carian Caucasian_Albanian Chakma Cham Cherokee Chorasmian Common \
    Coptic Cuneiform Cypriot Cypro_Minoan Cyrillic Deseret Devanagari Dives_Akuru Dogra \
    Duployan Egyptian_Hieroglyphs Elbasan Elymaic Ethiopic Garay Georgian Glagolitic \
    Gothic Grantha Greek Gujarati Gunjala_Gondi Gurmukhi Gurung_Khema Han Hangul \
    Hanifi_Rohingya Hanunoo Hatran Hebrew Hiragana Imperial_Aramaic Inherited \
    Inscriptional_Pahlavi Inscriptional_Parthian Javanese Kaithi Kannada Katakana Kawi \
    Kayah_Li Kharoshthi Khitan_Small_Script Khmer Khojki Khudawadi Kirat_Rai Lao Latin \
    Lepcha Limbu Linear_A Linear_B Lisu Lycian Lydian Mahajani Makasar Malayalam Mandaic \
    Manichaean Marchen Masaram_Gondi Medefaidrin Meetei_Mayek Mende_Kikakui \
    Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi Mongolian Mro Multani Myanmar \
    Nabataean Nag_Mundari Nandinagari New_Tai_Lue Newa Nko Nushu Nyiakeng_Puachue_Hmong \
    Ogham Ol_Chiki Ol_Onal Old_Hungarian Old_Italic Old_North_Arabian Old_Permic \
    Old_Persian Old_Sogdian Old_South_Arabian Old_Turkic Old_Uyghur Oriya Osage Osmanya \
    Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician Psalter_Pahlavi Rejang Runic \
    Samaritan Saurashtra Sharada Shavian Siddham SignWriting Sinhala Sogdian Sora_Sompeng \
    Soyombo Sundanese Sunuwar Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham \
    Tai_Viet Takri Tamil Tangsa Tangut Telugu Thaana Thai Tibetan Tifinagh Tirhuta Todhri \
    Toto Tulu_Tigalari Ugaritic Vai Vithkuqi Wancho Warang_Citi Yezidi Yi Zanabazar_Square";

/// `\d`, `\S`, … by the letter.
pub(super) fn perl_class(letter: u8, fold_case: bool) -> Option<ClassUnicode> {
    let ranges = match letter.to_ascii_lowercase() {
        b'd' => DIGIT,
        b's' => SPACE,
        b'w' => WORD,
        _ => return None,
    };
    Some(signed(group(ranges, fold_case), letter.is_ascii_lowercase()))
}

/// The class of these ranges with the other cases of their letters.
pub(super) fn fold(ranges: impl IntoIterator<Item = (char, char)>) -> ClassUnicode {
    let mut class = of(ranges);
    class.case_fold_simple();
    class
}

fn of(ranges: impl IntoIterator<Item = (char, char)>) -> ClassUnicode {
    ClassUnicode::new(ranges.into_iter().map(|it| ClassUnicodeRange::new(it.0, it.1)))
}

fn group(ranges: Ranges, fold_case: bool) -> ClassUnicode {
    match fold_case {
        true => fold(ranges.iter().copied()),
        false => of(ranges.iter().copied()),
    }
}

fn signed(mut class: ClassUnicode, positive: bool) -> ClassUnicode {
    if !positive {
        class.negate();
    }
    class
}

/// The characters of a category or script.
fn unicode(name: &str) -> Option<ClassUnicode> {
    let known = |list: &str| list.split_whitespace().any(|it| it == name);
    let query = match name {
        "LC" => r"[\p{Lu}\p{Ll}\p{Lt}]".to_string(),
        // Halves of surrogate pairs: no text has them.
        "Cs" => return Some(ClassUnicode::empty()),
        name if known(CATEGORIES) => format!(r"\p{{{name}}}"),
        name if known(SCRIPTS) => format!(r"\p{{sc={name}}}"),
        _ => return None,
    };
    match regex_syntax::parse(&query).ok()?.into_kind() {
        HirKind::Class(Class::Unicode(class)) => Some(class),
        // A class of one character.
        HirKind::Literal(it) => {
            let c = str::from_utf8(&it.0).ok()?.chars().next()?;
            Some(of([(c, c)]))
        }
        _ => None,
    }
}

impl Parser<'_> {
    /// `\pL`, `\P{Greek}`, `\p{^Greek}`
    pub(super) fn unicode_class(&mut self) -> Result<ClassUnicode, Error> {
        let start = self.pos;
        let mut positive = self.pattern.as_bytes()[start + 1] == b'p';
        self.pos += 2;
        if self.peek().is_none() {
            return Err(self.fault(Code::InvalidCharRange, start));
        }
        let c = self.next_char()?;
        let mut name_at = start + 2;
        let mut name_end = self.pos;
        if c == '{' {
            let Some(length) = self.rest().find('}') else {
                self.utf8(start, self.pattern.len())?;
                self.pos = self.pattern.len();
                return Err(self.fault(Code::InvalidCharRange, start));
            };
            name_at += 1;
            name_end = self.pos + length;
            self.utf8(name_at, name_end)?;
            self.pos = name_end + 1;
        }
        let mut name = &self.pattern[name_at..name_end];
        if let Some(rest) = name.strip_prefix('^') {
            positive = !positive;
            name = rest;
        }
        let Some(mut class) = unicode(name) else {
            return Err(self.fault(Code::InvalidCharRange, start));
        };
        if self.flags.fold_case {
            class.case_fold_simple();
        }
        Ok(signed(class, positive))
    }

    /// `[…]`
    pub(super) fn bracket_class(&mut self) -> Result<ClassUnicode, Error> {
        let whole = self.pos;
        self.pos += 1;
        let positive = self.peek() != Some(b'^');
        self.pos += usize::from(!positive);
        let mut class = ClassUnicode::empty();
        let mut first = true;
        while first || self.peek() != Some(b']') {
            first = false;
            if let Some(group) = self.posix_class()? {
                class.union(&group);
                continue;
            }
            if self.peek() == Some(b'\\')
                && let Some(group) = self.escaped_class()?
            {
                class.union(&group);
                continue;
            }
            let start = self.pos;
            let low = self.class_char(whole)?;
            let mut high = low;
            let rest = self.rest().as_bytes();
            if rest.len() >= 2 && rest[0] == b'-' && rest[1] != b']' {
                self.pos += 1;
                high = self.class_char(whole)?;
                if high < low {
                    return Err(self.fault(Code::InvalidCharRange, start));
                }
            }
            if let Some(range) = without_surrogates(low, high) {
                match self.flags.fold_case {
                    true => class.union(&fold([range])),
                    false => class.push(ClassUnicodeRange::new(range.0, range.1)),
                }
            }
        }
        self.pos += 1;
        Ok(signed(class, positive))
    }

    /// `[:alpha:]`, `[:^alpha:]`
    fn posix_class(&mut self) -> Result<Option<ClassUnicode>, Error> {
        let start = self.pos;
        let Some(rest) = self.rest().strip_prefix("[:") else { return Ok(None) };
        let Some(end) = rest.find(":]") else { return Ok(None) };
        let name = &rest[..end];
        let (name, positive) = match name.strip_prefix('^') {
            Some(name) => (name, false),
            None => (name, true),
        };
        let group = POSIX
            .iter()
            .find(|it| it.0 == name)
            .map(|it| signed(group(it.1, self.flags.fold_case), positive));
        self.pos += end + 4;
        match group {
            Some(class) => Ok(Some(class)),
            None => Err(self.fault(Code::InvalidCharRange, start)),
        }
    }

    /// A code point in brackets; halves of surrogate pairs are possible ends of ranges.
    fn class_char(&mut self, whole: usize) -> Result<u32, Error> {
        match self.peek() {
            None => Err(self.fault(Code::MissingBracket, whole)),
            Some(b'\\') => {
                let start = self.pos;
                match self.escaped_char()? {
                    Some(c) => Ok(c as u32),
                    None => Ok(self.surrogate(start)),
                }
            }
            Some(_) => self.next_char().map(u32::from),
        }
    }

    /// The value of an escape such as `\x{d800}` that was just taken.
    fn surrogate(&self, start: usize) -> u32 {
        let digits = self.pattern[start..self.pos].trim_matches(['\\', 'x', '{', '}']);
        u32::from_str_radix(digits, 16).unwrap_or(0xD800)
    }
}

/// A range of code points as one of characters, if any are left.
fn without_surrogates(low: u32, high: u32) -> Option<(char, char)> {
    let low = if (0xD800..0xE000).contains(&low) { 0xE000 } else { low };
    let high = if (0xD800..0xE000).contains(&high) { 0xD7FF } else { high };
    match low <= high {
        true => Some((char::from_u32(low)?, char::from_u32(high)?)),
        false => None,
    }
}
