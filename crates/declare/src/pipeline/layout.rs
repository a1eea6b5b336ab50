//! What the pipeline keeps in the store, and under which keys.
//!
//! | key | record | due |
//! |---|---|---|
//! | `case/<order>` | [`Case`](crate::lifecycle::Case): everything that decides what becomes of an order; nothing personal | when it wants to be looked at |
//! | `fetch/<order>` | [`Job`]: the order is to be read from its platform | the next try |
//! | `bundle/<order>` | [`Bundle`]: the order as the platform gave it, sealed | |
//! | `waybill/<order>` | [`KeptWaybill`]: a waybill that came in by itself | |
//! | `supply/<order>` | [`KeptSupply`]: what a supplier said of an order before the order was known; then it is in the case | |
//! | `inquire/<order>` | [`Job`]: the supplier is to be asked | the next try |
//! | `prepare/<order>` | [`Job`]: documents are to be made | when as many have gathered as shall go together |
//! | `outbox/<message>` | [`Outgoing`]: a message whose bytes lie in the archive | the next try, until its outcome is certain |
//! | `own/<number>` | [`Owned`]: our own number of a document that is not the order's number | |
//! | `invt/<number>` | [`Owned`]: customs' number of an inventory | |
//! | `receipt/<digest>` | [`RawReceipt`]: a receipt as it came, sealed | until it is folded |
//! | `gateway/cursor` | [`Place`]: where the next look for receipts begins | |
//! | `lease/send/<enterprise>/<key>` | [`Lease`](super::Lease): who sends | |
//! | `worker/<name>/<instance>` | [`Present`](super::Present): a worker that is there | |
//! | `slip/<order>`, `ship/<order>` | [`Job`]: the platform is to be asked, or told | the next try |
//!
//! Beside them stand the ledger of [`crate::build`] (`declared/…`, `message/…`, `used/…`, `buyer/…`), which is the same for
//! both, and the intake of [`ports::platform::Intake`].

use jiff::Timestamp;
use ports::store::{Key, Record};
use serde::{Deserialize, Serialize};

use crate::documents::Guid;
use crate::lifecycle::Supply;
use crate::messages::MessageKind;

/// The branches of work, each claimed by one stage.
pub const CASES: &str = "case";
/// Orders to be read.
pub const FETCH: &str = "fetch";
/// Orders whose documents are to be made.
pub const PREPARE: &str = "prepare";
/// Messages on their way.
pub const OUTBOX: &str = "outbox";
/// Receipts as they came.
pub const RECEIPTS: &str = "receipt";
/// Payment slips to ask for.
pub const REPUSH: &str = "slip";
/// Suppliers to ask.
pub const INQUIRE: &str = "inquire";
/// Shipments to tell.
pub const SHIP: &str = "ship";
/// Waybills that came in by themselves.
pub const WAYBILLS: &str = "waybill";
/// Rights that one worker has at a time.
pub const LEASES: &str = "lease";
/// Workers.
pub const WORKERS: &str = "worker";

/// The prefix of a branch.
pub fn branch(name: &str) -> Key {
    Key::below([name])
}

/// The key of an order's record in a branch.
pub fn of_order(branch: &str, order_no: &str) -> Key {
    Key::of([branch, order_no])
}

/// The key of an order's case.
pub fn case(order_no: &str) -> Key {
    of_order(CASES, order_no)
}

/// The key of a message on its way.
pub fn outgoing(message: Guid) -> Key {
    Key::of([OUTBOX, &message.to_string()])
}

/// The key of an order's bundle.
pub fn bundle(order_no: &str) -> Key {
    of_order("bundle", order_no)
}

/// The key of an order's waybill.
pub fn waybill(order_no: &str) -> Key {
    of_order(WAYBILLS, order_no)
}

/// The key of what a supplier said of an order that is not known yet.
pub fn supply(order_no: &str) -> Key {
    of_order("supply", order_no)
}

/// The key under which our own number of a document leads to its order.
pub fn own(number: &str) -> Key {
    Key::of(["own", number])
}

/// The key under which customs' number of an inventory leads to its order.
pub fn inventory(number: &str) -> Key {
    Key::of(["invt", number])
}

/// Where the next look for receipts begins.
pub fn cursor() -> Key {
    Key::of(["gateway", "cursor"])
}

/// The order of a key `<branch>/<order>`.
pub(super) fn order_of(key: &Key) -> Option<String> {
    key.segments().nth(1)
}

/// Work about an order. What exactly is to be done stands in its case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// How often it was tried in vain.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub tries: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Record for Job {
    const FORMAT: u32 = 1;
}

/// An order as the platform gave it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bundle {
    /// The platform.
    pub platform: String,
    /// When it was read.
    pub at: Timestamp,
    /// The line of an orders file without its waybill, sealed.
    pub sealed: String,
    /// Whether it was compressed before it was sealed; those of the first format were not.
    #[serde(default, skip_serializing_if = "is_false")]
    pub compressed: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

impl Record for Bundle {
    const FORMAT: u32 = 2;
}

/// A waybill that came in by itself, in the words of an orders file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptWaybill {
    /// When it came.
    pub at: Timestamp,
    /// `{"logistics_no", "carrier", …}`.
    pub waybill: serde_json::Value,
    /// The supplier's number of the parcel, when the supplier said it; then a later word of the supplier takes its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
}

impl Record for KeptWaybill {
    const FORMAT: u32 = 1;
}

/// What a supplier said of an order that is not known yet.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeptSupply(pub Supply);

impl Record for KeptSupply {
    const FORMAT: u32 = 1;
}

/// How far a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Passage {
    /// It waits; nothing of it left.
    Waiting,
    /// It was submitted and nobody knows what became of it.
    Unknown,
    /// The gateway has it.
    Sent,
    /// The gateway will not have it.
    Refused,
}

/// A message on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outgoing {
    /// Its kind.
    pub kind: MessageKind,
    /// Its file in the archive: the very bytes that are sent.
    pub file: String,
    /// Their SHA-256, in hexadecimal digits.
    pub digest: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// The orders whose documents it holds.
    pub orders: Vec<String>,
    /// How far it is.
    pub passage: Passage,
    /// How often it was submitted.
    pub attempts: u32,
    /// When its outcome became certain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_at: Option<Timestamp>,
    /// What the gateway said last, when it did not take it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Record for Outgoing {
    const FORMAT: u32 = 1;
}

/// Whose a number is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owned {
    /// The order.
    pub order_no: String,
}

impl Record for Owned {
    const FORMAT: u32 = 1;
}

/// A receipt as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawReceipt {
    /// What the gateway calls it.
    pub name: String,
    /// When it came there.
    pub received_at: Timestamp,
    /// Its bytes, sealed.
    pub sealed: String,
    /// Whether they were compressed before; those of the first format were not.
    #[serde(default, skip_serializing_if = "is_false")]
    pub compressed: bool,
    /// When it was folded into its cases.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folded_at: Option<Timestamp>,
    /// The orders it was folded into.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<String>,
    /// How many of its answers belong to no order known here.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub strays: u32,
    /// Why it cannot be read, by the fault's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unreadable: Option<String>,
}

impl Record for RawReceipt {
    const FORMAT: u32 = 2;
}

/// A place in the gateway's receipts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// In the gateway's own words.
    pub after: String,
}

impl Record for Place {
    const FORMAT: u32 = 1;
}
