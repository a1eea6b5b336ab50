//! Certificates: whose signature a message bears.

use rsa::RsaPublicKey;
use rsa::pkcs1v15::VerifyingKey as RsaVerifyingKey;
use sm2::dsa::{Signature as Sm2Signature, VerifyingKey as Sm2VerifyingKey};
use x509_cert::der::asn1::{ObjectIdentifier, UintRef};
use x509_cert::der::{Decode as _, DecodePem as _, Encode as _};
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, SubjectKeyIdentifier};
use x509_cert::spki::DecodePublicKey as _;

use super::Algorithm;

/// The user id of SM2 signatures that customs' keys use (GM/T 0009, the default).
pub(super) const SM2_USER: &str = "1234567812345678";
/// `rsaEncryption`.
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// `id-ecPublicKey`, which SM2 keys have with the curve `sm2p256v1`.
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");

/// `sha1WithRSAEncryption`, `sha256WithRSAEncryption`, and SM2 with SM3: what certificates are signed with.
const SHA1_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.5");
const SHA256_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
const SM3_SM2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.501");

/// A certificate with the public key that verifies its signatures.
#[derive(Debug, Clone)]
pub struct Certificate {
    der: Vec<u8>,
    serial: String,
    key: PublicKey,
}

#[derive(Debug, Clone)]
enum PublicKey {
    Rsa(RsaVerifyingKey<sha1::Sha1>),
    Sm2(Box<Sm2VerifyingKey>),
}

/// Why some bytes are no certificate that customs' signatures can be verified with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateFault {
    /// Neither PEM nor DER of an X.509 certificate.
    #[error("not an X.509 certificate")]
    NotACertificate,
    /// A key that is neither RSA nor SM2.
    #[error("its key is neither RSA nor SM2")]
    OtherKey,
    /// Issued by itself, and its own signature does not fit or is of an unknown kind.
    #[error(
        "its own signature does not fit: it was changed after it was issued, or signed in an unknown way"
    )]
    Changed,
}

impl Certificate {
    /// Reads a certificate, PEM or DER. One that was issued by itself is held against its own signature; for others the
    /// issuer's certificate would be needed.
    ///
    /// # Errors
    /// [`CertificateFault`].
    pub fn read(bytes: &[u8]) -> Result<Self, CertificateFault> {
        let parsed = if bytes.trim_ascii_start().starts_with(b"-----BEGIN") {
            x509_cert::Certificate::from_pem(bytes)
        } else {
            x509_cert::Certificate::from_der(bytes)
        };
        let parsed = parsed.map_err(|_| CertificateFault::NotACertificate)?;
        let der = parsed.to_der().map_err(|_| CertificateFault::NotACertificate)?;
        let body = parsed.tbs_certificate();
        let info = body.subject_public_key_info();
        let spki = info.to_der().map_err(|_| CertificateFault::NotACertificate)?;
        let key = match info.algorithm.oid {
            RSA => {
                let key = RsaPublicKey::from_public_key_der(&spki).map_err(|_| CertificateFault::OtherKey)?;
                PublicKey::Rsa(RsaVerifyingKey::new(key))
            }
            EC => {
                let key =
                    sm2::PublicKey::from_public_key_der(&spki).map_err(|_| CertificateFault::OtherKey)?;
                let key = Sm2VerifyingKey::new(SM2_USER, key).map_err(|_| CertificateFault::OtherKey)?;
                PublicKey::Sm2(Box::new(key))
            }
            _ => return Err(CertificateFault::OtherKey),
        };
        let own = body.issuer() == body.subject() || names_itself(&parsed);
        if own && signed_by(&parsed, &key) != Some(true) {
            return Err(CertificateFault::Changed);
        }
        let serial = body.serial_number().as_bytes().iter().map(|byte| format!("{byte:02X}")).collect();
        Ok(Self { der, serial, key })
    }

    /// Whether this is the number that a message calls it by; clients write it in either case, none in both.
    pub(super) fn is_called(&self, name: &str) -> bool {
        let name = name.trim();
        name == self.serial || name == self.serial.to_ascii_lowercase()
    }

    /// The certificate in DER.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Its serial number in upper-case hexadecimal digits: the `ds:KeyName` of a message.
    pub fn serial(&self) -> &str {
        &self.serial
    }

    /// The algorithm its key signs with.
    pub fn algorithm(&self) -> Algorithm {
        match self.key {
            PublicKey::Rsa(_) => Algorithm::RsaSha1,
            PublicKey::Sm2(_) => Algorithm::Sm2Sm3,
        }
    }

    /// Whether a signature of some bytes is this certificate's.
    pub fn verifies(&self, bytes: &[u8], signature: &[u8]) -> bool {
        use rsa::signature::Verifier as _;
        match &self.key {
            PublicKey::Rsa(key) => rsa::pkcs1v15::Signature::try_from(signature)
                .is_ok_and(|signature| key.verify(bytes, &signature).is_ok()),
            PublicKey::Sm2(key) => Sm2Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify(bytes, &signature).is_ok()),
        }
    }
}

/// Whether a certificate names its own key as its issuer's: with the two names there are two signs of one issued by itself,
/// and a change to one of them does not hide the other.
fn names_itself(certificate: &x509_cert::Certificate) -> bool {
    let body = certificate.tbs_certificate();
    let own = body.get_extension::<SubjectKeyIdentifier>().ok().flatten();
    let issuer = body.get_extension::<AuthorityKeyIdentifier>().ok().flatten();
    let issuer = issuer.and_then(|(_, issuer)| issuer.key_identifier);
    matches!((own, issuer), (Some((_, own)), Some(issuer)) if own.0 == issuer)
}

/// Whether a certificate bears the signature of this key; nothing when it was signed in a way not known here.
fn signed_by(certificate: &x509_cert::Certificate, key: &PublicKey) -> Option<bool> {
    use rsa::signature::Verifier as _;
    let body = certificate.tbs_certificate().to_der().ok()?;
    let signature = certificate.signature().as_bytes()?;
    let algorithm = certificate.signature_algorithm().oid;
    if certificate.tbs_certificate().signature() != certificate.signature_algorithm() {
        return None;
    }
    match (key, algorithm) {
        (PublicKey::Rsa(key), SHA1_RSA | SHA256_RSA) => {
            let signature = rsa::pkcs1v15::Signature::try_from(signature).ok()?;
            Some(if algorithm == SHA1_RSA {
                key.verify(&body, &signature).is_ok()
            } else {
                let key: &RsaPublicKey = key.as_ref();
                RsaVerifyingKey::<sha2::Sha256>::new(key.clone()).verify(&body, &signature).is_ok()
            })
        }
        (PublicKey::Sm2(key), SM3_SM2) => {
            // In a certificate the two numbers stand as DER, not raw.
            let Some(signature) = raw_signature(signature) else { return Some(false) };
            // Some programs sign certificates without a user id.
            let nameless = Sm2VerifyingKey::from_affine("", *key.as_affine()).ok()?;
            Some(key.verify(&body, &signature).is_ok() || nameless.verify(&body, &signature).is_ok())
        }
        _ => None,
    }
}

/// `SEQUENCE { r INTEGER, s INTEGER }` as 64 raw bytes.
fn raw_signature(der: &[u8]) -> Option<Sm2Signature> {
    let numbers = Vec::<UintRef<'_>>::from_der(der).ok()?;
    let [r, s] = numbers.as_slice() else { return None };
    let mut raw = [0; 64];
    for (number, place) in [(r, 0), (s, 32)] {
        let bytes = number.as_bytes();
        raw.get_mut(place + 32usize.checked_sub(bytes.len())?..place + 32)?.copy_from_slice(bytes);
    }
    Sm2Signature::from_slice(&raw).ok()
}
