//! Decimal numbers.

use rust_decimal::Decimal;

use super::{Cell, fold, strip_blanks};

/// Why a cell holds no decimal number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberFault {
    /// Not a number, or one with a unit or a comma that is no thousand separator.
    Form,
    /// A number with more digits than any amount has.
    Range,
}

/// The decimal number in a cell. Text may have thousand separators (`1,234.5`), full-width digits and blanks.
///
/// # Errors
/// [`NumberFault`] when it is none.
pub fn decimal(cell: &Cell) -> Result<Decimal, NumberFault> {
    match cell {
        Cell::Number(number) => decimal_of_float(*number).ok_or(NumberFault::Range),
        Cell::Text(text) => decimal_of_text(text),
        Cell::Bool(_) | Cell::Date(_) | Cell::Error(_) => Err(NumberFault::Form),
    }
}

/// A spreadsheet's number as the clerk sees it: the decimal of 15 digits, as many as a spreadsheet keeps and shows. So
/// 0.1 + 0.2, which the file holds as 0.30000000000000004, is 0.3. No arithmetic touches the double.
pub fn decimal_of_float(number: f64) -> Option<Decimal> {
    if !number.is_finite() {
        return None;
    }
    Some(Decimal::from_scientific(&format!("{number:.14e}")).ok()?.normalize())
}

fn decimal_of_text(text: &str) -> Result<Decimal, NumberFault> {
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
    let plain = without_separators(&clean).ok_or(NumberFault::Form)?;
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

    proptest! {
        #[test]
        fn no_number_stops_the_reader(number in any::<f64>()) {
            let _ = decimal(&Cell::Number(number));
            let _ = Cell::Number(number).shown();
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
