//! Whether a message is in canonical form, seen by looking through it once.
//!
//! A canonicalisation library takes a message apart and writes it out again, which takes as long as making it did. Messages of
//! this program are of a form so [narrow] that whether it is canonical can be told from the text alone: a root with the
//! namespace, `guid` and `version`, elements without attributes, text. What is of this form comes out of canonicalisation
//! byte for byte as it is; of what is not, nothing is said here, and the library decides.

use crate::messages::reading::{MAX_BYTES, MAX_DEPTH};
use crate::messages::{NAMESPACE, narrow};

/// Whether a message is of the narrow form and therefore, without its XML declaration, canonical.
pub(super) fn is_plainly_canonical(message: &str) -> bool {
    // Canonical XML leaves the declaration out.
    let bare = message.strip_prefix(narrow::DECLARATION).unwrap_or(message);
    message.len() <= MAX_BYTES && root(bare).is_some_and(|(name, inside)| holds(name, inside))
}

/// The root's name without its prefix, and what stands behind its tag. Canonical XML writes namespaces first, then
/// attributes in the order of their names, a blank before each.
fn root(message: &str) -> Option<(&str, &str)> {
    let (tag, inside) = message.strip_prefix("<ceb:")?.split_once('>')?;
    let (name, attributes) = tag.split_once(' ')?;
    let rest =
        attributes.strip_prefix("xmlns:ceb=\"")?.strip_prefix(NAMESPACE)?.strip_prefix("\" guid=\"")?;
    let (guid, rest) = rest.split_once('"')?;
    let version = rest.strip_prefix(" version=\"")?.strip_suffix('"')?;
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
    (is_name(name) && plain(guid) && plain(version)).then_some((name, inside))
}

/// Whether elements and texts are of the narrow form up to the end tag of the root, and nothing follows.
fn holds(root: &str, inside: &str) -> bool {
    let mut open = vec![root];
    let mut rest = inside;
    while let Some((length, _)) = narrow::text(rest.as_bytes()) {
        let Some((tag, behind)) = rest[length..].split_once('>') else { return false };
        rest = behind;
        if let Some(name) = tag.strip_prefix("</ceb:") {
            if open.pop() != Some(name) {
                return false;
            }
            if open.is_empty() {
                return rest.is_empty();
            }
        } else {
            let Some(name) = tag.strip_prefix("<ceb:").filter(|name| is_name(name)) else { return false };
            if open.len() >= MAX_DEPTH as usize {
                return false;
            }
            open.push(name);
        }
    }
    false
}

/// A name without a prefix, of letters and digits; an empty element's stroke and attributes are none of these.
fn is_name(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::narrow::DECLARATION;
    use crate::messages::reading;
    use bergshamra_c14n::{C14nMode, canonicalize_doc};
    use bergshamra_xml::NodeSet;
    use proptest::prelude::*;

    fn message(inside: &str) -> String {
        format!("<ceb:M xmlns:ceb=\"{NAMESPACE}\" guid=\"A-1\" version=\"1.0\">{inside}</ceb:M>")
    }

    /// What the library makes of it; nothing when it is no XML.
    fn canonical(message: &str) -> Option<String> {
        let document = reading::document(message).ok()?;
        let nodes = NodeSet::all_without_comments(&document);
        let bytes = canonicalize_doc(&document, C14nMode::Inclusive, Some(&nodes), &[] as &[&str]).ok()?;
        String::from_utf8(bytes).ok()
    }

    #[test]
    fn what_is_written_here_is_seen_to_be_canonical() {
        for inside in ["", "<ceb:a></ceb:a>", "<ceb:a>1 &lt; 2 &amp;&gt; 某 \"'</ceb:a><ceb:b></ceb:b>"] {
            assert!(is_plainly_canonical(&message(inside)), "{inside}");
            assert_eq!(canonical(&message(inside)), Some(message(inside)));
            let declared = format!("{DECLARATION}{}", message(inside));
            assert!(is_plainly_canonical(&declared), "{declared}");
            assert_eq!(canonical(&declared), Some(message(inside)));
        }
    }

    #[test]
    fn of_everything_else_nothing_is_said() {
        for inside in [
            "<ceb:a/>",
            "<ceb:a >",
            "<ceb:a></ceb:b>",
            "<ceb:a>",
            "</ceb:a>",
            "<ceb:a></ceb:a ></ceb:a>",
            "<ceb:a b=\"1\"></ceb:a>",
            "<a></a>",
            "<ceb:></ceb:>",
            "<ceb:1></ceb:1>",
            "<!-- -->",
            "<![CDATA[a]]>",
            "<?a?>",
            "a > b",
            "a & b",
            "&#38;",
            "&quot;",
            "\n",
            "\r",
            "\u{1}",
            "\u{ffff}",
            "</ceb:M><ceb:M>",
        ] {
            assert!(!is_plainly_canonical(&message(inside)), "{inside}");
        }
        let whole = message("");
        for other in [
            whole.replace("guid", "uuid"),
            whole.replace("\" version", "\"  version"),
            whole.replace(" version=\"1.0\"", ""),
            whole.replace("A-1", "A\n1"),
            whole.replace("A-1", "&amp;"),
            whole.replace(NAMESPACE, "urn:other"),
            format!("{whole} "),
            format!("{DECLARATION}\n{whole}"),
            format!("{DECLARATION}<?a?>{whole}"),
            format!("<!-- -->{whole}"),
            format!("text{whole}"),
            format!("\u{feff}{whole}"),
            String::new(),
        ] {
            assert!(!is_plainly_canonical(&other), "{other}");
        }
        assert!(!is_plainly_canonical(&message(&"<ceb:a>".repeat(MAX_DEPTH as usize))));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn what_is_called_canonical_is(
            pieces in prop::collection::vec(
                prop::sample::select(vec![
                    "<ceb:a>", "</ceb:a>", "<ceb:bc>", "</ceb:bc>", "<ceb:a/>", "某", "x", " ", "\n", "\r", "&amp;", "&lt;",
                    "&gt;", "&#xD;", "&", ">", "\"", "'", "]]>", "<!---->", "<ceb:a x=\"1\">", "\u{85}", "\u{2028}", "\u{fffe}",
                ]),
                0..9,
            ),
        ) {
            let message = message(&pieces.concat());
            if is_plainly_canonical(&message) {
                prop_assert_eq!(canonical(&message), Some(message));
            }
        }
    }
}
