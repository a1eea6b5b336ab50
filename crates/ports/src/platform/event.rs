//! What a platform says by itself: the events that callbacks and push messages are read as, whatever the protocol.
//!
//! An event is news, not a state: it may come late, twice, or after a later one. [`PlatformEvent::demand`] says what it asks of
//! whoever declares orders.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A waybill of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waybill {
    /// Its number.
    pub logistics_no: String,
    /// The carrier's code, as in `[carriers.…]`; the name itself when the platform names one without a known code.
    pub carrier: String,
    /// The carrier as the platform names it.
    pub carrier_name: String,
    /// Further parcels that travel under the number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<String>,
}

/// That parcels of an order have got their waybills. It may concern some of the order's parcels only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaybillNews {
    /// The order.
    pub order_no: String,
    /// The platform's number of the parcel.
    pub package_no: String,
    /// The waybills, each once; at least one.
    pub waybills: Vec<Waybill>,
    /// When they left.
    pub shipped_at: Option<Timestamp>,
}

impl WaybillNews {
    /// The order's waybill, when it is one parcel under one number as an inventory wants it (件数 1). An order in several
    /// parcels cannot be declared as it is.
    pub fn only(&self) -> Option<&Waybill> {
        match self.waybills.as_slice() {
            [one] if one.parts.is_empty() => Some(one),
            _ => None,
        }
    }
}

/// A platform's answer to a wish to cancel an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CancelAnswer {
    /// The order goes on.
    Refused,
    /// The order is cancelled.
    Granted,
    /// Somebody has to decide; another event will say how.
    Pending,
}

/// An article and a number of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkuCount {
    /// The article on the platform.
    pub sku: String,
    /// How many.
    pub count: i64,
    /// When it takes effect, if that was said.
    pub at: Option<Timestamp>,
}

/// What befalls articles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SaleNews {
    /// They will not be sold much longer; the number is what is left.
    ClosingSoon,
    /// They are not sold any more, from the moment on that is given; the number is what is left.
    Closed,
    /// They are sold again; the number is what there is.
    Reopened,
    /// The channel has got so many more, or fewer.
    StockMoved,
    /// There are so many.
    StockIs,
}

/// What a platform said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlatformEvent {
    /// Waybills have come.
    Waybill(WaybillNews),
    /// A wish to cancel an order was decided on; nothing when the answer is none that is known.
    CancelDecided {
        /// The order.
        order_no: String,
        /// How.
        answer: Option<CancelAnswer>,
        /// Why, in the platform's words without what looks personal.
        reason: String,
    },
    /// Something is wrong with an order: the platform cancels it by itself, or says another reason.
    Exception {
        /// The order.
        order_no: String,
        /// The platform's word for it, such as `CANCEL`.
        reason: String,
    },
    /// The buyer wants the order cancelled, and it will be unless it is shipped first.
    CancelSoon {
        /// The order.
        order_no: String,
        /// When it will be cancelled.
        at: Option<Timestamp>,
    },
    /// An order stands differently.
    OrderChanged {
        /// The order.
        order_no: String,
        /// The platform's number of its status.
        status: Option<i64>,
        /// When.
        at: Option<Timestamp>,
    },
    /// An order goes elsewhere.
    AddressChanged {
        /// The order.
        order_no: String,
        /// When.
        at: Option<Timestamp>,
    },
    /// An order is to be shipped by another time, or the seller's remark about it is another.
    OrderNoted {
        /// The order.
        order_no: String,
    },
    /// Something is claimed after the sale.
    AfterSale {
        /// The order.
        order_no: String,
        /// The platform's number of the claim.
        return_no: String,
        /// How far it is, by the platform's word.
        stage: String,
    },
    /// Articles are sold or not, or there are more or fewer.
    Sale {
        /// What.
        news: SaleNews,
        /// Which, and how many.
        skus: Vec<SkuCount>,
        /// When, if that was said.
        at: Option<Timestamp>,
    },
    /// A product or article of the shop is another.
    ItemChanged {
        /// The product.
        item_no: String,
        /// The article, when it is about one.
        sku_no: String,
    },
    /// It could not be read: a kind that is not known, or a known one in another shape. What came is kept.
    Unknown {
        /// Why.
        why: &'static str,
    },
}

/// What an event asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// The order's waybill is to be taken in; where it is not one for the whole order, the order is to be held.
    TakeWaybill,
    /// The order is to be held: what was not sent is not to be sent, what was sent is a person's affair.
    Hold,
    /// The order is to be read from its platform again before anything more is done with it.
    Reread,
    /// Nothing as far as declarations go.
    Nothing,
    /// Somebody should look at it.
    Look,
}

impl PlatformEvent {
    /// What it asks for.
    pub fn demand(&self) -> Demand {
        match self {
            Self::Waybill(_) => Demand::TakeWaybill,
            // The supplier goes on with the order, and so does its declaration.
            Self::CancelDecided { answer: Some(CancelAnswer::Refused), .. } => Demand::Nothing,
            Self::CancelDecided { .. } | Self::Exception { .. } => Demand::Hold,
            // The order itself says whether it is so.
            Self::CancelSoon { .. }
            | Self::OrderChanged { .. }
            | Self::AddressChanged { .. }
            | Self::AfterSale { .. } => Demand::Reread,
            Self::OrderNoted { .. } | Self::Sale { .. } | Self::ItemChanged { .. } => Demand::Nothing,
            Self::Unknown { .. } => Demand::Look,
        }
    }

    /// The order that it is about.
    pub fn order_no(&self) -> Option<&str> {
        match self {
            Self::Waybill(WaybillNews { order_no, .. })
            | Self::CancelDecided { order_no, .. }
            | Self::Exception { order_no, .. }
            | Self::CancelSoon { order_no, .. }
            | Self::OrderChanged { order_no, .. }
            | Self::AddressChanged { order_no, .. }
            | Self::OrderNoted { order_no }
            | Self::AfterSale { order_no, .. } => Some(order_no),
            Self::Sale { .. } | Self::ItemChanged { .. } | Self::Unknown { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waybill(number: &str) -> Waybill {
        Waybill {
            logistics_no: number.into(),
            carrier: "shunfeng".into(),
            carrier_name: "顺丰".into(),
            parts: Vec::new(),
        }
    }

    #[test]
    fn one_parcel_under_one_number_is_the_orders_waybill() {
        let news = |waybills: Vec<Waybill>| WaybillNews {
            order_no: "T1".into(),
            package_no: "1".into(),
            waybills,
            shipped_at: None,
        };
        assert!(news(vec![waybill("SF1")]).only().is_some());
        assert_eq!(news(vec![waybill("SF1"), waybill("SF2")]).only(), None);
        let parts = Waybill { parts: vec!["SF1-2".into()], ..waybill("SF1") };
        assert_eq!(news(vec![parts]).only(), None);
    }
}
