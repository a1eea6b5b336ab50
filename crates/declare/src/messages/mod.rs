//! The CEB messages: XML as China Customs takes it (海关跨境统一版系统企业对接报文规范, edition 202205).
//!
//! Element names are spelt as the standard spells them, slips included, and only here. A message is written without
//! insignificant white space, with the prefix `ceb:`, in the official order of elements; optional fields without a value
//! are left out.

pub mod answers;
mod arrival;
pub mod batching;
mod document;
mod elements;
pub mod envelope;
pub mod faults;
mod inventory;
mod narrow;
mod order;
mod payment;
pub mod reading;
pub mod receipts;
mod refund;
pub mod schema;
pub mod signature;
pub mod strict;
mod waybill;
mod waybill_status;
mod withdrawal;

use serde::{Deserialize, Serialize};

pub use document::{Document, DocumentView, parcel};
pub use elements::{MessageBuilder, Transmitter};
use schema::Schema;

/// The namespace of every element.
pub const NAMESPACE: &str = "http://www.chinaport.gov.cn/ceb";
/// The most documents of a message (schema: `maxOccurs="100"`). An arrival is the only one of its message.
pub const MAX_DOCUMENTS: usize = 100;
/// The most lines of an order, an inventory or a return (schema: `maxOccurs="99"`).
pub const MAX_LINES: usize = 99;

/// The messages of import that enterprises send: four declare a parcel, four follow them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MessageKind {
    /// 电子订单.
    #[serde(rename = "CEB311Message")]
    Order,
    /// 支付凭证.
    #[serde(rename = "CEB411Message")]
    Payment,
    /// 物流运单.
    #[serde(rename = "CEB511Message")]
    Waybill,
    /// 进口清单.
    #[serde(rename = "CEB621Message")]
    Inventory,
    /// 运单状态: the parcel was signed for.
    #[serde(rename = "CEB513Message")]
    WaybillStatus,
    /// 撤销申请单: an inventory is withdrawn before its release.
    #[serde(rename = "CEB623Message")]
    Withdrawal,
    /// 退货申请单: goods come back after their release.
    #[serde(rename = "CEB625Message")]
    Return,
    /// 入库明细单: parcels have arrived at the supervised site.
    #[serde(rename = "CEB711Message")]
    Arrival,
}

impl MessageKind {
    /// The four that declare a parcel, in the order in which they are sent.
    pub const PARCEL: [Self; 4] = [Self::Order, Self::Payment, Self::Waybill, Self::Inventory];

    /// All of them: those of [`MessageKind::PARCEL`], then what may follow.
    pub const ALL: [Self; 8] = [
        Self::Order,
        Self::Payment,
        Self::Waybill,
        Self::Inventory,
        Self::WaybillStatus,
        Self::Withdrawal,
        Self::Return,
        Self::Arrival,
    ];

    /// The name of the message's root element.
    pub const fn type_name(self) -> &'static str {
        match self {
            Self::Order => "CEB311Message",
            Self::Payment => "CEB411Message",
            Self::Waybill => "CEB511Message",
            Self::Inventory => "CEB621Message",
            Self::WaybillStatus => "CEB513Message",
            Self::Withdrawal => "CEB623Message",
            Self::Return => "CEB625Message",
            Self::Arrival => "CEB711Message",
        }
    }

    /// The word for the document in commands and configuration.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Payment => "payment",
            Self::Waybill => "waybill",
            Self::Inventory => "inventory",
            Self::WaybillStatus => "waybill-status",
            Self::Withdrawal => "withdrawal",
            Self::Return => "return",
            Self::Arrival => "arrival",
        }
    }

    /// The kind of a message by the name of its root element.
    pub fn of_type_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.type_name() == name)
    }

    /// The kind of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// The document of [`MessageKind::PARCEL`] that it is about: those four are about themselves.
    pub const fn about(self) -> Self {
        match self {
            Self::WaybillStatus | Self::Arrival => Self::Waybill,
            Self::Withdrawal | Self::Return => Self::Inventory,
            itself => itself,
        }
    }

    /// The place in [`MessageKind::PARCEL`] of the document that it is about.
    pub const fn index(self) -> usize {
        match self.about() {
            Self::Order => 0,
            Self::Payment => 1,
            Self::Waybill => 2,
            _ => 3,
        }
    }

    /// The schema a message of this kind has to pass. Customs wants every inventory signed; one that is only saved may wait
    /// for its signature. What follows an inventory is always signed: an inventory that could be withdrawn or returned was
    /// signed itself.
    pub const fn schema(self, signed: bool) -> Schema {
        match self {
            Self::Order => Schema::Order,
            Self::Payment => Schema::Payment,
            Self::Waybill => Schema::Waybill,
            Self::Inventory if signed => Schema::Inventory,
            Self::Inventory => Schema::SavedInventory,
            Self::WaybillStatus => Schema::WaybillStatus,
            Self::Withdrawal => Schema::Withdrawal,
            Self::Return => Schema::Return,
            Self::Arrival => Schema::Arrival,
        }
    }
}

impl std::fmt::Display for MessageKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.type_name())
    }
}
