//! What the platform is asked and told: payment slips to be pushed again, and orders that left the warehouse.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use ports::http::{CallError, Failure};
use ports::platform::{Platform, Shipment};
use ports::repush::{Ask, Asker, RepushError, Repusher, Told, Verdict};
use ports::store::{Batch, Document, Store};
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::ahead::Ahead;
use super::cases::{Hand, PAYMENT_MISSING};
use super::dawn::Dawn;
use super::fetch::backoff;
use super::layout::{self, Bundle, Job, KeptWaybill};
use super::race::claimed;
use super::stage::{Stage, Turn};
use super::{RunError, Shared, crash, faults};
use crate::lifecycle::{Effect, Input, RepushOutcome, ShipOutcome};

/// Orders of one turn.
const ORDERS: usize = 256;
/// Calls at the same time; the client keeps to the platform's limits by itself.
const AT_ONCE: usize = 16;
/// The wait before the platform is told or asked again: most of what is in the way passes at once. It doubles.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(1);
/// The longest such wait.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(10);

pub(super) struct Tell<'s> {
    shared: &'s Shared<'s, 's>,
    dawn: [Dawn; 2],
}

impl<'s> Tell<'s> {
    pub(super) fn new(shared: &'s Shared<'s, 's>) -> Self {
        Self { shared, dawn: [shared.dawn(), shared.dawn()] }
    }

    fn platform(&self, name: &str) -> Option<&Arc<dyn Platform>> {
        self.shared.parts.platforms.iter().find(|platform| platform.name() == name)
    }

    /// Calls about orders, several at a time.
    fn call<F>(&self, calls: Vec<(String, F)>) -> HashMap<String, Result<(), CallError>>
    where
        F: Future<Output = Result<(), CallError>> + Send + 'static,
    {
        self.shared.runtime.block_on(async move {
            let places = Arc::new(Semaphore::new(AT_ONCE));
            let mut calling = JoinSet::new();
            for (order_no, call) in calls {
                let places = Arc::clone(&places);
                calling.spawn(async move {
                    let _place = places.acquire().await;
                    (order_no, call.await)
                });
            }
            let mut done = HashMap::new();
            while let Some(called) = calling.join_next().await {
                if let Ok((order_no, result)) = called {
                    done.insert(order_no, result);
                }
            }
            done
        })
    }

    fn orders(work: &[Document]) -> Result<HashMap<String, Job>, RunError> {
        let mut jobs = HashMap::new();
        for document in work {
            if let Some(order_no) = layout::order_of(&document.key) {
                jobs.insert(order_no, document.record()?);
            }
        }
        Ok(jobs)
    }

    /// The parcel that an order left in: what came in by itself, else what the platform knows.
    fn shipment(&self, store: &dyn Store, order_no: &str) -> Result<Option<Shipment>, RunError> {
        let text = |value: &Value, name: &str| {
            let text = value.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty());
            text.map(str::to_owned)
        };
        let of = |waybill_no: Option<String>, carrier: Option<String>| {
            Some(Shipment {
                order_no: order_no.to_owned(),
                waybill_no: waybill_no?,
                carrier: carrier?,
                carrier_name: None,
                at: None,
            })
        };
        if let Some(kept) = store.get(&layout::waybill(order_no))? {
            let waybill = kept.record::<KeptWaybill>()?.waybill;
            return Ok(of(text(&waybill, "logistics_no"), text(&waybill, "carrier")));
        }
        let key = layout::bundle(order_no);
        let Some(kept) = store.get(&key)? else { return Ok(None) };
        let line = kept.record::<Bundle>()?.open(self.shared.parts.door.as_ref(), &key)?;
        let line: Value = serde_json::from_slice(&line).unwrap_or_default();
        let detail = line.get("detail").cloned().unwrap_or_default();
        Ok(of(text(&detail, "expressTrackingNo"), text(&detail, "expressCompanyCode")))
    }

    fn ship(&self, work: &[Document]) -> Result<(), RunError> {
        let (store, parts) = (self.shared.store(), self.shared.parts);
        let jobs = Self::orders(work)?;
        // What the platform was told is told once, however often it has to be noted.
        let mut told: Option<HashMap<String, ShipOutcome>> = None;
        claimed(self.shared, work, || {
            let now = self.shared.now();
            let mut hand = Hand::take(&self.shared.busy, &parts.policy, store, jobs.keys().cloned(), now)?;
            for order_no in jobs.keys() {
                hand.takes(layout::SHIP, order_no);
            }
            if told.is_none() {
                told = Some(self.tell_shipments(&hand, &jobs, now)?);
            }
            for (order_no, outcome) in told.iter().flatten() {
                hand.apply(order_no, Input::Ship(*outcome), now);
            }
            let mut batch = Batch::default();
            hand.write(store, &mut batch, now, self.shared.gather())?;
            Ok(store.commit(batch)?)
        })
    }

    /// Tells the platform of shipments that cases want told.
    fn tell_shipments(
        &self,
        hand: &Hand<'_>,
        jobs: &HashMap<String, Job>,
        now: Timestamp,
    ) -> Result<HashMap<String, ShipOutcome>, RunError> {
        let (mut calls, mut told) = (Vec::new(), HashMap::new());
        let wants = |order_no: &&String| hand.wants(order_no).contains(&Effect::Ship);
        let waybills = jobs.keys().filter(wants).map(|order_no| layout::waybill(order_no));
        let ahead = Ahead::of(self.shared.store(), waybills)?;
        for order_no in jobs.keys() {
            let wanted = wants(&order_no);
            let platform = hand.case(order_no).and_then(|case| self.platform(&case.platform)).cloned();
            let (true, Some(platform)) = (wanted, platform) else { continue };
            match self.shipment(&ahead, order_no)? {
                Some(shipment) => {
                    calls.push((order_no.clone(), async move { platform.ship(&shipment).await }));
                }
                None => {
                    told.insert(order_no.clone(), ShipOutcome::Refused);
                }
            }
        }
        crash::point("before-ship");
        let done = self.call(calls);
        crash::point("after-ship");
        for (order_no, result) in done {
            let outcome = match &result {
                Ok(()) => ShipOutcome::Done,
                Err(CallError { failure: Failure::Refused { .. }, .. }) => ShipOutcome::Refused,
                Err(error) => ShipOutcome::Later { at: later(now, jobs, &order_no, error) },
            };
            if let Err(error) = &result {
                let fault = faults::SHIP.fault().with("order", &order_no);
                self.shared.observer.trouble(&fault.with("reason", error));
            }
            told.insert(order_no, outcome);
        }
        Ok(told)
    }

    /// Asks for payment slips; how often that may be is [`ports::repush`]'s to say, which keeps every request on record.
    fn repush(&self, work: &[Document]) -> Result<(), RunError> {
        let (store, parts) = (self.shared.store(), self.shared.parts);
        let jobs = Self::orders(work)?;
        let mut asked: Option<HashMap<String, RepushOutcome>> = None;
        claimed(self.shared, work, || {
            let now = self.shared.now();
            let mut hand = Hand::take(&self.shared.busy, &parts.policy, store, jobs.keys().cloned(), now)?;
            for order_no in jobs.keys() {
                hand.takes(layout::REPUSH, order_no);
            }
            if asked.is_none() {
                asked = Some(self.ask_for_slips(&hand, &jobs, now)?);
            }
            for (order_no, outcome) in asked.iter().flatten() {
                hand.apply(order_no, Input::Repush(*outcome), now);
            }
            let mut batch = Batch::default();
            hand.write(store, &mut batch, now, self.shared.gather())?;
            Ok(store.commit(batch)?)
        })
    }

    /// Asks for the slips that cases want asked for.
    fn ask_for_slips(
        &self,
        hand: &Hand<'_>,
        jobs: &HashMap<String, Job>,
        now: Timestamp,
    ) -> Result<HashMap<String, RepushOutcome>, RunError> {
        let parts = self.shared.parts;
        let mut calls = Vec::new();
        for order_no in jobs.keys() {
            let attempt = hand.wants(order_no).iter().find_map(|effect| match effect {
                Effect::Repush { attempt } => Some(*attempt),
                _ => None,
            });
            let platform = hand.case(order_no).and_then(|case| self.platform(&case.platform)).cloned();
            let (Some(attempt), Some(platform)) = (attempt, platform) else { continue };
            let repusher = Repusher::new(
                platform,
                Arc::clone(&parts.store),
                Arc::clone(&self.shared.clock),
                Arc::clone(&parts.routes),
            );
            calls.push((order_no.clone(), attempt, repusher));
        }
        crash::point("before-repush");
        let ask = Ask { by: Asker::Program, reason: PAYMENT_MISSING.to_owned(), route: None };
        let mut asked = HashMap::new();
        for (order_no, attempt, repusher) in calls {
            let outcome = match self.shared.runtime.block_on(repusher.ask(&order_no, &ask)) {
                Ok(told) => self.outcome(&told, attempt, now),
                Err(RepushError::Store(error)) => return Err(error.into()),
                Err(error) => {
                    self.tell_repush(&order_no, &error.to_string());
                    RepushOutcome::Later { at: now.saturating_add(LONGEST_WAIT).unwrap_or(now) }
                }
            };
            asked.insert(order_no, outcome);
        }
        crash::point("after-repush");
        Ok(asked)
    }

    fn tell_repush(&self, order_no: &str, reason: &str) {
        let fault = faults::REPUSH.fault().with("order", order_no);
        self.shared.observer.trouble(&fault.with("reason", reason));
    }

    /// What a request came to, for the case.
    fn outcome(&self, told: &Told, attempt: u32, now: Timestamp) -> RepushOutcome {
        let later = |at: Option<Timestamp>| RepushOutcome::Later {
            at: at.unwrap_or_else(|| now.saturating_add(LONGEST_WAIT).unwrap_or(now)),
        };
        match &told.verdict {
            Verdict::Asked | Verdict::Unknown { .. } => RepushOutcome::Asked,
            // A request was made and the process ended before its case knew.
            Verdict::NotNow(_) | Verdict::Overtaken if told.requests >= attempt => RepushOutcome::Asked,
            Verdict::NotNow(_) if told.next.is_none() => RepushOutcome::Refused,
            Verdict::NotNow(_) | Verdict::Overtaken | Verdict::WouldAsk => later(told.next),
            Verdict::NotAsked { reason } => {
                self.tell_repush(&told.order_no, reason);
                later(told.next)
            }
            Verdict::Refused { code, message } => {
                self.tell_repush(&told.order_no, &format!("{message} ({code})"));
                RepushOutcome::Refused
            }
            Verdict::NoUse(_) => RepushOutcome::Refused,
        }
    }
}

/// When to try again.
fn later(now: Timestamp, jobs: &HashMap<String, Job>, order_no: &str, error: &CallError) -> Timestamp {
    let tries = jobs.get(order_no).map_or(0, |job| job.tries);
    let asked = error.retry_after().and_then(|wait| SignedDuration::try_from(wait).ok()).unwrap_or_default();
    let wait = backoff(FIRST_WAIT, LONGEST_WAIT, tries).max(asked);
    now.saturating_add(wait).unwrap_or(now)
}

impl Stage for Tell<'_> {
    fn name(&self) -> &'static str {
        "tell"
    }

    fn branches(&self) -> &'static [&'static str] {
        &[layout::REPUSH, layout::SHIP]
    }

    fn turn(&mut self) -> Result<Turn, RunError> {
        let (store, clock) = (self.shared.store(), self.shared.clock.as_ref());
        let mut turn = Turn::Idle;
        for (index, branch) in [layout::REPUSH, layout::SHIP].into_iter().enumerate() {
            let work = self.dawn[index].claim_due(store, &layout::branch(branch), clock, ORDERS)?;
            if work.is_empty() {
                continue;
            }
            turn = Turn::Worked;
            if branch == layout::SHIP { self.ship(&work)? } else { self.repush(&work)? }
        }
        Ok(turn)
    }
}
