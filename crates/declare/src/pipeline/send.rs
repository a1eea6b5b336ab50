//! Messages out, by one worker at a time: the bytes that are kept, under the number that is kept, until their outcome is certain.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::SignedDuration;
use ports::gateway::{Fate, Outcome};
use ports::store::{Batch, Document, Expect, StoreError};
use tokio::task::JoinSet;

use super::cases::Hand;
use super::dawn::Dawn;
use super::declare::digest;
use super::fetch::backoff;
use super::layout::{self, Outgoing, Passage};
use super::lease::Taken;
use super::race::{again, give_back};
use super::stage::{Stage, Turn};
use super::{RunError, Shared, crash, faults, figures};
use crate::documents::Guid;
use crate::lifecycle::{Input, Sending};

/// Messages of one turn. Those of one batch of orders go out together, so that their cases are written once for all of them.
const MESSAGES: usize = 12;

/// The wait before a message whose outcome is not certain is asked about or submitted again; it doubles.
const FIRST_WAIT: SignedDuration = SignedDuration::from_secs(2);
/// The longest such wait.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(5);

pub(super) struct Send<'s> {
    shared: &'s Shared<'s, 's>,
    dawn: Dawn,
}

/// A message in hand.
struct Message {
    guid: Guid,
    document: Document,
    outgoing: Outgoing,
}

impl<'s> Send<'s> {
    pub(super) fn new(shared: &'s Shared<'s, 's>) -> Self {
        Self { shared, dawn: shared.dawn() }
    }

    /// The bytes of a message, as they were kept.
    fn bytes(&self, message: &Message) -> Result<Option<Vec<u8>>, RunError> {
        let file = &message.outgoing.file;
        let Some(bytes) = self.shared.archive().read(file)? else {
            let fault = faults::LOST.fault().with("message", message.guid);
            self.shared.trouble("archive", fault.with("file", file));
            return Ok(None);
        };
        if digest(&bytes) != message.outgoing.digest {
            return Err(RunError::Altered { file: file.clone() });
        }
        Ok(Some(bytes))
    }

    /// Submits messages at the same time. One whose outcome was unknown is asked about first: that may save the sending.
    fn submit(&self, messages: &[Message]) -> Result<BTreeMap<Guid, Outcome>, RunError> {
        let mut ready = Vec::with_capacity(messages.len());
        for message in messages {
            if let Some(bytes) = self.bytes(message)? {
                ready.push((message.guid, bytes, message.outgoing.passage == Passage::Unknown));
            }
        }
        crash::point("before-submit");
        let outcomes = self.shared.runtime.block_on(async {
            let mut submitting = JoinSet::new();
            for (guid, bytes, ask) in ready {
                let gateway = Arc::clone(&self.shared.parts.gateway);
                submitting.spawn(async move {
                    let number = guid.to_string();
                    let known = if ask { Some(gateway.query(&number).await) } else { None };
                    let outcome = match known {
                        Some(Fate::Arrived) => Outcome::Accepted,
                        Some(Fate::Refused { reason }) => Outcome::Refused { reason },
                        _ => gateway.submit(&number, &bytes).await,
                    };
                    (guid, outcome)
                });
            }
            let mut outcomes = BTreeMap::new();
            while let Some(done) = submitting.join_next().await {
                if let Ok((guid, outcome)) = done {
                    outcomes.insert(guid, outcome);
                }
            }
            outcomes
        });
        crash::point("after-submit");
        Ok(outcomes)
    }

    /// Submits messages and keeps what came of it.
    fn take(&self, messages: &[Message]) -> Result<(), RunError> {
        let lease = &self.shared.lease;
        lease.is_sending(true);
        let outcomes = self.submit(messages);
        lease.is_sending(false);
        let outcomes = outcomes?;
        if let Some(metrics) = &self.shared.parts.metrics {
            for message in messages {
                if let Some(outcome) = outcomes.get(&message.guid) {
                    figures::message(metrics, message.outgoing.kind, outcome);
                }
            }
        }
        let settled = again(|| self.keep(messages, &outcomes))?;
        crash::point("outcome-kept");
        for outgoing in settled {
            self.shared.observer.sent(outgoing.kind, outgoing.orders.len() as u64);
        }
        Ok(())
    }

    /// Keeps what came of submitting messages; gives those whose outcome is certain now.
    fn keep(
        &self,
        messages: &[Message],
        outcomes: &BTreeMap<Guid, Outcome>,
    ) -> Result<Vec<Outgoing>, RunError> {
        let (store, parts) = (self.shared.store(), self.shared.parts);
        let now = self.shared.now();
        let certain = |message: &&Message| {
            !matches!(outcomes.get(&message.guid), Some(Outcome::Deferred { .. }) | None)
        };
        let orders = messages.iter().filter(certain).flat_map(|message| message.outgoing.orders.clone());
        let mut hand = Hand::take(&self.shared.busy, &parts.policy, store, orders, now)?;
        let mut batch = Batch::default();
        let (mut in_the_way, mut settled) = (false, Vec::new());
        for Message { guid, document, outgoing } in messages {
            let mut outgoing = outgoing.clone();
            // What was claimed before this once may have been submitted by a process that died.
            let again = outgoing.attempts > 0 || document.version > FIRST_CLAIM;
            let wait = |attempts| backoff(FIRST_WAIT, LONGEST_WAIT, attempts);
            let mut due = None;
            let was = outgoing.passage;
            let sending = match outcomes.get(guid) {
                Some(Outcome::Accepted) => {
                    outgoing.passage = Passage::Sent;
                    Some(Sending::Accepted { again })
                }
                Some(Outcome::Refused { reason }) => {
                    outgoing.passage = Passage::Refused;
                    outgoing.reason = Some(reason.clone());
                    let fault = faults::REFUSED.fault().with("message", guid);
                    self.shared.observer.trouble(&fault.with("reason", reason));
                    Some(Sending::Refused)
                }
                Some(Outcome::Unknown { reason }) => {
                    outgoing.passage = Passage::Unknown;
                    outgoing.reason = Some(reason.clone());
                    let fault = faults::UNKNOWN.fault().with("message", guid);
                    self.shared.observer.trouble(&fault.with("reason", reason));
                    due = Some(wait(outgoing.attempts));
                    (was != Passage::Unknown).then_some(Sending::Unknown)
                }
                Some(Outcome::Deferred { error, retry_after }) => {
                    in_the_way = true;
                    self.shared.trouble("send", error.fault());
                    let asked = retry_after.and_then(|asked| SignedDuration::try_from(asked).ok());
                    due = Some(asked.unwrap_or_default().max(wait(outgoing.attempts)));
                    None
                }
                None => {
                    due = Some(wait(outgoing.attempts));
                    None
                }
            };
            outgoing.attempts = outgoing.attempts.saturating_add(1);
            if matches!(outgoing.passage, Passage::Sent | Passage::Refused) {
                outgoing.settled_at = Some(now);
                settled.push(outgoing.clone());
            }
            if let Some(sending) = sending {
                for order_no in &outgoing.orders {
                    hand.apply(order_no, Input::Message { message: *guid, sending }, now);
                }
            }
            let due = due.map(|wait| now.saturating_add(wait).unwrap_or(now));
            batch.put_due(document.key.clone(), Expect::Version(document.version), &outgoing, due)?;
        }
        hand.write(store, &mut batch, now, self.shared.gather())?;
        self.shared.lease.commit(store, batch)?;
        if !in_the_way {
            self.shared.clear("send");
        }
        Ok(settled)
    }
}

/// The version of a message's record when it is claimed for the first time: written once, claimed once.
const FIRST_CLAIM: u64 = 2;

impl Stage for Send<'_> {
    fn name(&self) -> &'static str {
        "send"
    }

    fn branches(&self) -> &'static [&'static str] {
        &[layout::OUTBOX]
    }

    fn turn(&mut self) -> Result<Turn, RunError> {
        let lease = &self.shared.lease;
        match lease.take(self.shared.store(), self.shared.now())? {
            Taken::Held => {}
            // What the last holder had claimed is nobody's now.
            Taken::Anew => self.dawn = Dawn::new(true, self.shared.parts.worker.terms.work),
            Taken::Not => return Ok(Turn::Idle),
        }
        let (store, branch) = (self.shared.store(), layout::branch(layout::OUTBOX));
        let claimed = self.dawn.claim_due(store, &branch, self.shared.clock.as_ref(), MESSAGES)?;
        if claimed.is_empty() {
            return Ok(Turn::Idle);
        }
        crash::point("outgoing-claimed");
        let mut messages = Vec::with_capacity(claimed.len());
        for document in claimed {
            let Some(guid) = layout::order_of(&document.key).and_then(|guid| Guid::parse(&guid)) else {
                continue;
            };
            let outgoing = document.record()?;
            messages.push(Message { guid, document, outgoing });
        }
        // Claiming may have taken its time.
        if !lease.is_held(self.shared.now()) {
            return Ok(Turn::Idle);
        }
        let taken = self.take(&messages);
        // Who has lost the right to send writes nothing; the next sender takes them as they are.
        if matches!(taken, Err(RunError::Store(StoreError::Conflict { .. }))) && lease.held().is_some() {
            let claimed = messages.iter().map(|message| &message.document);
            give_back(self.shared.store(), claimed, self.shared.now())?;
        }
        taken?;
        Ok(Turn::Worked)
    }
}
