//! Recording sealed batches in the ledger.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use ports::store::{Batch, Expect};

use super::jobs::Job;
use super::ledger::{self, Declaration, Declared, Used};
use super::prepare::{Ready, Written};
use super::run::Run;
use super::seal::{Finished, Sealed};
use super::{BuildError, year};
use crate::documents::Standing;
use crate::messages::MessageKind;

/// Batches recorded by one commit at the most; each commit waits for the disk once.
const BATCHES_PER_COMMIT: usize = 8;

impl Run<'_> {
    /// Records sealed batches in their order, several in one commit, and then has their messages published.
    pub(super) fn commit_sealed(&mut self) -> Result<(), BuildError> {
        loop {
            let mut ready = VecDeque::new();
            while ready.len() < BATCHES_PER_COMMIT {
                let Some(sealed) = self.sealed.remove(&self.next_to_commit) else { break };
                self.next_to_commit += 1;
                ready.push_back(sealed);
            }
            if ready.is_empty() {
                return Ok(());
            }
            self.archive.sync()?;
            let mut batch = Batch::default();
            for sealed in &mut ready {
                batch.writes.append(&mut sealed.batch.writes);
            }
            self.store.commit_lasting(batch)?;
            for sealed in ready {
                self.account_for(sealed)?;
            }
        }
    }

    fn account_for(&mut self, sealed: Sealed) -> Result<(), BuildError> {
        for (order, mut faults) in sealed.held {
            for key in &order.used {
                self.claims.remove(key);
            }
            self.years.forget(&order.purchase);
            faults.extend(order.warnings);
            self.hold(order.order_no, faults);
        }
        for order in sealed.orders {
            for key in &order.used {
                self.claims.remove(key);
            }
            self.years.forget(&order.purchase);
            if !order.warnings.is_empty() {
                self.observer.warned(&order.order_no, &order.warnings);
            }
            self.count(order.tax);
        }
        for message in &sealed.messages {
            self.tell_written(message.kind, message.guid, &message.file, message.documents);
        }
        self.hand_out(Job::Publish(sealed.messages))
    }
}

/// Writes down what the ledger is to hold of orders and of the messages that their documents stand in.
pub(super) fn record(
    batch: &mut Batch,
    orders: &[Ready],
    messages: &[Finished],
    now: Timestamp,
) -> Result<(), BuildError> {
    let message_of = |kind| messages.iter().find(|message| message.kind == kind).map(|message| message.guid);
    for message in messages {
        let kept =
            ledger::Message { kind: message.kind, documents: message.documents, file: message.file.clone() };
        // Due until it lies in the folder: a run that is cut off before leaves the mark for the next one.
        batch.put_due(ledger::message_key(message.guid), Expect::Absent, &kept, Some(now))?;
    }
    for order in orders {
        let mut declaration = match &order.known {
            Some((declaration, _)) => declaration.clone(),
            None => Declaration { guids: order.numbers.guids, documents: BTreeMap::new(), tax: None },
        };
        // The first computation stands: it is the one the order was declared by.
        declaration.tax = declaration.tax.or_else(|| order.stored_tax.clone());
        year::record(batch, &order.purchase)?;
        for Written { kind, hash, .. } in &order.documents {
            if let Some(message) = message_of(*kind) {
                let made_at = order.numbers.made_at[kind.index()];
                let declared =
                    *kind != MessageKind::Inventory || order.numbers.inventory == Standing::Declared;
                let submission = order.numbers.submission(*kind);
                let document = Declared { message, made_at, declared, hash: hash.clone(), submission };
                declaration.documents.insert(*kind, document);
            }
        }
        let seen = order.known.as_ref().map(|(_, version)| *version);
        let used = Used { order_no: order.order_no.clone(), since: now };
        ledger::record(batch, order.key.clone(), seen, &declaration, &order.taken, &used)?;
    }
    Ok(())
}
