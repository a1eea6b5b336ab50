//! The thread that writes the batches of an import, one at a time, while the next one gathers.
//!
//! The store takes longer than anything else of an import, so that this thread sets the pace: it does nothing but that.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use ports::store::{Batch, Store, StoreError};

/// One thread for all batches of an import: memory that it gives back is taken again for the next batch.
pub(super) struct Writer {
    /// There until the writer is dropped; the thread ends when it is gone.
    batches: Option<SyncSender<Batch>>,
    written: Receiver<Result<(), StoreError>>,
    under_way: bool,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(store: Arc<dyn Store>) -> Result<Self, StoreError> {
        let (batches, coming) = sync_channel::<Batch>(1);
        let (done, written) = sync_channel(1);
        let work = move || {
            while let Ok(batch) = coming.recv() {
                if done.send(store.commit_lasting(batch)).is_err() {
                    break;
                }
            }
        };
        let thread = thread::Builder::new().name("import writer".to_owned()).spawn(work).map_err(io_fault)?;
        Ok(Self { batches: Some(batches), written, under_way: false, thread: Some(thread) })
    }

    /// Hands a batch over, once the one before is on disk.
    ///
    /// # Errors
    /// The error of the batch before; this one is not written then.
    pub(super) fn write(&mut self, batch: Batch) -> Result<(), StoreError> {
        self.settle()?;
        let sent = self.batches.as_ref().is_some_and(|batches| batches.send(batch).is_ok());
        self.under_way = sent;
        if sent { Ok(()) } else { Err(broke_down()) }
    }

    /// Waits until the batch under way is on disk.
    ///
    /// # Errors
    /// [`StoreError`] when it could not be written.
    pub(super) fn settle(&mut self) -> Result<(), StoreError> {
        if !std::mem::take(&mut self.under_way) {
            return Ok(());
        }
        self.written.recv().unwrap_or_else(|_| Err(broke_down()))
    }
}

impl Drop for Writer {
    /// The store may be closed and opened again as soon as an import is over: nothing may still hold it.
    fn drop(&mut self) {
        self.batches = None;
        let _ = self.settle();
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

fn broke_down() -> StoreError {
    io_fault(io::Error::other("the thread that writes the import broke down"))
}

fn io_fault(source: io::Error) -> StoreError {
    StoreError::Io { place: "import writer".to_owned(), source }
}
