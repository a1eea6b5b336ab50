//! Orders and receipts as they came, compressed before they are sealed.
//!
//! What is sealed cannot be compressed any more, neither by a store nor by a disk: an order as its platform gave it and a
//! receipt of a hundred answers are text that repeats itself, and take a third to a tenth of the room when they are
//! compressed before. Whoever shares a store pays for each byte three times, in the table, in its log, and on the way.

use std::cell::RefCell;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use jiff::Timestamp;
use ports::gateway::Raw;
use ports::store::Key;

use super::door::{Door, DoorError};
use super::layout::{Bundle, RawReceipt};

/// The most bytes that come out of compressed ones: far more than an order or a receipt has.
const MAX_BYTES: usize = 64 << 20;
/// Room that is made at a time.
const ROOM: usize = 32 << 10;

thread_local! {
    /// Making a compressor takes as long as using it.
    static COMPRESSOR: RefCell<Compress> = RefCell::new(Compress::new(Compression::fast(), false));
}

impl Bundle {
    const FIELD: &'static str = "bundle";

    /// An order as the platform gave it, its line compressed and sealed for the record that it is kept in.
    ///
    /// # Errors
    /// As [`Door::seal`].
    pub(super) fn seal(
        door: &dyn Door,
        record: &Key,
        platform: &str,
        line: &str,
        at: Timestamp,
    ) -> Result<Self, DoorError> {
        let sealed = seal(door, record, Self::FIELD, line.as_bytes())?;
        Ok(Self { platform: platform.to_owned(), at, sealed, compressed: true })
    }

    /// The line of an orders file.
    ///
    /// # Errors
    /// As [`Door::open`].
    pub(super) fn open(&self, door: &dyn Door, record: &Key) -> Result<Vec<u8>, DoorError> {
        open(door, record, Self::FIELD, (&self.sealed, self.compressed))
    }
}

impl RawReceipt {
    const FIELD: &'static str = "receipt";

    /// A receipt as it came, compressed and sealed for the record that it is kept in.
    ///
    /// # Errors
    /// As [`Door::seal`].
    pub(super) fn seal(door: &dyn Door, record: &Key, raw: &Raw) -> Result<Self, DoorError> {
        Ok(Self {
            name: raw.name.clone(),
            received_at: raw.received_at,
            sealed: seal(door, record, Self::FIELD, &raw.bytes)?,
            compressed: true,
            folded_at: None,
            orders: Vec::new(),
            strays: 0,
            unreadable: None,
        })
    }

    /// Its bytes.
    ///
    /// # Errors
    /// As [`Door::open`].
    pub(super) fn open(&self, door: &dyn Door, record: &Key) -> Result<Vec<u8>, DoorError> {
        open(door, record, Self::FIELD, (&self.sealed, self.compressed))
    }
}

fn seal(door: &dyn Door, record: &Key, field: &'static str, bytes: &[u8]) -> Result<String, DoorError> {
    door.seal(record, field, &compress(bytes).ok_or_else(|| broken(record))?)
}

fn open(
    door: &dyn Door,
    record: &Key,
    field: &'static str,
    (sealed, compressed): (&str, bool),
) -> Result<Vec<u8>, DoorError> {
    let bytes = door.open(record, field, sealed)?;
    if compressed { decompress(&bytes).ok_or_else(|| broken(record)) } else { Ok(bytes) }
}

fn broken(record: &Key) -> DoorError {
    DoorError::Shut { key: record.to_string(), reason: "it is not compressed as it should be".to_owned() }
}

fn compress(bytes: &[u8]) -> Option<Vec<u8>> {
    COMPRESSOR.with_borrow_mut(|compressor| {
        compressor.reset();
        let mut out = Vec::with_capacity(bytes.len() / 2 + 64);
        loop {
            let from = usize::try_from(compressor.total_in()).ok()?;
            match compressor.compress_vec(bytes.get(from..)?, &mut out, FlushCompress::Finish).ok()? {
                Status::StreamEnd => return Some(out),
                Status::Ok | Status::BufError => out.reserve(ROOM),
            }
        }
    })
}

fn decompress(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut stream = Decompress::new(false);
    let mut out = Vec::with_capacity(bytes.len().saturating_mul(4).min(MAX_BYTES));
    loop {
        let from = usize::try_from(stream.total_in()).ok()?;
        let before = (from, out.len());
        match stream.decompress_vec(bytes.get(from..)?, &mut out, FlushDecompress::Finish).ok()? {
            Status::StreamEnd => return Some(out),
            // Nothing more comes out, though there is room: it breaks off.
            _ if before == (usize::try_from(stream.total_in()).ok()?, out.len())
                && out.len() < out.capacity() =>
            {
                return None;
            }
            _ if out.len() >= MAX_BYTES => return None,
            _ => out.reserve(ROOM),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::OpenDoor;
    use super::*;

    #[test]
    fn what_is_compressed_comes_out_as_it_was() {
        let key = Key::of(["bundle", "P1"]);
        let long = "<orderNo>P1</orderNo>".repeat(20_000).into_bytes();
        for bytes in [&b""[..], b"{", &long, &(0..=255).cycle().take(70_001).collect::<Vec<u8>>()] {
            let sealed = seal(&OpenDoor, &key, "bundle", bytes).unwrap();
            assert_eq!(open(&OpenDoor, &key, "bundle", (&sealed, true)).unwrap(), bytes);
        }
        assert!(seal(&OpenDoor, &key, "bundle", &long).unwrap().len() < long.len() / 10);
        let clear = OpenDoor.seal(&key, "bundle", b"{}").unwrap();
        assert_eq!(open(&OpenDoor, &key, "bundle", (&clear, false)).unwrap(), b"{}");
    }

    #[test]
    fn what_breaks_off_or_was_never_compressed_is_refused() {
        let whole = compress(&b"one two three four ".repeat(99)).unwrap();
        for bytes in [&b""[..], &whole[..whole.len() - 1], b"{\"format\":1}"] {
            assert_eq!(decompress(bytes), None);
        }
    }
}
