//! Whether what is stored of an order holds together.
//!
//! The invariants, checked against the receipts as they came and the messages as they were sent:
//!
//! 1. every document that was sent has its message, and the message its bytes;
//! 2. the receipts in the case are those that came, no more and no fewer, read as they are read today;
//! 3. the state is the one that follows from them;
//! 4. of every document at most one version can count, and their times grow;
//! 5. no number of a document is used twice.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use ports::fault::{Fault, Kind, Place, Text};

use super::case::Case;
use super::faults;
use super::fold::Standing;
use super::note::{Note, TaxNote};
use super::paper::Dispatch;
use super::plan::Plan;
use super::policy::Policy;
use super::words::name;
use crate::documents::{Guid, Submission};
use crate::receipt::{FormatReceipt, Receipt, Subject};

/// A receipt as it was read again from what came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filed {
    /// About a document.
    Receipt {
        /// The receipt.
        receipt: Box<Receipt>,
        /// The key of the original.
        raw: String,
    },
    /// About a message's form.
    Format {
        /// The receipt.
        receipt: Box<FormatReceipt>,
        /// The message.
        message: Guid,
        /// The key of the original.
        raw: String,
    },
    /// A tax bill.
    Tax(TaxNote),
}

/// What is there of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bytes {
    /// The bytes that were sent.
    Sound,
    /// Other bytes than were sent.
    Changed,
    /// Erased on purpose, after the retention time.
    Purged,
    /// Nothing.
    Missing,
}

/// What a receipt says about the documents of a case, as the case would remember it.
pub fn notes(case: &Case, filed: &Filed) -> Vec<Note> {
    match filed {
        Filed::Receipt { receipt, raw } => vec![case.place(Note::of(receipt, raw.as_str()), receipt)],
        Filed::Format { receipt, message, raw } => case.notes_of_format(receipt, *message, raw),
        Filed::Tax(_) => Vec::new(),
    }
}

/// What a receipt that came says and its case does not know: every receipt that was folded is put to this.
pub fn lost(case: &Case, filed: &Filed) -> Vec<Fault> {
    let mut found = Vec::new();
    for note in notes(case, filed) {
        if case.notes.binary_search_by(|known| known.order(&note)).is_err() {
            found.push(about_note(case, &faults::RECEIPT_LOST, &note));
        }
    }
    if let Filed::Tax(note) = filed {
        let known = |known: &TaxNote| known.bill_no == note.bill_no && known.status == note.status;
        if !case.tax.iter().any(known) {
            found.push(about_bill(case, &faults::RECEIPT_LOST, note));
        }
    }
    found
}

/// Everything in a case that breaks an invariant, but for receipts it lacks ([`lost`]). `came` says whether a note was made of
/// a receipt that came, or of one that was erased since; nothing when the receipts were not looked at.
pub fn audit(
    case: &Case,
    came: Option<&dyn Fn(&Note) -> bool>,
    message: &dyn Fn(Guid) -> Bytes,
    now: Timestamp,
    policy: &Policy,
) -> Vec<Fault> {
    let mut audit = Audit { case, found: Vec::new() };
    audit.bytes(message);
    if let Some(came) = came {
        for note in case.notes.iter().filter(|note| !came(note)) {
            audit.found.push(about_note(case, &faults::RECEIPT_UNFOUNDED, note));
        }
    }
    audit.state(now, policy);
    audit.counting();
    audit.found
}

fn about_note(case: &Case, kind: &'static Kind, note: &Note) -> Fault {
    let fault = kind.at(Place::order(&case.order_no, &note.raw));
    fault.with("status", note.status.as_str()).with_words("document", name(note.subject))
}

fn about_bill(case: &Case, kind: &'static Kind, note: &TaxNote) -> Fault {
    let fault = kind.at(Place::order(&case.order_no, &note.raw));
    fault.with("status", &note.bill_no).with_words("document", TAX_BILL)
}

struct Audit<'c> {
    case: &'c Case,
    found: Vec<Fault>,
}

impl Audit<'_> {
    fn bytes(&mut self, message: &dyn Fn(Guid) -> Bytes) {
        let mut looked_at = BTreeMap::new();
        for (subject, paper) in &self.case.papers {
            for version in &paper.versions {
                for guid in version.earlier.iter().chain([&version.message]) {
                    let there = *looked_at.entry(*guid).or_insert_with(|| message(*guid));
                    let kind = match there {
                        Bytes::Sound => continue,
                        // What was never sent cannot be gone on purpose.
                        Bytes::Purged if version.dispatch != Dispatch::Made => continue,
                        Bytes::Changed => &faults::BYTES_CHANGED,
                        Bytes::Purged | Bytes::Missing => &faults::BYTES_MISSING,
                    };
                    let path = format!("message {guid}");
                    let fault = kind.at(Place::order(&self.case.order_no, path));
                    self.found.push(fault.with("message", guid).with_words("document", name(*subject)));
                }
            }
        }
    }

    fn state(&mut self, now: Timestamp, policy: &Policy) {
        let state = self.case.state_of(&Plan::of(self.case, now, policy), policy);
        if state != self.case.state {
            let stored = self.case.state;
            let fault = faults::STATE.at(Place::order(&self.case.order_no, "state"));
            self.found.push(fault.with("stored", stored).with("derived", state));
        }
    }

    fn counting(&mut self) {
        let mut guids = BTreeSet::new();
        for (subject, paper) in &self.case.papers {
            for version in &paper.versions {
                if !guids.insert(version.guid) {
                    let fault = faults::NUMBER_TWICE.at(Place::order(&self.case.order_no, "papers"));
                    self.found.push(fault.with("guid", version.guid));
                }
            }
            // Goods may come back in several returns, each a document of its own.
            if *subject == Subject::Return {
                continue;
            }
            for (pair, index) in paper.versions.windows(2).zip(0_u8..) {
                let [before, after] = pair else { continue };
                let replaced = after.submission == Submission::Change || !self.counts(*subject, index);
                if !replaced {
                    let fault = faults::TWICE.at(Place::order(&self.case.order_no, "papers"));
                    let fault = fault.with_words("document", name(*subject));
                    self.found.push(fault.with("guids", format!("{}, {}", before.guid, after.guid)));
                }
                if after.made_at.as_second() <= before.made_at.as_second() {
                    let fault = faults::TIMES.at(Place::order(&self.case.order_no, "papers"));
                    self.found.push(fault.with_words("document", name(*subject)));
                }
            }
        }
    }

    /// Whether a version may count at customs.
    fn counts(&self, subject: Subject, index: u8) -> bool {
        let version = self.case.papers.get(&subject).and_then(|paper| paper.versions.get(usize::from(index)));
        let Some(version) = version else { return false };
        if subject == Subject::Inventory && self.withdrawn(index) {
            return false;
        }
        let heard = self.case.heard_of(subject, index);
        match version.dispatch {
            Dispatch::Refused if heard.by.is_none() => false,
            _ => !matches!(heard.standing, Standing::Refused | Standing::TooMany),
        }
    }

    fn withdrawn(&self, inventory: u8) -> bool {
        let Some(paper) = self.case.papers.get(&Subject::Withdrawal) else { return false };
        paper.versions.iter().zip(0_u8..).any(|(version, index)| {
            version.about == Some(inventory) && self.case.heard_of(Subject::Withdrawal, index).is_granted()
        })
    }
}

const TAX_BILL: Text = Text { zh: "税单", en: "tax bill" };
