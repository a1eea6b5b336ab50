//! Keys in files: PKCS#8 (PEM), or PKCS#12 for RSA.
//!
//! Keys of declared enterprises live in devices that never give them away; files are for enterprises with a key of their own
//! and for trying things out.

use std::fmt;

use rsa::RsaPrivateKey;
use rsa::pkcs1v15::SigningKey as RsaSigningKey;
use rsa::signature::{SignatureEncoding as _, Signer as _};
use sm2::dsa::SigningKey as Sm2SigningKey;
use sm2::pkcs8::DecodePrivateKey as _;

use super::certificate::SM2_USER;
use super::{Algorithm, Certificate, CertificateFault, SignFault, Signer};

/// A private key with its certificate. `Debug` shows the certificate's number only.
pub struct KeyFile {
    key: PrivateKey,
    certificate: Certificate,
}

enum PrivateKey {
    Rsa(Box<RsaSigningKey<sha1::Sha1>>),
    Sm2(Box<Sm2SigningKey>),
}

/// Why key and certificate cannot be used. No part of the key is ever told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// Not a private key of the wanted kind.
    #[error("not a {0} private key in PKCS#8 (PEM)")]
    NotAKey(Algorithm),
    /// A PKCS#12 file that the password does not open, or without key or certificate.
    #[error("not a PKCS#12 file with an RSA key and its certificate, or a wrong password")]
    Pkcs12,
    /// The certificate.
    #[error("the certificate: {0}")]
    Certificate(#[from] CertificateFault),
    /// The certificate belongs to another key.
    #[error("the certificate belongs to another key")]
    Mismatch,
}

impl KeyFile {
    /// A key in PKCS#8 (PEM) with its certificate.
    ///
    /// # Errors
    /// [`KeyFault`].
    pub fn from_pem(algorithm: Algorithm, key: &str, certificate: &[u8]) -> Result<Self, KeyFault> {
        let not_a_key = || KeyFault::NotAKey(algorithm);
        let key = match algorithm {
            Algorithm::RsaSha1 => {
                let key = RsaPrivateKey::from_pkcs8_pem(key).map_err(|_| not_a_key())?;
                PrivateKey::Rsa(Box::new(RsaSigningKey::new(key)))
            }
            Algorithm::Sm2Sm3 => {
                let key = sm2::SecretKey::from_pkcs8_pem(key).map_err(|_| not_a_key())?;
                let key = Sm2SigningKey::new(SM2_USER, &key).map_err(|_| not_a_key())?;
                PrivateKey::Sm2(Box::new(key))
            }
        };
        Self { key, certificate: Certificate::read(certificate)? }.matched()
    }

    /// An RSA key with its certificate from a PKCS#12 file.
    ///
    /// # Errors
    /// [`KeyFault`].
    pub fn from_pkcs12(bytes: &[u8], password: &str) -> Result<Self, KeyFault> {
        let store = p12_keystore::KeyStore::from_pkcs12(bytes, password, Default::default())
            .map_err(|_| KeyFault::Pkcs12)?;
        let (_, chain) = store.private_key_chain().ok_or(KeyFault::Pkcs12)?;
        let certificate = chain.certs().first().ok_or(KeyFault::Pkcs12)?;
        let key = RsaPrivateKey::from_pkcs8_der(chain.key().as_der()).map_err(|_| KeyFault::Pkcs12)?;
        let key = PrivateKey::Rsa(Box::new(RsaSigningKey::new(key)));
        Self { key, certificate: Certificate::read(certificate.as_der())? }.matched()
    }

    /// Makes sure that key and certificate belong together, before anything is signed.
    fn matched(self) -> Result<Self, KeyFault> {
        super::probe(&self).map(|()| self).map_err(|_| KeyFault::Mismatch)
    }
}

impl Signer for KeyFile {
    fn algorithm(&self) -> Algorithm {
        match self.key {
            PrivateKey::Rsa(_) => Algorithm::RsaSha1,
            PrivateKey::Sm2(_) => Algorithm::Sm2Sm3,
        }
    }

    fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    fn sign(&self, canonical_info: &[u8]) -> Result<Vec<u8>, SignFault> {
        let failed = |error: rsa::signature::Error| SignFault::Signer(error.to_string());
        match &self.key {
            PrivateKey::Rsa(key) => Ok(key.try_sign(canonical_info).map_err(failed)?.to_vec()),
            PrivateKey::Sm2(key) => {
                let signature: sm2::dsa::Signature = key.try_sign(canonical_info).map_err(failed)?;
                Ok(signature.to_bytes().to_vec())
            }
        }
    }
}

impl fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyFile").field("certificate", &self.certificate.serial()).finish_non_exhaustive()
    }
}
