//! The narrow form in which this program writes messages, as far as it can be told from the bytes: what passes over a message
//! without taking it apart knows this form and no other.

/// How every message begins.
pub(super) const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;

/// The text up to the next tag, if it is written as [`MessageBuilder`](super::MessageBuilder) writes it: how many bytes it has,
/// and how many characters with each reference counted as one. Canonical XML writes such a text byte for byte as it is.
pub(super) fn text(rest: &[u8]) -> Option<(usize, usize)> {
    let mut length = 0;
    let mut characters = 0;
    loop {
        match *rest.get(length)? {
            b'<' => return Some((length, characters)),
            b'&' => {
                let reference = [&b"&amp;"[..], b"&lt;", b"&gt;"]
                    .into_iter()
                    .find(|reference| rest[length..].starts_with(reference))?;
                length += reference.len();
                characters += 1;
            }
            // Control characters, and `>`, which could end a `]]>`: not written by us.
            0..=0x1f | b'>' | 0x7f => return None,
            // U+FFFE and U+FFFF, which XML forbids.
            0xef if matches!(rest.get(length + 1..length + 3), Some([0xbf, 0xbe | 0xbf])) => return None,
            byte => {
                length += 1;
                // All but the bytes that continue a character.
                characters += usize::from(byte & 0xc0 != 0x80);
            }
        }
    }
}
