//! The signer that the configuration names.

use std::path::Path;
use std::sync::Arc;

use ports::fault::Fault;

use crate::configuration::{Signing, faults};
use crate::messages::signature::{Algorithm, KeyFile, Signer};

/// What a PKCS#12 file begins with: an ASN.1 sequence, where a PEM file begins with text.
const DER_SEQUENCE: u8 = 0x30;

/// Reads the key and its certificate.
pub(super) fn signer(signing: &Signing) -> Result<Arc<dyn Signer>, Box<Fault>> {
    let broken = |reason: &dyn std::fmt::Display| Box::new(faults::SIGNER.fault().with("reason", reason));
    let algorithm = match signing.kind.as_deref() {
        Some("rsa-sha1") => Algorithm::RsaSha1,
        Some("sm2-sm3") => Algorithm::Sm2Sm3,
        Some("remote") => return Err(broken(&"kind \"remote\" is not available in this version")),
        _ => return Err(Box::new(faults::NO_SIGNER.fault())),
    };
    let missing = |key: &str| broken(&format!("signing.{key} is missing"));
    let key = signing.key.as_ref().ok_or_else(|| missing("key"))?;
    let key = key.read().map_err(|error| broken(&error))?;
    if key.first() == Some(&DER_SEQUENCE) && algorithm == Algorithm::RsaSha1 {
        let password = signing.password.as_ref().map_or(Ok(String::new()), |password| password.read_line());
        let password = password.map_err(|error| broken(&error))?;
        return Ok(Arc::new(KeyFile::from_pkcs12(&key, &password).map_err(|fault| broken(&fault))?));
    }
    let certificate = signing.certificate.as_ref().ok_or_else(|| missing("certificate"))?;
    let certificate =
        std::fs::read(Path::new(certificate)).map_err(|error| broken(&format!("{certificate}: {error}")))?;
    let key = String::from_utf8(key).map_err(|_| broken(&"the key is not PEM"))?;
    Ok(Arc::new(KeyFile::from_pem(algorithm, &key, &certificate).map_err(|fault| broken(&fault))?))
}
