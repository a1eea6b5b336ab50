//! The keys of days, each in a place of its own, wrapped under a master key.
//!
//! Such a place holds one line: `customs-day-key 1 <day> <number of the master key> <Base64 of the wrapped key>`.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::sync::{Arc, PoisonError, RwLock};

use base64ct::{Base64, Encoding as _};
use jiff::civil::Date;
use zeroize::Zeroizing;

use super::VaultError;
use super::cipher::{Cipher, KeyBytes, random};
use super::master::Masters;
use super::shelf::KeyShelf;

const TITLE: &str = "customs-day-key";
const FORM: &str = "1";

/// The keys of days.
pub(super) struct Days {
    shelf: Arc<dyn KeyShelf>,
    /// Those that were used: a few hundred at most, as older ones are destroyed with what they sealed.
    open: RwLock<HashMap<Date, Arc<Cipher>>>,
}

impl fmt::Debug for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Days").field("shelf", &self.shelf).finish_non_exhaustive()
    }
}

/// A day's key as its file holds it.
struct Wrapped {
    day: Date,
    master: u32,
    bytes: Vec<u8>,
}

impl Days {
    pub(super) fn on(shelf: Arc<dyn KeyShelf>) -> Self {
        Self { shelf, open: RwLock::default() }
    }

    /// The key that seals today's texts; made when it is not there.
    pub(super) fn sealing(&self, today: Date, masters: &Masters) -> Result<Arc<Cipher>, VaultError> {
        match self.opening(today, masters) {
            Err(VaultError::Lost { .. }) => {
                self.make(today, masters)?;
                self.opening(today, masters)
            }
            other => other,
        }
    }

    /// The key of a day.
    pub(super) fn opening(&self, day: Date, masters: &Masters) -> Result<Arc<Cipher>, VaultError> {
        if let Some(cipher) = self.open.read().unwrap_or_else(PoisonError::into_inner).get(&day) {
            return Ok(Arc::clone(cipher));
        }
        let wrapped = self.read(day)?.ok_or(VaultError::Lost { day })?;
        let cipher = Arc::new(Cipher::new(&wrapped.unwrap(masters)?));
        self.open.write().unwrap_or_else(PoisonError::into_inner).insert(day, Arc::clone(&cipher));
        Ok(cipher)
    }

    /// Whether there is any.
    pub(super) fn any(&self) -> Result<bool, VaultError> {
        Ok(!self.all()?.is_empty())
    }

    /// The days that have a key.
    pub(super) fn all(&self) -> Result<Vec<Date>, VaultError> {
        let names = self.shelf.names()?;
        let mut days: Vec<Date> = names.iter().filter_map(|name| name.parse().ok()).collect();
        days.sort_unstable();
        Ok(days)
    }

    /// Wraps all keys under the newest master key; says how many were not.
    pub(super) fn wrap_all(&self, masters: &Masters) -> Result<usize, VaultError> {
        let mut count = 0;
        for day in self.all()? {
            let Some(wrapped) = self.read(day)?.filter(|wrapped| wrapped.master != masters.newest()) else {
                continue;
            };
            let line = wrap(day, &wrapped.unwrap(masters)?, masters)?;
            self.shelf.replace(&day.to_string(), &line)?;
            count += 1;
        }
        Ok(count)
    }

    /// Destroys a day's key: nothing opens any more what it sealed.
    pub(super) fn destroy(&self, day: Date) -> Result<(), VaultError> {
        self.open.write().unwrap_or_else(PoisonError::into_inner).remove(&day);
        self.shelf.destroy(&day.to_string())
    }

    fn make(&self, day: Date, masters: &Masters) -> Result<(), VaultError> {
        let key: KeyBytes = Zeroizing::new(random()?);
        let line = wrap(day, &key, masters)?;
        self.shelf.create(&day.to_string(), &line)
    }

    fn read(&self, day: Date) -> Result<Option<Wrapped>, VaultError> {
        let line = match self.shelf.read(&day.to_string()) {
            Ok(Some(line)) => line,
            Ok(None) => return Ok(None),
            Err(VaultError::Io { source, .. }) if source.kind() == io::ErrorKind::InvalidData => {
                return Err(VaultError::Damaged { day });
            }
            Err(error) => return Err(error),
        };
        Wrapped::parse(&line)
            .filter(|wrapped| wrapped.day == day)
            .map(Some)
            .ok_or(VaultError::Damaged { day })
    }
}

impl Wrapped {
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let begins = words.next() == Some(TITLE) && words.next() == Some(FORM);
        let day = words.next().filter(|_| begins)?.parse().ok()?;
        let master = words.next()?.parse().ok()?;
        let bytes = Base64::decode_vec(words.next()?).ok()?;
        Some(Self { day, master, bytes }).filter(|_| words.next().is_none())
    }

    fn unwrap(&self, masters: &Masters) -> Result<KeyBytes, VaultError> {
        let master = masters.cipher(self.master)?;
        let damaged = VaultError::Damaged { day: self.day };
        let Some(bytes) = master.open(binding(self.day).as_bytes(), &self.bytes) else { return Err(damaged) };
        <[u8; 32]>::try_from(bytes.as_slice()).map(Zeroizing::new).map_err(|_| damaged)
    }
}

fn wrap(day: Date, key: &KeyBytes, masters: &Masters) -> Result<String, VaultError> {
    let number = masters.newest();
    let bytes = masters.cipher(number)?.seal(binding(day).as_bytes(), key.as_slice())?;
    Ok(format!("{TITLE} {FORM} {day} {number} {}\n", Base64::encode_string(&bytes)))
}

/// A wrapped key is its day's: a file under another name does not open.
fn binding(day: Date) -> String {
    format!("{TITLE} {day}")
}
