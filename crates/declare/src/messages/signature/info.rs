//! `ds:SignedInfo` and `ds:Signature` as text.

use base64ct::{Base64, Encoding as _};

use super::{Algorithm, Certificate};
use crate::messages::NAMESPACE;

const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
const C14N: &str = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// The two forms of one `ds:SignedInfo`.
pub(super) struct SignedInfo {
    /// As it stands in the message.
    written: String,
    /// As it is signed: inclusive C14N writes out the namespaces it inherits from the root and from `ds:Signature`.
    pub(super) canonical: String,
}

pub(super) fn signed_info(algorithm: Algorithm, digest: &[u8]) -> SignedInfo {
    let content = format!(
        "<ds:CanonicalizationMethod Algorithm=\"{C14N}\"></ds:CanonicalizationMethod>\
         <ds:SignatureMethod Algorithm=\"{}\"></ds:SignatureMethod>\
         <ds:Reference URI=\"\">\
         <ds:Transforms><ds:Transform Algorithm=\"{ENVELOPED}\"></ds:Transform></ds:Transforms>\
         <ds:DigestMethod Algorithm=\"{}\"></ds:DigestMethod>\
         <ds:DigestValue>{}</ds:DigestValue>\
         </ds:Reference></ds:SignedInfo>",
        algorithm.signature_uri(),
        algorithm.digest_uri(),
        Base64::encode_string(digest),
    );
    SignedInfo {
        canonical: format!("<ds:SignedInfo xmlns:ceb=\"{NAMESPACE}\" xmlns:ds=\"{DSIG}\">{content}"),
        written: format!("<ds:SignedInfo>{content}"),
    }
}

/// The whole element, to be put before the root's closing tag.
pub(super) fn signature(info: &SignedInfo, value: &[u8], certificate: &Certificate) -> String {
    format!(
        "<ds:Signature xmlns:ds=\"{DSIG}\">{}\
         <ds:SignatureValue>{}</ds:SignatureValue>\
         <ds:KeyInfo><ds:KeyName>{}</ds:KeyName>\
         <ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>",
        info.written,
        Base64::encode_string(value),
        certificate.serial(),
        Base64::encode_string(certificate.der()),
    )
}
