//! Customs parameter codes: units of measure and countries.
//!
//! Both exist only as listed codes. Each has two parsers: `parse` for the wire takes the code and nothing else, `lenient`
//! for a clerk's cell also takes the names people use.

mod country;
mod unit;

pub use self::country::CountryCode;
pub use self::unit::UnitCode;

/// How many digits a parameter code has.
const CODE_DIGITS: usize = 3;

/// Codes run from 000 to 999: lists are indexed by them directly.
const CODES: usize = 1_000;

/// The distance between the full-width letters and digits (U+FF01 to U+FF5E) and their ASCII twins.
const FULL_WIDTH_OFFSET: u32 = 0xFEE0;

/// A code's three digits, when they are digits.
fn three_digits(text: &str) -> Option<[u8; CODE_DIGITS]> {
    let digits: [u8; CODE_DIGITS] = text.as_bytes().try_into().ok()?;
    digits.iter().all(u8::is_ascii_digit).then_some(digits)
}

/// The place of a code in a list of all codes.
fn index(digits: [u8; CODE_DIGITS]) -> usize {
    digits.iter().fold(0, |number, digit| number * 10 + usize::from(digit - b'0'))
}

/// One to three digits with the zeros restored that a number cell loses: `35` is `035`.
fn padded(word: &str) -> Option<[u8; CODE_DIGITS]> {
    if word.is_empty() || word.len() > CODE_DIGITS {
        return None;
    }
    three_digits(&format!("{word:0>CODE_DIGITS$}"))
}

/// A word as it is looked up: no blanks, no full-width forms, lower case.
fn folded(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_whitespace())
        .map(|letter| match letter {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(letter as u32 - FULL_WIDTH_OFFSET).unwrap_or(letter),
            other => other,
        })
        .flat_map(char::to_lowercase)
        .collect()
}
