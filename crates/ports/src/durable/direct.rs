//! Writing past the system's cache of files.
//!
//! A message is written once and, as a rule, read by nobody on this machine soon. Through the cache its bytes are copied into
//! memory that the system has to find first, and pushed out to the disk from there; past it they go from this program's own
//! memory to the disk at once. Where memory is scarce, or given to a virtual machine page by page, that copy costs more than all
//! else that is done to a message.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Seek as _, Write as _};

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

/// Files below this size are not worth the detour: their cost is that of being made.
const WORTHWHILE_BYTES: usize = 32 << 10;
/// What position, length and memory have to be a multiple of: no disk has bigger blocks.
const BLOCK_BYTES: usize = 4 << 10;
/// What is handed to the disk at once: any message of usual size, and little enough that every thread can keep it at hand.
const CHUNK_BYTES: usize = 1 << 20;

thread_local! {
    /// Memory to write from, kept from file to file.
    static CHUNK: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Fills an empty file; says whether it did. A file that is short, or one of a file system that cannot do this, is empty
/// afterwards and is to be written as usual.
pub(super) fn write(file: &mut File, bytes: &[u8]) -> io::Result<bool> {
    if bytes.len() < WORTHWHILE_BYTES {
        return Ok(false);
    }
    let usual = fcntl_getfl(&*file)?;
    if fcntl_setfl(&*file, usual | OFlags::DIRECT).is_err() {
        return Ok(false);
    }
    if CHUNK.with_borrow_mut(|memory| write_blocks(file, bytes, memory)).is_ok() {
        // The last block was written whole.
        file.set_len(bytes.len() as u64)?;
        return Ok(true);
    }
    // Some file systems refuse only now. If it was the disk that failed, it will fail again.
    fcntl_setfl(&*file, usual)?;
    file.set_len(0)?;
    file.rewind()?;
    Ok(false)
}

/// Writes whole blocks, the last one filled up with zeros.
fn write_blocks(file: &mut File, bytes: &[u8], memory: &mut Vec<u8>) -> io::Result<()> {
    memory.resize(CHUNK_BYTES + BLOCK_BYTES, 0);
    let begin = memory.as_ptr().align_offset(BLOCK_BYTES);
    let Some(chunk) = memory.get_mut(begin..).and_then(|rest| rest.get_mut(..CHUNK_BYTES)) else {
        return Err(io::Error::other("memory cannot be aligned"));
    };
    for part in bytes.chunks(CHUNK_BYTES) {
        let blocks = part.len().next_multiple_of(BLOCK_BYTES);
        chunk[..part.len()].copy_from_slice(part);
        chunk[part.len()..blocks].fill(0);
        file.write_all(&chunk[..blocks])?;
    }
    Ok(())
}
