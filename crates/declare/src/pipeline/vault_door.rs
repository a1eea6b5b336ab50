//! The vault as the door to personal bytes.

use std::fmt;

use ports::store::Key;
use ports::vault::{Field, Sealed, Vault, VaultError};

use super::door::{Door, DoorError};

const NO_FIELD: &str = "there is no such field";

fn shut(record: &Key, reason: &impl fmt::Display) -> DoorError {
    DoorError::Shut { key: record.to_string(), reason: reason.to_string() }
}

fn failed(record: &Key, error: &VaultError) -> DoorError {
    match error {
        VaultError::Store(away) if away.is_passing() => {
            DoorError::Away { key: record.to_string(), reason: away.to_string() }
        }
        other => shut(record, other),
    }
}

impl Door for Vault {
    fn seal(&self, record: &Key, field: &'static str, bytes: &[u8]) -> Result<String, DoorError> {
        let field = Field::named(field).ok_or_else(|| shut(record, &NO_FIELD))?;
        Self::seal(self, record, field, bytes)
            .map(|sealed| sealed.to_string())
            .map_err(|error| failed(record, &error))
    }

    fn open(&self, record: &Key, field: &'static str, text: &str) -> Result<Vec<u8>, DoorError> {
        let field = Field::named(field).ok_or_else(|| shut(record, &NO_FIELD))?;
        let sealed: Sealed = text.parse().map_err(|error| shut(record, &error))?;
        let clear = self.unseal(record, field, &sealed);
        clear.map(|clear| clear.to_vec()).map_err(|error| failed(record, &error))
    }
}
