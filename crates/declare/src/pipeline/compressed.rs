//! Bytes that are pressed before they are sealed.
//!
//! What is sealed cannot be made smaller any more, neither by a store nor by a disk: an order as its platform gave it and a
//! receipt of a hundred answers are text that repeats itself, and take a third to a tenth of the room when they are pressed
//! before. Whoever shares a store pays for each byte three times, in the table, in its log, and on the way.

use std::cell::RefCell;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use ports::store::Key;

use super::door::{Door, DoorError};

/// The most bytes that come out of pressed ones: far more than an order or a receipt has.
const MAX_BYTES: usize = 64 << 20;
/// Room that is made at a time.
const ROOM: usize = 32 << 10;

thread_local! {
    /// Making a press takes as long as using it.
    static PRESS: RefCell<Compress> = RefCell::new(Compress::new(Compression::fast(), false));
}

/// Presses and seals bytes for one record and field.
///
/// # Errors
/// As [`Door::seal`].
pub(super) fn seal(
    door: &dyn Door,
    record: &Key,
    field: &'static str,
    bytes: &[u8],
) -> Result<String, DoorError> {
    door.seal(record, field, &press(bytes).ok_or_else(|| broken(record))?)
}

/// Opens what was sealed, `pressed` or as it is.
///
/// # Errors
/// As [`Door::open`].
pub(super) fn open(
    door: &dyn Door,
    record: &Key,
    field: &'static str,
    (sealed, pressed): (&str, bool),
) -> Result<Vec<u8>, DoorError> {
    let bytes = door.open(record, field, sealed)?;
    if pressed { unfold(&bytes).ok_or_else(|| broken(record)) } else { Ok(bytes) }
}

fn broken(record: &Key) -> DoorError {
    DoorError::Shut { key: record.to_string(), reason: "it is not pressed as it should be".to_owned() }
}

fn press(bytes: &[u8]) -> Option<Vec<u8>> {
    PRESS.with_borrow_mut(|press| {
        press.reset();
        let mut out = Vec::with_capacity(bytes.len() / 2 + 64);
        loop {
            let from = usize::try_from(press.total_in()).ok()?;
            match press.compress_vec(bytes.get(from..)?, &mut out, FlushCompress::Finish).ok()? {
                Status::StreamEnd => return Some(out),
                Status::Ok | Status::BufError => out.reserve(ROOM),
            }
        }
    })
}

fn unfold(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut unfolding = Decompress::new(false);
    let mut out = Vec::with_capacity(bytes.len().saturating_mul(4).min(MAX_BYTES));
    loop {
        let from = usize::try_from(unfolding.total_in()).ok()?;
        let before = (from, out.len());
        match unfolding.decompress_vec(bytes.get(from..)?, &mut out, FlushDecompress::Finish).ok()? {
            Status::StreamEnd => return Some(out),
            // Nothing more comes out, though there is room: it breaks off.
            _ if before == (usize::try_from(unfolding.total_in()).ok()?, out.len())
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
    fn what_is_pressed_comes_out_as_it_was() {
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
    fn what_breaks_off_or_was_never_pressed_is_refused() {
        let whole = press(&b"one two three four ".repeat(99)).unwrap();
        for bytes in [&b""[..], &whole[..whole.len() - 1], b"{\"format\":1}"] {
            assert_eq!(unfold(bytes), None);
        }
    }
}
