//! Receipts into the cases of their orders.

use std::collections::BTreeMap;

use ports::fault::Fault;
use ports::store::{Batch, Document, Expect, Key};

use super::cases::Hand;
use super::dawn::Dawn;
use super::layout::{self, Owned, RawReceipt};
use super::race::claimed;
use super::stage::{Stage, Turn};
use super::{RunError, Shared, answered, crash, faults, figures};
use crate::documents::Guid;
use crate::lifecycle::{Case, Input, TaxNote};
use crate::messages::receipts;
use crate::receipt::{Answer, Subject};

/// Raw receipts of one turn. Each may hold a hundred answers, and the answers of several are often about the same orders.
const RECEIPTS: usize = 24;

pub(super) struct Fold<'s> {
    shared: &'s Shared<'s, 's>,
    dawn: Dawn,
}

/// A raw receipt in hand.
struct Raw {
    document: Document,
    kept: RawReceipt,
    /// What it says, about which orders.
    answers: Vec<(Vec<String>, Answer)>,
}

impl<'s> Fold<'s> {
    pub(super) fn new(shared: &'s Shared<'s, 's>) -> Self {
        Self { shared, dawn: shared.dawn() }
    }

    /// Reads a receipt; whose orders it is about is looked up for all of them together.
    fn open(&self, document: Document) -> Result<(Raw, Vec<Answer>), RunError> {
        let mut kept: RawReceipt = document.record()?;
        let bytes = kept.open(self.shared.parts.door.as_ref(), &document.key)?;
        let read = match receipts::read(&bytes) {
            Ok(read) => read,
            Err(fault) => {
                kept.unreadable = Some(fault.code().to_owned());
                self.tell_unreadable(&kept.name, &fault);
                return Ok((Raw { document, kept, answers: Vec::new() }, Vec::new()));
            }
        };
        if let Some(fault) = read.faults.first() {
            kept.unreadable = Some(fault.code().to_owned());
            self.tell_unreadable(&kept.name, fault);
        }
        kept.strays = 0;
        kept.orders.clear();
        Ok((Raw { document, kept, answers: Vec::new() }, read.answers))
    }

    /// Finds the orders that receipts are about.
    fn find(&self, opened: Vec<(Raw, Vec<Answer>)>) -> Result<Vec<Raw>, RunError> {
        let ahead = answered::ahead(self.shared.store(), opened.iter().flat_map(|(_, answers)| answers))?;
        let found = opened.into_iter().map(|(mut raw, answers)| -> Result<Raw, RunError> {
            for answer in answers {
                let orders = answered::orders_of(&ahead, &answer)?;
                if orders.is_empty() {
                    raw.kept.strays = raw.kept.strays.saturating_add(1);
                }
                raw.answers.push((orders, answer));
            }
            Ok(raw)
        });
        found.collect()
    }

    fn tell_unreadable(&self, name: &str, fault: &Fault) {
        let told = faults::RECEIPT.fault().with("name", name);
        self.shared.observer.trouble(&told.with("code", fault.code()));
    }

    /// `first`: whether these receipts have not been counted yet.
    fn take(&self, raws: &[Raw], first: bool) -> Result<(), RunError> {
        let (store, parts) = (self.shared.store(), self.shared.parts);
        let now = self.shared.now();
        let orders = raws.iter().flat_map(|raw| &raw.answers).flat_map(|(orders, _)| orders.clone());
        let mut hand = Hand::take(&self.shared.busy, &parts.policy, store, orders, now)?;
        let mut batch = Batch::default();
        let mut numbers: BTreeMap<Key, Owned> = BTreeMap::new();
        for raw in raws {
            let id = raw.document.key.to_string();
            let mut kept = raw.kept.clone();
            for (orders, answer) in &raw.answers {
                for order_no in orders {
                    if hand.case(order_no).is_none() {
                        kept.strays = kept.strays.saturating_add(1);
                        continue;
                    }
                    if let Some(number) = new_number(answer, hand.case(order_no)) {
                        numbers.insert(layout::inventory(number), Owned { order_no: order_no.clone() });
                    }
                    if let (Some(metrics), Some(case)) =
                        (parts.metrics.as_ref().filter(|_| first), hand.case(order_no))
                    {
                        figures::answer(metrics, answer, case, now);
                    }
                    hand.apply(order_no, input(answer, &id), now);
                    kept.orders.push(order_no.clone());
                }
            }
            kept.orders.sort_unstable();
            kept.orders.dedup();
            kept.folded_at = Some(now);
            batch.put(raw.document.key.clone(), Expect::Version(raw.document.version), &kept)?;
        }
        for (key, owned) in numbers {
            batch.put(key, Expect::Any, &owned)?;
        }
        hand.write(store, &mut batch, now, self.shared.gather())?;
        store.commit(batch)?;
        crash::point("receipts-folded");
        Ok(())
    }
}

/// The number that customs gave an inventory, when its case does not have it yet.
fn new_number<'a>(answer: &'a Answer, case: Option<&Case>) -> Option<&'a str> {
    let Answer::Receipt(receipt) = answer else { return None };
    let number = receipt.keys.inventory_no.as_ref().filter(|_| receipt.subject == Subject::Inventory)?;
    let known = case?.notes.iter().any(|note| note.inventory_no.as_ref() == Some(number));
    (!known).then_some(number)
}

fn input(answer: &Answer, raw: &str) -> Input {
    match answer {
        Answer::Receipt(receipt) => {
            Input::Receipt { receipt: Box::new(receipt.clone()), raw: raw.to_owned() }
        }
        Answer::TaxBill(bill) => Input::Tax(TaxNote {
            at: bill.time.clone(),
            bill_no: bill.bill.number.clone(),
            status: bill.status,
            raw: raw.to_owned(),
        }),
        Answer::TaxBillChange(change) => Input::Tax(TaxNote {
            at: change.time.clone(),
            bill_no: change.bill_no.clone(),
            status: change.status,
            raw: raw.to_owned(),
        }),
        Answer::Format(format) => {
            let message = format.message_guid.as_deref().and_then(Guid::parse).unwrap_or(Guid::NOTHING);
            Input::Format { receipt: Box::new(format.clone()), message, raw: raw.to_owned() }
        }
    }
}

impl Stage for Fold<'_> {
    fn name(&self) -> &'static str {
        "fold"
    }

    fn branches(&self) -> &'static [&'static str] {
        &[layout::RECEIPTS]
    }

    fn leads_to(&self) -> &'static [&'static str] {
        &[layout::PREPARE, layout::SHIP]
    }

    fn turn(&mut self) -> Result<Turn, RunError> {
        let (store, branch) = (self.shared.store(), layout::branch(layout::RECEIPTS));
        let work = self.dawn.claim_due(store, &branch, self.shared.clock.as_ref(), RECEIPTS)?;
        if work.is_empty() {
            return Ok(Turn::Idle);
        }
        crash::point("receipts-claimed");
        let opened = work.into_iter().map(|document| self.open(document)).collect::<Result<Vec<_>, _>>()?;
        let raws = self.find(opened)?;
        let mut first = true;
        let records = raws.iter().map(|raw| &raw.document);
        claimed(self.shared, records, || self.take(&raws, std::mem::take(&mut first)))?;
        Ok(Turn::Worked)
    }
}
