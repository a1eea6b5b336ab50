//! Commodity codes (商品编码).

use std::fmt;

use serde::{Deserialize, Serialize};

/// How many digits a customs commodity code has: HS6, two national digits, two statistical digits.
pub const HS_DIGITS: usize = 10;

/// A commodity code of ten digits, kept as text so that chapters 01 to 09 keep their leading zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct HsCode([u8; HS_DIGITS]);

impl HsCode {
    /// The strict parser, for the wire: exactly ten ASCII digits.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: [u8; HS_DIGITS] = text.as_bytes().try_into().ok()?;
        digits.iter().all(u8::is_ascii_digit).then_some(Self(digits))
    }

    /// The ten digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The tariff line (税则号列): the first eight digits.
    pub fn tariff_line(&self) -> &str {
        &self.as_str()[..8]
    }

    /// The chapter, 1 to 99.
    pub fn chapter(&self) -> u8 {
        (self.0[0] - b'0') * 10 + (self.0[1] - b'0')
    }
}

impl fmt::Display for HsCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl TryFrom<String> for HsCode {
    type Error = String;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| format!("not a ten-digit commodity code: {text}"))
    }
}

impl From<HsCode> for String {
    fn from(code: HsCode) -> Self {
        code.as_str().to_owned()
    }
}
