//! What happened to an order, for its story and for meters.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::case::{Shop, State};
use super::supply::SupplierNews;
use crate::receipt::Subject;

/// What happened, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When, by this side's clock.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// What can happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum What {
    /// It became known.
    Opened,
    /// It stands otherwise on the platform.
    Shop {
        /// How.
        shop: Shop,
    },
    /// An after-sale case is open.
    AfterSale,
    /// Its state changed.
    State {
        /// To what.
        state: State,
    },
    /// It is held.
    Held {
        /// The codes.
        codes: Vec<String>,
    },
    /// The waybill came.
    Waybill,
    /// The supplier said something new.
    Supplier(SupplierNews),
    /// A document was made.
    Made {
        /// Which.
        subject: Subject,
    },
    /// A document made in the meantime is not wanted any more and was not taken.
    Unwanted {
        /// Which.
        subject: Subject,
    },
    /// A document's message is with the gateway.
    Sent {
        /// Which.
        subject: Subject,
    },
    /// The outcome of sending it is unknown.
    Unknown {
        /// Which.
        subject: Subject,
    },
    /// The gateway refused its message.
    NotTaken {
        /// Which.
        subject: Subject,
    },
    /// A receipt that was not known yet.
    Receipt {
        /// About which document.
        subject: Subject,
        /// Its status.
        status: String,
    },
    /// The payment slip was asked for.
    Repushed {
        /// Which time.
        attempt: u32,
    },
    /// The platform will not push the payment slip.
    RepushRefused,
    /// The platform knows that it was shipped.
    Shipped,
    /// The platform refused the shipment.
    ShipRefused,
    /// A person decided.
    Decided,
    /// A tax bill came, or changed.
    Tax,
}

impl What {
    /// Whether the case keeps it: what its documents, receipts and decisions do not tell anyway.
    pub(super) const fn is_kept(&self) -> bool {
        matches!(
            self,
            Self::Shop { .. }
                | Self::AfterSale
                | Self::Held { .. }
                | Self::Waybill
                | Self::Supplier(_)
                | Self::Unknown { .. }
                | Self::NotTaken { .. }
                | Self::Repushed { .. }
                | Self::RepushRefused
                | Self::Shipped
                | Self::ShipRefused
        )
    }
}
