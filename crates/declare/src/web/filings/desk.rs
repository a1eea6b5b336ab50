//! The book's index, kept between requests and made anew when the book has changed.

use std::sync::{Arc, Mutex, PoisonError};

use filing::book::{Book, Index};
use ports::store::StoreError;

#[derive(Debug, Default)]
pub(in super::super) struct Desk {
    index: Mutex<Option<Arc<Index>>>,
}

impl Desk {
    /// The index of the book as it is. Whoever comes while it is being made waits for it.
    pub(in super::super) fn index(&self, book: &Book) -> Result<Arc<Index>, StoreError> {
        let mut kept = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(index) = kept.as_ref()
            && index.is_fresh(book)?
        {
            return Ok(Arc::clone(index));
        }
        let index = Arc::new(Index::of(book)?);
        *kept = Some(Arc::clone(&index));
        Ok(index)
    }
}
