//! Field types that cannot hold what the customs schema refuses.
//!
//! Lengths are counted in characters, as XML Schema counts them. A text is trimmed, and control characters, which XML
//! cannot carry, become blanks: the same value then stands byte for byte in every document that repeats it.

use std::borrow::Cow;
use std::fmt;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use rust_decimal::{Decimal, RoundingStrategy};
use uuid::Uuid;

/// Why a text does not fit its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextFault {
    /// Nothing is left after trimming.
    Empty,
    /// It has this many characters.
    TooLong(usize),
}

/// A text of 1 to `MAX` characters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text<'a, const MAX: usize>(Cow<'a, str>);

impl<'a, const MAX: usize> Text<'a, MAX> {
    /// Stands where there is no text yet; never in a finished document.
    pub(crate) const NOTHING: Self = Self(Cow::Borrowed(""));

    /// Reads a text.
    ///
    /// # Errors
    /// When it is empty or longer than `MAX` characters.
    pub fn parse(text: impl Into<Cow<'a, str>>) -> Result<Self, TextFault> {
        let text = clean(text.into());
        if text.is_empty() {
            return Err(TextFault::Empty);
        }
        // A text of at most MAX bytes has at most MAX characters.
        if text.len() > MAX {
            let length = text.chars().count();
            if length > MAX {
                return Err(TextFault::TooLong(length));
            }
        }
        Ok(Self(text))
    }

    /// The text, cut to `MAX` characters when it is longer: for fields whose text is only information.
    pub fn cut(text: impl Into<Cow<'a, str>>) -> Option<Self> {
        let text = clean(text.into());
        let text = match text.char_indices().nth(MAX) {
            Some((end, _)) => Cow::Owned(text[..end].trim_end().to_owned()),
            None => text,
        };
        (!text.is_empty()).then_some(Self(text))
    }

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same text, borrowed from this one.
    pub fn share(&'a self) -> Self {
        Self(Cow::Borrowed(&self.0))
    }
}

/// A text about a person. Its `Debug` says only that there is one.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Personal<'a, const MAX: usize>(pub Text<'a, MAX>);

impl<const MAX: usize> Personal<'_, MAX> {
    /// The text itself, for a document or a comparison.
    pub fn reveal(&self) -> &str {
        self.0.as_str()
    }
}

impl<const MAX: usize> fmt::Debug for Personal<'_, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Personal(…)")
    }
}

/// Whether XML cannot carry a character, or would not give it back as it was.
fn is_unfit(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}')
}

/// The text as it stands in a document: control characters become blanks, blanks at the ends fall away.
pub(crate) fn clean(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.chars().any(is_unfit) {
        let cleaned: String = text.chars().map(|c| if is_unfit(c) { ' ' } else { c }).collect();
        return Cow::Owned(cleaned.trim().to_owned());
    }
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) if text.trim().len() == text.len() => Cow::Owned(text),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

/// How many digits the schema's N19,5 has after the point.
pub const MAX_FRACTION_DIGITS: u32 = 5;
/// How many digits it has in all.
pub const MAX_DIGITS: usize = 19;

/// A number of the schema's type N19,5: at most 19 digits, at most 5 of them after the point, not negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Number(Decimal);

impl Number {
    /// Nothing: the standard wants `0` where there is no amount, never an absent field.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// Reads a number; what does not fit exactly is nothing.
    pub fn parse(value: Decimal) -> Option<Self> {
        let value = value.normalize();
        if value.scale() > MAX_FRACTION_DIGITS || (value.is_sign_negative() && !value.is_zero()) {
            return None;
        }
        let mut digits = value.mantissa().unsigned_abs();
        let mut count = 0;
        while digits > 0 {
            digits /= 10;
            count += 1;
        }
        (count <= MAX_DIGITS).then_some(Self(value))
    }

    /// A weight in kilograms, rounded half-up to the five decimals that the field has (N19,5). A hundredth of a gram is finer
    /// than any scale that weighed it, so that no order has to wait for a digit that nobody measured.
    pub fn kilograms(value: Decimal) -> Option<Self> {
        Self::parse(value.round_dp_with_strategy(MAX_FRACTION_DIGITS, RoundingStrategy::MidpointAwayFromZero))
    }

    /// The number.
    pub const fn decimal(self) -> Decimal {
        self.0
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A document's or message's own number: an upper-case RFC 4122 UUID, made once and never changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Guid(Uuid);

impl Guid {
    /// A new random number.
    pub fn random() -> Self {
        Self(Uuid::new_v4())
    }

    /// Stands where there is no number yet; never in a finished document.
    pub(crate) const NOTHING: Self = Self(Uuid::nil());

    /// Reads a number in either case.
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }

    /// Our own number (企业内部编号) of the document that bears this number: its last twenty digits, which are as lasting.
    pub(crate) fn own_no(self) -> Text<'static, 20> {
        let digits: String = self.to_string().chars().filter(char::is_ascii_hexdigit).collect();
        Text::parse(digits[digits.len().saturating_sub(20)..].to_owned()).unwrap_or_default()
    }
}

impl fmt::Display for Guid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = Uuid::encode_buffer();
        f.write_str(self.0.hyphenated().encode_upper(&mut buffer))
    }
}

impl serde::Serialize for Guid {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Guid {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("not a UUID"))
    }
}

/// A moment as customs writes it: `yyyyMMddHHmmss` in Beijing time. Kept to the second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment(Zoned);

impl Moment {
    /// Stands where there is no time yet; never in a finished document.
    pub(crate) fn nothing() -> Self {
        Self::of(Timestamp::UNIX_EPOCH, &ports::clock::beijing())
    }

    /// The moment in Beijing.
    pub fn of(at: Timestamp, beijing: &TimeZone) -> Self {
        Self(at.to_zoned(beijing.clone()))
    }

    /// Reads `yyyyMMddHHmmss`; a time that does not exist is none.
    pub fn parse(text: &str) -> Option<Self> {
        let (day, time) = text.split_at_checked(8)?;
        let Day(date) = Day::parse(day)?;
        let [hour, minute, second] = pairs(time)?;
        let time = Time::new(hour, minute, second, 0).ok()?;
        date.to_datetime(time).to_zoned(ports::clock::beijing()).ok().map(Self)
    }

    /// Whether it is later than another.
    pub fn is_after(&self, other: &Self) -> bool {
        self.0 > other.0
    }

    /// The day it falls on in Beijing.
    pub fn day(&self) -> Day {
        Day(self.0.date())
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, time) = (self.0.date(), self.0.time());
        write!(f, "{}{:02}{:02}{:02}", Day(date), time.hour(), time.minute(), time.second())
    }
}

/// A day as customs writes it: `yyyyMMdd`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(pub Date);

impl Day {
    /// Stands where there is no day yet; never in a finished document.
    pub(crate) const NOTHING: Self = Self(Date::ZERO);

    /// Reads `yyyyMMdd`; a day that does not exist is none.
    pub fn parse(text: &str) -> Option<Self> {
        let [century, year, month, day] = pairs(text)?;
        Date::new(i16::from(century) * 100 + i16::from(year), month, day).ok().map(Self)
    }
}

/// A text of digits, two by two.
fn pairs<const N: usize>(text: &str) -> Option<[i8; N]> {
    if text.len() != 2 * N || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut numbers = [0; N];
    for (number, pair) in numbers.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        *number = pair.iter().fold(0, |sum, digit| sum * 10 + (digit - b'0') as i8);
    }
    Some(numbers)
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}{:02}{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::str::FromStr;

    #[test]
    fn lengths_are_counted_in_characters() {
        assert!(Text::<4>::parse("杭州海关").is_ok());
        assert_eq!(Text::<3>::parse("杭州海关"), Err(TextFault::TooLong(4)));
        assert_eq!(Text::<3>::parse(" \u{3000}\n "), Err(TextFault::Empty));
        assert_eq!(Text::<9>::parse(" a\nb\u{0}c ").unwrap().as_str(), "a b c");
        assert_eq!(Text::<9>::parse("a\u{fffe}b\u{ffff}").unwrap().as_str(), "a b");
        assert_eq!(Text::<2>::cut("杭州海关").unwrap().as_str(), "杭州");
    }

    #[test]
    fn numbers_fit_n19_5_or_are_none() {
        for (text, fits) in [
            ("0", true),
            ("99999999999999.99999", true),
            ("1.100000", true),
            ("0.000001", false),
            ("100000000000000.00001", false),
            ("-1", false),
            ("-0", true),
        ] {
            assert_eq!(Number::parse(Decimal::from_str(text).unwrap()).is_some(), fits, "{text}");
        }
        assert_eq!(Number::parse(Decimal::from_str("200.00").unwrap()).unwrap().to_string(), "200");
    }

    #[test]
    fn weights_are_rounded_half_up_to_the_fifth_decimal() {
        for (text, kilograms) in
            [("0.123455", "0.12346"), ("0.1234549", "0.12345"), ("1.5", "1.5"), ("0.000004", "0")]
        {
            let weight = Number::kilograms(Decimal::from_str(text).unwrap()).unwrap();
            assert_eq!(weight.to_string(), kilograms);
        }
        assert_eq!(Number::kilograms(Decimal::NEGATIVE_ONE), None);
    }

    #[test]
    fn moments_are_beijing_time() {
        let moment = Moment::of(Timestamp::from_second(1_700_000_000).unwrap(), &ports::clock::beijing());
        assert_eq!(moment.to_string(), "20231115061320");
        assert_eq!(moment.day().to_string(), "20231115");
    }

    proptest! {
        #[test]
        fn a_parsed_text_keeps_its_promise(text in "\\PC{0,40}") {
            if let Ok(kept) = Text::<20>::parse(text.as_str()) {
                let length = kept.as_str().chars().count();
                prop_assert!((1..=20).contains(&length));
                let again = Text::<20>::parse(kept.as_str()).unwrap();
                prop_assert_eq!(again.as_str(), kept.as_str());
            }
        }
    }
}
