//! The one door through which personal bytes go into the store and come out of it: orders as the platform gave them, and
//! receipts as they came.

use base64ct::{Base64, Encoding as _};
use ports::store::{Key, StoreError};

/// Seals and opens what is personal. What is sealed for one record and field opens for no other.
pub trait Door: Send + Sync {
    /// Bytes as a text that can be kept.
    ///
    /// # Errors
    /// When the key cannot be used; nothing is kept then.
    fn seal(&self, record: &Key, field: &'static str, bytes: &[u8]) -> Result<String, DoorError>;

    /// The bytes of a text that was kept.
    ///
    /// # Errors
    /// When the text was sealed under another key, for another record, or is damaged.
    fn open(&self, record: &Key, field: &'static str, text: &str) -> Result<Vec<u8>, DoorError>;
}

impl std::fmt::Debug for dyn Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Door")
    }
}

/// Why the door stays shut.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DoorError {
    /// What was kept cannot be opened.
    #[error("what is kept under {key} cannot be opened: {reason}")]
    Shut {
        /// The record's key.
        key: String,
        /// Why, without any content.
        reason: String,
    },
    /// The keys are out of reach for now.
    #[error("the keys of what is kept under {key} are out of reach: {reason}")]
    Away {
        /// The record's key.
        key: String,
        /// Why.
        reason: String,
    },
}

impl From<DoorError> for StoreError {
    fn from(error: DoorError) -> Self {
        match error {
            DoorError::Shut { key, reason } => Self::Damaged { place: key, reason },
            DoorError::Away { key, reason } => {
                let source = std::io::Error::new(std::io::ErrorKind::ConnectionAborted, reason);
                Self::Io { place: key, source }
            }
        }
    }
}

/// A door that keeps bytes in the clear, as text.
#[derive(Debug, Clone, Copy, Default)]
pub struct OpenDoor;

impl Door for OpenDoor {
    fn seal(&self, _: &Key, _: &'static str, bytes: &[u8]) -> Result<String, DoorError> {
        Ok(Base64::encode_string(bytes))
    }

    fn open(&self, record: &Key, _: &'static str, text: &str) -> Result<Vec<u8>, DoorError> {
        Base64::decode_vec(text)
            .map_err(|_| DoorError::Shut { key: record.to_string(), reason: "it is no Base64".to_owned() })
    }
}
