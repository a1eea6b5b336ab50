//! The seam to whatever seals personal data at rest.

use crate::store::Key;

/// It could not be sealed or opened. Says nothing of what was to be sealed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key} cannot be sealed or opened: {reason}")]
pub struct SealError {
    /// The document.
    pub key: Key,
    /// Why not.
    pub reason: String,
}

/// Seals what a document holds before it is stored, bound to the document's key, and opens it again.
pub trait Seal: Send + Sync {
    /// Seals a text.
    ///
    /// # Errors
    /// [`SealError`]; then nothing is stored and the platform is not told that it was received.
    fn seal(&self, key: &Key, plain: &str) -> Result<String, SealError>;

    /// Opens what was sealed for the same key.
    ///
    /// # Errors
    /// [`SealError`].
    fn open(&self, key: &Key, sealed: &str) -> Result<String, SealError>;
}

/// Seals nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Plain;

impl Seal for Plain {
    fn seal(&self, _: &Key, plain: &str) -> Result<String, SealError> {
        Ok(plain.to_owned())
    }

    fn open(&self, _: &Key, sealed: &str) -> Result<String, SealError> {
        Ok(sealed.to_owned())
    }
}
