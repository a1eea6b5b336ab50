//! Counting the store through: does it hold what its account says?

use super::account::{Account, hash, stamp};
use super::layout::{DOCUMENT, DUE, HEAD_BYTES, Head, PIECE, due_key, piece_key};
use super::opening::{damaged, fault};
use super::{Key, StoreError};

/// How closely to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// All but the bodies that lie in pieces: each is checked when it is read.
    Opening,
    /// Everything.
    Closely,
}

/// What a pass over the store found: entries, and the sum of their hashes.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    entries: u64,
    sum: u64,
}

impl Found {
    fn add(&mut self, hash: u64) {
        self.entries += 1;
        self.sum = self.sum.wrapping_add(hash);
    }
}

/// Compares everything in the store with `account`, and shows each key.
pub(super) fn check(
    db: &sled::Db,
    place: &str,
    account: &Account,
    look: Look,
    mut seen: impl FnMut(&str),
) -> Result<(), StoreError> {
    let mut documents = Found::default();
    let mut expected_dues = Found::default();
    let mut pieces = 0;
    for entry in db.scan_prefix([DOCUMENT]) {
        let (name, value) = entry.map_err(|error| fault(place, error))?;
        let Ok(key) = std::str::from_utf8(&name[1..]) else {
            return Err(damaged(place, "a key is not text"));
        };
        let Some(head) = Head::read(&value) else {
            return Err(damaged(place, format!("the head of {key} is not readable")));
        };
        let agrees = match head.pieces {
            0 => stamp(key, &head, &value[HEAD_BYTES..]) == head.stamp,
            _ if look == Look::Opening => true,
            _ => {
                let body = joined(db, place, &Key::from_stored(key.to_owned()), &head)?;
                stamp(key, &head, &body) == head.stamp
            }
        };
        if !agrees {
            return Err(damaged(place, format!("{key} is not what was written")));
        }
        seen(key);
        documents.add(head.stamp);
        pieces += u64::from(head.pieces);
        if let Some(due) = head.due {
            expected_dues.add(hash(&due_key(key, due)));
        }
    }
    let accounted = Found { entries: account.documents, sum: account.sum };
    if documents != accounted {
        let (found, expected) = (documents.entries, accounted.entries);
        return Err(damaged(
            place,
            if found == expected {
                "some of its documents are older than they should be".to_owned()
            } else {
                format!("it should hold {expected} documents and holds {found}")
            },
        ));
    }
    let mut dues = Found::default();
    for entry in db.scan_prefix([DUE]).keys() {
        dues.add(hash(&entry.map_err(|error| fault(place, error))?));
    }
    if dues != expected_dues {
        return Err(damaged(place, "its due times do not agree with its documents"));
    }
    if look == Look::Closely {
        let mut found = 0;
        for entry in db.scan_prefix([PIECE]).keys() {
            entry.map_err(|error| fault(place, error))?;
            found += 1;
        }
        if found != pieces {
            return Err(damaged(
                place,
                format!("its long documents have {pieces} pieces, {found} are there"),
            ));
        }
    }
    Ok(())
}

/// The body of a document that lies in pieces.
pub(super) fn joined(db: &sled::Db, place: &str, key: &Key, head: &Head) -> Result<Vec<u8>, StoreError> {
    let mut body = Vec::new();
    for index in 0..head.pieces {
        match db.get(piece_key(key, index)).map_err(|error| fault(place, error))? {
            Some(piece) => body.extend_from_slice(&piece),
            None => return Err(damaged(place, format!("piece {index} of {key} is missing"))),
        }
    }
    Ok(body)
}
