//! The two forms in which nearly every cell and every shared text is written, read straight from the bytes.
//!
//! A sheet of a million filings has twenty-two million cells of five XML events each. Nine tenths of them look like
//! `<c r="B7" s="1" t="s"><v>12</v></c>`. Whatever looks different in any way, or is cut off where the bytes at hand end, is
//! left to the XML reader; the tests read files both ways.

use super::cells::place;

/// A cell with a number or a shared text, and nothing else.
#[derive(Debug, PartialEq)]
pub(super) struct Plain {
    /// Counted from 0, when the cell says it.
    pub(super) column: Option<usize>,
    /// Counted from 1, when the cell says it.
    pub(super) row: Option<u32>,
    pub(super) style: usize,
    pub(super) value: Value,
}

#[derive(Debug, PartialEq)]
pub(super) enum Value {
    /// The number of a shared text.
    Shared(u32),
    Number(f64),
}

/// A plain cell at the beginning of the bytes, and how many it takes.
#[inline]
pub(super) fn cell(bytes: &[u8]) -> Option<(Plain, usize)> {
    let mut rest = bytes.strip_prefix(b"<c")?;
    let (mut at, mut style, mut shared) = (None, 0, false);
    while let Some(attribute) = rest.strip_prefix(b" ") {
        let (name, value) = attribute.split_first_chunk::<3>()?;
        let end = value.iter().take(MAX_ATTRIBUTE).position(|byte| *byte == b'"')?;
        let (value, behind) = value.split_at_checked(end)?;
        match (name, value) {
            (b"r=\"", reference) => at = Some(place(std::str::from_utf8(reference).ok()?)?),
            (b"s=\"", number) => style = usize::try_from(digits(number)?).ok()?,
            (b"t=\"", b"s") => shared = true,
            (b"t=\"", b"n") => shared = false,
            _ => return None,
        }
        rest = behind.get(1..)?;
    }
    let value = rest.strip_prefix(b"><v>")?;
    let end = value.iter().take(MAX_NUMBER).position(|byte| *byte == b'<')?;
    let (value, behind) = value.split_at_checked(end)?;
    let behind = behind.strip_prefix(b"</v></c>")?;
    let value = if shared {
        Value::Shared(digits(value)?)
    } else {
        Value::Number(std::str::from_utf8(value).ok()?.parse().ok()?)
    };
    let (column, row) = at.unzip();
    Some((Plain { column, row, style, value }, bytes.len() - behind.len()))
}

/// The text of `<si><t>…</t></si>` at the beginning of the bytes, when nothing in it is escaped, and how many it takes.
#[inline]
pub(super) fn shared_text(bytes: &[u8]) -> Option<(&str, usize)> {
    let (text, kept) = match bytes.strip_prefix(b"<si><t>") {
        Some(text) => (text, false),
        None => (bytes.strip_prefix(b"<si><t xml:space=\"preserve\">")?, true),
    };
    let end = memchr::memchr3(b'<', b'&', b'\r', text)?;
    let (text, behind) = text.split_at_checked(end)?;
    let behind = behind.strip_prefix(b"</t></si>")?;
    let text = std::str::from_utf8(text).ok()?;
    let edge = |byte: Option<&u8>| byte.is_some_and(|byte| matches!(byte, b' ' | b'\t' | b'\n'));
    let trimmed = !kept && (edge(text.as_bytes().first()) || edge(text.as_bytes().last()));
    let plain = !trimmed && text.len() <= super::super::MAX_CELL_LETTERS && !text.contains("_x");
    plain.then_some((text, bytes.len() - behind.len()))
}

/// Bytes of an attribute of a plain cell: `XFD1048576`.
const MAX_ATTRIBUTE: usize = 16;
/// Bytes of a number: a double has 17 digits, a point, a sign and an exponent.
const MAX_NUMBER: usize = 32;

/// A whole number of digits only.
fn digits(bytes: &[u8]) -> Option<u32> {
    if bytes.is_empty() {
        return None;
    }
    bytes.iter().try_fold(0_u32, |number, byte| {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 { None } else { number.checked_mul(10)?.checked_add(u32::from(digit)) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_cells_are_read_and_all_others_left() {
        let read = |text: &str| cell(text.as_bytes()).map(|(plain, bytes)| (plain, text[bytes..].to_owned()));
        let (plain, rest) = read("<c r=\"B7\" s=\"3\" t=\"s\"><v>12</v></c><c>").unwrap();
        assert_eq!(plain, Plain { column: Some(1), row: Some(7), style: 3, value: Value::Shared(12) });
        assert_eq!(rest, "<c>");
        let (plain, _) = read("<c><v>-1.5E-3</v></c>").unwrap();
        assert_eq!(plain, Plain { column: None, row: None, style: 0, value: Value::Number(-0.0015) });
        for other in [
            "<c r=\"B7\"/>",
            "<c r=\"B7\"><f>1</f><v>1</v></c>",
            "<c r=\"B7\" t=\"str\"><v>1</v></c>",
            "<c r=\"B7\" t=\"s\"><v>-1</v></c>",
            "<c r=\"B7\" t=\"s\"><v>1</v></c",
            "<c r=\"7\"><v>1</v></c>",
            "<c r=\"B7\"><v>1</v><x/></c>",
            "<c r=\"B7\" t=\"s\"><v>99999999999</v></c>",
            "<c r=\"B7\"><v> </v></c>",
            "<col/>",
            "<c r='B7'><v>1</v></c>",
            "<c r=",
            "",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }

    #[test]
    fn plain_texts_are_read_and_all_others_left() {
        assert_eq!(shared_text("<si><t>面膜</t></si>x".as_bytes()), Some(("面膜", 22)));
        assert_eq!(shared_text(b"<si><t xml:space=\"preserve\"> a </t></si>"), Some((" a ", 40)));
        for other in [
            "<si><t> a</t></si>",
            "<si><t>a\n</t></si>",
            "<si><t>a&amp;b</t></si>",
            "<si><t>a_x000D_</t></si>",
            "<si><t>a\rb</t></si>",
            "<si><r><t>a</t></r></si>",
            "<si><t>a</t><rPh/></si>",
            "<si><t>a</t></s",
        ] {
            assert_eq!(shared_text(other.as_bytes()), None, "{other}");
        }
        assert_eq!(shared_text(b"<si><t>\xFF</t></si>"), None);
    }
}
