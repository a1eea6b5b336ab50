//! What the cells of a tariff table may hold.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::super::{Measure, OwnMeasure};
use crate::cell::{Cell, decimal, fold, strip_blanks};

/// What clerks write for "there is none".
const NONE: [&str; 5] = ["无", "没有", "-", "--", "/"];
/// What they write for "until further notice".
const OPEN: [&str; 4] = ["长期", "长期有效", "至今", "9999-12-31"];

/// The cell's text without blanks, half-width; nothing when it says that there is none.
pub(super) fn said(cell: &Cell) -> Option<String> {
    let text = strip_blanks(&fold(&cell.shown()));
    (!text.is_empty() && !NONE.contains(&text.as_str())).then_some(text)
}

/// A rate as a share of one: `13%`, or a number below 1. In a column of per cents a plain number from 1 on is per cent. All
/// else could mean two things.
pub(super) fn rate(cell: &Cell, percent: bool) -> Option<Decimal> {
    let hundredth = Decimal::new(1, 2);
    let text = strip_blanks(&fold(&cell.shown()));
    let rate = match text.strip_suffix('%') {
        Some(number) => decimal(&Cell::Text(number.to_owned())).ok()?.checked_mul(hundredth)?,
        None => {
            let number = decimal(cell).ok()?;
            let is_share = number < Decimal::ONE;
            match (percent, is_share) {
                _ if number.is_zero() => number,
                (false, true) => number,
                (true, false) => number.checked_mul(hundredth)?,
                (true, true) | (false, false) => return None,
            }
        }
    };
    (Decimal::ZERO..=Decimal::ONE).contains(&rate).then(|| rate.normalize())
}

/// A day: `2026-01-01`, `2026/1/1`, `2026.1.1`, `2026年1月1日`, `20260101`.
pub(super) fn date(text: &str) -> Option<Date> {
    let day = text.split_once(['T']).map_or(text, |(day, _)| day);
    let parts: Vec<&str> =
        day.split(['-', '/', '.', '年', '月', '日']).filter(|part| !part.is_empty()).collect();
    let whole = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let (year, month, day) = match parts.as_slice() {
        [year, month, day] if year.len() == 4 && parts.iter().all(|part| whole(part)) => {
            (*year, *month, *day)
        }
        [digits] if digits.len() == 8 && whole(digits) => {
            (digits.get(..4)?, digits.get(4..6)?, digits.get(6..)?)
        }
        _ => return None,
    };
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// A last day; the inner nothing is "until further notice".
pub(super) fn last_day(text: &str) -> Option<Option<Date>> {
    if OPEN.contains(&text) { Some(None) } else { date(text).map(Some) }
}

/// How a threshold is counted.
pub(super) fn measure(text: &str) -> Option<OwnMeasure> {
    Some(match text.to_lowercase().as_str() {
        "content" | "按克" | "按毫升" | "按克或毫升" | "克" | "毫升" | "元/克" | "元/毫升"
        | "元/毫升(克)" => OwnMeasure::By(Measure::Content),
        "piece" | "按片" | "按张" | "按片或张" | "片" | "张" | "元/片" | "元/片(张)" => {
            OwnMeasure::By(Measure::Piece)
        }
        "none" | "0" => OwnMeasure::None,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn a_rate_is_a_share_or_says_per_cent() {
        let read = |cell: Cell, percent| rate(&cell, percent).map(|rate| rate.to_string());
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(read(text("13%"), false), some("0.13"));
        assert_eq!(read(text(" 6.5\u{FF05}"), true), some("0.065"));
        assert_eq!(read(text("0.13"), false), some("0.13"));
        assert_eq!(read(Cell::Number(0.13), false), some("0.13"));
        assert_eq!(read(text("13"), true), some("0.13"));
        assert_eq!(read(Cell::Number(1.0), true), some("0.01"));
        assert_eq!(read(text("0"), true), some("0"));
        for (wrong, percent) in
            [("13", false), ("1", false), ("0.13", true), ("-1%", false), ("101%", false), ("x", true)]
        {
            assert_eq!(read(text(wrong), percent), None, "{wrong}");
        }
    }

    #[test]
    fn days_come_in_every_usual_form() {
        let day = Some(jiff::civil::date(2026, 1, 31));
        for right in
            ["2026-01-31", "2026/1/31", "2026.1.31", "2026年1月31日", "20260131", "2026-01-31T00:00:00"]
        {
            assert_eq!(date(right), day, "{right}");
        }
        for wrong in ["2026-02-30", "31/1/2026", "2026", "46053", "2026-1", ""] {
            assert_eq!(date(wrong), None, "{wrong}");
        }
        assert_eq!(last_day("长期"), Some(None));
    }
}
