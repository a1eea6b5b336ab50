//! The signer that the configuration names.

use std::sync::Arc;
use std::time::Duration;

use ports::fault::Fault;
use ports::signing::{DEFAULT_PLACES, DEFAULT_TIMEOUT, SigningService, SigningSettings};

use crate::configuration::{Secret, Signing, faults};
use crate::messages::signature::{Algorithm, Certificate, KeyFile, RemoteSigner, Signer};

/// What a PKCS#12 file begins with: an ASN.1 sequence, where a PEM file begins with text.
const DER_SEQUENCE: u8 = 0x30;

/// Reads the key and its certificate, or finds the way to the service that holds the key.
pub(super) fn signer(signing: &Signing) -> Result<Arc<dyn Signer>, Box<Fault>> {
    let algorithm = match signing.kind.as_deref() {
        Some("rsa-sha1") => Algorithm::RsaSha1,
        Some("sm2-sm3") => Algorithm::Sm2Sm3,
        Some("remote") => return Ok(Arc::new(remote(signing)?)),
        _ => return Err(Box::new(faults::NO_SIGNER.fault())),
    };
    let key = signing.key.as_ref().ok_or_else(|| missing("key"))?;
    let key = key.read().map_err(|error| broken(&error))?;
    if key.first() == Some(&DER_SEQUENCE) && algorithm == Algorithm::RsaSha1 {
        let password = line(signing.password.as_ref())?.unwrap_or_default();
        return Ok(Arc::new(KeyFile::from_pkcs12(&key, &password).map_err(|fault| broken(&fault))?));
    }
    let key = String::from_utf8(key).map_err(|_| broken(&"the key is not PEM"))?;
    let certificate = certificate(signing)?;
    Ok(Arc::new(KeyFile::from_pem(algorithm, &key, &certificate).map_err(|fault| broken(&fault))?))
}

fn remote(signing: &Signing) -> Result<RemoteSigner, Box<Fault>> {
    if signing.urls.is_empty() {
        return Err(missing("urls"));
    }
    let certificate = Certificate::read(&certificate(signing)?).map_err(|fault| broken(&fault))?;
    let settings = SigningSettings {
        urls: signing.urls.clone(),
        token: line(signing.token.as_ref())?,
        places: signing.places.and_then(|places| places.try_into().ok()).unwrap_or(DEFAULT_PLACES),
        timeout: signing.timeout_seconds.map_or(DEFAULT_TIMEOUT, Duration::from_secs),
    };
    let service = SigningService::new(settings).map_err(|error| broken(&error))?;
    Ok(RemoteSigner::new(service, certificate))
}

fn broken(reason: &dyn std::fmt::Display) -> Box<Fault> {
    Box::new(faults::SIGNER.fault().with("reason", reason))
}

fn missing(key: &str) -> Box<Fault> {
    broken(&format!("signing.{key} is missing"))
}

fn line(secret: Option<&Secret>) -> Result<Option<String>, Box<Fault>> {
    secret.map(Secret::read_line).transpose().map_err(|error| broken(&error))
}

fn certificate(signing: &Signing) -> Result<Vec<u8>, Box<Fault>> {
    let path = signing.certificate.as_ref().ok_or_else(|| missing("certificate"))?;
    std::fs::read(path).map_err(|error| broken(&format!("{path}: {error}")))
}
