//! The book's index, kept between requests and made anew when the book has changed.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use filing::book::{Book, ImportRecord, Index};
use ports::store::StoreError;

/// An index that is made this quickly is waited for: nobody notices.
const QUICK: Duration = Duration::from_millis(60);

/// Rows of imports of a book that is read in less time than a page may take.
const FEW: u64 = 10_000;

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
    /// The index as [`Desk::index`] gives it; nothing as long as a large book is read for the first time.
    pub(in super::super) fn at_hand(self: &Arc<Self>, book: &Book) -> Result<Option<Arc<Index>>, StoreError> {
        let rows = |imports: Vec<ImportRecord>| imports.iter().map(|import| import.rows).sum::<u64>();
        if self.kept().is_none() && rows(book.imports()?) > FEW {
            self.make_beside(book);
            return Ok(None);
        }
        self.index(book).map(Some)
    }

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
        self.make_beside(book);
        Ok(kept.index)
    }

    /// Has the index made on a thread of its own, unless that is being done.
    fn make_beside(self: &Arc<Self>, book: &Book) {
        if self.turn.try_lock().is_ok() {
            let (own, book) = (Arc::clone(self), book.clone());
            thread::spawn(move || {
                if let Err(error) = own.renewed(&book) {
                    tracing::error!(%error, "the book could not be looked through");
                }
            });
        }
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
