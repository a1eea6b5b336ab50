//! Documents as rows.

use jiff::Timestamp;

use super::super::{Change, Document, Expect, Key, StoreError, Write};

/// A row: key, version, due in milliseconds, the body as JSON text, or as bytes.
pub(super) type Row = (String, i64, Option<i64>, Option<String>, Option<Vec<u8>>);

/// A document as the store hands it out.
pub(super) fn document(row: Row, place: &str) -> Result<Document, StoreError> {
    let (key, version, due, body, raw) = row;
    let damaged = |reason: &str| StoreError::Damaged {
        place: place.to_owned(),
        reason: format!("the document {key} has {reason}"),
    };
    let version = u64::try_from(version).map_err(|_| damaged("no version"))?;
    let due = due
        .map(Timestamp::from_millisecond)
        .transpose()
        .map_err(|_| damaged("a due time outside of the calendar"))?;
    let body = match (body, raw) {
        (Some(text), None) => text.into_bytes(),
        (None, Some(raw)) => raw,
        _ => return Err(damaged("no body")),
    };
    Ok(Document { key: Key::from_stored(key), version, due, body })
}

/// A batch, column by column, as `commit_batch` takes it.
#[derive(Debug, Default)]
pub(super) struct Columns {
    pub(super) keys: Vec<String>,
    pub(super) expects: Vec<i64>,
    /// Whether a key goes; nothing when only something is demanded of it.
    pub(super) gone: Vec<Option<bool>>,
    pub(super) dues: Vec<Option<i64>>,
    pub(super) bodies: Vec<Option<String>>,
    pub(super) raws: Vec<Option<Vec<u8>>>,
}

/// Stands for a demand of nothing.
const ANY: i64 = -1;
/// Stands for a demand that the key does not exist.
const ABSENT: i64 = 0;

impl Columns {
    /// What was demanded of a key.
    pub(super) fn expect_of(&self, key: &Key) -> Expect {
        let at = self.keys.iter().position(|known| known == key.as_str());
        match at.and_then(|at| self.expects.get(at)) {
            Some(&ABSENT) => Expect::Absent,
            Some(&version) if version > 0 => Expect::Version(version.unsigned_abs()),
            _ => Expect::Any,
        }
    }
}

/// The columns of a batch whose writes are sorted by their keys.
pub(super) fn columns(writes: Vec<Write>) -> Result<Columns, StoreError> {
    let mut columns = Columns::default();
    for Write { key, expect, change } in writes {
        columns.expects.push(match expect {
            Expect::Any => ANY,
            Expect::Absent => ABSENT,
            // A version beyond every possible one is met by none.
            Expect::Version(version) => i64::try_from(version).unwrap_or(i64::MAX).max(1),
        });
        let (gone, due, body, raw) = match change {
            Change::Put { body, due } => {
                let (body, raw) = json_or_bytes(within_bounds(&key, body)?);
                (Some(false), due.map(Timestamp::as_millisecond), body, raw)
            }
            Change::Delete => (Some(true), None, None, None),
            Change::Keep => (None, None, None, None),
        };
        columns.keys.push(key.as_str().to_owned());
        columns.gone.push(gone);
        columns.dues.push(due);
        columns.bodies.push(body);
        columns.raws.push(raw);
    }
    Ok(columns)
}

/// The columns of documents that are put as they are; their versions stand where demands do.
pub(super) fn columns_as_they_are(documents: Vec<Document>) -> Result<Columns, StoreError> {
    let mut columns = Columns::default();
    for Document { key, version, due, body } in documents {
        let (body, raw) = json_or_bytes(within_bounds(&key, body)?);
        columns.keys.push(key.as_str().to_owned());
        columns.expects.push(i64::try_from(version).unwrap_or(i64::MAX));
        columns.dues.push(due.map(Timestamp::as_millisecond));
        columns.bodies.push(body);
        columns.raws.push(raw);
    }
    Ok(columns)
}

/// The longest document, as the other stores take it.
const MAX_BODY_BYTES: usize = 64 << 20;

fn within_bounds(key: &Key, body: Vec<u8>) -> Result<Vec<u8>, StoreError> {
    let length = body.len();
    if length > MAX_BODY_BYTES {
        return Err(StoreError::TooLong { key: key.clone(), length, limit: MAX_BODY_BYTES });
    }
    Ok(body)
}

/// A JSON object as text, anything else as bytes. `jsonb`, which reports make of it, has no zero character: such an object stays
/// bytes.
fn json_or_bytes(body: Vec<u8>) -> (Option<String>, Option<Vec<u8>>) {
    const ZERO: &[u8] = br"\u0000";
    let is_object = body.first() == Some(&b'{')
        && memchr::memmem::find(&body, ZERO).is_none()
        && serde_json::from_slice::<serde::de::IgnoredAny>(&body).is_ok();
    if !is_object {
        return (None, Some(body));
    }
    match String::from_utf8(body) {
        Ok(text) => (Some(text), None),
        Err(error) => (None, Some(error.into_bytes())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_json_object_stays_as_it_is() {
        assert_eq!(json_or_bytes(br#"{"a":1}"#.to_vec()), (Some(r#"{"a":1}"#.to_owned()), None));
        for body in [&b""[..], b"7", b"{", br#"{"a":"\u0000"}"#, b"{\"a\":\"\xff\"}", b" {}"] {
            assert_eq!(json_or_bytes(body.to_vec()), (None, Some(body.to_vec())));
        }
    }
}
