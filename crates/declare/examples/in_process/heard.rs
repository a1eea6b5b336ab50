//! What a run tells, counted.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use declare::messages::MessageKind;
use declare::pipeline::Observer;
use ports::fault::Fault;

#[derive(Default)]
pub(crate) struct Heard {
    fetched: AtomicU64,
    sent: AtomicU64,
    received: AtomicU64,
    /// By the fault's code.
    pub(crate) troubles: Mutex<BTreeMap<&'static str, u64>>,
}

impl Observer for Heard {
    fn fetched(&self, orders: u64) {
        self.fetched.fetch_add(orders, Ordering::Relaxed);
    }
    fn sent(&self, _: MessageKind, documents: u64) {
        self.sent.fetch_add(documents, Ordering::Relaxed);
    }
    fn received(&self, receipts: u64) {
        self.received.fetch_add(receipts, Ordering::Relaxed);
    }
    fn trouble(&self, fault: &Fault) {
        *self.troubles.lock().unwrap().entry(fault.code()).or_default() += 1;
    }
}

impl fmt::Display for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let (fetched, sent, received) = (get(&self.fetched), get(&self.sent), get(&self.received));
        write!(f, "fetched {fetched:>7}  sent {sent:>7}  receipts {received:>7}")
    }
}
