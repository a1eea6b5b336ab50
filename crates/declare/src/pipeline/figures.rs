//! Figures of a run, for whoever watches it.

use std::time::Duration;

use jiff::Timestamp;
use ports::gateway::Outcome;
use ports::metrics::{Metrics, SendOutcome, Stage};
use ports::store::{Store, StoreError};

use super::layout;
use crate::lifecycle::Case;
use crate::messages::MessageKind;
use crate::receipt::{Answer, Receipt};

/// Entries of a branch that are counted: beyond it there are simply many.
const COUNTED: usize = 10_000;
/// Customs refuses.
const REFUSED: i64 = 100;

/// What waits for each stage that has work records of its own.
pub(super) fn queues(metrics: &Metrics, store: &dyn Store, now: Timestamp) -> Result<(), StoreError> {
    for (stage, branch) in [
        (Stage::Fetch, layout::FETCH),
        (Stage::Declare, layout::PREPARE),
        (Stage::Repush, layout::REPUSH),
        (Stage::Ship, layout::SHIP),
    ] {
        let waiting = store.scan(&layout::branch(branch), None, COUNTED)?;
        let oldest = waiting.iter().filter_map(|document| document.due).min();
        let age = oldest.and_then(|oldest| Duration::try_from(now.duration_since(oldest)).ok());
        metrics.queue(stage, waiting.len() as u64, age);
    }
    Ok(())
}

/// A message was handed to the gateway.
pub(super) fn message(metrics: &Metrics, kind: MessageKind, outcome: &Outcome) {
    let outcome = match outcome {
        Outcome::Accepted => SendOutcome::Accepted,
        Outcome::Refused { .. } => SendOutcome::Refused,
        Outcome::Unknown { .. } => SendOutcome::Unknown,
        // Nothing was sent.
        Outcome::Deferred { .. } => return,
    };
    metrics.message(kind.type_name(), outcome);
}

/// An answer reached its case.
pub(super) fn answer(metrics: &Metrics, answer: &Answer, case: &Case, now: Timestamp) {
    let Answer::Receipt(receipt) = answer else { return };
    let version = case.papers.get(&receipt.subject).and_then(|paper| paper.latest());
    let sent = version.and_then(|version| version.sent_at);
    let lag = sent.and_then(|sent| Duration::try_from(now.duration_since(sent)).ok());
    metrics.receipt(receipt.subject.receipt_type(), lag);
    for code in refusals(receipt) {
        metrics.refusal(&code);
    }
}

/// The numbers by which a receipt refuses its document.
fn refusals(receipt: &Receipt) -> Vec<String> {
    let number = receipt.status.number();
    if !receipt.status.is_fault() && number != Some(REFUSED) {
        return Vec::new();
    }
    let codes: Vec<String> = receipt.codes().into_iter().map(|code| code.code.to_string()).collect();
    if codes.is_empty() { number.map(|number| number.to_string()).into_iter().collect() } else { codes }
}
