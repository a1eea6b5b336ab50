//! Blanks, full-width letters, invisible characters.

/// Whether a character shows nothing: white space of any kind (no-break and full-width blanks among them), the zero-width
/// characters that web pages and chat programs leave behind in copied text, and the byte order mark.
pub fn is_blank(letter: char) -> bool {
    letter.is_whitespace() || is_invisible(letter)
}

fn is_invisible(letter: char) -> bool {
    matches!(letter, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}')
}

/// Full-width letters, digits and signs (U+FF01 to U+FF5E) as their half-width twins.
pub fn fold(text: &str) -> String {
    text.chars().map(fold_letter).collect()
}

fn fold_letter(letter: char) -> char {
    /// How far the full-width forms lie above ASCII.
    const WIDTH_OFFSET: u32 = 0xFEE0;
    match letter {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(letter) - WIDTH_OFFSET).unwrap_or(letter),
        '\u{3000}' => ' ',
        other => other,
    }
}

/// The text without any blank, inside or around.
pub fn strip_blanks(text: &str) -> String {
    text.chars().filter(|letter| !is_blank(*letter)).collect()
}

/// The text as one line: invisible characters dropped, line breaks and tabs turned into a blank, blanks around cut off.
/// Full-width signs stay: a name must equal the registered one to the bracket.
///
/// Nothing when a control character is left that no XML message could carry.
pub fn line(text: &str) -> Option<String> {
    if is_plain(text) {
        return Some(text.trim().to_owned());
    }
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\r' => {}
            '\n' | '\t' | '\u{00A0}' | '\u{2028}' | '\u{2029}' => {
                if !out.ends_with(' ') {
                    out.push(' ');
                }
            }
            invisible if is_invisible(invisible) => {}
            control if control.is_control() || matches!(control, '\u{FFFE}' | '\u{FFFF}') => return None,
            other => out.push(other),
        }
    }
    Some(out.trim().to_owned())
}

/// Whether the text is made of nothing that [`line`] would touch, which is nearly always so.
fn is_plain(text: &str) -> bool {
    text.chars().all(|letter| {
        matches!(letter, ' '..='~' | '\u{3001}'..='\u{9FFF}' | '\u{FF01}'..='\u{FF5E}' | '\u{00C0}'..='\u{024F}')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_becomes_half_width() {
        assert_eq!(fold("\u{FF28}\u{FF33}编码\u{FF08}\u{FF13}3\u{FF09}"), "HS编码(33)");
    }

    #[test]
    fn invisible_characters_are_blanks() {
        assert_eq!(strip_blanks(" 33\u{a0}04\u{200b}99\u{feff}0039\u{3000}"), "3304990039");
    }

    #[test]
    fn a_name_keeps_its_full_width_brackets_and_becomes_one_line() {
        assert_eq!(
            line(" 面膜\u{FF08}10片\u{FF09}\r\n补水\u{200b} ").as_deref(),
            Some("面膜\u{FF08}10片\u{FF09} 补水")
        );
        assert_eq!(line("a\u{7}b"), None);
    }
}
