//! Master keys: numbered, the newest wraps.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::cipher::{Cipher, KEY_BYTES, KeyBytes, random};
use super::error::at;
use super::{VaultError, durable, keys_folder};

/// Digits of a fingerprint: enough that two keys never share one.
const FINGERPRINT_BYTES: usize = 16;
/// The number of the first key.
const FIRST: u32 = 1;

/// The master keys at hand.
pub(super) struct Masters(BTreeMap<u32, KeyBytes>);

impl fmt::Debug for Masters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Masters").field(&self.0.keys()).finish()
    }
}

fn file_name(number: u32) -> String {
    format!("master-{number}.key")
}

impl Masters {
    /// Reads keys as they are given in a configuration: one, or several with their numbers.
    pub(super) fn parse(text: &str) -> Result<Self, VaultError> {
        let form = || VaultError::Form { place: "[vault] key".to_owned() };
        let mut keys = BTreeMap::new();
        for entry in text.split(|letter: char| letter.is_whitespace() || letter == ',') {
            if entry.is_empty() {
                continue;
            }
            let (number, digits) = entry.split_once(':').unwrap_or(("1", entry));
            let number = number.parse().map_err(|_| form())?;
            let key = unhex(digits).ok_or_else(form)?;
            if keys.insert(number, key).is_some() {
                return Err(form());
            }
        }
        if keys.is_empty() { Err(form()) } else { Ok(Self(keys)) }
    }

    /// Reads the data directory's own keys.
    pub(super) fn read(folder: &Path) -> Result<Self, VaultError> {
        let mut keys = BTreeMap::new();
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self(keys)),
            Err(error) => return Err(at(folder)(error)),
        };
        for entry in entries {
            let name = entry.map_err(at(folder))?.file_name();
            let number = name.to_str().and_then(|name| name.strip_prefix("master-")?.strip_suffix(".key"));
            let Some(number) = number.and_then(|number| number.parse().ok()) else { continue };
            let path = folder.join(name);
            if durable::is_open_to_others(&path).map_err(at(&path))? {
                return Err(VaultError::Open { path });
            }
            let text = durable::read(&path).map_err(at(&path))?.unwrap_or_default();
            let key = unhex(text.trim());
            keys.insert(number, key.ok_or_else(|| VaultError::Form { place: path.display().to_string() })?);
        }
        Ok(Self(keys))
    }

    /// Makes a data directory's first key; of two processes that do so at once both get the same one.
    pub(super) fn make(data: &Path) -> Result<Self, VaultError> {
        let folder = keys_folder(data);
        durable::make_folder(data).and_then(|()| durable::make_folder(&folder)).map_err(at(&folder))?;
        create(&folder, FIRST)?;
        Self::read(&folder)
    }

    /// These keys and a new one.
    pub(super) fn with_new(&self, folder: &Path) -> Result<Self, VaultError> {
        create(folder, self.newest().saturating_add(1))?;
        Self::read(folder)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The number of the newest key.
    pub(super) fn newest(&self) -> u32 {
        self.0.last_key_value().map_or(FIRST, |(number, _)| *number)
    }

    /// A key at work.
    pub(super) fn cipher(&self, number: u32) -> Result<Cipher, VaultError> {
        self.0.get(&number).map(Cipher::new).ok_or(VaultError::Missing { number })
    }

    /// What tells a key from another one and gives nothing of it away; nothing when the key is not there.
    pub(super) fn fingerprint(&self, number: u32) -> Option<String> {
        let mut hash = Sha256::new_with_prefix(b"customs master key");
        hash.update(self.0.get(&number)?.as_slice());
        Some(hex(&hash.finalize()[..FINGERPRINT_BYTES]).to_string())
    }
}

fn create(folder: &Path, number: u32) -> Result<(), VaultError> {
    let key: KeyBytes = Zeroizing::new(random()?);
    let mut text = hex(&*key);
    text.push('\n');
    let name = file_name(number);
    durable::create(folder, &name, text.as_bytes()).map_err(at(folder.join(name)))
}

fn hex(bytes: &[u8]) -> Zeroizing<String> {
    let digit = |nibble: u8| char::from_digit(nibble.into(), 16).unwrap_or('0');
    let mut text = Zeroizing::new(String::with_capacity(2 * bytes.len() + 1));
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 0xf));
    }
    text
}

fn unhex(text: &str) -> Option<KeyBytes> {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    let digits = text.as_bytes();
    if digits.len() != 2 * KEY_BYTES {
        return None;
    }
    let value = |digit: u8| u8::try_from(char::from(digit).to_digit(16)?).ok();
    for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = (value(pair[0])? << 4) | value(pair[1])?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_with_or_without_their_numbers() {
        let (one, two) = ("0f".repeat(KEY_BYTES), "A0".repeat(KEY_BYTES));
        assert_eq!(*Masters::parse(&one).unwrap().0[&1], [0x0f; KEY_BYTES]);
        let both = Masters::parse(&format!("1:{one}\n 7:{two},")).unwrap();
        assert_eq!((both.newest(), *both.0[&7]), (7, [0xa0; KEY_BYTES]));
        assert!(matches!(both.cipher(2), Err(VaultError::Missing { number: 2 })));
        for wrong in
            ["", " ", "1:", &one[1..], &format!("{one}0"), &format!("{one} {two}"), "x:y", &"g".repeat(64)]
        {
            let error = Masters::parse(wrong).unwrap_err();
            assert!(matches!(error, VaultError::Form { .. }) && !error.to_string().contains("0f"), "{wrong}");
        }
        let shown = format!("{both:?} {:?}", both.cipher(1).unwrap());
        assert!(!shown.contains("15") && !shown.contains("0f"), "{shown}");
    }
}
