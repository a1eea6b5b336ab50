//! Whether the whole store holds together: messages, receipts and cases against each other.
//!
//! Three passes, each in pages: over the messages on their way (are the bytes those that were sent?), over the receipts as they
//! came (does every one that was folded count for its order?), over the cases (does everything in them follow from messages and
//! receipts?). Between the passes only hashes are kept, so that a hundred thousand orders need some tens of megabytes.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hasher as _};

use jiff::Timestamp;
use ports::archive::Archive;
use ports::fault::{Fault, Place};
use ports::store::{Document, Key, Store};
use ports::vault::Sealed;

use super::answered::{ahead, orders_of};
use super::declare::digest;
use super::door::Door;
use super::layout::{self, Outgoing, Passage, RawReceipt};
use super::{RunError, cases};
use crate::build::ledger;
use crate::documents::Guid;
use crate::lifecycle::audit::{Bytes, Filed, audit, lost, notes};
use crate::lifecycle::{Case, Dispatch, Note, Policy, TaxNote, faults, name};
use crate::messages::receipts;
use crate::purge::purged_message;
use crate::receipt::Answer;

/// Records read at once. A receipt may hold a hundred answers and its bytes a megabyte.
const PAGE: usize = 200;
/// Answers looked into at once: those of a page where each receipt has ten.
const ANSWERS: usize = 2_000;
/// Faults kept to be told; a store with more has one cause, and the count tells how far it reaches.
const MOST_FAULTS: usize = 1_000;

/// What an audit looked at and found.
#[derive(Debug, Default)]
pub struct Audited {
    /// Orders.
    pub orders: u64,
    /// Documents, all versions of them.
    pub documents: u64,
    /// Messages whose bytes were read again.
    pub messages: u64,
    /// Receipts that were read again.
    pub receipts: u64,
    /// Receipts and messages that were erased after the retention time and could not be.
    pub erased: u64,
    /// Receipts that came and wait for the next run.
    pub waiting: u64,
    /// How many breaks of an invariant there are.
    pub broken: u64,
    /// The first of them.
    pub faults: Vec<Fault>,
}

/// Where everything is.
pub struct Evidence<'e> {
    /// The store.
    pub store: &'e dyn Store,
    /// The archive of messages.
    pub archive: &'e dyn Archive,
    /// What opens receipts.
    pub door: &'e dyn Door,
    /// What is decided how.
    pub policy: &'e Policy,
}

impl std::fmt::Debug for Evidence<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Evidence").field("policy", &self.policy).finish_non_exhaustive()
    }
}

impl Evidence<'_> {
    /// Looks at everything. `looked_at` is told how many records were looked at so far.
    ///
    /// # Errors
    /// When the store, the archive or the door cannot be used.
    pub fn audit(&self, now: Timestamp, looked_at: &dyn Fn(u64)) -> Result<Audited, RunError> {
        let mut audit = Audit {
            evidence: self,
            now,
            sent: HashMap::new(),
            named: HashSet::new(),
            came: HashSet::new(),
            erased: HashSet::new(),
            found: Audited::default(),
            looked_at,
            records: 0,
        };
        audit.messages()?;
        audit.receipts()?;
        audit.cases()?;
        audit.strays()?;
        Ok(audit.found)
    }
}

/// A receipt that was read again.
struct Opened {
    raw: String,
    /// The orders it counts for.
    orders: Vec<String>,
    answers: Vec<Answer>,
}

struct Audit<'a> {
    evidence: &'a Evidence<'a>,
    now: Timestamp,
    /// Messages on their way.
    sent: HashMap<Guid, (Bytes, Passage)>,
    /// Hashes of message and order, of all orders that a message names and no case has answered for.
    named: HashSet<u64>,
    /// Hashes of order and note, of all receipts that came.
    came: HashSet<u64>,
    /// Keys of receipts that were erased.
    erased: HashSet<String>,
    found: Audited,
    looked_at: &'a dyn Fn(u64),
    records: u64,
}

fn hash(parts: &impl std::hash::Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    parts.hash(&mut hasher);
    hasher.finish()
}

/// What tells notes of an order apart.
fn print(order_no: &str, note: &Note) -> u64 {
    let said = (note.status.as_str(), &note.codes, note.at.as_str(), note.class, note.form);
    hash(&(order_no, note.subject, note.version, said, &note.inventory_no, &note.entry_no))
}

impl Audit<'_> {
    fn store(&self) -> &dyn Store {
        self.evidence.store
    }

    fn find(&mut self, faults: impl IntoIterator<Item = Fault>) {
        for fault in faults {
            self.found.broken += 1;
            if self.found.faults.len() < MOST_FAULTS {
                self.found.faults.push(fault);
            }
        }
    }

    fn looked(&mut self) {
        self.records += 1;
        (self.looked_at)(self.records);
    }

    /// All records of a branch, page by page.
    fn pages(
        &mut self,
        branch: &str,
        mut look: impl FnMut(&mut Self, Vec<Document>) -> Result<(), RunError>,
    ) -> Result<(), RunError> {
        let prefix = layout::branch(branch);
        let mut after: Option<Key> = None;
        loop {
            let page = self.store().scan(&prefix, after.as_ref(), PAGE)?;
            let full = page.len() == PAGE;
            let last = page.last().map(|document| document.key.clone());
            look(self, page)?;
            match last {
                Some(last) if full => after = Some(last),
                _ => return Ok(()),
            }
        }
    }

    /// What is there of a file of the archive.
    fn bytes(&mut self, message: Guid, file: &str, expected: Option<&str>) -> Result<Bytes, RunError> {
        self.found.messages += 1;
        Ok(match self.evidence.archive.read(file)? {
            Some(bytes) if expected.is_none_or(|expected| digest(&bytes) == expected) => Bytes::Sound,
            Some(_) => Bytes::Changed,
            None if purged_message(self.store(), message)?.is_some() => {
                self.found.erased += 1;
                Bytes::Purged
            }
            None => Bytes::Missing,
        })
    }

    fn messages(&mut self) -> Result<(), RunError> {
        self.pages(layout::OUTBOX, |audit, page| {
            for document in page {
                let Some(message) = layout::order_of(&document.key).and_then(|guid| Guid::parse(&guid))
                else {
                    continue;
                };
                let outgoing: Outgoing = document.record()?;
                let bytes = audit.bytes(message, &outgoing.file, Some(&outgoing.digest))?;
                for order_no in &outgoing.orders {
                    audit.named.insert(hash(&(message, order_no)));
                }
                audit.sent.insert(message, (bytes, outgoing.passage));
                audit.looked();
            }
            Ok(())
        })
    }

    fn receipts(&mut self) -> Result<(), RunError> {
        self.pages(layout::RECEIPTS, |audit, page| {
            let (mut opened, mut answers) = (Vec::new(), 0);
            for document in page {
                if let Some(receipt) = audit.opened(&document)? {
                    answers += receipt.answers.len();
                    opened.push(receipt);
                }
                audit.looked();
                if answers >= ANSWERS {
                    audit.answers(std::mem::take(&mut opened))?;
                    answers = 0;
                }
            }
            audit.answers(opened)
        })
    }

    /// A receipt that was folded, read again; nothing of one that cannot be.
    fn opened(&mut self, document: &Document) -> Result<Option<Opened>, RunError> {
        let kept: RawReceipt = document.record()?;
        let raw = document.key.to_string();
        if kept.folded_at.is_none() {
            self.found.waiting += 1;
            return Ok(None);
        }
        if kept.sealed.parse::<Sealed>().is_ok_and(|sealed| sealed.erased_on().is_some()) {
            self.found.erased += 1;
            self.erased.insert(raw);
            return Ok(None);
        }
        let bytes = kept.open(self.evidence.door, &document.key)?;
        self.found.receipts += 1;
        // One that cannot be read was told when it came.
        let read = receipts::read(&bytes).ok();
        Ok(read.map(|read| Opened { raw, orders: kept.orders, answers: read.answers }))
    }

    /// Looks whether the answers of some receipts count for their orders.
    fn answers(&mut self, opened: Vec<Opened>) -> Result<(), RunError> {
        let store = self.evidence.store;
        let ahead = ahead(store, opened.iter().flat_map(|receipt| &receipt.answers))?;
        let mut about = Vec::new();
        for receipt in opened {
            for answer in receipt.answers {
                let mut orders = orders_of(&ahead, &answer)?;
                // What came before its order did belongs to no order.
                orders.retain(|order_no| receipt.orders.binary_search(order_no).is_ok());
                about.push((orders, filed(answer, &receipt.raw), receipt.raw.clone()));
            }
        }
        let named: BTreeSet<&String> = about.iter().flat_map(|(orders, ..)| orders).collect();
        let mut known: HashMap<String, Case> = HashMap::new();
        let keys: Vec<Key> = named.into_iter().map(|order_no| layout::case(order_no)).collect();
        for keys in keys.chunks(PAGE) {
            for document in store.get_all(keys)? {
                let Some(order_no) = layout::order_of(&document.key) else { continue };
                known.insert(order_no, document.record()?);
            }
        }
        for (orders, filed, raw) in &about {
            for order_no in orders {
                match known.get(order_no) {
                    Some(case) => self.counted(case, filed),
                    None => {
                        let place = Place::order(order_no, raw);
                        self.find([faults::NO_ORDER.at(place).with("order", order_no)]);
                    }
                }
            }
        }
        Ok(())
    }

    fn counted(&mut self, case: &Case, filed: &Filed) {
        self.find(lost(case, filed));
        for note in notes(case, filed) {
            self.came.insert(print(&case.order_no, &note));
        }
    }

    fn cases(&mut self) -> Result<(), RunError> {
        let store = self.evidence.store;
        let mut guids = HashSet::new();
        let mut failed = None;
        cases(store, |case| {
            let looked = self.case(case, &mut guids);
            failed = looked.err();
            failed.is_none()
        })?;
        failed.map_or(Ok(()), Err)
    }

    fn case(&mut self, case: &Case, guids: &mut HashSet<Guid>) -> Result<(), RunError> {
        self.found.orders += 1;
        let mut adopted = HashMap::new();
        let mut faults = Vec::new();
        for (subject, paper) in &case.papers {
            for version in &paper.versions {
                self.found.documents += 1;
                if !guids.insert(version.guid) {
                    let place = Place::order(&case.order_no, "papers");
                    faults.push(faults::NUMBER_TWICE.at(place).with("guid", version.guid));
                }
                for message in version.earlier.iter().chain([&version.message]) {
                    self.named.remove(&hash(&(*message, &case.order_no)));
                    if !self.sent.contains_key(message) && !adopted.contains_key(message) {
                        let bytes = self.adopted(*message)?;
                        adopted.insert(*message, bytes);
                    }
                }
                if let Some((_, passage)) = self.sent.get(&version.message)
                    && !agree(*passage, version.dispatch)
                {
                    let place = Place::order(&case.order_no, "papers");
                    let fault = faults::PASSAGE.at(place).with("message", version.message);
                    let fault = fault.with_words("document", name(*subject));
                    let words = format!("{passage:?}").to_lowercase();
                    faults.push(
                        fault
                            .with("passage", words)
                            .with("dispatch", format!("{:?}", version.dispatch).to_lowercase()),
                    );
                }
            }
        }
        let came =
            |note: &Note| self.came.contains(&print(&case.order_no, note)) || self.erased.contains(&note.raw);
        let bytes = |message: Guid| {
            let sent = self.sent.get(&message).map(|(bytes, _)| *bytes);
            sent.or_else(|| adopted.get(&message).copied()).unwrap_or(Bytes::Missing)
        };
        faults.extend(audit(case, Some(&came), &bytes, self.now, self.evidence.policy));
        self.find(faults);
        self.looked();
        Ok(())
    }

    /// A message that `declare build` wrote before the order was followed.
    fn adopted(&mut self, message: Guid) -> Result<Bytes, RunError> {
        match ledger::message(self.store(), message)? {
            Some(kept) => self.bytes(message, &kept.file, None),
            None => Ok(Bytes::Missing),
        }
    }

    /// Orders that a message names and that have no document in it.
    fn strays(&mut self) -> Result<(), RunError> {
        if self.named.is_empty() {
            return Ok(());
        }
        self.pages(layout::OUTBOX, |audit, page| {
            for document in page {
                let Some(message) = layout::order_of(&document.key).and_then(|guid| Guid::parse(&guid))
                else {
                    continue;
                };
                let outgoing: Outgoing = document.record()?;
                let strays =
                    outgoing.orders.iter().filter(|order| audit.named.contains(&hash(&(message, order))));
                let strays: Vec<Fault> = strays
                    .map(|order| {
                        faults::MESSAGE_STRAY.at(Place::order(order, "papers")).with("message", message)
                    })
                    .collect();
                audit.find(strays);
            }
            Ok(())
        })
    }
}

/// Whether a message and a document in it are as far as each other: both are written in one commit.
fn agree(passage: Passage, dispatch: Dispatch) -> bool {
    matches!(
        (passage, dispatch),
        (Passage::Waiting, Dispatch::Made)
            | (Passage::Unknown, Dispatch::Unknown)
            | (Passage::Sent, Dispatch::Sent)
            | (Passage::Refused, Dispatch::Refused)
    )
}

fn filed(answer: Answer, raw: &str) -> Filed {
    let raw = raw.to_owned();
    match answer {
        Answer::Receipt(receipt) => Filed::Receipt { receipt: Box::new(receipt), raw },
        Answer::Format(format) => {
            let message = format.message_guid.as_deref().and_then(Guid::parse).unwrap_or(Guid::NOTHING);
            Filed::Format { receipt: Box::new(format), message, raw }
        }
        Answer::TaxBill(bill) => {
            Filed::Tax(TaxNote { at: bill.time, bill_no: bill.bill.number, status: bill.status, raw })
        }
        Answer::TaxBillChange(change) => {
            Filed::Tax(TaxNote { at: change.time, bill_no: change.bill_no, status: change.status, raw })
        }
    }
}
