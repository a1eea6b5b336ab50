//! Whether an XML text has come to its end, by its first and its last tag.

/// Whether the bytes end with the end tag of the element they begin with. Whoever writes from the front has then written all
/// of it. Texts in UTF-16, texts with a comment behind the root, and what is no XML are never said to be finished.
pub(super) fn is_finished(bytes: &[u8]) -> bool {
    let Some(root) = root_name(bytes) else { return false };
    let text = bytes.trim_ascii_end();
    let Some(body) = text.strip_suffix(b">") else { return false };
    let Some(open) = body.iter().rposition(|byte| *byte == b'<') else { return false };
    body.get(open + 1..)
        .and_then(|tag| tag.strip_prefix(b"/"))
        .is_some_and(|name| name.trim_ascii_end() == root)
}

/// The name of the first element, with its prefix.
fn root_name(bytes: &[u8]) -> Option<&[u8]> {
    let mut rest = bytes;
    loop {
        let open = rest.iter().position(|byte| *byte == b'<')?;
        let tag = rest.get(open + 1..)?;
        let end: &[u8] = match tag.first()? {
            b'?' => b"?>",
            b'!' if tag.starts_with(b"!--") => b"-->",
            b'!' => return None,
            _ => {
                let length =
                    tag.iter().position(|byte| byte.is_ascii_whitespace() || b"/>".contains(byte))?;
                return tag.get(..length).filter(|name| !name.is_empty());
            }
        };
        let close = tag.windows(end.len()).position(|window| window == end)?;
        rest = tag.get(close + end.len()..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_end_is_told_from_a_break() {
        for finished in [
            "<r>1</r>",
            "\u{feff}<?xml version=\"1.0\"?>\n<!-- <x> -->\n<ceb:CEB622Message a=\"1\"><x/></ceb:CEB622Message>\r\n",
            "<r></r >",
        ] {
            assert!(is_finished(finished.as_bytes()), "{finished}");
        }
        for unfinished in [
            "",
            "<",
            "<r",
            "<r>",
            "<r>1</r",
            "<r><x></x>",
            "<r>1</x>",
            "<?xml",
            "<!-- <r></r>",
            "plain",
            "</r>",
            "<>",
        ] {
            assert!(!is_finished(unfinished.as_bytes()), "{unfinished}");
        }
    }

    proptest! {
        #[test]
        fn no_beginning_of_a_text_is_finished(text in "[a-z&; \n]{0,40}", cut in 0_usize..60) {
            let whole = format!("<?xml version=\"1.0\"?><root a=\"b\"><x>{text}</x></root>");
            let cut = cut.min(whole.len() - 1);
            prop_assert!(is_finished(whole.as_bytes()));
            prop_assert!(!is_finished(&whole.as_bytes()[..cut]));
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            is_finished(&bytes);
        }
    }
}
