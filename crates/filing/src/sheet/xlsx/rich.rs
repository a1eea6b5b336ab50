//! Texts as Excel writes them: in pieces of one look each, with reading aids, and with escapes of its own.

use std::io::BufRead;

use ports::fault::Fault;
use quick_xml::events::Event;

use crate::sheet::xml::{Xml, malformed};

/// The text of `<si>` or `<is>`: that of `<t>`, also inside `<r>`, but not the reading aids in `<rPh>`. Its start was read.
pub(super) fn rich_text<R: BufRead>(
    xml: &mut Xml<R>,
    closing: &str,
    into: &mut String,
) -> Result<(), Box<Fault>> {
    let mut piece = String::new();
    loop {
        match xml.next()? {
            Event::Start(element) => match element.local_name().as_ref() {
                "t" => {
                    let kept = element.attributes_raw().contains("preserve");
                    piece.clear();
                    xml.text(&mut piece)?;
                    let text =
                        if kept { piece.as_str() } else { piece.trim_matches([' ', '\t', '\r', '\n']) };
                    into.push_str(&unescaped(text));
                }
                "rPh" => xml.skip()?,
                _ => {}
            },
            Event::End(element) if element.local_name().as_ref() == closing => return Ok(()),
            Event::Eof => return Err(malformed("a text breaks off")),
            _ => {}
        }
    }
}

/// Excel writes characters that XML cannot carry as `_x000D_`, in units of UTF-16.
pub(super) fn unescaped(text: &str) -> std::borrow::Cow<'_, str> {
    const MARK: &str = "_x";
    const UNIT_BYTES: usize = "_x000D_".len();
    if !text.contains(MARK) {
        return text.into();
    }
    let unit = |text: &str| {
        let body = text.get(..UNIT_BYTES)?.strip_prefix(MARK)?.strip_suffix('_')?;
        body.bytes()
            .all(|byte| byte.is_ascii_hexdigit())
            .then(|| u16::from_str_radix(body, 16).ok())
            .flatten()
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(MARK) {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let mut units = Vec::new();
        rest = from;
        while let Some(found) = unit(rest) {
            units.push(found);
            rest = rest.get(UNIT_BYTES..).unwrap_or_default();
        }
        if units.is_empty() {
            out.push_str(MARK);
            rest = rest.get(MARK.len()..).unwrap_or_default();
        }
        out.extend(char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)));
    }
    out.push_str(rest);
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_of_excel_are_undone() {
        assert_eq!(unescaped("a_x000D_\nb"), "a\r\nb");
        assert_eq!(unescaped("_x005F_x000D_"), "_x000D_");
        assert_eq!(unescaped("_xD83D__xDCF7_!"), "\u{1F4F7}!");
        assert_eq!(unescaped("_xD83D_"), "\u{FFFD}");
        for plain in ["_x", "a_xyz", "_x12_", "_x+123_", "面膜_x面膜面_"] {
            assert_eq!(unescaped(plain), plain);
        }
    }
}
