//! Documents into messages: what cases want made is made, put together, and kept with everything that follows in one commit.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use filing::book::Sold;
use jiff::Timestamp;
use ports::fault::{Fault, Place};
use ports::store::{Batch, Document, Expect, Key, Store};
use sha2::{Digest as _, Sha256};

use super::ahead::Ahead;
use super::cases::Hand;
use super::dawn::Dawn;
use super::layout::{self, Bundle, KeptWaybill, Outgoing, Owned, Passage};
use super::make::{Outcome, Parcel, Task, kind_of, make};
use super::pack::{Packs, pack};
use super::race::claimed;
use super::stage::{Stage, Turn};
use super::work::spread;
use super::{RunError, Shared, crash};
use crate::build::ledger::{self, Declaration, Declared, Owner, Used};
use crate::build::prepare::Preparer;
use crate::build::{Plan, year};
use crate::documents::Guid;
use crate::lifecycle::{Effect, Input, Made, Reason, Sending};
use crate::matching;
use crate::messages::MessageKind;
use crate::setting::Setting;

/// Messages of each kind in one commit: each waits for the disk by itself, the commit waits once.
const MESSAGES: usize = 4;
/// Prices that are noted at once; they only serve a warning of later imports.
const MAX_SOLD: usize = 2_000;

pub(super) struct Declare<'s> {
    shared: &'s Shared<'s, 's>,
    dawn: Dawn,
    sold: Vec<Sold>,
}

impl<'s> Declare<'s> {
    pub(super) fn new(shared: &'s Shared<'s, 's>) -> Self {
        Self { shared, dawn: shared.dawn(), sold: Vec::new() }
    }

    fn plan(&self, now: Timestamp) -> Plan<'s> {
        let parts = self.shared.parts;
        Plan {
            setting: Setting::new(parts.declaring, parts.catalogue, parts.tariff, now),
            kinds: MessageKind::PARCEL.to_vec(),
            batch: parts.packing.batch,
            signer: parts.signer.clone(),
            gate: parts.packing.gate,
            keeping: parts.keeping.clone(),
            out: PathBuf::new(),
        }
    }

    /// What is wanted of an order, with all that is kept of it.
    fn task(&self, store: &dyn Store, hand: &Hand<'_>, order_no: &str) -> Result<Option<Task>, RunError> {
        let wanted = hand.wants(order_no).iter().find_map(|effect| match effect {
            Effect::Prepare { wanted, standing, waived } => {
                Some((wanted.clone(), standing.clone(), waived.clone()))
            }
            // What a comparison would be held by is known since the documents were made.
            Effect::Compare { standing } => Some((Vec::new(), standing.clone(), Vec::new())),
            _ => None,
        });
        let (Some((wanted, standing, waived)), Some(case)) = (wanted, hand.case(order_no)) else {
            return Ok(None);
        };
        let (order_no, case) = (order_no.to_owned(), case.clone());
        let line = self.line(store, &order_no)?;
        Ok(Some(Task { order_no, case, wanted, standing, waived, line }))
    }

    /// The order as a line of an orders file, its waybill included.
    fn line(&self, store: &dyn Store, order_no: &str) -> Result<Option<Vec<u8>>, RunError> {
        let key = layout::bundle(order_no);
        let Some(document) = store.get(&key)? else { return Ok(None) };
        let kept: Bundle = document.record()?;
        let mut line = kept.open(self.shared.parts.door.as_ref(), &key)?;
        if let Some(waybill) = store.get(&layout::waybill(order_no))? {
            let waybill: KeptWaybill = waybill.record()?;
            // The line is an object, and ends with its brace.
            if line.pop() == Some(b'}') {
                line.extend_from_slice(format!(",\"waybill\":{}}}", waybill.waybill).as_bytes());
            }
        }
        Ok(Some(line))
    }

    /// Whether a payment or waybill is another order's, of this turn or of an earlier one: K2, K3. Numbers that are free are
    /// noted, to be taken with the order's declaration.
    fn conflicts(
        store: &dyn Store,
        parcel: &mut Parcel,
        claims: &HashMap<Key, String>,
        now: Timestamp,
    ) -> Result<Vec<Fault>, RunError> {
        let kinds = [
            (&matching::faults::K2, "detail.boundExtendInfo.payNo"),
            (&matching::faults::K3, "waybill.logistics_no"),
        ];
        let mut found = Vec::new();
        for (key, (kind, path)) in parcel.used.iter().zip(kinds) {
            let owner = match claims.get(key) {
                Some(other) => Owner::Other(other.clone()),
                None => ledger::owner(store, key, &parcel.order_no, now)?,
            };
            match owner {
                Owner::Itself => {}
                Owner::Free(version) => parcel.taken.push((key.clone(), version)),
                Owner::Other(other) => {
                    found.push(kind.at(Place::order(&parcel.order_no, path)).with("other", other));
                }
            }
        }
        Ok(found)
    }

    /// Gives the prices by which orders were taxed.
    fn take(&self, work: &[Document]) -> Result<Vec<Sold>, RunError> {
        let (store, parts) = (self.shared.store(), self.shared.parts);
        let now = self.shared.now();
        let orders: Vec<String> =
            work.iter().filter_map(|document| layout::order_of(&document.key)).collect();
        let mut hand = Hand::take(&self.shared.busy, &parts.policy, store, orders.iter().cloned(), now)?;
        let kept = orders.iter().flat_map(|order_no| {
            let declared = ledger::declaration_key(self.merchant(), order_no);
            [layout::bundle(order_no), layout::waybill(order_no), declared]
        });
        let ahead = Ahead::of(store, kept)?;
        let mut tasks = Vec::with_capacity(orders.len());
        for order_no in &orders {
            hand.takes(layout::PREPARE, order_no);
            tasks.extend(self.task(&ahead, &hand, order_no)?);
        }
        let plan = self.plan(now);
        let hands = || Preparer::new(&plan, &ahead, parts.filings, &self.shared.secret);
        let outcomes = spread(&tasks, hands, |preparer, task| make(self.shared, preparer, task))?;
        crash::point("documents-made");
        let numbers = outcomes.iter().flat_map(|outcome| match outcome {
            Outcome::Made(parcel) => parcel.used.as_slice(),
            _ => &[],
        });
        let owners = Ahead::of(store, numbers.cloned())?;
        let mut parcels = Vec::with_capacity(tasks.len());
        let mut claims: HashMap<Key, String> = HashMap::new();
        let mut sold = Vec::new();
        let hold = |hand: &mut Hand<'_>, order_no: &str, faults: &[Fault]| {
            let reasons = faults.iter().filter(|fault| fault.is_error()).map(Reason::of).collect();
            hand.apply(order_no, Input::Held(reasons), now);
        };
        for (task, outcome) in tasks.iter().zip(outcomes) {
            let order_no = task.order_no.as_str();
            match outcome {
                Outcome::Held(faults) => hold(&mut hand, order_no, &faults),
                Outcome::Drifted(subjects) => hand.apply(order_no, Input::Drifted(subjects), now),
                Outcome::Unchanged => hand.apply(order_no, Input::Unchanged, now),
                Outcome::Made(mut parcel) => {
                    let conflicts = Self::conflicts(&owners, &mut parcel, &claims, now)?;
                    if !conflicts.is_empty() {
                        hold(&mut hand, order_no, &conflicts);
                        continue;
                    }
                    claims.extend(parcel.used.iter().map(|key| (key.clone(), parcel.order_no.clone())));
                    sold.append(&mut parcel.sold);
                    parcels.push(*parcel);
                }
            }
        }
        let packs = pack(self.shared, &parcels, &plan)?;
        let mut batch = Batch::default();
        for (place, faults) in &packs.unfit {
            hold(&mut hand, &parcels[*place].order_no, faults);
        }
        for (place, parcel) in
            parcels.iter().enumerate().filter(|(place, _)| !packs.unfit.contains_key(place))
        {
            let made = record(&mut batch, parcel, place, &packs, self.merchant(), now)?;
            hand.apply(&parcel.order_no, Input::Prepared(made), now);
        }
        self.hand_out(&mut batch, &parcels, &packs, now)?;
        self.adopt(&mut batch, &mut hand, &parcels, &packs, now)?;
        hand.write(store, &mut batch, now, self.shared.gather())?;
        store.commit(batch)?;
        crash::point("declaration-kept");
        Ok(sold)
    }

    fn merchant(&self) -> &str {
        self.shared.parts.declaring.merchant.code.as_str()
    }

    /// The messages into the ledger and the outbox.
    fn hand_out(
        &self,
        batch: &mut Batch,
        parcels: &[Parcel],
        packs: &Packs,
        now: Timestamp,
    ) -> Result<(), RunError> {
        for packed in &packs.packed {
            let message = &packed.message;
            let kept = ledger::Message {
                kind: message.kind,
                documents: message.documents,
                file: message.file.clone(),
            };
            batch.put(ledger::message_key(message.guid), Expect::Absent, &kept)?;
            let outgoing = Outgoing {
                kind: message.kind,
                file: message.file.clone(),
                digest: digest(&message.bytes),
                made_at: now,
                orders: packed.members.iter().map(|(parcel, _)| parcels[*parcel].order_no.clone()).collect(),
                passage: Passage::Waiting,
                attempts: 0,
                settled_at: None,
                reason: None,
            };
            batch.put_due(layout::outgoing(message.guid), Expect::Absent, &outgoing, Some(now))?;
        }
        Ok(())
    }

    /// Messages of a batch job that hold documents of orders known here now: they are sent, if they were not, and what becomes
    /// of them concerns these orders too.
    fn adopt(
        &self,
        batch: &mut Batch,
        hand: &mut Hand<'_>,
        parcels: &[Parcel],
        packs: &Packs,
        now: Timestamp,
    ) -> Result<(), RunError> {
        let mut adopted: BTreeMap<Guid, Vec<&str>> = BTreeMap::new();
        for (_, parcel) in parcels.iter().enumerate().filter(|(place, _)| !packs.unfit.contains_key(place)) {
            for message in parcel.papers.iter().filter_map(|paper| paper.adopted) {
                adopted.entry(message).or_default().push(&parcel.order_no);
            }
        }
        for (guid, orders) in adopted {
            let key = layout::outgoing(guid);
            let orders = orders.into_iter().map(str::to_owned);
            if let Some(document) = self.shared.store().get(&key)? {
                let mut outgoing: Outgoing = document.record()?;
                for order_no in orders {
                    let sending = match outgoing.passage {
                        Passage::Sent => Some(Sending::Accepted { again: true }),
                        Passage::Refused => Some(Sending::Refused),
                        Passage::Waiting | Passage::Unknown => None,
                    };
                    if let Some(sending) = sending {
                        hand.apply(&order_no, Input::Message { message: guid, sending }, now);
                    }
                    if !outgoing.orders.contains(&order_no) {
                        outgoing.orders.push(order_no);
                    }
                }
                batch.put_due(key, Expect::Version(document.version), &outgoing, document.due)?;
                continue;
            }
            let Some(message) = ledger::message(self.shared.store(), guid)? else { continue };
            let Some(bytes) = self.shared.archive().read(&message.file)? else { continue };
            let outgoing = Outgoing {
                kind: message.kind,
                file: message.file,
                digest: digest(&bytes),
                made_at: now,
                orders: orders.collect(),
                passage: Passage::Waiting,
                // The batch job's folder may have been sent already.
                attempts: 1,
                settled_at: None,
                reason: None,
            };
            batch.put_due(key, Expect::Absent, &outgoing, Some(now))?;
        }
        Ok(())
    }
}

/// The SHA-256 of a message's bytes, in hexadecimal digits.
pub(super) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Puts an order's new documents into the ledger's part of the commit.
fn record(
    batch: &mut Batch,
    parcel: &Parcel,
    place: usize,
    packs: &Packs,
    merchant: &str,
    now: Timestamp,
) -> Result<Vec<Made>, RunError> {
    let mut made = Vec::with_capacity(parcel.papers.len());
    let known = parcel.known.as_ref();
    let mut declaration = match known {
        Some((declaration, _)) => declaration.clone(),
        None => Declaration {
            guids: std::array::from_fn(|_| Guid::random()),
            documents: BTreeMap::new(),
            tax: None,
        },
    };
    // The first computation stands: it is the one the order was declared by.
    declaration.tax = declaration.tax.or_else(|| parcel.stored_tax.clone());
    let mut changed = false;
    for (index, paper) in parcel.papers.iter().enumerate() {
        let kind = kind_of(paper.subject);
        let Some(message) = paper.adopted.or_else(|| packs.message_of(place, index)) else { continue };
        let alone = paper.adopted.is_none()
            && packs.packed.iter().any(|packed| packed.message.guid == message && packed.members.len() == 1);
        made.push(Made {
            subject: paper.subject,
            submission: paper.submission,
            guid: paper.guid,
            made_at: paper.made_at,
            message,
            alone,
            print: paper.print.clone(),
        });
        if let Some(number) = &paper.own_no {
            let owned = Owned { order_no: parcel.order_no.clone() };
            batch.put(layout::own(number), Expect::Any, &owned)?;
        }
        if MessageKind::PARCEL.contains(&kind) && paper.adopted.is_none() && parcel.purchase.is_some() {
            declaration.guids[kind.index()] = paper.guid;
            let document = Declared {
                message,
                made_at: paper.made_at,
                declared: true,
                hash: paper.hash.clone(),
                submission: paper.submission,
            };
            declaration.documents.insert(kind, document);
            changed = true;
        }
    }
    if changed {
        let key = ledger::declaration_key(merchant, &parcel.order_no);
        let seen = known.map(|(_, version)| *version);
        let used = Used { order_no: parcel.order_no.clone(), since: now };
        ledger::record(batch, key, seen, &declaration, &parcel.taken, &used)?;
        if let Some(purchase) = parcel.purchase.as_ref().filter(|_| known.is_none()) {
            year::record(batch, purchase)?;
        }
    }
    Ok(made)
}

impl Stage for Declare<'_> {
    fn name(&self) -> &'static str {
        "declare"
    }

    fn branches(&self) -> &'static [&'static str] {
        &[layout::PREPARE]
    }

    fn leads_to(&self) -> &'static [&'static str] {
        &[layout::OUTBOX]
    }

    fn turn(&mut self) -> Result<Turn, RunError> {
        let limit = MESSAGES * self.shared.parts.packing.batch;
        let (store, branch) = (self.shared.store(), layout::branch(layout::PREPARE));
        let work = self.dawn.claim_due(store, &branch, self.shared.clock.as_ref(), limit)?;
        if work.is_empty() || self.sold.len() > MAX_SOLD {
            self.shared.parts.filings.note_sold(std::mem::take(&mut self.sold))?;
        }
        let rest = self.shared.load.read.set(work.len() >= limit);
        if work.is_empty() {
            return Ok(rest);
        }
        let mut sold = claimed(self.shared, &work, || self.take(&work))?;
        self.sold.append(&mut sold);
        Ok(Turn::Worked)
    }
}
