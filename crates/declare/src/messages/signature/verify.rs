//! Verifying anybody's signature.

use std::fmt;

use base64ct::{Base64, Encoding as _};
use bergshamra_c14n::{C14nMode, canonicalize_doc};
use bergshamra_xml::NodeSet;
use ports::fault::Text;
use uppsala::dom::{Document, NodeId};

use super::{Algorithm, Certificate};
use crate::messages::reading;

const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";

/// What is to be said of a message's signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// There is none.
    Unsigned,
    /// It is right.
    Valid,
    /// The message is not XML that could be verified.
    NotXml,
    /// It is not the last child of the root, or lacks one of its parts.
    Layout,
    /// Algorithms that customs does not take, or a pair that does not go together.
    Algorithms,
    /// The message was changed after it was signed.
    Digest,
    /// The certificate cannot be read, is for another algorithm, or is not the one named.
    Certificate,
    /// The signature is not that of the certificate's key.
    Signature,
}

impl Verdict {
    /// What a person is told.
    pub const fn words(self) -> Text {
        match self {
            Self::Unsigned => Text { zh: "没有签名", en: "there is no signature" },
            Self::Valid => Text { zh: "签名有效", en: "the signature is valid" },
            Self::NotXml => Text { zh: "不是可以验签的XML", en: "not XML that could be verified" },
            Self::Layout => Text {
                zh: "ds:Signature 不是根元素的最后一个子元素，或缺少组成部分",
                en: "ds:Signature is not the last child of the root or lacks one of its parts",
            },
            Self::Algorithms => Text {
                zh: "签名算法和摘要算法不是海关接受的一对",
                en: "the algorithms are not a pair that customs takes",
            },
            Self::Digest => Text {
                zh: "签名之后报文被改动过",
                en: "the message was changed after it was signed",
            },
            Self::Certificate => Text {
                zh: "证书无法读取、用于别的算法，或不是 ds:KeyName 所指的证书",
                en: "the certificate cannot be read, is for another algorithm, or is not the one named",
            },
            Self::Signature => Text {
                zh: "签名不是该证书的密钥所签",
                en: "the signature is not that of the certificate's key",
            },
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words().en)
    }
}

/// Verifies the signature of a message against the certificate it carries. Whether that certificate is one that customs
/// knows is not for us to say.
pub fn verify(xml: &str) -> Verdict {
    verify_knowing(xml, None)
}

/// Verifies as [`verify`] does, and holds the certificate that the message carries against one that is known: under the same
/// number it has to be the same to the last byte. What a certificate says besides its key is covered by its issuer's
/// signature alone, and that takes the issuer's certificate to verify.
pub fn verify_knowing(xml: &str, known: Option<&Certificate>) -> Verdict {
    let Ok(mut document) = reading::document(xml) else { return Verdict::NotXml };
    let Some(root) = document.document_element() else { return Verdict::NotXml };
    let signatures: Vec<NodeId> = children(&document, root, "Signature").collect();
    let signature = match signatures.as_slice() {
        [] => return Verdict::Unsigned,
        [only] if last_element(&document, root) == Some(*only) => *only,
        _ => return Verdict::Layout,
    };
    verify_signature(&mut document, signature, known).err().unwrap_or(Verdict::Valid)
}

fn verify_signature(
    document: &mut Document<'_>,
    signature: NodeId,
    known: Option<&Certificate>,
) -> Result<(), Verdict> {
    let at = |path: &[&str]| {
        path.iter().try_fold(signature, |node, name| only(document, node, name)).ok_or(Verdict::Layout)
    };
    let attribute = |node: NodeId, name: &str| {
        document
            .element(node)
            .and_then(|element| element.get_attribute(name))
            .map(str::to_owned)
            .ok_or(Verdict::Layout)
    };
    let info = at(&["SignedInfo"])?;
    let reference = at(&["SignedInfo", "Reference"])?;
    let method = attribute(at(&["SignedInfo", "SignatureMethod"])?, "Algorithm")?;
    let digest_method = attribute(at(&["SignedInfo", "Reference", "DigestMethod"])?, "Algorithm")?;
    let canonicalization = attribute(at(&["SignedInfo", "CanonicalizationMethod"])?, "Algorithm")?;
    let transform = attribute(at(&["SignedInfo", "Reference", "Transforms", "Transform"])?, "Algorithm")?;
    let algorithm = Algorithm::of_uris(&method, &digest_method).ok_or(Verdict::Algorithms)?;
    if canonicalization != C14nMode::Inclusive.uri() || transform != format!("{DSIG}enveloped-signature") {
        return Err(Verdict::Algorithms);
    }
    if !attribute(reference, "URI")?.is_empty() {
        return Err(Verdict::Layout);
    }
    let bytes = |path: &[&str]| {
        let text: String = document.text_content_deep(at(path)?).split_ascii_whitespace().collect();
        Base64::decode_vec(&text).map_err(|_| Verdict::Layout)
    };
    let digest = bytes(&["SignedInfo", "Reference", "DigestValue"])?;
    let value = bytes(&["SignatureValue"])?;
    let certificate = bytes(&["KeyInfo", "X509Data", "X509Certificate"])?;
    let name = document.text_content_deep(at(&["KeyInfo", "KeyName"])?);
    let canonical_info = canonical(document, &NodeSet::tree_without_comments(info, document))?;
    // The enveloped transform: the document without its signature.
    document.detach(signature);
    let bare = canonical(document, &NodeSet::all_without_comments(document))?;
    if algorithm.digest(&bare) != digest {
        return Err(Verdict::Digest);
    }
    let certificate = Certificate::read(&certificate).map_err(|_| Verdict::Certificate)?;
    if certificate.algorithm() != algorithm || !certificate.is_called(&name) {
        return Err(Verdict::Certificate);
    }
    if known.is_some_and(|known| known.serial() == certificate.serial() && known.der() != certificate.der()) {
        return Err(Verdict::Certificate);
    }
    if certificate.verifies(&canonical_info, &value) { Ok(()) } else { Err(Verdict::Signature) }
}

fn canonical(document: &Document<'_>, nodes: &NodeSet) -> Result<Vec<u8>, Verdict> {
    canonicalize_doc(document, C14nMode::Inclusive, Some(nodes), &[] as &[&str]).map_err(|_| Verdict::NotXml)
}

/// The children of a node that are elements of the signature's namespace with this name.
fn children<'d>(
    document: &'d Document<'_>,
    node: NodeId,
    name: &'d str,
) -> impl Iterator<Item = NodeId> + 'd {
    document.children_iter(node).filter(move |child| {
        document.element(*child).is_some_and(|element| {
            element.name.namespace_uri.as_deref() == Some(DSIG) && element.name.local_name == name
        })
    })
}

/// The only such child.
fn only(document: &Document<'_>, node: NodeId, name: &str) -> Option<NodeId> {
    let mut found = children(document, node, name);
    found.next().filter(|_| found.next().is_none())
}

fn last_element(document: &Document<'_>, node: NodeId) -> Option<NodeId> {
    document.children_iter(node).rfind(|child| document.element(*child).is_some())
}
