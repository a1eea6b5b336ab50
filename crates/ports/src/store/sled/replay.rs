//! What the journals add to what is in sled, when a store is opened.

use std::io;
use std::path::Path;
use std::sync::Arc;

use super::account::{Account, stamp};
use super::check::joined;
use super::journal::{Entry, Replay};
use super::layout::{HEAD_BYTES, Head, document_key};
use super::opening::{damaged, fault};
use super::overlay::{Overlay, Slot};
use super::{Key, StoreError};

/// What the journals add to what is in sled: the account with it, and the documents.
pub(super) fn replay(
    dir: &Path,
    in_sled: Account,
    body_in_sled: impl Fn(&Key) -> Result<Option<Arc<[u8]>>, StoreError>,
) -> Result<(Account, Overlay, Replay), StoreError> {
    let place = dir.display().to_string();
    let mut account = in_sled;
    let mut overlay = Overlay::default();
    let found = Replay::read(dir, |after, entries| {
        if after.number <= in_sled.number {
            // sled has this batch.
            return Ok(true);
        }
        if after.number != account.number + 1 {
            return Ok(false);
        }
        for (key, entry) in entries {
            let slot = match entry {
                Entry::Slot(slot) => slot,
                Entry::Head(head) => {
                    let body = match overlay.get(&key) {
                        Some(Slot::There(_, body)) => Some(Arc::clone(body)),
                        Some(Slot::Gone) => None,
                        None => body_in_sled(&key)?,
                    };
                    let Some(body) = body else {
                        // A later record deletes it, and sled knows that already; else the account will tell.
                        continue;
                    };
                    Slot::There(head, body)
                }
            };
            overlay.set(key, slot, false);
        }
        account = after;
        Ok(true)
    });
    let found = found.map_err(|error| match error {
        Reading::Store(error) => error,
        Reading::Disk(source) => StoreError::Io { place: place.clone(), source },
    })?;
    // A body that came from sled while the batches after it were still to come is another one only when one of them wrote it.
    for (key, slot) in overlay.slots() {
        if let Slot::There(head, body) = slot
            && stamp(key.as_str(), head, body) != head.stamp
        {
            return Err(damaged(&place, format!("{key} is not what was written")));
        }
    }
    Ok((account, overlay, found))
}

/// Why the journals could not be read.
enum Reading {
    Store(StoreError),
    Disk(io::Error),
}

impl From<StoreError> for Reading {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<io::Error> for Reading {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

/// The body of a document in sled.
pub(super) fn body_in_sled(db: &sled::Db, place: &str, key: &Key) -> Result<Option<Arc<[u8]>>, StoreError> {
    let Some(value) = db.get(document_key(key)).map_err(|error| fault(place, error))? else {
        return Ok(None);
    };
    let Some(head) = Head::read(&value) else {
        return Err(damaged(place, format!("the head of {key} is not readable")));
    };
    Ok(Some(match head.pieces {
        0 => value[HEAD_BYTES..].into(),
        _ => joined(db, place, key, &head)?.into(),
    }))
}
