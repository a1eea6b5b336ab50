//! What happens to an order.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::case::{AfterSale, Shop};
use super::note::TaxNote;
use super::reason::{Reason, Said};
use super::supply::Supply;
use crate::documents::{Goods, Guid, Submission};
use crate::receipt::{FormatReceipt, Receipt, Subject};

/// How an order stands on the platform, as its detail was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// When it last changed there, milliseconds.
    pub updated_ms: i64,
    /// How it stands.
    pub shop: Shop,
    /// Whether money or goods go back.
    pub after_sale: AfterSale,
    /// Whether there is a waybill, from wherever.
    pub waybill: bool,
}

/// A document that was made and stands in a stored message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Its kind.
    pub subject: Subject,
    /// New, change or deletion.
    pub submission: Submission,
    /// Its number.
    pub guid: Guid,
    /// When it was made: its `appTime`.
    pub made_at: Timestamp,
    /// The message it stands in, whose bytes are stored with this commit.
    pub message: Guid,
    /// Whether it is the message's only document.
    pub alone: bool,
    /// A short hash of what it says, apart from number and time (see [`super::Version::print`]).
    pub print: String,
}

/// What became of a message, from [`ports::gateway::Outcome`] and [`ports::gateway::Fate`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// The gateway has it. `again` when it may have been submitted before: after a crash, after an unknown outcome.
    Accepted {
        /// Whether this was not the first time.
        again: bool,
    },
    /// The gateway will not have it; nothing of it is declared.
    Refused,
    /// Nothing was sent; the same bytes are submitted later.
    Deferred {
        /// How long the gateway wants to be left alone, when it says so.
        until: Option<Timestamp>,
    },
    /// It may be there or not.
    Unknown,
    /// Asked about, it never came: the same bytes are submitted again.
    NeverArrived,
}

/// What became of asking for a payment slip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RepushOutcome {
    /// The platform pushes it, or may have been asked (an unknown outcome): asking twice does no harm.
    Asked,
    /// The platform will not.
    Refused,
    /// It could not be asked now.
    Later {
        /// When it may be asked.
        at: Timestamp,
    },
}

/// What became of telling the platform that an order was shipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShipOutcome {
    /// It knows.
    Done,
    /// It will not have it.
    Refused,
    /// It could not be told now.
    Later {
        /// When to try again.
        at: Timestamp,
    },
}

/// What a person decides about an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Decision {
    /// What holds it was judged: go on.
    Release {
        /// Why.
        reason: Said,
    },
    /// Take the inventory back before release (CEB623), or do not declare it at all.
    Withdraw {
        /// Why; it goes to customs.
        reason: Said,
    },
    /// Goods come back after release (CEB625).
    Return {
        /// Why; it goes to customs.
        reason: Said,
        /// The goods by line and quantity; nothing means all that is left.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        goods: Vec<Goods>,
    },
    /// The parcel was delivered (CEB513 may follow).
    Delivered,
}

/// What happens to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// The platform's list or a push message says that it changed; `shop` when the status alone tells enough.
    Noticed {
        /// When it last changed, milliseconds.
        updated_ms: i64,
        /// How it stands, as far as the notice tells.
        shop: Option<Shop>,
    },
    /// All of it was read and is stored.
    Read(Reading),
    /// Documents were made as [`super::Effect::Prepare`] asked; their messages are stored in the same commit.
    Prepared(Vec<Made>),
    /// Documents cannot be made.
    Held(Vec<Reason>),
    /// Documents that stand at customs would say something else today (their prints differ).
    Drifted(Vec<Subject>),
    /// Nothing changed in the documents that were to be declared anew after a refusal.
    Unchanged,
    /// A filing it needs was imported or corrected, or the configuration changed.
    FilingChanged,
    /// A waybill came, or another one.
    WaybillArrived,
    /// What the supplier that ships the order said of it, by itself or asked.
    Supplied(Supply),
    /// The supplier was asked how the order stands; what it said comes as [`Input::Supplied`].
    Inquired,
    /// What became of a message.
    Message {
        /// The message.
        message: Guid,
        /// What became of it.
        sending: Sending,
    },
    /// A receipt about a document came and is kept.
    Receipt {
        /// The receipt.
        receipt: Box<Receipt>,
        /// The key of the sealed original.
        raw: String,
    },
    /// A receipt about a message's form came and is kept; the message holds documents of this order.
    Format {
        /// The receipt.
        receipt: Box<FormatReceipt>,
        /// The message.
        message: Guid,
        /// The key of the sealed original.
        raw: String,
    },
    /// A tax bill, or a change of one.
    Tax(TaxNote),
    /// The time it asked for has come.
    Timer,
    /// A person decided.
    Decision(Decision),
    /// What became of asking for the payment slip.
    Repush(RepushOutcome),
    /// What became of telling the platform.
    Ship(ShipOutcome),
}
