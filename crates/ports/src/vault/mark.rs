//! The store's memory of the master keys.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::VaultError;
use super::master::Masters;
use crate::store::{Batch, Expect, Key, Record, Store, StoreError};

/// The fingerprints of the master keys by their numbers, under `vault/mark`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Mark {
    masters: BTreeMap<u32, String>,
}

impl Record for Mark {
    const FORMAT: u32 = 1;
}

fn key() -> Key {
    Key::of(["vault", "mark"])
}

/// The mark, with the version it was read at; nothing while nothing was ever sealed.
pub(super) fn read(store: &dyn Store) -> Result<Option<(Mark, u64)>, StoreError> {
    store.get(&key())?.map(|found| Ok((found.record()?, found.version))).transpose()
}

/// Holds the keys at hand against the mark, and enters a new one. Of the older keys none needs to be there.
pub(super) fn agree(
    store: &dyn Store,
    mut known: Option<(Mark, u64)>,
    masters: &Masters,
) -> Result<(), VaultError> {
    let newest = masters.newest();
    loop {
        let mark = known.as_ref().map(|(mark, _)| mark.clone()).unwrap_or_default();
        for (number, fingerprint) in &mark.masters {
            if masters.fingerprint(*number).is_some_and(|found| found != *fingerprint) {
                return Err(VaultError::Wrong { number: *number });
            }
        }
        let last = mark.masters.last_key_value().map_or(newest, |(number, _)| *number);
        if masters.fingerprint(last).is_none() {
            return Err(VaultError::Missing { number: last });
        }
        let Some(fingerprint) = masters.fingerprint(newest).filter(|_| !mark.masters.contains_key(&newest))
        else {
            return Ok(());
        };
        let mut next = mark;
        next.masters.insert(newest, fingerprint);
        let expect = known.as_ref().map_or(Expect::Absent, |(_, version)| Expect::Version(*version));
        let mut batch = Batch::default();
        batch.put(key(), expect, &next)?;
        match store.commit(batch) {
            Ok(()) => return Ok(()),
            // Another process was first; what it wrote is held against the same keys.
            Err(StoreError::Conflict { .. }) => known = read(store)?,
            Err(error) => return Err(error.into()),
        }
    }
}
