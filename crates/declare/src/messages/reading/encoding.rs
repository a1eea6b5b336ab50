//! From bytes to text.
//!
//! What the declaration says counts unless the bytes contradict it: Chinese text in GB18030 is hardly ever valid UTF-8 by
//! chance, and UTF-8 is hardly ever complete GB18030. A text that begins as UTF-8 and breaks later is damaged, not Chinese
//! in another encoding.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, GBK, UTF_8, UTF_16BE, UTF_16LE};
use ports::fault::Fault;

use super::{MAX_BYTES, at, line_of};
use crate::messages::faults;

/// How far into a file its XML declaration is looked for, in bytes.
const DECLARATION_BYTES: usize = 256;
/// From here on a character takes three bytes in UTF-8: Chinese and all else beyond the alphabets of Europe and the Near
/// East. Two GB18030 bytes often look like a shorter sequence.
const FIRST_OF_THREE_BYTES: char = '\u{800}';

/// A text and what is to be said of its encoding.
#[derive(Debug, Clone)]
pub struct Decoded<'b> {
    /// The text, without its byte order mark.
    pub text: Cow<'b, str>,
    /// That it is not in UTF-8, or not in the encoding it declares.
    pub remark: Option<Fault>,
}

/// Reads bytes as the text they are meant to be.
///
/// # Errors
/// One fault: too many bytes, an encoding that is not read, or bytes that are no text in it.
pub fn decode(bytes: &[u8]) -> Result<Decoded<'_>, Box<Fault>> {
    if bytes.len() > MAX_BYTES {
        return Err(faults::TOO_LONG.fault().with("limit", MAX_BYTES).into());
    }
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let text = whole(encoding, bytes.get(mark..).unwrap_or_default())?;
        let remark = (encoding != UTF_8).then(|| faults::NOT_UTF8.fault().with("found", encoding.name()));
        return Ok(Decoded { text, remark });
    }
    let declared = declared(bytes);
    let label = declared.unwrap_or("UTF-8");
    let wanted = match Encoding::for_label(label.as_bytes()) {
        Some(encoding) if encoding == UTF_8 => UTF_8,
        Some(encoding) if encoding == GBK || encoding == GB18030 => GB18030,
        // It would not have been readable up to here.
        Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => UTF_8,
        _ => return Err(faults::ENCODING.at(at(1)).with("declared", label).into()),
    };
    let found = actual(bytes, wanted);
    let text = whole(found, bytes)?;
    // One in neither case is a slip, or a byte that was changed: a signature does not cover the declaration.
    let remark = if found == wanted && (found != UTF_8 || matches!(label, "UTF-8" | "utf-8")) {
        (found != UTF_8).then(|| faults::NOT_UTF8.fault().with("found", label))
    } else {
        let fault = faults::ENCODING_DIFFERS.at(at(1)).with("declared", label);
        Some(fault.with("found", found.name().to_ascii_uppercase()))
    };
    // Where every byte is ASCII all of them are the same.
    let remark = remark.filter(|_| !text.is_ascii() || wanted == UTF_8 && found == UTF_8);
    Ok(Decoded { text, remark })
}

/// The encoding that the bytes are in, where the declaration is not to be believed.
fn actual(bytes: &[u8], wanted: &'static Encoding) -> &'static Encoding {
    let beyond = |text: &str| text.chars().any(|c| c >= FIRST_OF_THREE_BYTES);
    match std::str::from_utf8(bytes) {
        Ok(text) if wanted == UTF_8 || beyond(text) => UTF_8,
        Ok(_) => wanted,
        Err(_) if wanted != UTF_8 => wanted,
        Err(error) => {
            let good = bytes.get(..error.valid_up_to()).and_then(|good| std::str::from_utf8(good).ok());
            let chinese = GB18030.decode_without_bom_handling_and_without_replacement(bytes).is_some();
            if chinese && !good.is_some_and(beyond) { GB18030 } else { UTF_8 }
        }
    }
}

fn whole<'b>(encoding: &'static Encoding, bytes: &'b [u8]) -> Result<Cow<'b, str>, Box<Fault>> {
    let broken = |offset| {
        let name = encoding.name().to_ascii_uppercase();
        Box::new(faults::BYTES.at(at(line_of(bytes, offset))).with("encoding", name))
    };
    if encoding == UTF_8 {
        return std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|error| broken(error.valid_up_to()));
    }
    encoding.decode_without_bom_handling_and_without_replacement(bytes).ok_or_else(|| {
        let mut sink = String::new();
        let reserve = encoding.new_decoder_without_bom_handling();
        let room = reserve.max_utf8_buffer_length_without_replacement(bytes.len()).unwrap_or(bytes.len());
        sink.reserve(room.min(4 * MAX_BYTES));
        let mut decoder = encoding.new_decoder_without_bom_handling();
        let (_, read) = decoder.decode_to_string_without_replacement(bytes, &mut sink, true);
        broken(read)
    })
}

/// The encoding that the XML declaration names.
fn declared(bytes: &[u8]) -> Option<&str> {
    let head = bytes.get(..bytes.len().min(DECLARATION_BYTES))?.trim_ascii_start();
    let end = memchr::memmem::find(head, b"?>")?;
    let declaration = std::str::from_utf8(head.get(..end)?.strip_prefix(b"<?xml")?).ok()?;
    let (_, value) = declaration.split_once("encoding")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value.get(1..)?.split_once(quote).map(|(label, _)| label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bytes: &[u8]) -> (String, Option<&'static str>) {
        match decode(bytes) {
            Ok(decoded) => (decoded.text.into_owned(), decoded.remark.map(|fault| fault.code())),
            Err(fault) => (fault.message(ports::fault::Lang::En), Some(fault.code())),
        }
    }

    fn message(label: &str, encoding: &'static Encoding) -> Vec<u8> {
        let text = format!("<?xml version=\"1.0\" encoding=\"{label}\"?>\n<a>联通公司，订单新增申报成功</a>");
        encoding.encode(&text).0.into_owned()
    }

    #[test]
    fn every_encoding_in_use_is_read() {
        for (label, encoding, remark) in [
            ("UTF-8", UTF_8, None),
            ("utf-8", UTF_8, None),
            ("GB18030", GB18030, Some("CEB-FILE-NOT-UTF8")),
            ("GBK", GB18030, Some("CEB-FILE-NOT-UTF8")),
            ("gb2312", GBK, Some("CEB-FILE-NOT-UTF8")),
            ("UTF-8", GB18030, Some("CEB-FILE-DECLARED")),
            ("GB2312", UTF_8, Some("CEB-FILE-DECLARED")),
            ("UTF-16", UTF_8, Some("CEB-FILE-DECLARED")),
            ("uTF-8", UTF_8, Some("CEB-FILE-DECLARED")),
        ] {
            let (text, found) = told(&message(label, encoding));
            assert!(text.contains("联通公司，订单新增申报成功"), "{label} {}: {text}", encoding.name());
            assert_eq!(found, remark, "{label} {}", encoding.name());
        }
        assert_eq!(told("\u{feff}<a>订</a>".as_bytes()), ("<a>订</a>".to_owned(), None));
        assert_eq!(told("<a>订单</a>".as_bytes()), ("<a>订单</a>".to_owned(), None));
        let wide: Vec<u8> = "\u{feff}<a>订</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(told(&wide), ("<a>订</a>".to_owned(), Some("CEB-FILE-NOT-UTF8")));
    }

    #[test]
    fn bytes_that_are_no_text_are_told_with_their_line() {
        let fault = decode(b"<a>\n\xe8\xae\xa2\xe5\x8d</a>").unwrap_err();
        assert_eq!((fault.code(), fault.at.line), ("CEB-FILE-BYTES", Some(2)));
        let fault = decode(b"<?xml version='1.0' encoding='GBK'?>\n\n<a>\xff\xff</a>").unwrap_err();
        assert_eq!((fault.code(), fault.at.line), ("CEB-FILE-BYTES", Some(3)));
        assert_eq!(told(b"<?xml version=\"1.0\" encoding=\"EBCDIC\"?><a/>").1, Some("CEB-FILE-ENCODING"));
        assert_eq!(told(&vec![b' '; MAX_BYTES + 1]).1, Some("CEB-FILE-LENGTH"));
    }
}
