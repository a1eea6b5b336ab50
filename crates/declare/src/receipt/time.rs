//! When a receipt was given.

use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use serde::{Deserialize, Serialize};

/// Digits of a time to the second; milliseconds are three more.
const SECOND_DIGITS: usize = 14;

/// The time of a receipt (`returnTime`), in Beijing: what stood there, and what it means. Written as 17 digits, by some as
/// 14 and by a few with signs between; the sense of other texts is not known, and they come before all others in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReturnTime(String);

impl ReturnTime {
    /// Keeps what the receipt says.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// What the receipt says.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Date and time in Beijing.
    pub fn at(&self) -> Option<DateTime> {
        let text = self.0.trim();
        if !text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '/' | ':' | '.' | ' ' | 'T')) {
            return None;
        }
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let part = |from: usize, to: usize| digits.get(from..to)?.parse::<i16>().ok();
        let small = |from: usize, to: usize| i8::try_from(part(from, to)?).ok();
        let fraction = digits.get(SECOND_DIGITS..)?;
        if fraction.len() > 9 {
            return None;
        }
        let nanoseconds: i32 = format!("{fraction:0<9}").parse().ok()?;
        let time = Time::new(small(8, 10)?, small(10, 12)?, small(12, SECOND_DIGITS)?, nanoseconds).ok()?;
        let date = jiff::civil::Date::new(part(0, 4)?, small(4, 6)?, small(6, 8)?).ok()?;
        Some(date.to_datetime(time))
    }

    /// The moment.
    pub fn timestamp(&self) -> Option<Timestamp> {
        self.at()?.to_zoned(ports::clock::beijing()).ok().map(|zoned| zoned.timestamp())
    }
}

impl Ord for ReturnTime {
    fn cmp(&self, other: &Self) -> Ordering {
        self.at().cmp(&other.at()).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for ReturnTime {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Option<String> {
        ReturnTime::new(text).at().map(|time| time.to_string())
    }

    #[test]
    fn times_are_read_as_they_are_written() {
        for (text, time) in [
            ("20260101093000123", "2026-01-01T09:30:00.123"),
            ("20260101093000", "2026-01-01T09:30:00"),
            ("2026010109300012", "2026-01-01T09:30:00.12"),
            (" 2026-01-01 09:30:00 ", "2026-01-01T09:30:00"),
            ("2026-01-01T09:30:00.5", "2026-01-01T09:30:00.5"),
        ] {
            assert_eq!(read(text).as_deref(), Some(time));
        }
        for text in ["", "20260101", "20261301093000", "20260101246000", "昨天", "2026010109300012345678901"]
        {
            assert_eq!(read(text), None, "{text}");
        }
        let time = ReturnTime::new("20260101093000").timestamp().unwrap();
        assert_eq!(time.to_string(), "2026-01-01T01:30:00Z");
    }

    #[test]
    fn times_are_ordered_by_what_they_mean() {
        let mut times =
            ["20260101093000001", "20260101093000", "?", "20251231235959999"].map(ReturnTime::new);
        times.sort();
        let texts = times.each_ref().map(ReturnTime::as_str);
        assert_eq!(texts, ["?", "20251231235959999", "20260101093000", "20260101093000001"]);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[0-9:\\-. T]{0,30}") {
            let _ = ReturnTime::new(text).timestamp();
        }
    }
}
