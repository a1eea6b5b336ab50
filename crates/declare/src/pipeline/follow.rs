//! Documents that follow others: withdrawal, return and waybill status, made from the documents that were declared; and
//! documents that go out once more as they are.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use ports::fault::{Fault, Place};

use super::make::{Outcome, Paper, Parcel, kind_of, print};
use super::{RunError, Shared, faults};
use crate::build::ledger;
use crate::build::prepare::hash;
use crate::documents::{Goods, Guid, Issue, Known, Moment, Return, WaybillStatus, Withdrawal};
use crate::lifecycle::{Case, Decision, Version, Wanted};
use crate::messages::reading::parse;
use crate::messages::{Document, DocumentView, MessageBuilder, MessageKind, strict};
use crate::receipt::Subject;

/// Makes documents that follow an inventory or a waybill.
pub(super) fn make(
    shared: &Shared<'_, '_>,
    case: &Case,
    wanted: &[Wanted],
    now: Timestamp,
    beijing: &TimeZone,
) -> Result<Outcome, RunError> {
    let mut papers = Vec::new();
    for wanted in wanted {
        let guid = Guid::random();
        let made_at = wanted.not_before.map_or(now, |earliest| earliest.max(now));
        let issue = Issue { guid, made_at: Moment::of(made_at, beijing) };
        let about = match wanted.subject {
            Subject::WaybillStatus => Subject::Waybill,
            _ => Subject::Inventory,
        };
        let Some(text) = text_of(shared, case, about)? else { return Ok(Outcome::Held(vec![lost(case)])) };
        match written(case, wanted, &text, issue, beijing) {
            Ok(bytes) => {
                let own_no =
                    (wanted.subject != Subject::WaybillStatus).then(|| guid.own_no().as_str().to_owned());
                papers.push(paper(wanted, guid, made_at, bytes, own_no));
            }
            Err(found) => return Ok(Outcome::Held(found)),
        }
    }
    Ok(Outcome::Made(Box::new(parcel(case, papers))))
}

/// Documents that go out once more, as they are.
pub(super) fn again(shared: &Shared<'_, '_>, case: &Case, wanted: &[Wanted]) -> Result<Outcome, RunError> {
    let mut papers = Vec::new();
    for wanted in wanted {
        let Some((guid, made_at)) = wanted.again else { continue };
        let text = text_of(shared, case, wanted.subject)?;
        let bytes = text.as_deref().and_then(|text| fragment(text, kind_of(wanted.subject), guid));
        let Some(bytes) = bytes else { return Ok(Outcome::Held(vec![lost(case)])) };
        papers.push(paper(wanted, guid, made_at, bytes, None));
    }
    Ok(Outcome::Made(Box::new(parcel(case, papers))))
}

fn paper(wanted: &Wanted, guid: Guid, made_at: Timestamp, bytes: Vec<u8>, own_no: Option<String>) -> Paper {
    Paper {
        subject: wanted.subject,
        submission: wanted.submission,
        guid,
        made_at,
        alone: wanted.alone,
        print: print(&bytes),
        hash: hash(&bytes),
        bytes,
        own_no,
        adopted: None,
    }
}

fn parcel(case: &Case, papers: Vec<Paper>) -> Parcel {
    Parcel {
        order_no: case.order_no.clone(),
        known: None,
        papers,
        used: Vec::new(),
        taken: Vec::new(),
        stored_tax: None,
        purchase: None,
        sold: Vec::new(),
    }
}

fn lost(case: &Case) -> Fault {
    let place = Place::order(&case.order_no, "archive");
    faults::BUNDLE.at(place).with("order", &case.order_no)
}

/// The text of the message that holds the latest document of a kind.
fn text_of(shared: &Shared<'_, '_>, case: &Case, subject: Subject) -> Result<Option<String>, RunError> {
    let Some(version) = latest(case, subject) else { return Ok(None) };
    let Some(message) = ledger::message(shared.store(), version.message)? else { return Ok(None) };
    let Some(bytes) = shared.archive().read(&message.file)? else { return Ok(None) };
    Ok(String::from_utf8(bytes).ok())
}

fn latest(case: &Case, subject: Subject) -> Option<&Version> {
    case.papers.get(&subject).and_then(|paper| paper.latest())
}

/// Writes one document that follows.
fn written(
    case: &Case,
    wanted: &Wanted,
    text: &str,
    issue: Issue,
    beijing: &TimeZone,
) -> Result<Vec<u8>, Vec<Fault>> {
    let tree = parse(text).map_err(|fault| vec![*fault])?;
    let message = strict::read(&tree)?;
    let reason = wanted.reason.as_deref().unwrap_or_default();
    // Of an inventory that was declared anew, the numbers of the one that counts.
    let (inventory_no, entry_no) = case.inventory_numbers().unwrap_or_default();
    let known = Known { inventory_no, entry_no };
    let is = |guid: Guid, subject| latest(case, subject).is_some_and(|version| version.guid == guid);
    for document in &message.documents {
        match (document, wanted.subject) {
            (Document::Inventory(head, _), Subject::Withdrawal) if is(head.guid, Subject::Inventory) => {
                let withdrawal = Withdrawal::of(head, known, reason, issue)?;
                return Ok(MessageBuilder::fragment(DocumentView::Withdrawal(&withdrawal), Vec::new()));
            }
            (Document::Inventory(head, lines), Subject::Return) if is(head.guid, Subject::Inventory) => {
                let all: Vec<Goods> = lines
                    .iter()
                    .map(|line| Goods { line: line.number, quantity: line.quantity.decimal() })
                    .collect();
                let goods = if wanted.goods.is_empty() { &all } else { &wanted.goods };
                let back = Return::of((head, lines), known, reason, goods, &[], issue)?;
                return Ok(MessageBuilder::fragment(DocumentView::Return(&back), Vec::new()));
            }
            (Document::Waybill(head), Subject::WaybillStatus) if is(head.guid, Subject::Waybill) => {
                let delivered =
                    case.decisions.iter().rev().find(|decided| decided.decision == Decision::Delivered);
                let at = delivered
                    .map_or_else(|| issue.made_at.clone(), |decided| Moment::of(decided.at, beijing));
                let status = WaybillStatus::signed_for(head, at, issue).map_err(|fault| vec![*fault])?;
                return Ok(MessageBuilder::fragment(DocumentView::WaybillStatus(&status), Vec::new()));
            }
            _ => {}
        }
    }
    Err(vec![lost(case)])
}

/// The bytes of one document in a message's text.
fn fragment(text: &str, kind: MessageKind, guid: Guid) -> Option<Vec<u8>> {
    let name = match kind {
        MessageKind::Order => "Order",
        MessageKind::Payment => "Payment",
        MessageKind::Waybill => "Logistics",
        MessageKind::Inventory => "Inventory",
        MessageKind::WaybillStatus => "LogisticsStatus",
        MessageKind::Withdrawal => "InvtCancel",
        MessageKind::Return => "InvtRefund",
        MessageKind::Arrival => "Delivery",
    };
    let at = text.find(&format!("<ceb:guid>{guid}</ceb:guid>"))?;
    let start = text.get(..at)?.rfind(&format!("<ceb:{name}>"))?;
    let end_tag = format!("</ceb:{name}>");
    let end = at + text.get(at..)?.find(&end_tag)? + end_tag.len();
    text.get(start..end).map(|document| document.as_bytes().to_vec())
}
