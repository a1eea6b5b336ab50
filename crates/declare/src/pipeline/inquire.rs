//! The supplier is asked how orders stand whose waybill, or the decision about a cancellation, has been awaited for long: what
//! it said by itself may have got lost.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::SignedDuration;
use ports::http::CallError;
use ports::platform::{Supplier, SupplierStanding};
use ports::store::{Batch, Document};
use tokio::task::JoinSet;

use super::cases::Hand;
use super::dawn::Dawn;
use super::fetch::backoff;
use super::layout::{self, Job};
use super::race::claimed;
use super::stage::{Stage, Turn};
use super::{RunError, Shared, faults, supply};
use crate::lifecycle::{Effect, Input, Supply};

/// Orders of one turn, asked about at the same time. The client keeps to the supplier's limit by waiting, and the orders are in
/// hand meanwhile: no more than a minute's calls.
const ORDERS: usize = 32;
/// The wait before the supplier is asked again that could not be asked; it doubles.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(30);
/// The longest such wait.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(30);

pub(super) struct Inquire<'s> {
    shared: &'s Shared<'s, 's>,
    dawn: Dawn,
}

/// What the supplier answered about each order.
type Answers = HashMap<String, Result<Option<SupplierStanding>, CallError>>;

impl<'s> Inquire<'s> {
    pub(super) fn new(shared: &'s Shared<'s, 's>) -> Self {
        Self { shared, dawn: shared.dawn() }
    }

    fn ask(&self, supplier: &Arc<dyn Supplier>, orders: impl Iterator<Item = String>) -> Answers {
        self.shared.runtime.block_on(async move {
            let mut asking = JoinSet::new();
            for order_no in orders {
                let supplier = Arc::clone(supplier);
                asking.spawn(async move {
                    let standing = supplier.standing(&order_no).await;
                    (order_no, standing)
                });
            }
            let mut answers = Answers::new();
            while let Some(asked) = asking.join_next().await {
                // A call that broke down is as good as one that was never made.
                if let Ok((order_no, standing)) = asked {
                    answers.insert(order_no, standing);
                }
            }
            answers
        })
    }

    fn take(&self, supplier: &Arc<dyn Supplier>, work: &[Document]) -> Result<(), RunError> {
        let (store, parts) = (self.shared.store(), self.shared.parts);
        let mut jobs: HashMap<String, Job> = HashMap::new();
        for document in work {
            if let Some(order_no) = layout::order_of(&document.key) {
                jobs.insert(order_no, document.record()?);
            }
        }
        let now = self.shared.now();
        let mut hand = Hand::take(&self.shared.busy, &parts.policy, store, jobs.keys().cloned(), now)?;
        let wanted = jobs.keys().filter(|order_no| hand.wants(order_no).contains(&Effect::Inquire));
        let answers = self.ask(supplier, wanted.cloned());
        let mut batch = Batch::default();
        for (order_no, job) in &jobs {
            hand.takes(layout::INQUIRE, order_no);
            match answers.get(order_no) {
                Some(Ok(standing)) => {
                    let news = news(standing.as_ref(), hand.case(order_no).map(|case| &case.supply));
                    supply::hear(store, &mut batch, &mut hand, order_no, news, now)?;
                    hand.apply(order_no, Input::Inquired, now);
                }
                Some(Err(error)) => {
                    let fault = faults::INQUIRY.fault().with("order", order_no);
                    self.shared.observer.trouble(&fault.with("reason", error));
                    let asked = error.retry_after().and_then(|wait| SignedDuration::try_from(wait).ok());
                    let wait = backoff(FIRST_WAIT, LONGEST_WAIT, job.tries).max(asked.unwrap_or_default());
                    let later = Job { tries: job.tries.saturating_add(1) };
                    hand.put_off(layout::INQUIRE, order_no, later, now.saturating_add(wait).unwrap_or(now));
                }
                None => {}
            }
        }
        hand.write(store, &mut batch, now, self.shared.gather())?;
        Ok(store.commit(batch)?)
    }
}

/// What an answer says besides what is known.
fn news(standing: Option<&SupplierStanding>, known: Option<&Supply>) -> Supply {
    let mut news = Supply::default();
    let Some(standing) = standing else { return news };
    standing.events.iter().filter_map(Supply::of).for_each(|said| news.merge(said));
    if standing.goes_on && known.is_some_and(Supply::is_asked) {
        news.merge(Supply::going_on());
    }
    news
}

impl Stage for Inquire<'_> {
    fn name(&self) -> &'static str {
        "inquire"
    }

    fn branches(&self) -> &'static [&'static str] {
        &[layout::INQUIRE]
    }

    fn turn(&mut self) -> Result<Turn, RunError> {
        let Some(supplier) = &self.shared.parts.supplier else { return Ok(Turn::Idle) };
        let (store, branch) = (self.shared.store(), layout::branch(layout::INQUIRE));
        let work = self.dawn.claim_due(store, &branch, self.shared.clock.as_ref(), ORDERS)?;
        if work.is_empty() {
            return Ok(Turn::Idle);
        }
        claimed(self.shared, &work, || self.take(supplier, &work))?;
        Ok(Turn::Worked)
    }
}
