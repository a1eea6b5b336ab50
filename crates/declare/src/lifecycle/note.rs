//! Receipts as a case remembers them.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::customs_codes::{self, Class};
use crate::receipt::{FormatReceipt, Receipt, ReturnTime, Status, Subject, TaxBillStatus};

/// What a receipt says about a document, without its words: they may name people, and stand sealed under [`Note::raw`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The kind of document.
    pub subject: Subject,
    /// Which version of it, from 0.
    pub version: u8,
    /// Customs' time.
    pub at: ReturnTime,
    /// `returnStatus`, as it came.
    pub status: Status,
    /// The numbers of `[Code:n;Desc:…]`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<i64>,
    /// What it means for what happens next; read from the number and the words while they were at hand.
    pub class: Class,
    /// Whether it is about the form of the whole message (CEB900).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub form: bool,
    /// The number that customs gave an inventory (`invtNo`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inventory_no: Option<String>,
    /// The number that China E-port gave it (`preNo`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry_no: Option<String>,
    /// The key of the sealed original. Of a receipt that came in several messages, the first by name.
    pub raw: String,
    /// Whether a person has judged what holds the order because of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub seen: bool,
}

/// A tax bill or a change of one, as a case remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxNote {
    /// Customs' time.
    pub at: ReturnTime,
    /// The bill's number (`taxNo`).
    pub bill_no: String,
    /// How it stands.
    pub status: TaxBillStatus,
    /// The key of the sealed original.
    pub raw: String,
}

impl Note {
    /// The note of a receipt. The version is 0 until the case has found it.
    pub fn of(receipt: &Receipt, raw: impl Into<String>) -> Self {
        let given = |number: &Option<String>| number.clone().filter(|number| !number.trim().is_empty());
        Self {
            subject: receipt.subject,
            version: 0,
            at: receipt.time.clone(),
            status: receipt.status.clone(),
            codes: receipt.codes().into_iter().map(|code| code.code).collect(),
            class: customs_codes::class_of(receipt),
            form: false,
            inventory_no: given(&receipt.keys.inventory_no),
            entry_no: given(&receipt.keys.entry_no),
            raw: raw.into(),
            seen: false,
        }
    }

    /// The note of a receipt about a message's form, for a document of this kind in the message.
    pub fn of_format(receipt: &FormatReceipt, subject: Subject, raw: impl Into<String>) -> Self {
        Self {
            subject,
            version: 0,
            at: receipt.time.clone(),
            status: receipt.status.clone(),
            codes: receipt.info.codes().into_iter().map(|code| code.code).collect(),
            class: customs_codes::class_of_format(receipt),
            form: true,
            inventory_no: None,
            entry_no: None,
            raw: raw.into(),
            seen: false,
        }
    }

    /// Whether customs or its officers speak, not China E-port: E-port hands a document on before customs answers.
    pub fn is_customs(&self) -> bool {
        self.status.number().is_some_and(|number| number >= FIRST_OF_CUSTOMS)
    }

    /// The order in which notes of one document are read: customs' time, then rank, then what they say.
    pub fn order(&self, other: &Self) -> Ordering {
        let place = |note: &Self| (note.subject, note.version);
        place(self)
            .cmp(&place(other))
            .then_with(|| self.at.cmp(&other.at))
            .then_with(|| rank(&self.status).cmp(&rank(&other.status)))
            .then_with(|| self.status.as_str().cmp(other.status.as_str()))
            .then_with(|| self.codes.cmp(&other.codes))
            .then_with(|| (self.class as u8).cmp(&(other.class as u8)))
            .then_with(|| self.form.cmp(&other.form))
            .then_with(|| self.inventory_no.cmp(&other.inventory_no))
            .then_with(|| self.entry_no.cmp(&other.entry_no))
    }
}

/// Statuses below are China E-port's (1 to 4, and faults below zero).
const FIRST_OF_CUSTOMS: i64 = 99;

/// The rank of statuses that bear the same time: the course that a document usually takes. A number that is not listed comes
/// last, so that it is seen.
const COURSE: [i64; 17] = [1, 2, 4, 3, 120, 400, 300, 600, 100, 399, 500, 501, 502, 503, 599, 700, 800];

/// The place of a status in [`COURSE`]; faults of processing come first.
fn rank(status: &Status) -> usize {
    match status.number() {
        Some(number) if number < 0 => 0,
        Some(899) => COURSE.len() + 1,
        Some(number) => {
            COURSE.iter().position(|known| *known == number).map_or(usize::MAX, |place| place + 1)
        }
        None => usize::MAX,
    }
}
