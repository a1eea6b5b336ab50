//! The book's index, kept between requests and made anew when the book has changed.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use filing::book::{Book, Index};
use ports::store::StoreError;

/// An index that is made this quickly is waited for: nobody notices.
const QUICK: Duration = Duration::from_millis(60);

#[derive(Debug, Default)]
pub(in super::super) struct Desk {
    kept: Mutex<Option<Kept>>,
    /// Held while it is made: one at a time.
    turn: Mutex<()>,
}

#[derive(Debug, Clone)]
struct Kept {
    index: Arc<Index>,
    took: Duration,
}

impl Desk {
    /// The index of the book as it is. Of a large book that has just changed it may be the one before: the new one is then
    /// being made.
    pub(in super::super) fn index(self: &Arc<Self>, book: &Book) -> Result<Arc<Index>, StoreError> {
        let Some(kept) = self.kept() else { return self.renewed(book) };
        if kept.index.is_fresh(book)? {
            return Ok(kept.index);
        }
        if kept.took <= QUICK {
            return self.renewed(book);
        }
        if self.turn.try_lock().is_ok() {
            let (own, book) = (Arc::clone(self), book.clone());
            thread::spawn(move || {
                if let Err(error) = own.renewed(&book) {
                    tracing::error!(%error, "the book could not be looked through");
                }
            });
        }
        Ok(kept.index)
    }

    /// The index of the book as it is, however long that takes.
    pub(in super::super) fn renewed(&self, book: &Book) -> Result<Arc<Index>, StoreError> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        // Somebody else may have made it meanwhile.
        if let Some(kept) = self.kept()
            && kept.index.is_fresh(book)?
        {
            return Ok(kept.index);
        }
        let begun = Instant::now();
        let index = Arc::new(Index::of(book)?);
        let kept = Kept { index: Arc::clone(&index), took: begun.elapsed() };
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(kept);
        Ok(index)
    }

    fn kept(&self) -> Option<Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
