//! Tags with more attributes than any message has, seen before a parser that is slow with them.

use super::MAX_ATTRIBUTES;

/// Whether some tag has more than [`MAX_ATTRIBUTES`] attributes.
///
/// The parser (uppsala 0.12) compares every attribute of a tag with every other: 80,000 of them kept it busy for a minute.
/// This looks at the text alone, before the parser does: comments, character data and instructions are stepped over, and
/// equals signs outside quotation marks are counted from each `<` to its `>`.
pub(super) fn has_overloaded_tag(xml: &str) -> bool {
    let bytes = xml.as_bytes();
    let mut at = 0;
    while let Some(open) = find(bytes, at, b"<") {
        let rest = &bytes[open..];
        let skip = [(&b"<!--"[..], &b"-->"[..]), (b"<![CDATA[", b"]]>"), (b"<?", b"?>")];
        if let Some((_, end)) = skip.into_iter().find(|(start, _)| rest.starts_with(start)) {
            let Some(close) = find(bytes, open, end) else { return false };
            at = close + end.len();
            continue;
        }
        // Nearly every tag closes before the first quotation mark, and then it has no attributes.
        if let Some(offset) = memchr::memchr3(b'>', b'"', b'\'', rest)
            && rest[offset] == b'>'
        {
            at = open + offset + 1;
            continue;
        }
        let (mut quote, mut attributes) = (None, 0_usize);
        at = bytes.len();
        for (offset, byte) in rest.iter().enumerate() {
            match (quote, byte) {
                (Some(mark), _) if *byte == mark => quote = None,
                (Some(_), _) => {}
                (None, b'"' | b'\'') => quote = Some(*byte),
                (None, b'=') => attributes += 1,
                (None, b'>') => {
                    at = open + offset + 1;
                    break;
                }
                (None, _) => {}
            }
            if attributes > MAX_ATTRIBUTES {
                return true;
            }
        }
    }
    false
}

fn find(bytes: &[u8], from: usize, wanted: &[u8]) -> Option<usize> {
    let first = *wanted.first()?;
    let mut at = from;
    loop {
        at += memchr::memchr(first, bytes.get(at..)?)?;
        if bytes[at..].starts_with(wanted) {
            return Some(at);
        }
        at += 1;
    }
}
