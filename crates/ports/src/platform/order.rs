//! Orders of a platform.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How far a platform's orders have been read: its own words, to be kept and handed back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub Value);

/// That there is an order, or that it changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderNotice {
    /// Its number.
    pub order_no: String,
    /// The platform's number of its status.
    pub status: Option<i64>,
    /// When it last changed, milliseconds.
    pub updated_ms: i64,
    /// Whether it is paid and waits for shipment: the time to declare it.
    pub is_ready: bool,
}

/// Some orders, and the cursor after them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderPage {
    /// The orders.
    pub orders: Vec<OrderNotice>,
    /// Where to go on, once these are kept.
    pub next: Cursor,
}

/// By which way a payment slip goes to customs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Route {
    /// The national system (总署).
    Zongshu,
    /// The port's own system (地方海关).
    Local,
}

impl Route {
    /// The platform's word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Zongshu => "zongshu",
            Self::Local => "local",
        }
    }

    /// The route that a word means.
    pub fn of_word(word: &str) -> Option<Self> {
        [Self::Zongshu, Self::Local].into_iter().find(|route| route.word() == word)
    }
}

/// An order that left the warehouse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipment {
    /// The order.
    pub order_no: String,
    /// The waybill's number.
    pub waybill_no: String,
    /// The carrier's code on the platform.
    pub carrier: String,
    /// Its name.
    pub carrier_name: Option<String>,
    /// When; now if nothing is given.
    pub at: Option<Timestamp>,
}

/// A personal field that the platform did not decrypt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undecrypted {
    /// Where it stands.
    pub path: String,
    /// The platform's code.
    pub code: i64,
    /// The platform's words.
    pub message: String,
}

/// All of an order, in the platform's own JSON, personal fields in the clear. It is what a line of an orders file holds.
#[derive(Clone, PartialEq)]
pub struct Bundle {
    /// The platform.
    pub platform: &'static str,
    /// The order's number.
    pub order_no: String,
    /// The order.
    pub detail: Value,
    /// Who ordered and who receives.
    pub declare_info: Value,
    /// Where it goes.
    pub receiver: Value,
    /// What is still ciphertext, and why: the order is held until it is decrypted.
    pub undecrypted: Vec<Undecrypted>,
}

impl fmt::Debug for Bundle {
    /// Says whose order it is not: everything else in it may be personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bundle")
            .field("platform", &self.platform)
            .field("order_no", &self.order_no)
            .field("undecrypted", &self.undecrypted)
            .finish_non_exhaustive()
    }
}

impl Bundle {
    /// The line of an orders file, without a line break. It holds personal data.
    pub fn line(&self, waybill: Option<&Value>) -> String {
        #[derive(Serialize)]
        struct Line<'a> {
            platform: &'a str,
            detail: &'a Value,
            declare_info: &'a Value,
            receiver: &'a Value,
            #[serde(skip_serializing_if = "Option::is_none")]
            waybill: Option<&'a Value>,
        }
        let Self { platform, detail, declare_info, receiver, .. } = self;
        // Values of JSON are always written.
        serde_json::to_string(&Line { platform, detail, declare_info, receiver, waybill }).unwrap_or_default()
    }
}
