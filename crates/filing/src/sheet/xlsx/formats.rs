//! What the number format of a cell makes of its number: nothing, a date, or a percentage.

use std::collections::HashMap;
use std::io::BufRead;

use ports::fault::Fault;
use quick_xml::events::Event;

use crate::sheet::bounds::STYLES;
use crate::sheet::xml::{Xml, attribute};

/// What a number is shown as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::sheet) enum Shown {
    /// A number.
    #[default]
    Number,
    /// A date or time of day.
    Date,
    /// A percentage.
    Percent,
}

/// The formats of a workbook's cells by their number.
#[derive(Default)]
pub(super) struct Formats {
    cells: Vec<Shown>,
}

impl Formats {
    /// What a cell with this format number shows; unknown ones are plain.
    pub(super) fn get(&self, style: usize) -> Shown {
        self.cells.get(style).copied().unwrap_or_default()
    }

    /// Reads `xl/styles.xml`.
    pub(super) fn read<R: BufRead>(xml: &mut Xml<R>) -> Result<Self, Box<Fault>> {
        let mut own: HashMap<u32, Shown> = HashMap::new();
        let mut cells = Vec::new();
        let mut in_cells = false;
        loop {
            match xml.next()? {
                Event::Start(element) | Event::Empty(element) => match element.local_name().as_ref() {
                    "numFmt" => {
                        let id = attribute(&element, "numFmtId")?.and_then(|id| id.parse().ok());
                        let code = attribute(&element, "formatCode")?;
                        if let (Some(id), Some(code)) = (id, code) {
                            STYLES.check(own.len() as u64 + 1)?;
                            own.insert(id, of_code(&code));
                        }
                    }
                    "cellXfs" => in_cells = true,
                    "xf" if in_cells => {
                        STYLES.check(cells.len() as u64 + 1)?;
                        let id = attribute(&element, "numFmtId")?.and_then(|id| id.parse().ok()).unwrap_or(0);
                        cells.push(own.get(&id).copied().unwrap_or_else(|| of_builtin(id)));
                    }
                    _ => {}
                },
                Event::End(element) if element.local_name().as_ref() == "cellXfs" => {
                    return Ok(Self { cells });
                }
                Event::Eof => return Ok(Self { cells }),
                _ => {}
            }
        }
    }
}

/// The formats that every Excel has (ECMA-376 part 1, 18.8.30); 27 to 36 and 50 to 58 are dates in East Asian versions.
fn of_builtin(id: u32) -> Shown {
    match id {
        9 | 10 => Shown::Percent,
        14..=22 | 27..=36 | 45..=47 | 50..=58 => Shown::Date,
        _ => Shown::Number,
    }
}

/// What a format code shows a positive number as. Quoted words, escaped letters and bracketed colours are no part of it,
/// though `[h]` counts hours.
pub(in crate::sheet) fn of_code(code: &str) -> Shown {
    if code.eq_ignore_ascii_case("general") {
        return Shown::Number;
    }
    let mut letters = code.chars();
    let mut shown = Shown::Number;
    while let Some(letter) = letters.next() {
        match letter {
            ';' => break,
            '"' => drop(letters.by_ref().find(|letter| *letter == '"')),
            '\\' | '_' | '*' => drop(letters.next()),
            '[' => {
                let inside: String = letters.by_ref().take_while(|letter| *letter != ']').collect();
                let elapsed =
                    inside.bytes().all(|byte| matches!(byte.to_ascii_lowercase(), b'h' | b'm' | b's'));
                if elapsed && !inside.is_empty() {
                    return Shown::Date;
                }
            }
            'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' => return Shown::Date,
            '%' => shown = Shown::Percent,
            _ => {}
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn format_codes_tell_dates_and_percentages() {
        for code in ["yyyy-mm-dd", "[$-804]yyyy\"年\"m\"月\"", "h:mm AM/PM", "[h]:mm", "m/d", "[DBNum1]yyyy"]
        {
            assert_eq!(of_code(code), Shown::Date, "{code}");
        }
        for code in ["0%", "0.00%;[Red]-0.00%", "[Red]0%"] {
            assert_eq!(of_code(code), Shown::Percent, "{code}");
        }
        for code in [
            "General",
            "GENERAL",
            "0.00",
            "@",
            "0\"days\"",
            "0\\d",
            "_-* #,##0.00",
            "[Red]0",
            "0.00E+00",
            "¥#,##0.00",
            "#,##0\\ [$₽-46D]",
            "\"套装\"0",
            "0;yyyy",
        ] {
            assert_eq!(of_code(code), Shown::Number, "{code}");
        }
    }
}
