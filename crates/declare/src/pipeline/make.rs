//! The documents of one order, made as its case wants them.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use ports::fault::{Fault, Place};
use ports::store::Key;
use sha2::{Digest as _, Sha256};

use super::follow;
use super::{RunError, Shared, faults};
use crate::build::assess::StoredTax;
use crate::build::ledger::{self, Known, Taken};
use crate::build::prepare::{Examined, Preparer, Unfit, hash};
use crate::build::year::Purchase;
use crate::documents::{Guid, Moment, Numbers, Submission};
use crate::lifecycle::{Case, Wanted};
use crate::messages::{MessageBuilder, MessageKind, parcel};
use crate::order::Line;
use crate::receipt::Subject;

/// What is wanted of one order.
pub(super) struct Task {
    pub(super) order_no: String,
    pub(super) case: Case,
    pub(super) wanted: Vec<Wanted>,
    pub(super) standing: Vec<(Subject, String)>,
    pub(super) waived: Vec<String>,
    /// The line of an orders file; nothing when the order is not kept, or not any more.
    pub(super) line: Option<Vec<u8>>,
}

/// What came of it.
pub(super) enum Outcome {
    /// Documents cannot be made.
    Held(Vec<Fault>),
    /// Documents that stand at customs would say something else today.
    Drifted(Vec<Subject>),
    /// They would say what was refused.
    Unchanged,
    /// They are made.
    Made(Box<Parcel>),
}

/// The new documents of an order.
pub(super) struct Parcel {
    pub(super) order_no: String,
    /// The ledger's record, as it stands.
    pub(super) known: Option<Known>,
    pub(super) papers: Vec<Paper>,
    /// Numbers that no other order may use, with where they stand in the order.
    pub(super) used: Vec<Key>,
    /// Of these, the ones that the ledger does not give to this order yet.
    pub(super) taken: Vec<Taken>,
    pub(super) stored_tax: Option<StoredTax>,
    pub(super) purchase: Option<Purchase>,
    pub(super) sold: Vec<filing::book::Sold>,
}

/// A new document.
pub(super) struct Paper {
    pub(super) subject: Subject,
    pub(super) submission: Submission,
    pub(super) guid: Guid,
    pub(super) made_at: Timestamp,
    pub(super) alone: bool,
    pub(super) bytes: Vec<u8>,
    pub(super) print: String,
    pub(super) hash: String,
    /// Our own number of it, where that is not the order's number.
    pub(super) own_no: Option<String>,
    /// The message it stands in already: a batch job made it.
    pub(super) adopted: Option<Guid>,
}

/// The kind of message that holds documents of a kind.
pub(super) const fn kind_of(subject: Subject) -> MessageKind {
    match subject {
        Subject::Order => MessageKind::Order,
        Subject::Payment => MessageKind::Payment,
        Subject::Waybill => MessageKind::Waybill,
        Subject::Inventory => MessageKind::Inventory,
        Subject::WaybillStatus => MessageKind::WaybillStatus,
        Subject::Withdrawal => MessageKind::Withdrawal,
        Subject::Return => MessageKind::Return,
        Subject::Arrival => MessageKind::Arrival,
    }
}

/// The kind of documents that a kind of message holds.
pub(super) const fn subject_of(kind: MessageKind) -> Subject {
    match kind {
        MessageKind::Order => Subject::Order,
        MessageKind::Payment => Subject::Payment,
        MessageKind::Waybill => Subject::Waybill,
        MessageKind::Inventory => Subject::Inventory,
        MessageKind::WaybillStatus => Subject::WaybillStatus,
        MessageKind::Withdrawal => Subject::Withdrawal,
        MessageKind::Return => Subject::Return,
        MessageKind::Arrival => Subject::Arrival,
    }
}

/// Elements that a document's print passes over: its numbers and times, and whether it is new or a change; and of a waybill its
/// goods and weight, which may come from filings: a waybill is another one, and what is declared with it withdrawn, only when
/// the parcel goes elsewhere or under another number.
const NO_PRINT: [&[u8]; 7] = [
    b"ceb:guid>",
    b"ceb:appType>",
    b"ceb:appTime>",
    b"ceb:declTime>",
    b"ceb:copNo>",
    b"ceb:goodsInfo>",
    b"ceb:weight>",
];

/// The length of the prefix that they have.
const PREFIX_BYTES: usize = b"ceb:".len();

/// A short hash of what a document says, apart from numbers and times.
pub(super) fn print(fragment: &[u8]) -> String {
    // Hashed in one go: a hash of many short pieces takes three times as long.
    let mut said = Vec::with_capacity(fragment.len());
    let mut rest = fragment;
    while let Some(open) = memchr::memchr(b'<', rest) {
        let (before, tag) = rest.split_at(open + 1);
        said.extend_from_slice(before);
        rest = tag;
        // Nearly every tag differs in the first letter behind the prefix.
        let first = tag.get(PREFIX_BYTES);
        let name = NO_PRINT.iter().find(|name| name.get(PREFIX_BYTES) == first && tag.starts_with(name));
        if let Some(name) = name {
            // The end tag is the next one: these elements hold text.
            let text = tag.get(name.len()..).unwrap_or_default();
            rest = memchr::memchr(b'<', text).and_then(|end| text.get(end..)).unwrap_or_default();
        }
    }
    said.extend_from_slice(rest);
    Sha256::digest(&said).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// To the second, which is what documents bear, and not before what customs has seen.
fn made_at(now: Timestamp, not_before: Option<Timestamp>) -> Timestamp {
    let second = Timestamp::from_second(now.as_second()).unwrap_or(now);
    match not_before {
        Some(earliest) if earliest > second => {
            let whole = Timestamp::from_second(earliest.as_second()).unwrap_or(earliest);
            if whole == earliest {
                whole
            } else {
                whole.saturating_add(SignedDuration::from_secs(1)).unwrap_or(earliest)
            }
        }
        _ => second,
    }
}

/// Makes the documents of an order.
pub(super) fn make(
    shared: &Shared<'_, '_>,
    preparer: &mut Preparer<'_>,
    task: &Task,
) -> Result<Outcome, RunError> {
    let setting = &preparer.plan.setting;
    let now = setting.now;
    if task.wanted.iter().any(|wanted| !MessageKind::PARCEL.contains(&kind_of(wanted.subject))) {
        return follow::make(shared, &task.case, &task.wanted, made_at(now, None), &setting.beijing);
    }
    if !task.wanted.is_empty() && task.wanted.iter().all(|wanted| wanted.again.is_some()) {
        return follow::again(shared, &task.case, &task.wanted);
    }
    let lacking = || {
        let place = Place::order(&task.order_no, "bundle");
        Ok(Outcome::Held(vec![faults::BUNDLE.at(place).with("order", &task.order_no)]))
    };
    let Some(text) = &task.line else { return lacking() };
    let line = Line { number: 1, text: Some(text.clone()) };
    let merchant = setting.declaring.merchant.code.as_str();
    let signed = preparer.plan.signer.is_some();
    let numbers = |preparer: &Preparer<'_>, order_no: &str| {
        let known = ledger::declaration(preparer.store, merchant, order_no)?;
        let mut numbers = match &known {
            Some((declaration, _)) => declaration.numbers(now, signed),
            None => ledger::new_numbers(now, signed),
        };
        for wanted in &task.wanted {
            let place = kind_of(wanted.subject).index();
            if !is_adopted(task, known.as_ref(), wanted, signed) {
                renumber(&mut numbers, place, wanted, now);
            }
        }
        Ok((numbers, known))
    };
    // A comparison looks at what documents would say, whether or not they might be made now.
    let compares = task.wanted.is_empty();
    let waived = |fault: &Fault| compares || task.waived.iter().any(|code| code == fault.code());
    let made = preparer.examine(&line, &waived, numbers, |_, examined, known| {
        made(task, examined, known, signed, &setting.beijing)
    })?;
    Ok(match made {
        Ok(outcome) => outcome,
        Err(_) if compares => Outcome::Unchanged,
        Err(Unfit { faults, .. }) => Outcome::Held(faults),
    })
}

fn renumber(numbers: &mut Numbers, place: usize, wanted: &Wanted, now: Timestamp) {
    numbers.guids[place] = Guid::random();
    numbers.made_at[place] = made_at(now, wanted.not_before);
    numbers.submissions[place] = wanted.submission;
}

/// Whether a batch job declared a document that the case knows nothing of: then there is nothing to make, it is taken as it is.
fn is_adopted(task: &Task, known: Option<&Known>, wanted: &Wanted, signed: bool) -> bool {
    let settled = known.and_then(|(declaration, _)| declaration.settled(kind_of(wanted.subject), signed));
    settled.is_some() && !task.case.papers.contains_key(&wanted.subject)
}

/// Writes what is wanted.
fn made(
    task: &Task,
    examined: Examined<'_, '_>,
    known: Option<Known>,
    signed: bool,
    beijing: &jiff::tz::TimeZone,
) -> Outcome {
    let Examined { order_no, numbers, set, taxed: (_, stored_tax, purchase), sold, .. } = examined;
    let mut drifted = Vec::new();
    let mut papers = Vec::new();
    let mut changed = Vec::new();
    let mut same = BTreeSet::new();
    for document in parcel(set) {
        let kind = document.kind();
        let subject = subject_of(kind);
        let wanted = task.wanted.iter().find(|wanted| wanted.subject == subject);
        let standing = task.standing.iter().find(|(standing, _)| *standing == subject);
        if wanted.is_none() && standing.is_none() {
            continue;
        }
        let bytes = MessageBuilder::fragment(document, Vec::with_capacity(4096));
        let print = print(&bytes);
        if standing.is_some_and(|(_, standing)| *standing != print) {
            drifted.push(subject);
        }
        let Some(wanted) = wanted else { continue };
        if wanted.unless.as_ref() == Some(&print) {
            same.insert(subject);
        }
        let hash = hash(&bytes);
        let settled = known.as_ref().and_then(|(declaration, _)| declaration.settled(kind, signed));
        let adopted = settled.filter(|_| is_adopted(task, known.as_ref(), wanted, signed));
        if let Some(settled) = adopted.filter(|settled| settled.hash != hash) {
            let fault = crate::build::faults::CHANGED.at(Place::order(&order_no, kind.word()));
            let at = Moment::of(settled.made_at, beijing);
            let fault = fault.with("document", kind.type_name()).with("at", at);
            changed.push(fault.with("message", settled.message));
        }
        let own_no = (subject == Subject::Inventory).then(|| set.inventory.own_no.as_str().to_owned());
        papers.push(Paper {
            subject,
            submission: numbers.submission(kind),
            guid: numbers.guid(kind),
            made_at: numbers.made_at[kind.index()],
            alone: wanted.alone,
            bytes,
            print,
            hash,
            own_no: own_no.filter(|own_no| *own_no != order_no),
            adopted: adopted.map(|settled| settled.message),
        });
    }
    if !changed.is_empty() {
        return Outcome::Held(changed);
    }
    if !drifted.is_empty() {
        return Outcome::Drifted(drifted);
    }
    if task.wanted.is_empty()
        || !same.is_empty() && task.wanted.iter().all(|wanted| same.contains(&wanted.subject))
    {
        return Outcome::Unchanged;
    }
    let used = vec![
        ledger::payment_key(set.payment.payer_code.as_str(), set.payment.transaction_no.as_str()),
        ledger::waybill_key(set.waybill.carrier_code.as_str(), set.waybill.waybill_no.as_str()),
    ];
    Outcome::Made(Box::new(Parcel {
        order_no,
        known,
        papers,
        used,
        taken: Vec::new(),
        stored_tax,
        purchase: Some(purchase),
        sold,
    }))
}
