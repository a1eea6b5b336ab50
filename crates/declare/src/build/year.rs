//! A forecast of the yearly limit of each buyer.
//!
//! Customs keeps the count, over all platforms; what was declared here is only part of it. Each declared order leaves one
//! small record, under a key that a hash of the buyer's identity number stands in for: HMAC-SHA-256 under a secret of this
//! data directory, or of the store when it is shared ([`crate::keeping`]), so that the store alone does not give a number away, not even to one who tries all numbers there are.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use hmac::{Hmac, KeyInit, Mac};
use jiff::civil::Date;
use ports::money::Yuan;
use ports::store::{Batch, Expect, Key, Record, Store, StoreError};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::BuildError;
use crate::documents::Guid;
use crate::identity::IdNumber;

/// The file of the secret, in the data directory.
const FILE: &str = "buyer.key";
#[cfg(unix)]
const PRIVATE_FILE: u32 = 0o600;
const SECRET_BYTES: usize = 32;
/// The most orders of one buyer and year that are summed up; far more than the limit allows.
const MAX_ORDERS: usize = 10_000;

/// The secret under which buyers are hashed.
#[derive(Clone)]
pub(crate) struct Secret([u8; SECRET_BYTES]);

impl Secret {
    /// The secret of a data directory; made on first use, readable by its owner only.
    pub(crate) fn open(data: &Path) -> Result<Self, BuildError> {
        let path = data.join(FILE);
        let failed = |source: io::Error| BuildError::Io { path: path.clone(), source };
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                make(data, &path).map_err(failed)?;
                fs::read_to_string(&path).map_err(failed)?
            }
            Err(error) => return Err(failed(error)),
        };
        Self::parse(text.trim()).ok_or_else(|| failed(io::Error::from(io::ErrorKind::InvalidData)))
    }

    /// The secret of a data directory, if it has one.
    pub(crate) fn existing(data: &Path) -> io::Result<Option<Self>> {
        match fs::read_to_string(data.join(FILE)) {
            Ok(text) => {
                let secret = Self::parse(text.trim());
                secret.map(Some).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A new secret.
    pub(crate) fn random() -> Self {
        // Each number holds 122 random bits of the operating system.
        let random: Vec<String> = (0..4).map(|_| Guid::random().to_string()).collect();
        Self(Sha256::digest(random.concat().as_bytes()).into())
    }

    /// The secret in hexadecimal digits.
    pub(crate) fn text(&self) -> String {
        hex(&self.0)
    }

    /// Reads a secret in hexadecimal digits.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        unhex(text).map(Self)
    }

    /// The buyer's hash, in hexadecimal digits.
    fn hash(&self, buyer: &IdNumber) -> String {
        // A key of any length will do.
        let mut mac = match Hmac::<Sha256>::new_from_slice(&self.0) {
            Ok(mac) => mac,
            Err(_) => return String::new(),
        };
        mac.update(buyer.reveal().as_bytes());
        hex(&mac.finalize().into_bytes()[..16])
    }

    /// An order on its way into the buyer's year.
    pub(crate) fn purchase(&self, buyer: &IdNumber, on: Date, order_no: &str, value: Yuan) -> Purchase {
        let year = ["buyer".to_owned(), self.hash(buyer), on.year().to_string()];
        let own = year.iter().map(String::as_str).chain([order_no]);
        Purchase { key: Key::of(own), year: Key::below(&year), on, value }
    }
}

/// Makes the secret. It appears whole or not at all, and whoever comes second keeps what is there.
fn make(data: &Path, path: &Path) -> io::Result<()> {
    fs::create_dir_all(data)?;
    let unfinished = data.join(format!(".{FILE}.{}", Guid::random()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, PRIVATE_FILE);
    let mut file = options.open(&unfinished)?;
    file.write_all(Secret::random().text().as_bytes())?;
    file.sync_all()?;
    let linked = fs::hard_link(&unfinished, path);
    fs::remove_file(&unfinished)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => File::open(data)?.sync_all(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<[u8; SECRET_BYTES]> {
    let byte = |index: usize| u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..SECRET_BYTES).map(byte).collect();
    bytes.filter(|_| text.len() == 2 * SECRET_BYTES)?.try_into().ok()
}

/// An order as it counts against its buyer's year.
#[derive(Debug, Clone)]
pub(crate) struct Purchase {
    /// The record's key; one for each order, so that none counts twice.
    key: Key,
    /// The keys of all of the buyer's orders of the year.
    year: Key,
    /// The day of the declaration.
    pub(crate) on: Date,
    /// The dutiable value.
    value: Yuan,
}

/// The record of a purchase, under `buyer/<hash>/<year>/<order number>`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Bought {
    value: Decimal,
}

impl Record for Bought {
    const FORMAT: u32 = 1;
}

/// Purchases that the store does not know yet.
#[derive(Debug, Default)]
pub(crate) struct Pending(HashMap<Key, Yuan>);

impl Pending {
    /// Takes an order in; gives what the buyer's year comes to with it, as far as is known here.
    pub(crate) fn add(&mut self, purchase: &Purchase, store: &dyn Store) -> Result<Yuan, StoreError> {
        let mut sum = purchase.value;
        for document in store.scan(&purchase.year, None, MAX_ORDERS)? {
            if document.key != purchase.key {
                sum = sum + Yuan::bounded(document.record::<Bought>()?.value).unwrap_or_default();
            }
        }
        let waiting = self.0.entry(purchase.year.clone()).or_default();
        sum = sum + *waiting;
        *waiting = *waiting + purchase.value;
        Ok(sum)
    }

    /// Forgets an order that the store knows now, or that is not declared after all.
    pub(crate) fn forget(&mut self, purchase: &Purchase) {
        if let Some(waiting) = self.0.get_mut(&purchase.year) {
            *waiting = *waiting - purchase.value;
            if waiting.is_zero() {
                self.0.remove(&purchase.year);
            }
        }
    }
}

/// Adds the record of a purchase to a batch.
pub(crate) fn record(batch: &mut Batch, purchase: &Purchase) -> Result<(), StoreError> {
    let bought = Bought { value: purchase.value.decimal() };
    batch.put(purchase.key.clone(), Expect::Any, &bought)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use ports::store::MemoryStore;

    const DAY: Date = date(2026, 11, 22);

    fn buyer(number: &str) -> IdNumber {
        IdNumber::parse(number, DAY).unwrap()
    }

    #[test]
    fn the_secret_is_made_once_and_is_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let id = buyer("110101190101010011");
        let first = Secret::open(&data).unwrap().hash(&id);
        assert_eq!(Secret::open(&data).unwrap().hash(&id), first);
        assert!(first.len() == 32 && !first.contains("1901"));
        assert_ne!(Secret::open(folder.path()).unwrap().hash(&id), first);
        assert_eq!(fs::read_dir(&data).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(data.join(FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        fs::write(data.join(FILE), "short").unwrap();
        assert!(matches!(Secret::open(&data), Err(BuildError::Io { .. })));
    }

    #[test]
    fn an_order_counts_once_in_its_buyers_year() {
        let folder = tempfile::tempdir().unwrap();
        let (secret, store) = (Secret::open(folder.path()).unwrap(), MemoryStore::new());
        let (one, other) = (buyer("110101190101010011"), buyer("310115190402290024"));
        let yuan = |fen| Yuan::from_fen(fen);
        let mut pending = Pending::default();
        let mut add = |id: &IdNumber, on, order: &str, fen| {
            let purchase = secret.purchase(id, on, order, yuan(fen));
            let sum = pending.add(&purchase, &store).unwrap();
            (purchase, sum)
        };
        let (first, sum) = add(&one, DAY, "P1", 100);
        assert_eq!(sum, yuan(100));
        assert_eq!(add(&one, DAY, "P2", 50).1, yuan(150));
        assert_eq!(add(&other, DAY, "P3", 7).1, yuan(7));
        assert_eq!(add(&one, date(2027, 1, 1), "P4", 1).1, yuan(1));
        let mut batch = Batch::default();
        record(&mut batch, &first).unwrap();
        store.commit(batch).unwrap();
        pending.forget(&first);
        // One that is held after all counts no more.
        let held = secret.purchase(&one, DAY, "P5", yuan(5));
        assert_eq!(pending.add(&held, &store).unwrap(), yuan(155));
        pending.forget(&held);
        // The same order again: its record does not count beside it, the order that is still waiting does.
        assert_eq!(pending.add(&first, &store).unwrap(), yuan(150));
    }
}
