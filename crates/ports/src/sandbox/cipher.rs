//! The platform's encryption of personal fields, as seen from outside: `#<index>#<cipher>#<type>##`.
//!
//! As on the platform, a plain text has the same index in every order of an application and another cipher in each. How the
//! platform encrypts is not published; here it is a stream of SHA-256 blocks, which is good enough for invented people.

use base64ct::{Base64, Encoding as _};
use sha2::{Digest, Sha256};

/// What a field holds; the number stands in the ciphertext.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Address = 1,
    Name = 2,
    Phone = 3,
    Identity = 4,
}

const NONCE_BYTES: usize = 8;
const INDEX_BYTES: usize = 12;

/// An application's key.
#[derive(Clone)]
pub(super) struct Cipher {
    key: String,
}

fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

impl Cipher {
    pub(super) fn new(key: impl Into<String>) -> Self {
        Self { key: key.into() }
    }

    fn stream(&self, tag: &str, nonce: &[u8], bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        for (number, block) in bytes.chunks(32).enumerate() {
            let number = (number as u64).to_le_bytes();
            let pad = hash(&[self.key.as_bytes(), tag.as_bytes(), nonce, &number]);
            out.extend(block.iter().zip(pad).map(|(byte, pad)| byte ^ pad));
        }
        out
    }

    fn nonce(&self, tag: &str, plain: &[u8]) -> Vec<u8> {
        hash(&[self.key.as_bytes(), tag.as_bytes(), b"nonce", plain])[..NONCE_BYTES].to_vec()
    }

    /// Encrypts a field of an order.
    pub(super) fn seal(&self, tag: &str, plain: &str, kind: Kind) -> String {
        let index =
            Base64::encode_string(&hash(&[self.key.as_bytes(), b"index", plain.as_bytes()])[..INDEX_BYTES]);
        let mut sealed = self.nonce(tag, plain.as_bytes());
        let body = self.stream(tag, &sealed, plain.as_bytes());
        sealed.extend(body);
        format!("#{index}#{}#{}##", Base64::encode_string(&sealed), kind as u8)
    }

    /// Decrypts it again; nothing when it is not of this application and order.
    pub(super) fn open(&self, tag: &str, sealed: &str) -> Option<String> {
        let parts: Vec<&str> = sealed.split('#').collect();
        let ["", _, cipher, _, "", ""] = parts.as_slice() else { return None };
        let bytes = Base64::decode_vec(cipher).ok()?;
        let (nonce, body) = bytes.split_at_checked(NONCE_BYTES)?;
        let plain = self.stream(tag, nonce, body);
        (self.nonce(tag, &plain) == nonce).then(|| String::from_utf8(plain).ok()).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xiaohongshu::v3::is_ciphertext;

    #[test]
    fn only_its_own_order_opens_a_ciphertext() {
        let cipher = Cipher::new("app");
        let street = "示例路1号2幢1801室,很长很长的地址,要超过一个数据块";
        let sealed = cipher.seal("P1", street, Kind::Address);
        assert!(is_ciphertext(&sealed), "{sealed}");
        assert_eq!(cipher.open("P1", &sealed).as_deref(), Some(street));
        assert_eq!(cipher.open("P2", &sealed), None);
        assert_eq!(Cipher::new("another").open("P1", &sealed), None);
        let other = cipher.seal("P2", street, Kind::Address);
        assert_eq!(sealed.split('#').nth(1), other.split('#').nth(1), "the index is the same");
        assert_ne!(sealed, other);
        for broken in ["", "#a#b#1##", "#a##1##", street] {
            assert_eq!(cipher.open("P1", broken), None);
        }
    }
}
