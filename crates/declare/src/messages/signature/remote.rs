//! Keys behind a signing service: see [`ports::signing`] for the protocol.

use ports::signing::SigningService;

use super::{Algorithm, Certificate, SignFault, Signer};

/// A certificate whose key is held by signing services.
#[derive(Debug)]
pub struct RemoteSigner {
    service: SigningService,
    certificate: Certificate,
}

impl RemoteSigner {
    /// The key of a certificate behind a service.
    pub const fn new(service: SigningService, certificate: Certificate) -> Self {
        Self { service, certificate }
    }

    /// The service, for its health and its meter.
    pub const fn service(&self) -> &SigningService {
        &self.service
    }
}

impl Signer for RemoteSigner {
    fn algorithm(&self) -> Algorithm {
        self.certificate.algorithm()
    }

    fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    fn sign(&self, canonical_info: &[u8]) -> Result<Vec<u8>, SignFault> {
        let algorithm = self.algorithm().to_string();
        self.service
            .sign(&algorithm, self.certificate.serial(), canonical_info)
            .map_err(|error| SignFault::Signer(error.to_string()))
    }

    fn health(&self) -> Vec<(String, Result<(), SignFault>)> {
        let asked = self.service.health().into_iter();
        asked.map(|(url, found)| (url, found.map_err(|error| SignFault::Signer(error.to_string())))).collect()
    }

    fn signatures_per_minute(&self) -> Option<u64> {
        Some(self.service.meter().last_minute(std::time::Instant::now()))
    }
}
