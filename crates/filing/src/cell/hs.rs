//! Commodity codes as clerks write them.

use super::{Cell, CodeFault, code, fold, strip_blanks};
use crate::hs::{HS_DIGITS, HsCode};

/// Why a cell holds no commodity code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum HsFault {
    /// Something other than digits, such as dots between them.
    Characters,
    /// The wrong number of digits.
    Length(usize),
    /// Thirteen digits: the inspection authorities add three to the commodity code.
    Inspection(HsCode),
    /// There is no such chapter in the tariff: 00 and 77 are not used.
    Chapter,
    /// The cell's digits are not the code's own.
    Code(CodeFault),
}

/// What was mended on the way, or looks odd.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HsNotice {
    /// Blanks inside or around were removed.
    Blanks,
    /// Full-width digits were made half-width.
    FullWidth,
    /// A number cell had lost the leading zero of chapters 01 to 09; it was given back.
    LostZero,
    /// Chapters 98 and 99 are for special uses of customs, not for goods in retail.
    National,
}

/// Digits of an inspection code.
const INSPECTION_DIGITS: usize = 13;

/// The first chapter of those for special uses.
const NATIONAL_CHAPTERS: u8 = 98;

/// Chapters that the Harmonized System does not use (77 is reserved for future use).
const UNUSED_CHAPTERS: [u8; 2] = [0, 77];

/// The commodity code in a cell: ten digits. Blanks are removed with a notice; nine digits of a number cell get the zero
/// back that the spreadsheet has swallowed; all else is refused, since a guessed code means a wrong tax.
///
/// # Errors
/// [`HsFault`] when it is none.
pub fn hs_code(cell: &Cell) -> Result<(HsCode, Vec<HsNotice>), HsFault> {
    let mut notices = Vec::new();
    let digits = match cell {
        Cell::Number(_) => {
            let digits = code(cell).map_err(HsFault::Code)?;
            if digits.len() == HS_DIGITS - 1 {
                notices.push(HsNotice::LostZero);
                format!("0{digits}")
            } else {
                digits
            }
        }
        Cell::Text(text) => {
            let half = fold(text);
            if text.chars().any(|letter| ('\u{FF10}'..='\u{FF19}').contains(&letter)) {
                notices.push(HsNotice::FullWidth);
            }
            let stripped = strip_blanks(&half);
            if stripped.len() != half.len() {
                notices.push(HsNotice::Blanks);
            }
            code(&Cell::Text(stripped)).map_err(HsFault::Code)?
        }
        Cell::Percent(_) | Cell::Bool(_) | Cell::Date(_) | Cell::Error(_) => {
            return Err(HsFault::Code(CodeFault::Kind));
        }
    };
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(HsFault::Characters);
    }
    let Some(hs) = HsCode::parse(&digits) else {
        let first = digits.get(..HS_DIGITS).and_then(HsCode::parse);
        return Err(match (digits.len(), first) {
            (INSPECTION_DIGITS, Some(first)) => HsFault::Inspection(first),
            (length, _) => HsFault::Length(length),
        });
    };
    if UNUSED_CHAPTERS.contains(&hs.chapter()) {
        return Err(HsFault::Chapter);
    }
    if hs.chapter() >= NATIONAL_CHAPTERS {
        notices.push(HsNotice::National);
    }
    Ok((hs, notices))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cell: Cell) -> Result<(String, Vec<HsNotice>), HsFault> {
        hs_code(&cell).map(|(hs, notices)| (hs.to_string(), notices))
    }

    fn text(text: &str) -> Result<(String, Vec<HsNotice>), HsFault> {
        read(Cell::Text(text.into()))
    }

    #[test]
    fn ten_digits_are_taken_without_a_word() {
        assert_eq!(text("3304990039"), Ok(("3304990039".into(), vec![])));
        assert_eq!(read(Cell::Number(3_304_990_039.0)), Ok(("3304990039".into(), vec![])));
    }

    #[test]
    fn blanks_go_with_a_notice() {
        assert_eq!(text(" 3304 990039\u{a0}"), Ok(("3304990039".into(), vec![HsNotice::Blanks])));
        assert_eq!(text("\u{FF13}304990039"), Ok(("3304990039".into(), vec![HsNotice::FullWidth])));
    }

    #[test]
    fn a_number_cell_gets_its_lost_zero_back_and_text_does_not() {
        assert_eq!(read(Cell::Number(402_210_000.0)), Ok(("0402210000".into(), vec![HsNotice::LostZero])));
        assert_eq!(text("402210000"), Err(HsFault::Length(9)));
    }

    #[test]
    fn all_else_is_refused() {
        assert_eq!(text("3304.99.0039"), Err(HsFault::Characters));
        assert_eq!(text("33049900"), Err(HsFault::Length(8)));
        assert_eq!(text("3304990039100"), Err(HsFault::Inspection(HsCode::parse("3304990039").unwrap())));
        assert_eq!(text("3.30499E+09"), Err(HsFault::Code(CodeFault::Scientific)));
        assert_eq!(read(Cell::Number(33_049_900.0)), Err(HsFault::Length(8)));
        assert_eq!(read(Cell::Number(3_304_990_039.5)), Err(HsFault::Code(CodeFault::DigitsLost)));
        assert_eq!(read(Cell::Bool(true)), Err(HsFault::Code(CodeFault::Kind)));
    }

    #[test]
    fn an_unused_chapter_is_refused_and_a_special_one_noticed() {
        assert_eq!(text("7712345678"), Err(HsFault::Chapter));
        assert_eq!(text("0012345678"), Err(HsFault::Chapter));
        assert_eq!(text("9801009000"), Ok(("9801009000".into(), vec![HsNotice::National])));
    }
}
