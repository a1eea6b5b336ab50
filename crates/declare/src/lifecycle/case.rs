//! All that is known of one order.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use ports::store::Record;
use serde::{Deserialize, Serialize};

use super::event::Event;
use super::input::Decision;
use super::note::{Note, TaxNote};
use super::paper::Papers;
use super::reason::Reason;
use super::supply::Supply;
use crate::receipt::Subject;

/// How an order stands on the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shop {
    /// Not read yet, or in a state this program does not know.
    #[default]
    Unknown,
    /// Not paid, or otherwise not to be shipped yet.
    NotYet,
    /// Paid and waiting for shipment: the time to declare it.
    Waiting,
    /// The buyer is cancelling.
    Cancelling,
    /// Cancelled.
    Cancelled,
    /// Shipped, or on from there.
    Shipped,
}

/// Whether money or goods of an order go back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterSale {
    /// No case, or one that was closed and left the order as it is.
    #[default]
    None,
    /// A case is open.
    Open,
    /// It ended with money or goods going back.
    Done,
}

impl AfterSale {
    fn is_none(&self) -> bool {
        *self == Self::None
    }
}

/// Whether something changed that may let documents be made, or made anew after a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mended {
    /// Nothing did.
    #[default]
    No,
    /// The order, a filing, the waybill or the configuration did: what documents say is compared.
    Perhaps,
    /// A person says so.
    Judged,
}

impl Mended {
    fn is_no(&self) -> bool {
        *self == Self::No
    }
}

/// The state of an order; it follows from its documents (the contract's words).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Something keeps it from going on: [`Case::reasons()`] tells what, and what releases it.
    Held,
    /// It may go on; nothing of it was sent yet.
    #[default]
    Ready,
    /// Documents of it were sent.
    Sent,
    /// The outcome of a sending is unknown.
    Unknown,
    /// Customs has stored its inventory.
    Accepted,
    /// Customs has released it.
    Released,
    /// Customs or China E-port refused a document of it.
    Refused,
    /// It is not declared any more, or never was: cancelled.
    Withdrawn,
    /// Goods of it came back.
    Returned,
}

impl State {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Held,
        Self::Ready,
        Self::Sent,
        Self::Unknown,
        Self::Accepted,
        Self::Released,
        Self::Refused,
        Self::Withdrawn,
        Self::Returned,
    ];

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Ready => "ready",
            Self::Sent => "sent",
            Self::Unknown => "unknown",
            Self::Accepted => "accepted",
            Self::Released => "released",
            Self::Refused => "refused",
            Self::Withdrawn => "withdrawn",
            Self::Returned => "returned",
        }
    }

    /// The state of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Asking for the payment slip.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Repush {
    /// How often it was asked for since a person last looked.
    pub asked: u32,
    /// When last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Not before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_before: Option<Timestamp>,
    /// The version of the inventory whose refusal it was last asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub for_version: Option<u8>,
    /// Whether the platform refused.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub refused: bool,
}

/// Asking the supplier how the order stands, as its own word may have got lost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Inquiries {
    /// How often it was asked.
    pub asked: u32,
    /// When last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// Since when its decision about a cancellation is awaited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision_since: Option<Timestamp>,
}

impl Inquiries {
    fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// Telling the platform that the order was shipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Shipping {
    /// Not told yet.
    #[default]
    Open,
    /// Not before.
    Later {
        /// When.
        at: Timestamp,
    },
    /// Told.
    Done {
        /// When.
        at: Timestamp,
    },
    /// Refused by the platform.
    Refused {
        /// When.
        at: Timestamp,
    },
}

/// A decision and when it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// When.
    pub at: Timestamp,
    /// What.
    pub decision: Decision,
    /// Whether it was carried out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub done: bool,
}

/// What keeps documents from being made, as the last attempt found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// Since when.
    pub since: Timestamp,
    /// How often it was tried.
    pub tries: u32,
    /// When it was last tried.
    pub tried_at: Timestamp,
    /// Every reason.
    pub reasons: Vec<Reason>,
}

/// All that the machine knows of one order. Nothing of a person is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// The order's number.
    pub order_no: String,
    /// The platform.
    pub platform: String,
    /// When it became known.
    pub opened_at: Timestamp,
    /// Its state; derived, kept so that orders can be counted by it.
    pub state: State,
    /// Since when.
    pub since: Timestamp,
    /// How it stands on the platform.
    #[serde(default)]
    pub shop: Shop,
    /// The platform's time of the change that was last read, milliseconds; nothing before the first reading.
    #[serde(default)]
    pub read_ms: Option<i64>,
    /// The platform's time in the detail that was last read, milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail_ms: Option<i64>,
    /// The platform's time of the last change that is known of, milliseconds.
    #[serde(default)]
    pub changed_ms: i64,
    /// Whether money or goods go back.
    #[serde(default, skip_serializing_if = "AfterSale::is_none")]
    pub after_sale: AfterSale,
    /// Whether there is a waybill.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waybill: bool,
    /// What the supplier that ships it said of it.
    #[serde(default, skip_serializing_if = "Supply::is_empty")]
    pub supply: Supply,
    /// What of it a person has judged.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub supply_judged: BTreeSet<String>,
    /// Asking the supplier.
    #[serde(default, skip_serializing_if = "Inquiries::is_none")]
    pub inquiries: Inquiries,
    /// What keeps documents from being made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<Hold>,
    /// Whether something changed since documents were last made, or tried to be made.
    #[serde(default, skip_serializing_if = "Mended::is_no")]
    pub mended: Mended,
    /// Whether the order changed since its documents were made: they are to be compared with what they would say today.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub compare: bool,
    /// Documents that stand at customs and would say something else today.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drifted: Vec<Subject>,
    /// The documents.
    #[serde(default)]
    pub papers: Papers,
    /// The receipts, in the order of [`Note::order`], each once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Tax bills.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tax: Vec<TaxNote>,
    /// What persons decided.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<Decided>,
    /// Fault codes that a person has judged.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waived: Vec<String>,
    /// Asking for the payment slip.
    #[serde(default)]
    pub repush: Repush,
    /// Telling the platform of the shipment.
    #[serde(default)]
    pub shipping: Shipping,
    /// Whether the parcel was delivered.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub delivered: bool,
    /// What happened besides, the latest last; bounded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub log: Vec<Event>,
}

impl Record for Case {
    const FORMAT: u32 = 1;
}

impl Case {
    /// A case of an order that was just heard of: it wants to be read.
    pub fn open(platform: impl Into<String>, order_no: impl Into<String>, now: Timestamp) -> Self {
        Self {
            order_no: order_no.into(),
            platform: platform.into(),
            opened_at: now,
            state: State::Ready,
            since: now,
            shop: Shop::Unknown,
            read_ms: None,
            detail_ms: None,
            changed_ms: 0,
            after_sale: AfterSale::None,
            waybill: false,
            supply: Supply::default(),
            supply_judged: BTreeSet::new(),
            inquiries: Inquiries::default(),
            hold: None,
            mended: Mended::No,
            compare: false,
            drifted: Vec::new(),
            papers: Papers::new(),
            notes: Vec::new(),
            tax: Vec::new(),
            decisions: Vec::new(),
            waived: Vec::new(),
            repush: Repush::default(),
            shipping: Shipping::Open,
            delivered: false,
            log: Vec::new(),
        }
    }
}
