//! When a receipt was given.

use std::cmp::Ordering;

use jiff::Timestamp;
use jiff::civil::{DateTime, Time};
use serde::{Deserialize, Serialize};

/// Digits of a time to the second; milliseconds are three more.
const SECOND_DIGITS: usize = 14;
/// Digits of a time as nearly all receipts have it.
const USUAL_DIGITS: usize = 17;

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

/// Whether a text is 17 digits that are a time for certain: of such, the order of texts is that of times.
fn is_usual(text: &str) -> bool {
    let within = |from: usize, low: &str, high: &str| {
        text.get(from..from + 2).is_some_and(|part| (low..=high).contains(&part))
    };
    text.len() == USUAL_DIGITS
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && within(4, "01", "12")
        // Every month has so many days.
        && within(6, "01", "28")
        && within(8, "00", "23")
        && within(10, "00", "59")
        && within(12, "00", "59")
}

impl Ord for ReturnTime {
    fn cmp(&self, other: &Self) -> Ordering {
        // Two of 17 digits, as nearly all are, stand in the order of their texts.
        if is_usual(&self.0) && is_usual(&other.0) {
            return self.0.cmp(&other.0);
        }
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
        fn the_quick_order_is_the_order_of_times(
            one in "20260[0-2][0-3][0-9][0-2][0-9][0-6][0-9][0-6][0-9]{4}",
            other in "20260[0-2][0-3][0-9][0-2][0-9][0-6][0-9][0-6][0-9]{4}",
        ) {
            let [one, other] = [one, other].map(ReturnTime::new);
            let slow = one.at().cmp(&other.at()).then_with(|| one.0.cmp(&other.0));
            prop_assert_eq!(one.cmp(&other), slow);
            prop_assert!(!is_usual(&one.0) || one.at().is_some());
        }

        #[test]
        fn no_text_panics(text in "[0-9:\\-. T]{0,30}") {
            let _ = ReturnTime::new(text).timestamp();
        }
    }
}
