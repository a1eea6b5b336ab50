//! A reader that gives out no more than it may.

use std::io::{self, BufRead, Read};

use super::bounds::Bound;

/// Bounds what is read in one piece and in all. Whoever reads says where a piece ends.
#[derive(Debug)]
pub(super) struct Guard<R> {
    source: R,
    /// What the piece may still have, and what all may.
    piece: u64,
    total: u64,
    piece_bound: &'static Bound,
    total_bound: &'static Bound,
}

impl<R> Guard<R> {
    /// At most `total_most` bytes in all, which is inside `total_bound`.
    pub(super) fn new(
        source: R,
        piece_bound: &'static Bound,
        total_most: u64,
        total_bound: &'static Bound,
    ) -> Self {
        Self { source, piece: piece_bound.most(), total: total_most, piece_bound, total_bound }
    }

    /// A new piece begins.
    #[inline]
    pub(super) fn next_piece(&mut self) {
        self.piece = self.piece_bound.most();
    }

    /// Refuses to go on when there was more than there may be. The last byte allowed is not told from one too many, so that
    /// the bounds are one byte below what they say.
    #[inline]
    fn check(&self) -> io::Result<()> {
        if self.total == 0 {
            Err(self.total_bound.error())
        } else if self.piece == 0 {
            Err(self.piece_bound.error())
        } else {
            Ok(())
        }
    }

    #[inline]
    fn took(&mut self, count: usize) {
        let count = count as u64;
        self.piece = self.piece.saturating_sub(count);
        self.total = self.total.saturating_sub(count);
    }
}

impl<R: Read> Read for Guard<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(into)?;
        self.took(count);
        if count > 0 {
            self.check()?;
        }
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Guard<R> {
    #[inline]
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.check()?;
        self.source.fill_buf()
    }

    #[inline]
    fn consume(&mut self, count: usize) {
        self.took(count);
        self.source.consume(count);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::bounds::{LINE_BYTES, PARTS, fault_in};

    #[test]
    fn a_piece_and_the_whole_are_bounded() {
        let mut whole = Guard::new(&b"abcdef"[..], &LINE_BYTES, 5, &PARTS);
        let error = whole.read_to_end(&mut Vec::new()).unwrap_err();
        assert_eq!(fault_in(&error).unwrap().code(), "FIL-FILE-LIMIT");

        let long = vec![b'a'; usize::try_from(LINE_BYTES.most()).unwrap()];
        let mut piece = Guard::new(&long[..], &LINE_BYTES, u64::MAX, &PARTS);
        assert!(io::copy(&mut piece, &mut io::sink()).is_err());
        assert!(piece.fill_buf().is_err());
        piece.next_piece();
        assert!(piece.fill_buf().is_ok());
        assert_eq!(fault_in(&io::Error::other("x")), None);
    }
}
