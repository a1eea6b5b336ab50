//! AES-256-GCM with a random nonce in front of every text.

use std::fmt;

use aes_gcm::aead::{AeadInOut as _, KeyInit as _};
use aes_gcm::{Aes256Gcm, Key, Nonce, Tag};
use zeroize::Zeroizing;

use super::VaultError;

/// Bytes of a key.
pub(super) const KEY_BYTES: usize = 32;
/// Bytes of a nonce. It is random: a key may seal some 2^32 texts before two of them are likely to have the same (NIST SP
/// 800-38D, 8.3), and a day's key seals a few millions.
const NONCE_BYTES: usize = 12;
const TAG_BYTES: usize = 16;

/// A key's bytes; gone from memory when dropped.
pub(super) type KeyBytes = Zeroizing<[u8; KEY_BYTES]>;

/// A key at work.
pub(super) struct Cipher(Box<Aes256Gcm>);

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cipher(…)")
    }
}

/// Random bytes from the operating system.
pub(super) fn random<const N: usize>() -> Result<[u8; N], VaultError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| VaultError::Io {
        path: "random numbers".into(),
        source: std::io::Error::other(error.to_string()),
    })?;
    Ok(bytes)
}

impl Cipher {
    pub(super) fn new(key: &KeyBytes) -> Self {
        let key: &Key<Aes256Gcm> = (&**key).into();
        Self(Box::new(Aes256Gcm::new(key)))
    }

    /// Nonce, cipher text and tag.
    pub(super) fn seal(&self, binding: &[u8], clear: &[u8]) -> Result<Vec<u8>, VaultError> {
        let nonce: [u8; NONCE_BYTES] = random()?;
        let mut bytes = Vec::with_capacity(NONCE_BYTES + clear.len() + TAG_BYTES);
        bytes.extend_from_slice(&nonce);
        bytes.extend_from_slice(clear);
        let sealed =
            self.0.encrypt_inout_detached(&Nonce::from(nonce), binding, (&mut bytes[NONCE_BYTES..]).into());
        bytes.extend_from_slice(&sealed.map_err(|_| VaultError::TooLong)?);
        Ok(bytes)
    }

    /// The text, when the bytes are whole and bound so.
    pub(super) fn open(&self, binding: &[u8], bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, rest) = bytes.split_first_chunk::<NONCE_BYTES>()?;
        let (text, tag) = rest.split_last_chunk::<TAG_BYTES>()?;
        let mut clear = Zeroizing::new(text.to_vec());
        let opened = self.0.decrypt_inout_detached(
            &Nonce::from(*nonce),
            binding,
            clear.as_mut_slice().into(),
            &Tag::from(*tag),
        );
        opened.ok().map(|()| clear)
    }
}
