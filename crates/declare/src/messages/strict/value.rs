//! Values in the very form in which they are written.

use filing::hs::HsCode;
use ports::fault::{Fault, Place, Text as Words};

use crate::documents::field::MAX_FRACTION_DIGITS;
use crate::documents::{Day, Guid, Moment, Number, Personal, Standing, Submission, Text, TradeMode};
use crate::messages::{faults, reading};

/// The largest number of a line: the schema's `xs:int`.
const MAX_INTEGER: u32 = i32::MAX as u32;

const GUID: Words = Words { zh: "大写的36位UUID", en: "a UUID of 36 characters in capitals" };
const MOMENT: Words = Words { zh: "yyyyMMddHHmmss 形式的时间", en: "a time, yyyyMMddHHmmss" };
const DAY: Words = Words { zh: "yyyyMMdd 形式的日期", en: "a day, yyyyMMdd" };
const INTEGER: Words = Words { zh: "整数", en: "a whole number" };
const HS_CODE: Words = Words { zh: "10位商品编码", en: "a commodity code of 10 digits" };
const SUBMISSION: Words = Words { zh: "1、2 或 3", en: "1, 2 or 3" };
const STANDING: Words = Words { zh: "1 或 2", en: "1 or 2" };
const TRADE_MODE: Words = Words { zh: "1210 或 9610", en: "1210 or 9610" };

/// A value of a field.
pub(in crate::messages) trait Value<'a>: Sized {
    /// Reads it; nothing when it would have been written otherwise.
    fn read(text: &'a str) -> Option<Self>;
    /// Why a text is none. What it says may be about a person and is not repeated.
    fn refuse(field: &str, at: Place) -> Fault;
}

/// A value that something can stand for where it is missing or wrong.
pub(in crate::messages) trait StandIn {
    /// What stands there; it never leaves the reading.
    fn nothing() -> Self;
}

fn refuse(field: &str, at: Place, expected: Words) -> Fault {
    faults::VALUE.at(at).with("field", field).with_words("expected", expected)
}

impl<'a, const MAX: usize> Value<'a> for Text<'a, MAX> {
    fn read(text: &'a str) -> Option<Self> {
        Text::parse(text).ok().filter(|kept| kept.as_str() == text)
    }
    fn refuse(field: &str, at: Place) -> Fault {
        faults::TEXT.at(at).with("field", field).with("min", 1).with("max", MAX)
    }
}

impl<const MAX: usize> StandIn for Text<'_, MAX> {
    fn nothing() -> Self {
        Self::NOTHING
    }
}

impl<'a, const MAX: usize> Value<'a> for Personal<'a, MAX> {
    fn read(text: &'a str) -> Option<Self> {
        Text::read(text).map(Self)
    }
    fn refuse(field: &str, at: Place) -> Fault {
        Text::<MAX>::refuse(field, at)
    }
}

impl<const MAX: usize> StandIn for Personal<'_, MAX> {
    fn nothing() -> Self {
        Self(Text::NOTHING)
    }
}

impl Value<'_> for Number {
    fn read(text: &str) -> Option<Self> {
        // More digits behind the point than the field has are refused before anything rounds them.
        let fraction = text.split_once('.').map_or(0, |(_, after)| after.len());
        let value = reading::decimal(text).filter(|_| fraction <= MAX_FRACTION_DIGITS as usize)?;
        as_written(Self::parse(value)?, text)
    }
    fn refuse(field: &str, at: Place) -> Fault {
        faults::NUMBER.at(at).with("field", field)
    }
}

impl StandIn for Number {
    fn nothing() -> Self {
        Self::ZERO
    }
}

/// A value if this is the way it is written.
fn as_written<T: std::fmt::Display>(value: T, text: &str) -> Option<T> {
    (value.to_string() == text).then_some(value)
}

/// Values that are written as their `Display` has it.
macro_rules! displayed {
    ($($type:ty, $parse:expr, $nothing:expr, $expected:expr;)+) => {$(
        impl Value<'_> for $type {
            fn read(text: &str) -> Option<Self> {
                as_written(($parse)(text)?, text)
            }
            fn refuse(field: &str, at: Place) -> Fault {
                refuse(field, at, $expected)
            }
        }
        impl StandIn for $type {
            fn nothing() -> Self {
                $nothing
            }
        }
    )+};
}

displayed! {
    Guid, Guid::parse, Guid::NOTHING, GUID;
    Moment, Moment::parse, Moment::nothing(), MOMENT;
    Day, Day::parse, Day::NOTHING, DAY;
    u32, |text: &str| text.parse().ok().filter(|number| *number <= MAX_INTEGER), 0, INTEGER;
}

/// Values of a few words.
macro_rules! coded {
    ($($type:ty, $all:expr, $nothing:expr, $expected:expr;)+) => {$(
        impl Value<'_> for $type {
            fn read(text: &str) -> Option<Self> {
                $all.into_iter().find(|value| value.code() == text)
            }
            fn refuse(field: &str, at: Place) -> Fault {
                refuse(field, at, $expected)
            }
        }
        impl StandIn for $type {
            fn nothing() -> Self {
                $nothing
            }
        }
    )+};
}

coded! {
    Submission, Submission::ALL, Self::New, SUBMISSION;
    Standing, [Self::Saved, Self::Declared], Self::Saved, STANDING;
    TradeMode, [Self::Bonded, Self::Direct], Self::Bonded, TRADE_MODE;
}

impl Value<'_> for HsCode {
    fn read(text: &str) -> Option<Self> {
        Self::parse(text)
    }
    fn refuse(field: &str, at: Place) -> Fault {
        refuse(field, at, HS_CODE)
    }
}
