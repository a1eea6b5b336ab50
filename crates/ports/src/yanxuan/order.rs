//! Orders as the platform has them.
//!
//! Who receives an order comes back with it and is not read: the shop's own platform knows it, and what is not held cannot be
//! lost.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer};

use super::{Client, methods, time_of, time_text};
use crate::http::CallError;
use crate::platform::CancelAnswer;
use crate::wire::lenient::list;
use crate::wire::{WireDecimal, WireInteger, WireText};
use crate::yanxuan::placing::Order;

/// How an order or a parcel stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum OrderStatus {
    /// Nothing was said.
    #[default]
    Unsaid,
    /// Not paid.
    WaitingPay,
    /// Paid.
    Payed,
    /// Cancelled by the platform.
    SysCancel,
    /// Cancelled by the buyer.
    UserCancel,
    /// Cancelled by the platform's staff.
    KfCancel,
    /// A cancellation waits for a decision.
    Cancelling,
    /// Cancelled by the buyer after payment.
    UserPayedCancel,
    /// The parcel waits for shipment.
    WaitingDelivery,
    /// The parcel is on its way.
    StartDelivery,
    /// The parcel has arrived.
    WaitingComment,
    /// The parcel has arrived and was judged.
    Commented,
    /// A word that the documentation does not know.
    Other(String),
}

impl OrderStatus {
    fn of_word(word: &str) -> Self {
        match word {
            "" => Self::Unsaid,
            "WAITING_PAY" => Self::WaitingPay,
            "PAYED" => Self::Payed,
            "SYS_CANCEL" => Self::SysCancel,
            "USER_CANCEL" => Self::UserCancel,
            "KF_CANCEL" => Self::KfCancel,
            "CANCELLING" => Self::Cancelling,
            "USER_PAYED_CANCEL" | "USERPAYEDCANCEL" => Self::UserPayedCancel,
            "WAITING_DELIVERY" => Self::WaitingDelivery,
            "START_DELIVERY" => Self::StartDelivery,
            "WAITING_COMMENT" => Self::WaitingComment,
            "COMMENTED" => Self::Commented,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Whether it will not be shipped any more.
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::SysCancel | Self::UserCancel | Self::KfCancel | Self::UserPayedCancel)
    }
}

impl<'de> Deserialize<'de> for OrderStatus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        WireText::deserialize(deserializer).map(|word| Self::of_word(&word.0))
    }
}

/// An order in the platform's system.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ChannelOrder {
    /// Its number: the shop's own.
    pub order_id: WireText,
    /// How it stands.
    pub order_status: OrderStatus,
    /// What was paid, yuan, freight included.
    pub real_price: WireDecimal,
    /// The freight in it, yuan.
    pub exp_fee: WireDecimal,
    /// Its parcels.
    #[serde(deserialize_with = "list")]
    pub order_packages: Vec<Package>,
}

/// A parcel of an order. What concerns its shipment is there once it has a waybill.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Package {
    /// Its number.
    pub package_id: WireText,
    /// How it stands.
    pub package_status: OrderStatus,
    /// Its carriers, parted by `|`.
    pub express_company: WireText,
    /// Its waybills: those of a carrier parted by `,`, the carriers by `|`.
    pub express_no: WireText,
    /// When it was shipped: milliseconds, or `yyyy-MM-dd HH:mm:ss` in Beijing.
    pub exp_create_time: WireText,
    /// Its waybills with their articles.
    #[serde(deserialize_with = "list")]
    pub express_detail_infos: Vec<ExpressDetail>,
}

/// A waybill of a parcel.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ExpressDetail {
    /// The carrier.
    pub express_company: WireText,
    /// The number.
    pub express_no: WireText,
    /// Further numbers under it.
    #[serde(deserialize_with = "list")]
    pub sub_express_nos: Vec<WireText>,
}

/// Milliseconds, or a text of a time.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    match text.parse::<i64>() {
        Ok(ms) if ms > 0 => Timestamp::from_millisecond(ms).ok(),
        Ok(_) => None,
        Err(_) => time_of(text),
    }
}

/// What became of a wish to cancel an order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Cancelled {
    cancel_status: WireInteger,
    reject_reason: WireText,
}

impl Cancelled {
    /// The platform's answer; nothing when it is none that the documentation knows.
    pub fn answer(&self) -> Option<CancelAnswer> {
        answer(self.cancel_status)
    }

    /// Why not, in the platform's words.
    pub fn reason(&self) -> String {
        crate::http::told(&self.reject_reason.0)
    }
}

/// The answer of a number.
pub(super) fn answer(status: WireInteger) -> Option<CancelAnswer> {
    match status.0? {
        0 => Some(CancelAnswer::Refused),
        1 => Some(CancelAnswer::Granted),
        2 => Some(CancelAnswer::Pending),
        _ => None,
    }
}

impl Client {
    /// `yanxuan.order.paid.create`: passes a paid order on. The same order again is the same order.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn create_order(&self, order: &Order) -> Result<ChannelOrder, CallError> {
        self.ask(&methods::CREATE_ORDER, &[("order", order.json())]).await
    }

    /// `yanxuan.order.paid.cancel`: asks for an order to be cancelled that is not shipped. When the answer is
    /// [`CancelAnswer::Pending`] a callback brings the decision.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn cancel_order(&self, order_no: &str) -> Result<Cancelled, CallError> {
        self.ask(&methods::CANCEL_ORDER, &[("orderId", order_no.to_owned())]).await
    }

    /// `yanxuan.order.received.confirm`: the buyer has received a parcel.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn confirm_receipt(
        &self,
        order_no: &str,
        package_no: &str,
        at: Timestamp,
    ) -> Result<(), CallError> {
        let parameters = [
            ("orderId", order_no.to_owned()),
            ("packageId", package_no.to_owned()),
            ("confirmTime", time_text(at)),
        ];
        self.tell(&methods::CONFIRM_RECEIPT, &parameters).await
    }

    /// `yanxuan.order.paid.get`: an order as it stands, its waybills included. Callbacks may be lost: who waits for one longer
    /// than usual asks here ([`events_of_order`](super::events_of_order) reads the answer as callbacks are read).
    ///
    /// # Errors
    /// [`CallError`]; [`is_no_such_order`](super::errors::is_no_such_order) tells whether the order is unknown.
    pub async fn order(&self, order_no: &str) -> Result<ChannelOrder, CallError> {
        self.ask(&methods::GET_ORDER, &[("orderId", order_no.to_owned())]).await
    }
}
