//! Decimal numbers.

use rust_decimal::Decimal;

use super::{Cell, NUMBER_DIGITS, fold, strip_blanks};

/// Why a cell holds no decimal number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberFault {
    /// Not a number, or one with a unit or a comma that is no thousand separator.
    Form,
    /// A number with more digits than any amount has.
    Range,
    /// A percentage.
    Percent,
    /// An amount in another currency than the yuan.
    Currency,
}

/// The decimal number in a cell. Text may have thousand separators (`1,234.5`), full-width digits and blanks.
///
/// # Errors
/// [`NumberFault`] when it is none.
pub fn decimal(cell: &Cell) -> Result<Decimal, NumberFault> {
    match cell {
        Cell::Number(number) => decimal_of_float(*number).ok_or(NumberFault::Range),
        Cell::Text(text) => decimal_of_text(text, false),
        Cell::Percent(_) => Err(NumberFault::Percent),
        Cell::Bool(_) | Cell::Date(_) | Cell::Error(_) => Err(NumberFault::Form),
    }
}

/// The amount in yuan in a cell: as [`decimal`], and text may say that it is yuan (`¥35.5`, `35.5元`, `CNY 35.5`).
///
/// # Errors
/// [`NumberFault`] when it is none, or in another currency.
pub fn yuan(cell: &Cell) -> Result<Decimal, NumberFault> {
    match cell {
        Cell::Text(text) => decimal_of_text(text, true),
        cell => decimal(cell),
    }
}

/// The number that a percentage shows before its sign.
pub(super) fn percent(number: f64) -> Option<Decimal> {
    Some(decimal_of_float(number)?.checked_mul(Decimal::ONE_HUNDRED)?.normalize())
}

/// What stands before or after an amount in yuan.
const YUAN: [&str; 7] = ["¥", "\u{FFE5}", "RMB", "CNY", "人民币", "元", "圆"];
/// Signs of other currencies; a letter code of three beside a number is one as well.
const FOREIGN: [&str; 8] = ["$", "€", "£", "₩", "円", "美元", "日元", "港币"];

/// The number without the sign of the yuan around it.
fn without_yuan(text: &str) -> Result<&str, NumberFault> {
    let mut rest = text;
    let mut foreign = FOREIGN.iter().any(|sign| text.contains(sign));
    for sign in YUAN {
        let found = rest.get(..sign.len()).filter(|found| found.eq_ignore_ascii_case(sign));
        rest = found.map_or(rest, |found| rest.get(found.len()..).unwrap_or(rest));
        let found = rest.len().checked_sub(sign.len()).and_then(|at| rest.get(at..));
        let found = found.filter(|found| found.eq_ignore_ascii_case(sign));
        rest = found.map_or(rest, |found| rest.strip_suffix(found).unwrap_or(rest));
    }
    let letters =
        rest.trim_matches(|letter: char| letter.is_ascii_digit() || matches!(letter, '.' | ',' | '-' | '+'));
    foreign |= letters.len() == 3 && letters.bytes().all(|byte| byte.is_ascii_alphabetic());
    if foreign { Err(NumberFault::Currency) } else { Ok(rest) }
}

/// A spreadsheet's number as the clerk sees it: the decimal of 15 digits, as many as a spreadsheet keeps and shows. So
/// 0.1 + 0.2, which the file holds as 0.30000000000000004, is 0.3. No arithmetic touches the double.
pub fn decimal_of_float(number: f64) -> Option<Decimal> {
    if !number.is_finite() {
        return None;
    }
    // The shortest text that means this double is also its decimal of 15 digits, unless it is longer; and it is quick.
    let shortest = format!("{number:e}");
    let mantissa = shortest.split('e').next().unwrap_or_default();
    if mantissa.bytes().filter(u8::is_ascii_digit).count() <= NUMBER_DIGITS as usize {
        return Some(Decimal::from_scientific(&shortest).ok()?.normalize());
    }
    Some(Decimal::from_scientific(&format!("{number:.14e}")).ok()?.normalize())
}

fn decimal_of_text(text: &str, yuan: bool) -> Result<Decimal, NumberFault> {
    /// More letters than any number here needs; longer text is no number.
    const MAX_LETTERS: usize = 64;
    let clean = if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        text.to_owned()
    } else {
        strip_blanks(&fold(text))
    };
    if clean.is_empty() || clean.len() > MAX_LETTERS {
        return Err(NumberFault::Form);
    }
    if clean.ends_with(['%', '‰']) {
        return Err(NumberFault::Percent);
    }
    let clean = if yuan { without_yuan(&clean)? } else { clean.as_str() };
    let plain = without_separators(clean).ok_or(NumberFault::Form)?;
    let body = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    let (mantissa, exponent) = match body.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (body, None),
    };
    if !is_digits_and_point(mantissa) || !exponent.is_none_or(is_exponent) {
        return Err(NumberFault::Form);
    }
    let plain = plain.strip_prefix('+').unwrap_or(&plain);
    let parsed = match exponent {
        Some(_) => Decimal::from_scientific(plain),
        None => Decimal::from_str_exact(plain),
    };
    parsed.map(|number| number.normalize()).map_err(|_| NumberFault::Range)
}

fn is_digits_and_point(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let points = text.bytes().filter(|byte| *byte == b'.').count();
    digits > 0 && points <= 1 && digits + points == text.len()
}

fn is_exponent(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The number without its thousand separators; nothing when a comma stands anywhere else, since `1,5` may mean 1.5.
fn without_separators(text: &str) -> Option<String> {
    if !text.contains(',') {
        return Some(text.to_owned());
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.contains(',') {
        return None;
    }
    let mut groups = whole.trim_start_matches(['+', '-']).split(',');
    let first = groups.next()?;
    let grouped = (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3);
    grouped.then(|| text.replace(',', ""))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> Result<String, NumberFault> {
        decimal(&Cell::Text(text.into())).map(|number| number.to_string())
    }

    #[test]
    fn a_number_cell_becomes_what_the_clerk_sees() {
        let seen = |number| decimal_of_float(number).map(|decimal| decimal.to_string());
        assert_eq!(seen(0.03).as_deref(), Some("0.03"));
        assert_eq!(seen(0.1 + 0.2).as_deref(), Some("0.3"));
        assert_eq!(seen(1e21).as_deref(), Some("1000000000000000000000"));
        assert_eq!(seen(1.786_949_752_533_4e-15).as_deref(), Some("0.0000000000000017869497525334"));
        assert_eq!(seen(1e300), None);
        assert_eq!(seen(f64::NAN), None);
    }

    #[test]
    fn text_may_have_separators_and_full_width_digits() {
        assert_eq!(text(" 1\u{FF0C}234.50\u{3000}"), Ok("1234.5".into()));
        assert_eq!(text("\u{FF10}.\u{FF15}"), Ok("0.5".into()));
        assert_eq!(text("1E-05"), Ok("0.00001".into()));
        assert_eq!(text("+3"), Ok("3".into()));
    }

    #[test]
    fn anything_else_is_no_number() {
        for wrong in ["1,5", "1,2345", "0.5千克", "1.2.3", "", "-", ".", "1e", "e5", "--3", "1_000", "1e999"]
        {
            assert_eq!(text(wrong), Err(NumberFault::Form), "{wrong}");
        }
        assert_eq!(text("99999999999999999999999999999999999"), Err(NumberFault::Range));
    }

    #[test]
    fn yuan_may_be_said_and_other_currencies_are_refused() {
        let read = |text: &str| yuan(&Cell::Text(text.into())).map(|number| number.to_string());
        for right in
            ["35.5", "¥35.50", "\u{FFE5}35.5", "35.5元", "CNY 35.5", "rmb35.5", "人民币35.5元", "\u{FF13}5.5"]
        {
            assert_eq!(read(right), Ok("35.5".into()), "{right}");
        }
        assert_eq!(read("¥1,234.5"), Ok("1234.5".into()));
        for wrong in ["$35.5", "35.5 USD", "€35", "JPY3500", "35.5美元", "3500円"] {
            assert_eq!(read(wrong), Err(NumberFault::Currency), "{wrong}");
        }
        for wrong in ["元", "¥", "35.5元/盒", "约35"] {
            assert_eq!(read(wrong), Err(NumberFault::Form), "{wrong}");
        }
        assert_eq!(read("35%"), Err(NumberFault::Percent));
        assert_eq!(text("¥35.5"), Err(NumberFault::Form));
        assert_eq!(text("12\u{FF05}"), Err(NumberFault::Percent));
        assert_eq!(decimal(&Cell::Percent(0.25)), Err(NumberFault::Percent));
        assert_eq!(Cell::Percent(0.25).shown(), "25%");
    }

    proptest! {
        #[test]
        fn no_number_stops_the_reader(number in any::<f64>()) {
            let _ = decimal(&Cell::Number(number));
            let _ = Cell::Number(number).shown();
        }

        #[test]
        fn the_short_way_and_the_long_way_agree(number in any::<f64>(), small in -1e9..1e9_f64) {
            for number in [number, small] {
                let long = Decimal::from_scientific(&format!("{number:.14e}")).ok().map(|long| long.normalize());
                let short = decimal_of_float(number);
                // The zeros at the end of the long one take room that a very small number has not.
                prop_assert!(long.is_none() || short == long, "{number}: {short:?} {long:?}");
            }
        }

        #[test]
        fn no_text_stops_the_reader(cell in "\\PC{0,40}|[0-9eE+,.-]{0,40}") {
            let _ = decimal(&Cell::Text(cell));
        }

        #[test]
        fn decimals_of_fifteen_digits_survive_the_double(units in 0_i64..1_000_000_000_000_000, scale in 0_u32..6) {
            let wanted = Decimal::new(units, scale);
            let double: f64 = wanted.to_string().parse().unwrap();
            prop_assert_eq!(decimal_of_float(double), Some(wanted));
        }
    }
}
