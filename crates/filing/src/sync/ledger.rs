//! What was sent, in the store.
//!
//! | key | document |
//! |---|---|
//! | `sync/xiaohongshu/item/<port>/<barcode>` | the hash of what was last accepted about an article at a port, and when |
//! | `sync/xiaohongshu/spv/<id>` | the same about the six fields of a variant |

use jiff::Timestamp;
use ports::store::{Batch, Expect, Key, Record, Store, StoreError};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::barcode::Barcode;

const PLATFORM: &str = "xiaohongshu";

/// What was last accepted under a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sent {
    pub(super) hash: String,
    pub(super) at: Timestamp,
}

impl Record for Sent {
    const FORMAT: u32 = 1;
}

pub(super) fn item_key(port: &str, barcode: &Barcode) -> Key {
    Key::of(["sync", PLATFORM, "item", port, barcode.as_str()])
}

pub(super) fn spv_key(spv_id: &str) -> Key {
    Key::of(["sync", PLATFORM, "spv", spv_id])
}

/// The hash of a call's content: SHA-256 of its JSON, in hexadecimal.
pub(super) fn hash(content: &impl Serialize) -> String {
    let json = serde_json::to_vec(content).unwrap_or_default();
    Sha256::digest(&json).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether exactly this was accepted last.
pub(super) fn holds(store: &dyn Store, key: &Key, hash: &str) -> Result<bool, StoreError> {
    match store.get(key)? {
        Some(document) => Ok(document.record::<Sent>()?.hash == hash),
        None => Ok(false),
    }
}

/// Records what was accepted.
pub(super) fn record(store: &dyn Store, sent: &mut Vec<(Key, Sent)>) -> Result<(), StoreError> {
    let mut batch = Batch::default();
    for (key, sent) in sent.drain(..) {
        batch.put(key, Expect::Any, &sent)?;
    }
    if batch.is_empty() { Ok(()) } else { store.commit(batch) }
}

/// Forgets what was accepted, so that it is sent again.
pub(super) fn forget(store: &dyn Store, key: Key) -> Result<(), StoreError> {
    let mut batch = Batch::default();
    batch.delete(key, Expect::Any);
    store.commit(batch)
}
