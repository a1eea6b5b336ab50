//! What a list of parameter codes has in common, whatever its codes stand for: three digits, their text, and the words that
//! people use for them.

use std::collections::HashMap;

/// How many digits a parameter code has.
const DIGITS: usize = 3;
/// Codes run from 000 to 999: lists are indexed by them directly.
const CODES: usize = 1_000;
/// The distance between the full-width letters and digits (U+FF01 to U+FF5E) and their ASCII twins.
const FULL_WIDTH_OFFSET: u32 = 0xFEE0;

/// The digits of a code.
pub(super) type Digits = [u8; DIGITS];

/// A code's digits, when they are digits.
pub(super) fn digits(text: &str) -> Option<Digits> {
    let digits: Digits = text.as_bytes().try_into().ok()?;
    digits.iter().all(u8::is_ascii_digit).then_some(digits)
}

/// One to three digits with the zeros restored that a number cell loses: `35` is `035`.
pub(super) fn padded(word: &str) -> Option<Digits> {
    if word.is_empty() || word.len() > DIGITS {
        return None;
    }
    digits(&format!("{word:0>DIGITS$}"))
}

/// A word as it is looked up: no blanks, no full-width forms, lower case.
pub(super) fn folded(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_whitespace())
        .map(|letter| match letter {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(letter as u32 - FULL_WIDTH_OFFSET).unwrap_or(letter),
            other => other,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

/// The place of a code in a list of all codes.
fn index(digits: Digits) -> usize {
    digits.iter().fold(0, |number, digit| number * 10 + usize::from(digit - b'0'))
}

/// What codes stand for.
#[derive(Debug)]
pub(super) struct List<T> {
    entries: Vec<Option<T>>,
    words: HashMap<String, Digits>,
}

impl<T> Default for List<T> {
    /// A list without a code.
    fn default() -> Self {
        Self { entries: (0..CODES).map(|_| None).collect(), words: HashMap::new() }
    }
}

impl<T> List<T> {
    /// Reads the rows of a table: `row` reads the cells by their places, and gives the code's digits, what it stands for, and its
    /// words. A word that means two codes makes the table unsound.
    pub(super) fn read<const CELLS: usize>(
        table: &'static str,
        row: impl Fn([&str; CELLS]) -> Result<(Digits, T, Vec<&str>), String>,
    ) -> Result<Self, String> {
        let mut list = Self::default();
        for record in csv::Reader::from_reader(table.as_bytes()).records() {
            let record = record.map_err(|error| error.to_string())?;
            let cells = std::array::from_fn(|at| record.get(at).unwrap_or_default());
            let (code, entry, words) = row(cells)?;
            for word in words.into_iter().filter(|word| !word.is_empty()) {
                if list.words.insert(folded(word), code).is_some_and(|other| other != code) {
                    return Err(format!("{word} means two codes"));
                }
            }
            if let Some(place) = list.entries.get_mut(index(code)) {
                *place = Some(entry);
            }
        }
        Ok(list)
    }

    /// What a code stands for, when it is listed.
    pub(super) fn get(&self, digits: Digits) -> Option<&T> {
        self.entries.get(index(digits))?.as_ref()
    }

    /// The code of a folded word.
    pub(super) fn of_word(&self, word: &str) -> Option<Digits> {
        self.words.get(word).copied()
    }

    /// What all listed codes stand for, by code.
    #[cfg(test)]
    pub(super) fn entries(&self) -> impl Iterator<Item = &T> {
        self.entries.iter().flatten()
    }
}

/// The texts of a listed code: its digits are what is shown, stored and read.
macro_rules! code_texts {
    ($code:ident, $list:expr, $what:literal) => {
        impl $code {
            /// The strict parser: the three digits of a listed code.
            pub fn parse(text: &str) -> Option<Self> {
                $crate::codes::list::digits(text).and_then(Self::listed)
            }

            fn listed(digits: $crate::codes::list::Digits) -> Option<Self> {
                $list.get(digits).is_some().then_some(Self(digits))
            }

            /// The three digits.
            pub fn as_str(&self) -> &str {
                std::str::from_utf8(&self.0).unwrap_or_default()
            }
        }

        impl std::fmt::Display for $code {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl TryFrom<String> for $code {
            type Error = String;
            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text).ok_or_else(|| format!(concat!("not a customs ", $what, " code: {}"), text))
            }
        }

        impl From<$code> for String {
            fn from(code: $code) -> Self {
                code.as_str().to_owned()
            }
        }
    };
}
pub(super) use code_texts;
