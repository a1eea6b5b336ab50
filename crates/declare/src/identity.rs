//! People of an order: identity numbers, telephones, names.
//!
//! These types hold personal data. Their `Debug` shows a masked form, and they have no `Display`: whoever needs the plain
//! text asks for it by name.

use std::fmt;

use jiff::civil::Date;

/// A resident identity number (居民身份证号码, GB 11643-1999): 17 digits and a check character (ISO 7064 MOD 11-2).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct IdNumber(String);

/// Why a text is no identity number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdNumberFault {
    /// Not 18 characters; 15-character numbers have been invalid since 2013.
    Length,
    /// Something other than 17 digits and a digit or `X`.
    Characters,
    /// The first two digits name no province.
    Province,
    /// The birth date does not exist or lies after the declaration.
    BirthDate,
    /// The check character is wrong.
    CheckDigit,
}

const ID_LENGTH: usize = 18;
const MOBILE_LENGTH: usize = 11;
const ID_WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const ID_CHECKS: &[u8; 11] = b"10X98765432";
/// The first two digits: provinces, Taiwan (71, 83), Hong Kong (81), Macao (82).
const PROVINCES: [&str; 35] = [
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42",
    "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82",
    "83",
];

impl IdNumber {
    /// Reads a number: trimmed, full-width characters folded, a small `x` raised. `today` bounds the birth date.
    ///
    /// # Errors
    /// The first reason that makes it none.
    pub fn parse(text: &str, today: Date) -> Result<Self, IdNumberFault> {
        let number: String = text.trim().chars().map(fold_width).map(|c| c.to_ascii_uppercase()).collect();
        if number.chars().count() != ID_LENGTH {
            return Err(IdNumberFault::Length);
        }
        let bytes = number.as_bytes();
        let (digits, check) = bytes.split_at(ID_LENGTH - 1);
        if !digits.iter().all(u8::is_ascii_digit) || !check.iter().all(|c| c.is_ascii_digit() || *c == b'X') {
            return Err(IdNumberFault::Characters);
        }
        if !PROVINCES.contains(&&number[..2]) {
            return Err(IdNumberFault::Province);
        }
        let born = birth_date(&number).ok_or(IdNumberFault::BirthDate)?;
        if born > today {
            return Err(IdNumberFault::BirthDate);
        }
        let sum: u32 =
            digits.iter().zip(ID_WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
        if check != &ID_CHECKS[(sum % 11) as usize..][..1] {
            return Err(IdNumberFault::CheckDigit);
        }
        Ok(Self(number))
    }

    /// The 18 characters, for a document.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

fn birth_date(number: &str) -> Option<Date> {
    let year: i16 = number.get(6..10)?.parse().ok()?;
    let month: i8 = number.get(10..12)?.parse().ok()?;
    let day: i8 = number.get(12..14)?.parse().ok()?;
    Date::new(year, month, day).ok()
}

impl fmt::Debug for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdNumber({})", mask_id(&self.0))
    }
}

/// A buyer's mobile telephone: `1`, a digit from 3, nine digits. Relay numbers (`18412345678-1234`) are for delivery only
/// and are no buyer telephone.
#[derive(Clone, PartialEq, Eq)]
pub struct Mobile(String);

impl Mobile {
    /// Reads a number; a leading `+86`, blanks and hyphens fall away.
    pub fn parse(text: &str) -> Option<Self> {
        let text: String = text.trim().chars().map(fold_width).collect();
        if text.matches('-').count() == 1 && text.split('-').next().is_some_and(|head| head.len() >= 11) {
            // One hyphen behind a whole number is an extension: a relay number.
            return None;
        }
        let mut number: String = text.chars().filter(|c| !matches!(c, ' ' | '-')).collect();
        for prefix in ["+86", "0086", "86"] {
            if let Some(rest) = number.strip_prefix(prefix)
                && rest.len() == 11
            {
                number = rest.to_owned();
                break;
            }
        }
        let bytes = number.as_bytes();
        let fits = bytes.len() == MOBILE_LENGTH
            && bytes.iter().all(u8::is_ascii_digit)
            && bytes[0] == b'1'
            && (b'3'..=b'9').contains(&bytes[1]);
        fits.then_some(Self(number))
    }

    /// The eleven digits, for a document.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Mobile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mobile({})", mask_telephone(&self.0))
    }
}

/// Full-width ASCII (U+FF01 to U+FF5E) and the ideographic blank become their half-width forms.
pub fn fold_width(letter: char) -> char {
    match letter {
        '\u{3000}' => ' ',
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(letter as u32 - 0xFEE0).unwrap_or(letter),
        other => other,
    }
}

/// An identity number for people's eyes: the first four and the last three characters.
pub fn mask_id(number: &str) -> String {
    mask_middle(number, 4, 3, ID_LENGTH)
}

/// A telephone for people's eyes: the first three and the last four digits.
pub fn mask_telephone(number: &str) -> String {
    mask_middle(number, 3, 4, MOBILE_LENGTH)
}

/// Shows the ends. A text shorter than its kind usually is may be something else: of it at most half is shown, or nothing.
fn mask_middle(text: &str, head: usize, tail: usize, usual: usize) -> String {
    let letters: Vec<char> = text.chars().collect();
    let shown = head + tail;
    if letters.len() < usual && letters.len() < 2 * shown {
        return "*".repeat(letters.len());
    }
    let middle = letters.len() - shown;
    letters[..head]
        .iter()
        .copied()
        .chain(std::iter::repeat_n('*', middle))
        .chain(letters[letters.len() - tail..].iter().copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn today() -> Date {
        Date::constant(2026, 11, 22)
    }

    #[test]
    fn numbers_of_nobody_pass() {
        for number in [
            "110101190101010011",
            "310115190402290024",
            "440305190512310038",
            "81000019060715004X",
            "33010619020310007X",
            "33010619020310007x",
            " 110101190101010011 ",
            "１１０１０１１９０１０１０１００１１",
        ] {
            assert!(IdNumber::parse(number, today()).is_ok(), "{number}");
        }
    }

    #[test]
    fn each_fault_is_told_apart() {
        for (number, fault) in [
            ("110101190101010010", IdNumberFault::CheckDigit),
            ("110101190002290011", IdNumberFault::BirthDate),
            ("990101190101010015", IdNumberFault::Province),
            ("110101210101010017", IdNumberFault::BirthDate),
            ("110101190101010", IdNumberFault::Length),
            ("11010119010101001Y", IdNumberFault::Characters),
            ("1101011901010100一", IdNumberFault::Length),
            ("11010119010101001一", IdNumberFault::Characters),
        ] {
            assert_eq!(IdNumber::parse(number, today()), Err(fault), "{number}");
        }
    }

    #[test]
    fn relay_numbers_and_landlines_are_no_buyer_telephone() {
        assert_eq!(
            Mobile::parse("+86 138-0013-8000").map(|m| m.reveal().to_owned()).as_deref(),
            Some("13800138000")
        );
        for text in ["18412345678-1234", "0571-88888888", "12345678901", "1380013800", ""] {
            assert!(Mobile::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn debug_shows_no_person() {
        let id = IdNumber::parse("110101190101010011", today()).unwrap();
        let mobile = Mobile::parse("13800138000").unwrap();
        insta::assert_snapshot!(format!("{id:?} {mobile:?}"), @"IdNumber(1101***********011) Mobile(138****8000)");
    }

    #[test]
    fn masks_hide_the_better_part() {
        let masked =
            [mask_telephone("88888888"), mask_telephone("0571-88888888"), mask_telephone("16900007771")];
        assert_eq!(masked, ["********", "057******8888", "169****7771"]);
        assert_eq!([mask_id("33010612"), mask_id("330106020304777")], ["********", "3301********777"]);
        // A telephone in the field of the identity number is hidden whole.
        assert_eq!(mask_id("16900007771"), "***********");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC*") {
            let _ = IdNumber::parse(&text, today());
            let _ = Mobile::parse(&text);
            let hidden = |masked: String| masked.chars().filter(|c| *c == '*').count();
            let length = text.chars().count();
            if length < MOBILE_LENGTH {
                prop_assert!(2 * hidden(mask_id(&text)) >= length);
                prop_assert!(2 * hidden(mask_telephone(&text)) >= length);
            }
        }

        #[test]
        fn a_single_wrong_digit_never_passes(place in 0usize..17, step in 1u8..10) {
            let mut bytes = *b"440305190512310038";
            bytes[place] = b'0' + (bytes[place] - b'0' + step) % 10;
            let text = std::str::from_utf8(&bytes).unwrap();
            prop_assert!(IdNumber::parse(text, today()).is_err());
        }
    }
}
