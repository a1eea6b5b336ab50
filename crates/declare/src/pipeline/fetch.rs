//! Orders in: all of each order that may be declared.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ports::http::{CallError, Failure};
use ports::platform::{self, Intake, Notice, Platform};
use ports::store::{Batch, Document, Expect, Key, Store as _, StoreError};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::ahead::Ahead;
use super::cases::Hand;
use super::dawn::Dawn;
use super::layout::{self, Bundle, Job};
use super::race::claimed;
use super::stage::{Stage, Turn};
use super::{RunError, Shared, crash, faults, reading, supply};
use crate::lifecycle::{Case, Effect, Input};

/// Orders of one commit: enough to share its wait for the disk, few enough to be in memory with all that is known of them.
const ORDERS: usize = 256;
/// Orders read at the same time; the client keeps to the platform's limits by itself.
const AT_ONCE: usize = 16;
/// The wait before an order that could not be read is read again: most of what is in the way passes at once. It doubles.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(1);
/// The longest such wait.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(5);

/// Reads orders.
pub(super) struct Fetch<'s> {
    shared: &'s Shared<'s, 's>,
    /// Of what each platform lists.
    lists: Vec<Dawn>,
    /// Of what cases want read.
    jobs: Dawn,
}

/// Orders in hand, each with its platform and what brings it up.
type Orders = HashMap<String, (Arc<dyn Platform>, Vec<Cause>)>;

/// What brings an order up.
enum Cause {
    /// The platform's list.
    Notice(Document, Notice),
    /// Its case wants it.
    Job(Document, Job),
}

impl Cause {
    /// The record that was claimed.
    fn claimed(&self) -> &Document {
        match self {
            Self::Notice(document, _) | Self::Job(document, _) => document,
        }
    }
}

impl<'s> Fetch<'s> {
    pub(super) fn new(shared: &'s Shared<'s, 's>) -> Self {
        let lists = shared.parts.platforms.iter().map(|_| shared.dawn()).collect();
        Self { shared, lists, jobs: shared.dawn() }
    }

    /// Orders that are to be looked at, each with what brings it up.
    fn claim(&mut self) -> Result<Orders, RunError> {
        let store = self.shared.store();
        let (clock, platforms) = (self.shared.clock.as_ref(), &self.shared.parts.platforms);
        let (mut orders, mut later) = (Orders::new(), Batch::default());
        for (dawn, platform) in self.lists.iter_mut().zip(platforms) {
            for document in dawn.claim_due(store, &Intake::orders(platform.name()), clock, ORDERS)? {
                let notice: Notice = document.record()?;
                let entry = orders.entry(notice.order_no.clone());
                entry
                    .or_insert_with(|| (Arc::clone(platform), Vec::new()))
                    .1
                    .push(Cause::Notice(document, notice));
            }
        }
        let jobs = self.jobs.claim_due(store, &layout::branch(layout::FETCH), clock, ORDERS)?;
        let cases = jobs.iter().filter_map(|document| layout::order_of(&document.key));
        let cases = Ahead::of(store, cases.map(|order_no| layout::case(&order_no)))?;
        for document in jobs {
            let Some(order_no) = layout::order_of(&document.key) else { continue };
            let case = cases.get(&layout::case(&order_no))?;
            let name = case.map(|case| case.record::<Case>()).transpose()?.map(|case| case.platform);
            let platform = platforms.iter().find(|platform| Some(platform.name()) == name.as_deref());
            let job: Job = document.record()?;
            let Some(platform) = platform else {
                // Of a platform that is not configured any more nothing can be read; it is looked at again later.
                let now = clock.now();
                let due = now.saturating_add(LONGEST_WAIT).unwrap_or(now);
                later.put_due(document.key.clone(), Expect::Version(document.version), &job, Some(due))?;
                continue;
            };
            let job = Cause::Job(document, job);
            orders.entry(order_no).or_insert_with(|| (Arc::clone(platform), Vec::new())).1.push(job);
        }
        if !later.is_empty() {
            match store.commit(later) {
                // They come back by themselves; the others that were claimed are not to wait for them.
                Err(StoreError::Conflict { .. }) => {}
                done => done?,
            }
        }
        Ok(orders)
    }

    /// Reads orders, several at a time.
    fn read(
        &self,
        orders: Vec<(String, Arc<dyn Platform>)>,
    ) -> HashMap<String, Result<platform::Bundle, CallError>> {
        self.shared.runtime.block_on(async move {
            let places = Arc::new(Semaphore::new(AT_ONCE));
            let mut reading = JoinSet::new();
            for (order_no, platform) in orders {
                let places = Arc::clone(&places);
                reading.spawn(async move {
                    let _place = places.acquire().await;
                    let bundle = platform.bundle(&order_no).await;
                    (order_no, bundle)
                });
            }
            let mut read = HashMap::new();
            while let Some(done) = reading.join_next().await {
                // A call that broke down is as good as one that was never made.
                if let Ok((order_no, bundle)) = done {
                    read.insert(order_no, bundle);
                }
            }
            read
        })
    }

    /// Notes the news, reads what is wanted, and keeps both.
    fn take(&self, orders: &Orders) -> Result<(), RunError> {
        let (store, parts) = (self.shared.store(), self.shared.parts);
        let now = self.shared.now();
        let mut hand = Hand::take(&self.shared.busy, &parts.policy, store, orders.keys().cloned(), now)?;
        let mut batch = Batch::default();
        let unknown = orders.keys().filter(|order_no| hand.case(order_no).is_none());
        let supplies = Ahead::of(store, unknown.map(|order_no| layout::supply(order_no)))?;
        for (order_no, (platform, causes)) in orders {
            for cause in causes {
                let Cause::Notice(document, notice) = cause else { continue };
                batch.put(document.key.clone(), Expect::Version(document.version), notice)?;
                if notice.is_ready {
                    supply::open(&supplies, &mut batch, &mut hand, platform.name(), order_no, now)?;
                }
                let shop = reading::shop_of(notice.status).filter(|_| !notice.is_ready);
                hand.apply(order_no, Input::Noticed { updated_ms: notice.updated_ms, shop }, now);
            }
        }
        let wanted: Vec<_> = orders
            .iter()
            .filter(|(order_no, _)| hand.wants(order_no).contains(&Effect::Fetch))
            .map(|(order_no, (platform, _))| (order_no.clone(), Arc::clone(platform)))
            .collect();
        let fetched = wanted.len() as u64;
        let mut read = self.read(wanted);
        crash::point("bundle-read");
        let waybills: Vec<Key> = read.keys().map(|order_no| layout::waybill(order_no)).collect();
        let waybills = store.existing(&waybills)?;
        let mut refused = false;
        for (order_no, (_, causes)) in orders {
            if causes.iter().any(|cause| matches!(cause, Cause::Job(..))) {
                hand.takes(layout::FETCH, order_no);
            }
            match read.remove(order_no) {
                Some(Ok(bundle)) => self.keep(&mut batch, &mut hand, &bundle, &waybills, now)?,
                Some(Err(error)) => {
                    refused = true;
                    let fault = faults::ORDER_UNREAD.fault().with("order", order_no);
                    self.shared.trouble("fetch", fault.with("reason", &error));
                    put_off(&mut hand, order_no, causes, &error, now);
                }
                None => {}
            }
        }
        hand.write(store, &mut batch, now, self.shared.gather())?;
        store.commit(batch)?;
        crash::point("bundle-kept");
        if !refused {
            self.shared.clear("fetch");
        }
        self.shared.observer.fetched(fetched);
        Ok(())
    }

    /// Keeps an order that was read.
    fn keep(
        &self,
        batch: &mut Batch,
        hand: &mut Hand<'_>,
        bundle: &platform::Bundle,
        waybills: &HashSet<Key>,
        now: Timestamp,
    ) -> Result<(), RunError> {
        let order_no = bundle.order_no.as_str();
        let key = layout::bundle(order_no);
        let door = self.shared.parts.door.as_ref();
        let kept = Bundle::seal(door, &key, bundle.platform, &bundle.line(None), now)?;
        batch.put(key, Expect::Any, &kept)?;
        let waybill = layout::waybill(order_no);
        let has_waybill = waybills.contains(&waybill);
        if !has_waybill && batch.writes.iter().all(|write| write.key != waybill) {
            // Who brings one at this moment and finds no case tells nobody of it.
            batch.demand(waybill, Expect::Absent);
        }
        hand.apply(order_no, Input::Read(reading::read(&bundle.detail, has_waybill)), now);
        Ok(())
    }
}

/// An order that could not be read is read again later: the longer it fails, the later.
fn put_off(hand: &mut Hand<'_>, order_no: &str, causes: &[Cause], error: &CallError, now: Timestamp) {
    let tries = causes.iter().map(|cause| match cause {
        Cause::Job(_, job) => job.tries,
        Cause::Notice(..) => 0,
    });
    let tries = tries.max().unwrap_or_default();
    let wait = match &error.failure {
        // Asking the same again is of no use soon.
        Failure::Refused { .. } => LONGEST_WAIT,
        _ => backoff(FIRST_WAIT, LONGEST_WAIT, tries),
    };
    let asked = error.retry_after().and_then(|wait| SignedDuration::try_from(wait).ok());
    let due = now.saturating_add(wait.max(asked.unwrap_or_default())).unwrap_or(now);
    hand.put_off(layout::FETCH, order_no, Job { tries: tries.saturating_add(1) }, due);
}

/// A wait that doubles with every try, up to the longest.
pub(super) fn backoff(first: SignedDuration, longest: SignedDuration, tries: u32) -> SignedDuration {
    let factor = 1_i32.checked_shl(tries.min(20)).unwrap_or(i32::MAX);
    first.checked_mul(factor).unwrap_or(longest).min(longest)
}

impl Stage for Fetch<'_> {
    fn name(&self) -> &'static str {
        "fetch"
    }

    fn branches(&self) -> &'static [&'static str] {
        &[layout::FETCH, "intake"]
    }

    fn leads_to(&self) -> &'static [&'static str] {
        &[layout::PREPARE]
    }

    fn turn(&mut self) -> Result<Turn, RunError> {
        if self.shared.load.read.is_set() {
            return Ok(Turn::Idle);
        }
        let orders = self.claim()?;
        let rest = self.shared.load.listed.set(orders.len() >= ORDERS);
        if orders.is_empty() {
            return Ok(rest);
        }
        let records = orders.values().flat_map(|(_, causes)| causes).map(Cause::claimed);
        claimed(self.shared, records, || self.take(&orders))?;
        Ok(Turn::Worked)
    }
}
