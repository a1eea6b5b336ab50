//! The customs side of the sandbox: the other end of both gateways, and a desk behind them that does what customs does.
//!
//! Here is the post office: messages in, receipts out when their time has come, over HTTP ([`Customs::router`], the protocol of
//! [`crate::gateway::http`]) or through folders ([`Customs::watch`]). What a message means and what is answered is the business
//! of a [`CustomsDesk`], which is given from outside: this crate knows no XML of customs.

mod folder;
mod router;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::faults::{Draw, Rates};
use super::settings::Manner;
use crate::clock::Clock;
use crate::http::Hidden;

pub use folder::Watch;

/// Receipts that somebody has asked beyond are kept up to this many, for a second look.
const KEPT_BEHIND: usize = 1_000;

/// A receipt, and how long after its message it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The receipt's bytes.
    pub receipt: Vec<u8>,
    /// How long after.
    pub after: Duration,
}

/// What the desk does with a message.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reception {
    /// The receipts.
    pub answers: Vec<Answer>,
    /// Whether the gateway gives no proper answer to the sender although the message is taken. Folders have no answer to give.
    pub silent: bool,
}

/// Who works behind the gateway.
pub trait CustomsDesk: Send + Sync {
    /// Takes a message. Each comes once here, however often it is sent.
    fn receive(&self, message: &[u8], now: Timestamp) -> Reception;

    /// A payment slip of an order is pushed to customs by the payment company, again or for the first time.
    fn payment_pushed(&self, order_no: &str, now: Timestamp) -> Vec<Answer> {
        let _ = (order_no, now);
        Vec::new()
    }

    /// What has been declared so far.
    fn state(&self) -> serde_json::Value;
}

/// How the post office works.
#[derive(Debug, Clone, Default)]
pub struct CustomsSettings {
    /// What callers have to show.
    pub token: Option<Hidden>,
    /// What goes wrong over HTTP, and how often.
    pub faults: Rates,
    /// How it then looks.
    pub manner: Manner,
    /// The seed of what goes wrong.
    pub seed: u64,
    /// How long a caller hangs whose message is taken in silence, before the connection ends in a 504.
    pub silence: Duration,
    /// Whether the bytes of messages are kept, for [`Customs::messages`]. Otherwise their digests are.
    pub forget_messages: bool,
}

/// The post office.
#[derive(Clone)]
pub struct Customs {
    inner: Arc<Inner>,
}

struct Inner {
    desk: Arc<dyn CustomsDesk>,
    clock: Arc<dyn Clock>,
    settings: CustomsSettings,
    post: Mutex<Post>,
}

#[derive(Default)]
struct Post {
    messages: HashMap<String, Kept>,
    /// The numbers in the order of arrival.
    order: Vec<String>,
    /// Receipts that are not sent yet, by their time and then their turn.
    coming: BTreeMap<(Timestamp, u64), Vec<u8>>,
    /// Receipts that are sent, oldest first.
    sent: VecDeque<Sent>,
    turns: u64,
    sent_so_far: u64,
    calls: HashMap<&'static str, u64>,
    sendings: u64,
}

struct Kept {
    digest: [u8; 32],
    bytes: Vec<u8>,
}

struct Sent {
    number: u64,
    at: Timestamp,
    bytes: Vec<u8>,
}

impl std::fmt::Debug for Customs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Customs(…)")
    }
}

/// What the post office says to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taken {
    /// It is taken, now or before.
    Yes,
    /// It is taken, and nobody is told.
    Silently,
    /// Its number belongs to other bytes.
    OtherBytes,
}

impl Customs {
    /// A post office with a desk behind it.
    pub fn new(desk: Arc<dyn CustomsDesk>, clock: Arc<dyn Clock>, settings: CustomsSettings) -> Self {
        Self { inner: Arc::new(Inner { desk, clock, settings, post: Mutex::default() }) }
    }

    /// Every message that came, in order, each once.
    pub fn messages(&self) -> Vec<(String, Vec<u8>)> {
        let post = self.post();
        let kept =
            post.order.iter().filter_map(|guid| Some((guid.clone(), post.messages.get(guid)?.bytes.clone())));
        kept.collect()
    }

    /// Sends a receipt now.
    pub fn answer(&self, receipt: Vec<u8>) {
        self.queue(vec![Answer { receipt, after: Duration::ZERO }]);
    }

    /// The payment company pushes a slip.
    pub fn push_payment(&self, order_no: &str) {
        let answers = self.inner.desk.payment_pushed(order_no, self.inner.clock.now());
        self.queue(answers);
    }

    /// What was sent and what was declared: `messages` that came, `sendings` of them with the repeated ones, `receipts` sent
    /// and `coming`, and the desk's own ledger.
    pub fn state(&self) -> serde_json::Value {
        let ledger = self.inner.desk.state();
        let now = self.inner.clock.now();
        let mut post = self.post();
        post.send_due(now);
        serde_json::json!({
            "messages": post.order.len(),
            "sendings": post.sendings,
            "receipts": post.sent_so_far,
            "coming": post.coming.len(),
            "ledger": ledger,
        })
    }

    fn post(&self) -> MutexGuard<'_, Post> {
        self.inner.post.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn queue(&self, answers: Vec<Answer>) {
        let now = self.inner.clock.now();
        let mut post = self.post();
        for answer in answers {
            let at = now.saturating_add(jiff::SignedDuration::try_from(answer.after).unwrap_or_default());
            post.turns += 1;
            let turn = post.turns;
            post.coming.insert((at.unwrap_or(now), turn), answer.receipt);
        }
    }

    /// Takes a message.
    fn take(&self, guid: &str, bytes: &[u8]) -> Taken {
        use sha2::Digest as _;
        let digest: [u8; 32] = sha2::Sha256::digest(bytes).into();
        {
            let mut post = self.post();
            post.sendings += 1;
            if let Some(kept) = post.messages.get(guid) {
                return if kept.digest == digest { Taken::Yes } else { Taken::OtherBytes };
            }
            let bytes = if self.inner.settings.forget_messages { Vec::new() } else { bytes.to_vec() };
            post.messages.insert(guid.to_owned(), Kept { digest, bytes });
            post.order.push(guid.to_owned());
        }
        // The desk takes its time; others may send meanwhile.
        let reception = self.inner.desk.receive(bytes, self.inner.clock.now());
        self.queue(reception.answers);
        if reception.silent { Taken::Silently } else { Taken::Yes }
    }

    /// What the next call of a method meets.
    fn draw(&self, method: &'static str) -> Draw {
        let mut post = self.post();
        let number = post.calls.entry(method).or_default();
        *number += 1;
        self.inner.settings.faults.draw(self.inner.settings.seed, method, *number)
    }
}

impl Post {
    /// Sends what has come due.
    fn send_due(&mut self, now: Timestamp) {
        while let Some(entry) = self.coming.first_entry()
            && entry.key().0 <= now
        {
            let ((at, _), bytes) = entry.remove_entry();
            self.sent_so_far += 1;
            self.sent.push_back(Sent { number: self.sent_so_far, at, bytes });
        }
    }

    /// Forgets what somebody has asked beyond.
    fn forget_before(&mut self, number: u64) {
        while self.sent.len() > KEPT_BEHIND
            && self.sent.get(KEPT_BEHIND).is_some_and(|sent| sent.number <= number)
        {
            self.sent.pop_front();
        }
    }
}
