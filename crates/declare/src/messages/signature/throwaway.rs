//! A key for trying things out: made on the spot, certified by itself, known to nobody.

use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use rsa::signature::Signer as _;
use sha2::{Digest as _, Sha256};
use sm2::dsa::SigningKey;
use sm2::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _, LineEnding};

use super::certificate::SM2_USER;
use crate::documents::Guid;

/// How long the certificate is valid.
const VALID: SignedDuration = SignedDuration::from_hours(24 * 30);
/// Random numbers that are tried: nearly all of them are keys.
const TRIES: usize = 16;

/// The object identifiers, in DER: SM2 with SM3, and a name's common name.
const SM2_WITH_SM3: &[u8] = &[0x06, 0x08, 0x2A, 0x81, 0x1C, 0xCF, 0x55, 0x01, 0x83, 0x75];
const COMMON_NAME: &[u8] = &[0x06, 0x03, 0x55, 0x04, 0x03];

/// An SM2 key and its certificate, both as files hold them.
pub struct ThrowAway {
    /// PKCS#8, PEM.
    pub key: String,
    /// X.509, DER.
    pub certificate: Vec<u8>,
}

impl std::fmt::Debug for ThrowAway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ThrowAway(…)")
    }
}

impl ThrowAway {
    /// Makes a key and a certificate with a name, valid from a moment on. Nothing when chance gives no key, which it does.
    pub fn sm2(name: &str, from: Timestamp) -> Option<Self> {
        let secret = (0..TRIES).find_map(|_| sm2::SecretKey::from_slice(&random()).ok())?;
        let public = secret.public_key().to_public_key_der().ok()?;
        let signing = SigningKey::new(SM2_USER, &secret).ok()?;
        let algorithm = tlv(0x30, &[SM2_WITH_SM3]);
        let text = tlv(0x0C, &[name.as_bytes()]);
        let name = tlv(0x30, &[&tlv(0x31, &[&tlv(0x30, &[COMMON_NAME, &text])])]);
        let until = from.checked_add(VALID).ok()?;
        let validity = tlv(0x30, &[&time(from)?, &time(until)?]);
        let mut serial = random();
        serial.truncate(16);
        if let Some(first) = serial.first_mut() {
            // Positive, and of full length.
            *first = *first & 0x3F | 0x40;
        }
        let version = tlv(0xA0, &[&tlv(0x02, &[&[2]])]);
        let serial = tlv(0x02, &[&serial]);
        let parts: [&[u8]; 7] = [&version, &serial, &algorithm, &name, &validity, &name, public.as_bytes()];
        let body = tlv(0x30, &parts);
        let signature: sm2::dsa::Signature = signing.try_sign(&body).ok()?;
        let signature = signature.to_bytes();
        let (r, s) = signature.split_at(32);
        let signature = tlv(0x30, &[&integer(r), &integer(s)]);
        let certificate = tlv(0x30, &[&body, &algorithm, &tlv(0x03, &[&[0], &signature])]);
        let key = secret.to_pkcs8_pem(LineEnding::LF).ok()?.to_string();
        Some(Self { key, certificate })
    }
}

/// 32 random bytes: each number holds 122 random bits of the operating system.
fn random() -> Vec<u8> {
    let numbers: Vec<String> = (0..4).map(|_| Guid::random().to_string()).collect();
    Sha256::digest(numbers.concat().as_bytes()).to_vec()
}

/// A value in DER: tag, length, content.
fn tlv(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let mut bytes = vec![tag];
    match u16::try_from(content.len()).unwrap_or(u16::MAX).to_be_bytes() {
        [0, length] if length < 0x80 => bytes.push(length),
        [0, length] => bytes.extend([0x81, length]),
        [high, low] => bytes.extend([0x82, high, low]),
    }
    bytes.extend(content);
    bytes
}

/// A positive number in DER.
fn integer(digits: &[u8]) -> Vec<u8> {
    let start = digits.iter().position(|byte| *byte != 0).unwrap_or(digits.len().saturating_sub(1));
    let digits = digits.get(start..).unwrap_or_default();
    // A leading bit would make it negative.
    let sign: &[u8] = if digits.first().is_some_and(|first| *first >= 0x80) { &[0] } else { &[] };
    tlv(0x02, &[sign, digits])
}

/// A time in DER: two digits of the year up to 2049, four afterwards.
fn time(at: Timestamp) -> Option<Vec<u8>> {
    let at = at.to_zoned(jiff::tz::TimeZone::UTC).datetime();
    let (tag, form) =
        if at.date() < date(2050, 1, 1) { (0x17, "%y%m%d%H%M%SZ") } else { (0x18, "%Y%m%d%H%M%SZ") };
    let text = jiff::fmt::strtime::format(form, at).ok()?;
    Some(tlv(tag, &[text.as_bytes()]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::signature::{Algorithm, KeyFile, probe};

    #[test]
    fn it_signs_and_its_certificate_is_sound() {
        for at in ["2026-11-25T00:00:00Z", "2051-01-01T00:00:00Z"] {
            let made = ThrowAway::sm2("演示", at.parse().unwrap()).unwrap();
            let key = KeyFile::from_pem(Algorithm::Sm2Sm3, &made.key, &made.certificate).unwrap();
            probe(&key).unwrap();
            assert!(!format!("{made:?}").contains("PRIVATE"));
        }
        let [one, other] = [(); 2].map(|()| ThrowAway::sm2("x", Timestamp::UNIX_EPOCH).unwrap());
        assert_ne!(one.key, other.key);
    }
}
