//! Filings of a client that works without threads, for a caller that waits.
//!
//! Sending filings is one call after the other, at a pace: nothing is gained by doing it otherwise, and the domain knows no
//! tokio. So the bridge is here: it has a thread of its own for the network, and may be called from any thread.

use std::sync::{Arc, mpsc};

use rust_decimal::Decimal;
use tokio::runtime::{Builder, Runtime};

use super::{Answer, FilingTarget, Filings, ItemCustoms, KnownCustoms, Pending, SpvCustoms};
use crate::http::{CallError, Failure};

/// A [`FilingTarget`] made of any [`Filings`].
#[derive(Debug)]
pub struct BlockingFilings<F> {
    filings: Arc<F>,
    /// Taken out when the bridge ends.
    runtime: Option<Runtime>,
}

impl<F: Filings + 'static> BlockingFilings<F> {
    /// A bridge with a thread of its own.
    ///
    /// # Errors
    /// When no thread can be had.
    pub fn new(filings: Arc<F>) -> std::io::Result<Self> {
        let runtime =
            Builder::new_multi_thread().worker_threads(1).enable_all().thread_name("platform").build()?;
        Ok(Self { filings, runtime: Some(runtime) })
    }

    /// Runs a call on the bridge's thread and waits for it; the caller may be on any thread, also one of another runtime.
    fn wait_for<T: Send + 'static>(
        &self,
        call: impl for<'a> FnOnce(&'a F) -> Pending<'a, T> + Send + 'static,
    ) -> Answer<T> {
        let ended = || {
            let failure = Failure::NotSetUp("the program is ending");
            Answer::from(Err(CallError { platform: "-", method: "-", failure }))
        };
        let Some(runtime) = &self.runtime else { return ended() };
        let (answer, wait) = mpsc::sync_channel(1);
        let filings = Arc::clone(&self.filings);
        runtime.spawn(async move {
            // Nobody waits any more: then nobody misses it.
            let _ = answer.send(call(&filings).await);
        });
        wait.recv().map_or_else(|_| ended(), Answer::from)
    }
}

impl<F> Drop for BlockingFilings<F> {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl<F: Filings + 'static> FilingTarget for BlockingFilings<F> {
    fn create_item_customs_info(&self, item: &ItemCustoms) -> Answer {
        let item = item.clone();
        self.wait_for(move |filings| Box::pin(async move { filings.create_item(&item).await }))
    }

    fn sync_item_customs_info(&self, item: &ItemCustoms, general_tax_rate: Decimal) -> Answer {
        let item = item.clone();
        self.wait_for(move |filings| {
            Box::pin(async move { filings.sync_item(&item, general_tax_rate).await })
        })
    }

    fn sync_spv_customs(&self, spv_id: &str, customs: &SpvCustoms) -> Answer {
        let (spv_id, customs) = (spv_id.to_owned(), customs.clone());
        self.wait_for(move |filings| Box::pin(async move { filings.sync_spv(&spv_id, &customs).await }))
    }

    fn get_customs_info(&self, barcode: &str) -> Answer<Vec<KnownCustoms>> {
        let barcode = barcode.to_owned();
        self.wait_for(move |filings| Box::pin(async move { filings.known(&barcode).await }))
    }
}
