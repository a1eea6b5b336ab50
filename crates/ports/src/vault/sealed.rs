//! Sealed texts, as they stand in documents.
//!
//! In JSON a sealed text is one string, `sealed:1:<day>:<field>:<Base64 of nonce, cipher text and tag>`, and an erased one is
//! `sealed:erased:<day>`. The form has no character that JSON escapes, so that sealed texts are found and replaced in a
//! document without knowing what record it is.

use std::fmt;
use std::str::FromStr;

use base64ct::{Base64, Encoding as _};
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::VaultError;

/// What a sealed text begins with.
const PREFIX: &str = "sealed:";
/// The number of the cipher and its binding.
const FORM: &str = "1";
const ERASED: &str = "erased";

/// Which text of a document is sealed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Field(&'static str);

impl Field {
    /// An order as the platform gave it.
    pub const BUNDLE: Self = Self("bundle");
    /// A receipt as customs gave it.
    pub const RECEIPT: Self = Self("receipt");
    /// A push message as the platform sent it.
    pub const PUSH: Self = Self("push");
    /// An answer of a platform, kept for later questions.
    pub const ANSWER: Self = Self("answer");
    /// What a person wrote about an order.
    pub const REMARK: Self = Self("remark");
    /// A secret that all who share a store have to know.
    pub const SECRET: Self = Self("secret");

    const ALL: [Self; 6] =
        [Self::BUNDLE, Self::RECEIPT, Self::PUSH, Self::ANSWER, Self::REMARK, Self::SECRET];

    /// Its name.
    pub fn name(self) -> &'static str {
        self.0
    }

    /// The field of a name; nothing when there is none of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.0 == name)
    }
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Field({})", self.0)
    }
}

/// A sealed text, or the mark of one that was erased.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed(Form);

#[derive(Clone, PartialEq, Eq)]
enum Form {
    Closed(Closed),
    Erased(Date),
}

/// A sealed text.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Closed {
    /// The day whose key opens it.
    pub(super) day: Date,
    pub(super) field: Field,
    /// Nonce, cipher text and tag.
    pub(super) bytes: Vec<u8>,
}

impl Sealed {
    pub(super) fn closed(bytes: Vec<u8>, field: Field, day: Date) -> Self {
        Self(Form::Closed(Closed { day, field, bytes }))
    }

    /// The mark of a text that was erased on a day.
    pub fn erased(on: Date) -> Self {
        Self(Form::Erased(on))
    }

    /// The day it was erased, if it was.
    pub fn erased_on(&self) -> Option<Date> {
        self.contents().err()
    }

    /// The day whose key it is sealed under, unless it was erased.
    pub fn day(&self) -> Option<Date> {
        self.contents().ok().map(|closed| closed.day)
    }

    pub(super) fn contents(&self) -> Result<&Closed, Date> {
        match &self.0 {
            Form::Closed(closed) => Ok(closed),
            Form::Erased(on) => Err(*on),
        }
    }

    fn read(text: &str) -> Option<Self> {
        let (form, rest) = text.strip_prefix(PREFIX)?.split_once(':')?;
        if form == ERASED {
            return Some(Self::erased(rest.parse().ok()?));
        }
        let (day, rest) = rest.split_once(':').filter(|_| form == FORM)?;
        let (field, text) = rest.split_once(':')?;
        let bytes = Base64::decode_vec(text).ok()?;
        Some(Self::closed(bytes, Field::named(field)?, day.parse().ok()?))
    }
}

/// A text that is not sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a sealed text")]
pub struct NotSealed;

impl FromStr for Sealed {
    type Err = NotSealed;

    fn from_str(text: &str) -> Result<Self, NotSealed> {
        Self::read(text).ok_or(NotSealed)
    }
}

impl fmt::Display for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Closed(Closed { day, field, bytes }) => {
                write!(f, "{PREFIX}{FORM}:{day}:{}:{}", field.0, Base64::encode_string(bytes))
            }
            Form::Erased(on) => write!(f, "{PREFIX}{ERASED}:{on}"),
        }
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Closed(closed) => write!(f, "Sealed({} of {})", closed.field.0, closed.day),
            Form::Erased(on) => write!(f, "Sealed(erased on {on})"),
        }
    }
}

impl Serialize for Sealed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sealed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The days under whose keys texts of a document are sealed.
pub(super) fn days(body: &[u8]) -> impl Iterator<Item = Date> + '_ {
    texts(body).filter_map(|(_, text)| text.day())
}

/// A document with some of its sealed texts replaced; nothing when none was.
pub(super) fn replace(
    body: &[u8],
    mut with: impl FnMut(&Sealed) -> Result<Option<Sealed>, VaultError>,
) -> Result<Option<Vec<u8>>, VaultError> {
    let mut replaced: Option<Vec<u8>> = None;
    let mut copied = 0;
    for (place, text) in texts(body) {
        if let Some(new) = with(&text)? {
            let out = replaced.get_or_insert_with(|| Vec::with_capacity(body.len()));
            out.extend_from_slice(&body[copied..place.start]);
            out.extend_from_slice(new.to_string().as_bytes());
            copied = place.end;
        }
    }
    Ok(replaced.map(|mut out| {
        out.extend_from_slice(&body[copied..]);
        out
    }))
}

/// The sealed texts of a document and where they stand.
fn texts(body: &[u8]) -> impl Iterator<Item = (std::ops::Range<usize>, Sealed)> + '_ {
    // With its quote: what merely ends so is another text.
    memchr::memmem::find_iter(body, b"\"sealed:").filter_map(|quote| {
        let start = quote + 1;
        let end = start + memchr::memchr(b'"', &body[start..])?;
        let text = Sealed::read(std::str::from_utf8(&body[start..end]).ok()?)?;
        Some((start..end, text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const DAY: Date = date(2026, 11, 25);

    #[test]
    fn a_sealed_text_is_one_plain_string() {
        for text in [Sealed::closed(vec![0xfb; 40], Field::BUNDLE, DAY), Sealed::erased(DAY)] {
            let json = serde_json::to_string(&text).unwrap();
            assert_eq!(json, format!("\"{text}\""));
            assert_eq!(serde_json::from_str::<Sealed>(&json).unwrap(), text);
        }
        for text in
            ["", "sealed:", "sealed:2:2026-11-25:bundle:", "sealed:1:x:bundle:", "sealed:1:2026-11-25:hat:"]
        {
            assert_eq!(Sealed::read(text), None, "{text}");
        }
    }

    #[test]
    fn sealed_texts_are_replaced_where_they_stand() {
        let text = Sealed::closed(vec![1; 40], Field::RECEIPT, DAY);
        let body = format!(r#"{{"a":"{text}","b":["x\"sealed:1:{text}",{{"c":"{text}"}}],"d":"sealed:"}}"#);
        assert_eq!(days(body.as_bytes()).collect::<Vec<_>>(), [DAY, DAY]);
        let mut first = true;
        let erased =
            replace(body.as_bytes(), |_| Ok(std::mem::take(&mut first).then(|| Sealed::erased(DAY))));
        let erased = String::from_utf8(erased.unwrap().unwrap()).unwrap();
        assert_eq!(erased, body.replacen(&text.to_string(), "sealed:erased:2026-11-25", 1));
        assert_eq!(replace(body.as_bytes(), |_| Ok(None)).unwrap(), None);
    }
}
