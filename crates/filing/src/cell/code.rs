//! Codes: digits that are a name, not an amount.

use super::{Cell, decimal_of_float, fold, strip_blanks};

/// Why a cell holds no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeFault {
    /// Text in scientific notation: the last digits are gone for good.
    Scientific,
    /// A number of more digits than a spreadsheet keeps, or with a fraction or sign.
    DigitsLost,
    /// A date, a truth value: not a code.
    Kind,
}

/// The code in a cell, as text: half-width, without any blank inside or around.
///
/// # Errors
/// [`CodeFault`] when the cell's digits cannot be the code's own.
pub fn code(cell: &Cell) -> Result<String, CodeFault> {
    match cell {
        Cell::Text(text) => {
            let text = if text.is_ascii() && !text.bytes().any(|byte| byte <= b' ' || byte == 0x7f) {
                text.clone()
            } else {
                strip_blanks(&fold(text))
            };
            if is_scientific(&text) { Err(CodeFault::Scientific) } else { Ok(text) }
        }
        Cell::Number(number) => whole_digits(*number).ok_or(CodeFault::DigitsLost),
        Cell::Percent(_) | Cell::Bool(_) | Cell::Date(_) | Cell::Error(_) => Err(CodeFault::Kind),
    }
}

/// The digits of a whole number that a spreadsheet keeps in full.
fn whole_digits(number: f64) -> Option<String> {
    /// Every whole number below this has at most 15 digits, all of which a spreadsheet keeps.
    const LIMIT: f64 = 1e15;
    if !(0.0..LIMIT).contains(&number) {
        return None;
    }
    let decimal = decimal_of_float(number)?;
    decimal.is_integer().then(|| decimal.to_string())
}

/// Text such as `6.90732E+12`: how a spreadsheet shows a long number in a narrow column, and what it saves to CSV. A code
/// of digits and one E without point or sign (`12E4`) may be an article number and is left alone.
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let signed = exponent.strip_prefix(['+', '-']);
    let digits = signed.unwrap_or(exponent);
    let has_sign_or_point = signed.is_some() || mantissa.contains('.');
    has_sign_or_point
        && !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !mantissa.is_empty()
        && mantissa.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && mantissa.bytes().filter(|byte| *byte == b'.').count() <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Result<String, CodeFault> {
        code(&Cell::Text(text.into()))
    }

    #[test]
    fn a_number_cell_gives_its_digits() {
        assert_eq!(code(&Cell::Number(6_907_315_161_898.0)), Ok("6907315161898".into()));
        assert_eq!(code(&Cell::Number(1e15)), Err(CodeFault::DigitsLost));
        assert_eq!(code(&Cell::Number(12.5)), Err(CodeFault::DigitsLost));
        assert_eq!(code(&Cell::Number(-3.0)), Err(CodeFault::DigitsLost));
        assert_eq!(code(&Cell::Number(f64::INFINITY)), Err(CodeFault::DigitsLost));
    }

    #[test]
    fn scientific_text_has_lost_its_digits() {
        assert_eq!(text("6.90732E+12"), Err(CodeFault::Scientific));
        assert_eq!(text("7E+12"), Err(CodeFault::Scientific));
        assert_eq!(text("12E4"), Ok("12E4".into()));
        assert_eq!(text("E-12"), Ok("E-12".into()));
    }

    #[test]
    fn blanks_and_full_width_are_cleaned() {
        assert_eq!(text(" 69073 15161898\u{a0}"), Ok("6907315161898".into()));
    }
}
