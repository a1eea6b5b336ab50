//! The CEB messages: XML as China Customs takes it (海关跨境统一版系统企业对接报文规范, edition 202205).
//!
//! Element names are spelt as the standard spells them, slips included, and only here. A message is written without
//! insignificant white space, with the prefix `ceb:`, in the official order of elements; optional fields without a value
//! are left out.

mod elements;
pub mod faults;
mod inventory;
mod order;
mod payment;
pub mod reading;
pub mod receipts;
pub mod schema;
pub mod signature;
mod waybill;

use serde::{Deserialize, Serialize};

pub use elements::{MessageBuilder, Transmitter};
use schema::Schema;

/// The namespace of every element.
pub const NAMESPACE: &str = "http://www.chinaport.gov.cn/ceb";
/// The most documents of a message (schema: `maxOccurs="100"`).
pub const MAX_DOCUMENTS: usize = 100;

/// The four messages about a parcel.
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
}

impl MessageKind {
    /// All of them, in the order in which they are sent.
    pub const ALL: [Self; 4] = [Self::Order, Self::Payment, Self::Waybill, Self::Inventory];

    /// The name of the message's root element.
    pub const fn type_name(self) -> &'static str {
        match self {
            Self::Order => "CEB311Message",
            Self::Payment => "CEB411Message",
            Self::Waybill => "CEB511Message",
            Self::Inventory => "CEB621Message",
        }
    }

    /// The word for the document in commands and configuration.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Payment => "payment",
            Self::Waybill => "waybill",
            Self::Inventory => "inventory",
        }
    }

    /// The kind of a word.
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Its place in [`MessageKind::ALL`].
    pub const fn index(self) -> usize {
        match self {
            Self::Order => 0,
            Self::Payment => 1,
            Self::Waybill => 2,
            Self::Inventory => 3,
        }
    }

    /// The schema a message of this kind has to pass. Customs wants every inventory signed; one that is only saved may wait
    /// for its signature.
    pub const fn schema(self, signed: bool) -> Schema {
        match self {
            Self::Order => Schema::Order,
            Self::Payment => Schema::Payment,
            Self::Waybill => Schema::Waybill,
            Self::Inventory if signed => Schema::Inventory,
            Self::Inventory => Schema::SavedInventory,
        }
    }
}

impl std::fmt::Display for MessageKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.type_name())
    }
}
